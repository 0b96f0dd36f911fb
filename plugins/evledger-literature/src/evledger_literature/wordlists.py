"""What words of a record tell: its types, subject headings and identifiers, and its title.

The types are those of PubMed and Europe PMC (Medical Subject Headings, tree V), of Embase, Scopus
and Web of Science; of Crossref, DataCite and OpenAlex; of RIS, BibTeX, biblatex and CSL.
All are in small words, as :func:`~evledger_literature.notices.plain_words` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evledger_literature.phrases import Counted, Phrases

__all__ = [
    "COUNTS",
    "FORMS",
    "HEADINGS",
    "KINDS",
    "PREPRINT_DOI",
    "PREPRINT_VENUE",
    "SUBJECTS",
    "TYPES",
]

_COLUMN: Final = 17  # where the phrases of a table begin


def _rows(table: str) -> Iterator[tuple[str, str]]:
    """Yield each phrase of a table with what stands before it, or before the lines above it."""
    meaning = ""
    for line in table.strip("\n").splitlines():
        meaning = line[:_COLUMN].strip() or meaning
        for phrase in line[_COLUMN:].strip(" ,").split(", "):
            yield phrase, meaning


# -- what a record is of -----------------------------------------------------------------

# Of several types the one that stands first here decides: a review is a journal article too.
_KINDS: Final = """
preprint         preprint, posted content, preprint removal, preprint withdrawal
review           review, review article, systematic review, scoping review, umbrella review,
                 literature review, systematic literature review, mini review, short survey,
                 meta analysis, network meta analysis
trial            study registration, clinical trial registration
report           conference abstract, meeting abstract, abstract, abst
journal-article  journal article, article journal, article, jour, ejour, jfull, journal, j,
                 research article, original article, original research, original paper,
                 article in press, inpr, early access, brief report, data paper,
                 rapid communication, short communication, case report, case reports,
                 clinical trial, randomized controlled trial, practice guideline, guideline,
                 letter, editorial, editorial material, comment, commentary,
                 article commentary, note, news, newspaper article, article newspaper,
                 article magazine, mgzn, magazine, suppperiodical
report           report, rprt, technical report, techreport, report component, report series,
                 govdoc, government document, working paper, white paper, standard, stand,
                 thesis, thes, dissertation, academic dissertation, phdthesis, mastersthesis,
                 conference paper, cpaper, conf, conference, paper conference, inproceedings,
                 proceedings article, proceedings paper, conference poster, poster,
                 presentation, slide, manual, pamphlet, pamp, hearing, hear,
                 consensus development conference, consensus development conference nih
book             book, edbook, ebook, mvbook, edited book, reference book, monograph, booklet,
                 textbook, book series, book set, ser, b, s, proceedings,
                 conference proceeding, conference proceedings,
                 chap, echap, chapter, book chapter, book section, book part, inbook,
                 incollection, bookinbook, suppbook, reference, inreference, reference entry,
                 dict, encyc, entry, entry dictionary, entry encyclopedia
dataset          dataset, data set, data, dbase, database, aggr, supplementary materials
video            video, video recording, mpct, motion picture, movie, film, audiovisual,
                 video audio media, webcast
web-page         webpage, web page, website, elec, online, electronic, www, libguides, blog,
                 post weblog, interactive resource
post             post, forum post
"""
KINDS: Final = {
    phrase: (rank, kind) for rank, (phrase, kind) in reversed(list(enumerate(_rows(_KINDS))))
}
"""For a type, its rank among types, of which the least decides, and the kind of source."""

# Cold Spring Harbor's journals have letters after 10.1101/, its preprints had numbers there.
PREPRINT_DOI: Final = re.compile(
    r"10\.(?:"
    r"1101/(?:\d{4}\.\d{2}\.\d{2}\.)?\d{6,8}(?:v\d+)?\Z"  # bioRxiv, medRxiv, to November 2025
    r"|64898/"  # the same since
    r"|48550/arxiv\."
    r"|21203/rs\."  # Research Square
    r"|20944/preprints"
    r"|2139/ssrn"
    r"|26434/chemrxiv"
    r"|36227/techrxiv"
    r"|22541/"  # Authorea
    r"|31(?:219|22[0-9]|23[0-9])/"  # the servers of the Center for Open Science
    r"|35542/osf\.|31730/osf\.|33767/osf\."  # EdArXiv, AfricArXiv, MindRxiv
    r"|33774/"  # Cambridge Open Engage
    r"|32388/"  # Qeios
    r"|1590/scielopreprints"
    r"|2196/preprints"  # JMIR
    r"|7287/peerj\.preprints"
    r"|14293/(?:s2199-1006\.1\.sor-\.?pp|pr2199)"  # ScienceOpen
    r"|3762/bxiv"  # Beilstein
    r"|51094/jxiv"
    r"|12074/"  # ChinaXiv
    r")"
)
"""DOIs of preprints, in lower case."""

PREPRINT_VENUE: Final = re.compile(
    r"(?:arxiv|(?:bio|med|chem|psy|soc|eco|ed|eng|earth|techn?|agri|paleo|meta)r?xiv|ssrn"
    r"|research square|preprints\.org|osf preprints|peerj preprints|authorea)\b",
    re.IGNORECASE,
)
"""What a preprint server is called where the name of a journal stands."""

# -- what was observed, and in whom ------------------------------------------------------

_TYPES: Final = """
plan             clinical trial protocol, study protocol, protocol, data management plan
pooled           meta analysis, network meta analysis
study            clinical trial, clinical trial phase i, clinical trial phase ii,
                 clinical trial phase iii, clinical trial phase iv, controlled clinical trial,
                 randomized controlled trial, adaptive clinical trial, equivalence trial,
                 pragmatic clinical trial, early phase clinical trial, clinical study,
                 observational study, multicenter study, twin study, n of 1 trial,
                 case report, case reports
