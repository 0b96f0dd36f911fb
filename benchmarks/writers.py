"""Files of bibliographic records to read: large, deterministic, and of the size of real ones.

A record has some 2,000 bytes in RIS, as reference managers write it with its abstract,
and some 5,000 in PubMed's XML, as the registry gives it.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["write_pubmed", "write_ris"]

_TEXT = (
    "semax improved recovery after ischaemic stroke in treated rats and was well tolerated the "
    "expression of growth factors rose within hours while controls showed no change we measured "
    "memory attention and motor function at baseline and follow-up with significant differences "
    "between groups (p < 0.05) further work is needed to tell whether this holds in patients"
)
_WORDS = _TEXT.split()
_SECTIONS = (("BACKGROUND", 40), ("METHODS", 60), ("RESULTS", 90), ("CONCLUSIONS", 40))
_HEADINGS = ("Animals", "Humans", "Rats, Wistar", "Male", "Female", "Stroke", "Adult", "Brain")
_NAMES = ("Rossi", "Müller", "Smith", "García", "Nowak", "Sørensen", "Ivanova", "Chen")


def write_ris(path: Path, records: int) -> None:
    """Write records as reference managers export them."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(records):
            file.writelines(f"{tag}  - {value}\n" for tag, value in _ris(n))
            file.write("\n")


def write_pubmed(path: Path, records: int) -> None:
    """Write articles as PubMed's efetch gives them."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        file.writelines(map(_article, range(records)))
        file.write("</PubmedArticleSet>\n")


def _ris(n: int) -> Iterator[tuple[str, str]]:
    chance = Random(n)  # noqa: S311  # a workload is no secret
    yield "TY", "JOUR"
    yield "TI", _text(chance, 14)
    yield from (("AU", f"{name}, {'ABCDEFG'[k]}.") for k, name in _people(chance))
    yield "PY", f"{1990 + n % 35}/{1 + n % 12:02}/{1 + n % 28:02}"
    yield "JO", "Journal of Peptide Research"
    yield from (("VL", str(n % 90)), ("IS", str(n % 12)), ("SP", str(n)), ("EP", str(n + 9)))
    yield "AB", _text(chance, 230)
    yield from (("KW", heading) for heading in chance.sample(_HEADINGS, 5))
    yield "DO", f"10.1016/j.bench.{n:07}"
    yield "SN", "0006-8993"
    yield "UR", f"https://doi.org/10.1016/j.bench.{n:07}"
    yield "ER", ""


def _article(n: int) -> str:
    chance = Random(n)  # noqa: S311  # a workload is no secret
    people = "".join(map(_AUTHOR.format_map, ({"name": name} for _, name in _people(chance))))
    return _ARTICLE.format(
        number=10_000_000 + n,
        year=1990 + n % 35,
        title=_escaped(_text(chance, 14)),
        doi=f"10.1016/j.bench.{n:07}",
        abstract="".join(
            f'<AbstractText Label="{label}">{_escaped(_text(chance, length))}</AbstractText>\n'
            for label, length in _SECTIONS
        ),
        people=people,
        headings="".join(map(_HEADING.format, chance.sample(_HEADINGS, 5))),
        references="".join(_REFERENCE.format(chance.randrange(10**7)) for _ in range(8)),
    )


def _text(chance: Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, k=words)).capitalize() + "."


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def _people(chance: Random) -> Iterator[tuple[int, str]]:
    return enumerate(chance.sample(_NAMES, chance.randrange(2, 7)))


_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" \
"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">
<PubmedArticleSet>
"""
_ARTICLE = """<PubmedArticle>
<MedlineCitation Status="MEDLINE" Owner="NLM">
<PMID Version="1">{number}</PMID>
<DateCompleted><Year>{year}</Year><Month>07</Month><Day>01</Day></DateCompleted>
<DateRevised><Year>{year}</Year><Month>08</Month><Day>01</Day></DateRevised>
<Article PubModel="Print">
<Journal><ISSN IssnType="Print">0006-8993</ISSN><JournalIssue CitedMedium="Print">
<Volume>12</Volume><Issue>3</Issue><PubDate><Year>{year}</Year><Month>Jun</Month><Day>01</Day></PubDate></JournalIssue>
<Title>Journal of Peptide Research</Title><ISOAbbreviation>J Pept Res</ISOAbbreviation></Journal>
<ArticleTitle>{title} Effects on Ca<sup>2+</sup> <i>in vivo</i>.</ArticleTitle>
<Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID>
<Abstract>
{abstract}</Abstract>
<AuthorList CompleteYN="Y">
{people}</AuthorList>
<Language>eng</Language>
<PublicationTypeList>
<PublicationType UI="D016428">Journal Article</PublicationType>
</PublicationTypeList>
</Article>
<MedlineJournalInfo><Country>Netherlands</Country><MedlineTA>J Pept Res</MedlineTA>
<NlmUniqueID>0045503</NlmUniqueID><ISSNLinking>0006-8993</ISSNLinking></MedlineJournalInfo>
<CitationSubset>IM</CitationSubset>
<MeshHeadingList>
{headings}</MeshHeadingList>
</MedlineCitation>
<PubmedData>
<PublicationStatus>ppublish</PublicationStatus>
<ArticleIdList><ArticleId IdType="pubmed">{number}</ArticleId>
<ArticleId IdType="doi">{doi}</ArticleId></ArticleIdList>
<ReferenceList>
{references}</ReferenceList>
</PubmedData>
</PubmedArticle>
"""
_AUTHOR = """<Author ValidYN="Y"><LastName>{name}</LastName><ForeName>Anna</ForeName>
<Initials>A</Initials><AffiliationInfo><Affiliation>Institute of Peptides, Department of \
Pharmacology, University of Somewhere, Italy.</Affiliation></AffiliationInfo></Author>
"""
_HEADING = """<MeshHeading><DescriptorName UI="D000818" MajorTopicYN="N">{}</DescriptorName>
</MeshHeading>
"""
_REFERENCE = """<Reference><Citation>Smith J. On peptides and what they do. J Pept Res. \
2001;5(1):1-9.</Citation><ArticleIdList><ArticleId IdType="pubmed">{}</ArticleId>
</ArticleIdList></Reference>
"""