veterinary       clinical trial veterinary, observational study veterinary,
                 randomized controlled trial veterinary
stated           review, review article, systematic review, scoping review, umbrella review,
                 literature review, systematic literature review, mini review, short survey,
                 editorial, editorial material, comment, commentary, article commentary,
                 letter, reply, discussion, note, guideline, practice guideline,
                 consensus statement, consensus development conference,
                 consensus development conference nih, news, newspaper article,
                 article newspaper, mgzn, magazine, article magazine, book review,
                 review book, meeting report, introductory journal article, lecture, address,
                 interview, biography, autobiography, historical article, portrait, obituary,
                 personal narrative, patient education handout, expert testimony, legal case,
                 textbook, reference entry, entry, dict, encyc
results          has results
"""
TYPES: Final = dict(_rows(_TYPES))
"""For a type, what it tells: a plan, figures pooled from studies, a study in people, a study in
animals, words without observations; and that a trial's results are posted."""

# Those of Medical Subject Headings, and those of Emtree, which are in the singular.
_HEADINGS: Final = """
humans           humans, human
people           adult, young adult, middle aged, aged, aged 80 and over, adolescent, child,
                 child preschool, infant, infant newborn, pregnant women, patients, inpatients,
                 outpatients, transplant recipients, volunteers, healthy volunteers,
                 research subjects, cohort studies, case control studies,
                 cross sectional studies, follow up studies, longitudinal studies,
                 prospective studies, retrospective studies, cross over studies,
                 double blind method, single blind method, health surveys, self report,
                 surveys and questionnaires, treatment outcome, prevalence, incidence,
                 human experiment, normal human, clinical article, major clinical study,
                 case report
animals          animals, models animal, disease models animal, mice, rats, rabbits,
                 guinea pigs, hamsters, cricetinae, mesocricetus, gerbillinae, dogs, cats,
                 swine, sheep, goats, cattle, horses, chickens, chick embryo, zebrafish,
                 xenopus laevis, drosophila melanogaster, caenorhabditis elegans,
                 macaca mulatta, macaca fascicularis, haplorhini, callithrix, ferrets,
                 animal, nonhuman, animal experiment, animal model, animal tissue, mouse,
                 rat, rabbit, guinea pig, dog, pig, zebra fish
cells            cell line, cell line tumor, cell line transformed, cells cultured,
                 tumor cells cultured, cell culture techniques, primary cell culture,
                 coculture techniques, organ culture techniques, tissue culture techniques,
                 in vitro techniques, organoids, hela cells, hek293 cells, hep g2 cells,
                 mcf 7 cells, a549 cells, caco 2 cells, hct116 cells, ht29 cells, hl 60 cells,
                 k562 cells, thp 1 cells, u937 cells, jurkat cells, pc12 cells, pc 3 cells,
                 cho cells, cos cells, vero cells, 3t3 cells, nih 3t3 cells, raw 264 7 cells,
                 cell culture, human cell, animal cell, in vitro study, tumor cell line,
                 cancer cell line
"""
HEADINGS: Final = dict(_rows(_HEADINGS))
"""For a subject heading, in what was observed; a breed or strain after a comma is left out.
`Humans` stands on papers on methods, on ethics and on human proteins too: `people` were seen."""


FORMS: Final = (
    # The first that occurs decides, so that a review of randomized trials is no trial.
    (
        "plan",
        Phrases.of(
            *("protocol for", "protocol of", "study protocol", "trial protocol", "review protocol"),
            *("meta-analysis protocol", "survey protocol", "statistical analysis plan"),
            "rationale and (?:study )?design",
        ),
    ),
    ("pooled", Phrases.of("meta-?analys[ei]s", "pooled analys[ei]s", "meta-regression")),
    ("study", Phrases.of("case reports?", "case series", "n-of-1")),
    (
        "review",
        Phrases.of(
            *("systematic reviews?", "scoping reviews?", "narrative reviews?", "umbrella reviews?"),
            *("rapid reviews?", "integrative reviews?", "critical reviews?", "literature reviews?"),
            "review of (?:the )?(?:(?:recent|current) )?(?:literature|evidence)",
            "a (?:brief |short |comprehensive |updated |mini-?)*review",
            *("mini-?review", "brief review", "comprehensive review", r"review\Z", "an overview"),
        ),
    ),
    ("stated", Phrases.of("guidelines?", "consensus statement", "position (?:paper|statement)")),
    ("stated", Phrases.of("editorial", "commentary", "viewpoint")),
    (
        "study",
        Phrases.of(
            *(
                "randomi[sz]ed",
                "double-?blind(?:ed)?",
                "single-?blind(?:ed)?",
                "placebo-controlled",
            ),
            *("clinical trial", "open-label", "cross-?over (?:trial|study)", "first-in-human"),
            "phase (?:[1-4]|i{1,3}|iv)[ab]?(?:/(?:[1-4]|i{1,3}|iv)[ab]?)?",
            *("cohort", "case-control", "population-based", "registry (?:analysis|study)"),
            *(f"{when} (?:study|survey|analysis)" for when in ("prospective", "retrospective")),
            "cross-sectional (?:study|survey|analysis)",
        ),
    ),
)
"""What words of a title tell of its form, as in :data:`TYPES`; and that it is a review."""

_PEOPLE: Final = (
    *("patients", "volunteers", "participants", "people", "men", "women", "adults", "children"),
    *("adolescents", "infants", "youth", "girls", "boys", "students", "subjects", "individuals"),
    *("recipients", "survivors", "respondents", "humans"),
)
_BEASTS: Final = ("rats", "mice", "rabbits", "hamsters", "gerbils", "guinea pigs", "dogs", "pigs")
_ANY_OF_THEM: Final = rf" (?:[\w-]{{1,20}} ){{0,4}}?(?:patient|{'|'.join(_PEOPLE)})"

SUBJECTS: Final = (
    (
        "animals",
        Phrases.of(
            *("rats?", "mice", "murine", "rodents?", "zebrafish", "drosophila", "rabbits?"),
            *("mouse (?:models?|brain|liver|heart|embryos?)", "in (?:the )?mouse", "hamsters?"),
            *("gerbils?", "ferrets?", "piglets?", "minipigs?", "porcine", "bovine", "canine"),
            *("feline", "equine", "beagles?", "macaques?", "monkeys?", "guinea[ -]pigs?"),
            *("in (?:dogs|cats|pigs|sheep|horses|chicks|flies)", "non-?human primates?"),
            *("animal (?:models?|stud(?:y|ies))", "sprague-dawley", "wistar", r"c\. elegans"),
        ),
    ),
    (
        "cells",
        Phrases.of(
            *("in vitro(?! fertili[sz]ation)", "ex vivo", "cell (?:lines?|cultures?)"),
            r"cultured (?:\w+ ){0,2}(?:cells|neurons|astrocytes|fibroblasts|hepatocytes)",
            *("cancer cells", "(?<!circulating )tumou?r cells", "carcinoma cells", "glioma cells"),
            *("melanoma cells", "leuka?emi[ac]\\w* cells", "organoids?", "xenografts?"),
            *("hek ?293t? cells", "pc12 cells", "sh-sy5y cells", "hela cells", "hepg2 cells"),
        ),
    ),
    (
        "people",
        Phrases.of(
            *(f"in{_ANY_OF_THEM}", f"among{_ANY_OF_THEM}"),
            "healthy (?:controls|men|people|subjects|volunteers|women)",
            "patients (?:receiving|treated|undergoing|who|with)",
        ),
    ),
)
"""What words of a title tell of whom, or of what, it is about, as in :data:`HEADINGS`."""

COUNTS: Final = (
    ("animals", Counted(Phrases.of(*_BEASTS))),
    ("people", Counted(Phrases.of(*_PEOPLE))),
)
"""What words of an abstract tell that animals or people were observed."""
