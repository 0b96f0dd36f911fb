"""The built-in rules: what each finds, what it leaves alone, and what all of them promise."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    CaveatNoted,
    CheckReport,
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    Event,
    EvidenceLinked,
    Finding,
    FindingWaived,
    GapNoted,
    LedgerDescribed,
    Plugins,
    QuestionClosed,
    QuestionCreated,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    SourceFlagged,
    SourceLinked,
    View,
    demo,
    seal,
)
from evledger.builtin.rules import RULES
from evledger.builtin.rules.sources import identifier_title_mismatch
from evledger.checks import check
from evledger.testing import contents, histories

PLUGINS: Final = Plugins.builtin()
NAMES: Final = sorted(rule.name for rule in RULES)


def view_of(*events: Any, by: str = "curator") -> View:
    """Return the view of a new ledger with these events."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(*events, by=by)
        return ledger.view()


def found(name: str, *events: Any, by: str = "curator") -> dict[str | None, str]:
    """Return what one rule finds: target → text."""
    report = check([PLUGINS.rule(name)], view_of(*events, by=by))
    assert report.failures == ()
    return {finding.target: finding.text for finding in report.findings}


def source(id: str = "s1", **fields: Any) -> SourceAdded:
    """Return a source: a paper, where nothing else is said."""
    given: dict[str, Any] = {"kind": "journal-article", "title": "A study of many words indeed"}
    return SourceAdded(id=id, **{**given, **fields})


def claim(id: str = "c1", **fields: Any) -> ClaimTagged:
    """Return a claim of source s1."""
    given: dict[str, Any] = {
        "source": "s1",
        "text": "Scores rose.",
        "tier": "human",
        "stance": "supports",
    }
    return ClaimTagged(id=id, **{**given, **fields})


def link(source: str, other: str, relation: Any, **fields: Any) -> SourceLinked:
    """Return a link between two sources."""
    return SourceLinked(source=source, other=other, relation=relation, **fields)


# -- what all of them promise --------------------------------------------------------------


def whole_names(view: View) -> set[str | None]:
    """Return the whole names of all that a view has, and of the ledger itself."""
    kinds = ("source", "claim", "question", "gap", "caveat", "section", "component")
    entries = {f"{kind}:{id}" for kind in kinds for id in getattr(view, f"{kind}s")}
    tiers = {f"tier:{tier.slug}" for tier in view.tiers}
    evidence = {each.name for q in view.questions.values() for each in q.evidence}
    records = {f"record:{n}" for n in range(view.head.size)}
    return {None, *entries, *tiers, *view.links, *evidence, *records}


def all_checked(view: View) -> CheckReport:
    """Let all built-in rules look."""
    return check(RULES, view)


@settings(max_examples=60)
@given(histories())
def test_rules_keep_their_promises(history: tuple[Event, ...]) -> None:
    """No rule fails; it names what is there, says why and how, and leaves the view as it is."""
    view = view_of(*history)
    before = contents(view)
    report = all_checked(view)
    assert report.failures == ()
    assert before == contents(view)
    for finding in report.findings:
        assert {finding.target, *finding.related} <= whole_names(view)
        assert finding.text
        assert finding.why
        assert finding.mend
    assert report == all_checked(view)


@settings(max_examples=40)
@given(histories())
def test_every_finding_can_be_waived(history: tuple[Event, ...]) -> None:
    """Whatever is found can be waived as it stands, and then nothing is found any more."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(*history, by="curator")
        found = ledger.check().findings
        waivers = [FindingWaived(rule=f.rule, target=f.target, why="seen") for f in found]
        ledger.append(*waivers, by="curator")
        report = ledger.check()
    assert report.findings == ()
    assert [each for each, _ in report.waived] == list(found)


TELLTALES: Final = (
    "RETRACTED: secret rats, [s99], u/secret_name, secret@secret.org",
    "Secret patients, @secret_name, [[c99]], +49 171 2345678",
)
GIVEN_AWAY: Final = ("secret", "rats", "patients", "s99", "c99", "comment")
HIDEABLE: Final[dict[type[Event], tuple[str, ...]]] = {
    SourceAdded: ("title", "authors", "venue", "community", "basis", "kind"),
    SourceAmended: ("title", "authors", "venue", "community", "why", "kind"),
    SourceFlagged: ("according_to", "status"),
    SourceLinked: ("basis",),
    ClaimTagged: ("text", "quote", "basis", "stance"),
    ClaimRetagged: ("text", "why"),
    ClaimWithdrawn: ("why",),
    Reviewed: ("why",),
    QuestionCreated: ("text", "asker"),
    QuestionClosed: ("why",),
    GapNoted: ("text",),
    CaveatNoted: ("text",),
    SectionWritten: ("heading", "body"),
    ComponentMapped: ("component", "layer"),
    FindingWaived: ("why",),
}
KEPT: Final = {"kind": "comment", "status": "retracted", "stance": "contradicts"}


def hidden(event: Event, telltale: str) -> Any:
    """Return an event with a telltale in every field that can be sealed, all of them sealed."""
    fields = HIDEABLE.get(type(event), ())
    if not fields:
        return event
    values: dict[str, Any] = {field: KEPT.get(field, telltale) for field in fields}
    if "authors" in values:
        values["authors"] = (telltale,)
    return seal(attrs.evolve(event, **values), *fields)  # type: ignore[misc]  # attrs classes all


def check_sealed(events: Iterable[Event], telltale: str) -> None:
    """Let all rules look, with and without the vault, and see that nothing is given away."""
    with (
        TemporaryDirectory() as folder,
        evledger.open("memory:", plugins=PLUGINS) as store,
    ):
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(*(hidden(event, telltale) for event in events), by="curator")
        ledger.export(Path(folder, "archive"))
        bare = store.restore(Path(folder, "archive"), "bare")
        for view in (ledger.view(), bare.view()):
            report = all_checked(view)
            assert report.failures == ()
            texts = " ".join(finding.text.casefold() for finding in report.findings)
            assert [word for word in GIVEN_AWAY if word in texts] == []


@given(histories(), st.sampled_from(TELLTALES))
@settings(max_examples=40)
def test_no_finding_repeats_what_is_sealed(history: tuple[Event, ...], telltale: str) -> None:
    """Whether sealed values are open or withheld, no rule fails, and no finding repeats one."""
    check_sealed(history, telltale)


@pytest.mark.parametrize("telltale", TELLTALES)
@pytest.mark.parametrize("tier", ["human", "preclinical", "anecdotal"])
def test_no_finding_repeats_a_sealed_word(tier: str, telltale: str) -> None:
    """The words that made a rule speak are not repeated where the field is sealed."""
    written = SectionWritten(section="why", body="x")
    check_sealed([source(), claim(tier=tier), claim("c2", tier=tier), written], telltale)


def test_rules_are_few_and_named() -> None:
    """There are at most sixteen, each of a name of its own and with a sentence on itself."""
    assert len(set(NAMES)) == len(RULES) <= 16
    assert sorted(PLUGINS.rules) == NAMES
    assert all(getattr(rule, "summary", "").endswith(".") for rule in RULES)


def test_an_empty_ledger_is_fine() -> None:
    """A ledger that has nothing yet has nothing wrong."""
    assert all_checked(view_of()).ok


# -- tiers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["web-page", "post", "comment", "video"])
def test_human_tier_weak_source(kind: Any) -> None:
    """A human claim from a page, post, comment or video is found; one of a lower tier is not."""
    name = "human-tier-weak-source"
    assert list(found(name, source(kind=kind), claim())) == ["claim:c1"]
    assert found(name, source(kind=kind), claim(tier="published")) == {}
    assert found(name, source(), claim()) == {}
    withdrawn = ClaimWithdrawn(claim="c1", why="x")
    assert found(name, source(kind=kind), claim(), withdrawn) == {}


ANIMALS = [
    "BDNF rose in rats.",
    "Murine neurons survived.",
    "Mice learned faster",
    "a zebrafish assay",
    "expression in the rat hippocampus",
    "In vitro, the peptide bound.",
    "It protected SH-SY5Y cells.",
    "Wistar-Kyoto animals",
    "less infarct volume in dogs",
    "Dogs given the drug recovered.",
    "EFFECT OF A PEPTIDE ON LEARNING IN RATS",
    "It lowered anxiety in mice; it was never tried in people.",
    "Fewer plaques in mice, which may one day help patients.",
    "Gedächtnis bei Ratten",
    "Effet neuroprotecteur chez le lapin",
    "Память крыс",
]
NO_ANIMALS = [
    "The rate rose, as Ratner and Micek report.",
    "Values were imputed by MICE.",
    "The RAT was positive.",
    "Pregnancy after in vitro fertilisation",
    "It separated from the anti-mouse antibody.",
    "Mouse cursor speed rose.",
    "It rose in patients, as it had in rats.",
    "Women who kept rabbits had fewer attacks.",
    "He called himself a guinea pig, and slept better.",
    "It did not end the rat race.",
    "Canine teeth were lost less often.",
    "Murine typhus was cured.",
    "Rabbit antithymocyte globulin lowered rejection.",
    "The in vitro diagnostic test was sensitive.",
    "Dog owners walked more.",
    "Bei Ratten und beim Menschen",
    "Effets chez l'homme et chez le rat",
]


@pytest.mark.parametrize("text", ANIMALS)
def test_animals_in_a_human_claim(text: str) -> None:
    """Animals, tissue or cells in a human claim's text, or in its source's title, are found."""
    name = "tier-text-mismatch"
    assert list(found(name, source(), claim(text=text))) == ["claim:c1"]
    assert list(found(name, source(title=text), claim())) == ["claim:c1"]
    assert found(name, source(title=text), claim(tier="preclinical")) == {}


@pytest.mark.parametrize("text", NO_ANIMALS)
def test_no_animals_in_a_human_claim(text: str) -> None:
    """Words that merely look alike are no animals, and a claim on both is left alone."""
    assert found("tier-text-mismatch", source(), claim(text=text)) == {}
    assert found("tier-text-mismatch", source(title=text), claim()) == {}


def test_the_text_goes_before_the_title() -> None:
    """A text that speaks of people is believed whatever the title says."""
    told = claim(text="Patients slept better.")
    assert found("tier-text-mismatch", source(title="Sleep in rats"), told) == {}


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Patients slept better.", True),
        ("12 healthy men took it.", True),
        ("It rose in humans.", True),
        ("Patient-derived organoids grew.", False),
        ("Neurons of patients fired.", False),
        ("It may help patients.", False),
        ("Never tried in humans.", False),
        ("BDNF rose.", False),
        ("Patients did not improve.", True),
        ("Children without aphasia spoke sooner.", True),
        ("Not yet tested in people.", False),
        ("Samples of patients were sequenced.", False),
    ],
)
def test_people_in_a_preclinical_claim(text: str, is_found: bool) -> None:
    """People in a preclinical claim are found, unless as donors or as an outlook."""
    expected = ["claim:c1"] if is_found else []
    name = "tier-text-mismatch"
    assert list(found(name, source(), claim(text=text, tier="preclinical"))) == expected
    assert list(found(name, source(title=text), claim(tier="preclinical"))) == expected


def test_tier_and_kind_of_source() -> None:
    """An anecdote from a paper and an experiment from a post are found, and not the reverse."""
    name = "tier-text-mismatch"
    post = source(kind="post")
    assert list(found(name, source(), claim(tier="anecdotal"))) == ["claim:c1"]
    assert list(found(name, post, claim(tier="preclinical"))) == ["claim:c1"]
    assert found(name, post, claim(tier="anecdotal")) == {}
    assert found(name, post, claim(tier="published")) == {}
    assert found(name, source(kind="book"), claim(tier="anecdotal")) == {}


# -- sources -------------------------------------------------------------------------------


def flag(source: str, status: Any) -> SourceFlagged:
    """Flag a source."""
    return SourceFlagged(source=source, status=status, according_to="Crossref")


BOTH: Final = (source("s1"), source("s2", title="Another title altogether"), claim())


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([flag("s1", "concern")], id="concern"),
        pytest.param(
            [flag("s2", "retracted"), link("s1", "s2", "duplicate-of", assertion="automatic")],
            id="a proposed duplicate",
        ),
        pytest.param([flag("s2", "retracted"), link("s1", "s2", "version-of")], id="a version"),
        pytest.param([flag("s2", "retracted"), link("s2", "s1", "version-of")], id="the preprint"),
        pytest.param([flag("s2", "retracted"), link("s2", "s1", "same-study")], id="one study"),
        pytest.param(
            [SourceAmended(source="s1", title="RETRACTED: A study", why="x")], id="its title"
        ),
        pytest.param(
            [
                SourceAmended(source="s2", title="Retraction: A study", why="x"),
                link("s2", "s1", "notice-of"),
            ],
            id="its notice",
        ),
    ],
)
def test_retracted_source_counted(events: list[Event]) -> None:
    """A source that counts is found where something says that it was retracted, or is doubted."""
    name = "retracted-source-counted"
    assert list(found(name, *BOTH, *events)) == ["source:s1"]
    assert found(name, *BOTH, *events, ClaimWithdrawn(claim="c1", why="x")) == {}


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([], id="nothing"),
        pytest.param([flag("s1", "corrected")], id="a correction"),
        pytest.param([flag("s1", "concern"), flag("s1", "reinstated")], id="settled"),
        pytest.param([flag("s1", "retracted")], id="does not count any more"),
        pytest.param([flag("s2", "retracted"), link("s1", "s2", "part-of")], id="a part"),
        pytest.param(
            [
                flag("s2", "retracted"),
                link("s1", "s2", "version-of"),
                Reviewed(target="link:s1/s2/version-of", verdict="rejected"),
            ],
            id="a rejected link",
        ),
        pytest.param(
            [SourceAmended(source="s1", title="Retracted gums in people", why="x")], id="a word"
        ),
        pytest.param(
            [
                SourceAmended(source="s2", title="Correction: A study", why="x"),
                link("s2", "s1", "notice-of"),
            ],
            id="a correction's notice",
        ),
    ],
)
def test_no_retracted_source_counted(events: list[Event]) -> None:
    """What is settled, rejected, or of another kind raises no doubt."""
    assert found("retracted-source-counted", *BOTH, *events) == {}


def test_retracted_source_cited() -> None:
    """Claims that stand on a retracted source are found, once for the source, till withdrawn."""
    name = "retracted-source-cited"
    events = [*BOTH, claim("c2"), flag("s1", "retracted")]
    assert list(found(name, *events)) == ["source:s1"]
    assert found(name, *events, flag("s1", "reinstated")) == {}
    gone = [ClaimWithdrawn(claim=id, why="x") for id in ("c1", "c2")]
    assert found(name, *events, *gone) == {}
    assert found(name, *events, gone[0])["source:s1"].endswith("still resting on it: c2")


TITLE: Final = "Effects of a peptide on BDNF in stroke"


def twins(**fields: Any) -> list[Event]:
    """Return two sources of one title but for marks, each with a claim."""
    second = {"title": f"[{TITLE.upper()}].", "published": "2018", **fields}
    return [
        source("s1", title=TITLE, published="2018-06"),
        source("s2", **second),
        claim(),
        claim("c2", source="s2"),
    ]


def test_duplicate_counted() -> None:
    """Sources of one title and year that both count are found; an unknown year is no other."""
    name = "duplicate-counted"
    assert list(found(name, *twins())) == ["source:s2"]
    assert list(found(name, *twins(published=None))) == ["source:s2"]
    assert found(name, *twins(published="2017")) == {}
    assert found(name, *twins(title="Effects of a peptide on BDNF in shock")) == {}
    assert found(name, *twins(), ClaimWithdrawn(claim="c2", why="x")) == {}
    assert found(name, *twins(kind="comment", title=TITLE)) == {}
    assert found(name, *twins(), link("s2", "s1", "version-of")) == {}
    assert list(found(name, *twins(kind="preprint", published="2017"))) == ["source:s2"]


def test_works_of_strangers_are_no_duplicates() -> None:
    """Of one title and year are also works of different people, whatever form their names have."""
    named = [SourceAmended(source="s1", authors=("Smith, J.",), why="x")]
    for author, expected in (("John Smith", ["source:s2"]), ("J. Doe", [])):
        twin = twins(authors=(author,))
        assert list(found("duplicate-counted", *twin, *named)) == expected
    long = SourceAmended(source="s1", title=f"{TITLE} of old rats", why="x")
    twin = twins(authors=("J. Doe",), title=long.title)
    assert list(found("duplicate-counted", *twin, *named, long)) == ["source:s2"]
    hidden = seal(SourceAmended(source="s2", authors=("J. Doe",), why="x"), "authors")
    assert list(found("duplicate-counted", *twins(), *named, hidden)) == []


def test_short_titles_are_no_duplicates() -> None:
    """Everybody writes a letter to the editor."""
    short = [source(id, title="Letter to the editor", published="2018") for id in ("s1", "s2")]
    assert found("duplicate-counted", *short, claim(), claim("c2", source="s2")) == {}


def test_proposed_duplicates_that_both_count() -> None:
    """A proposed link is found until somebody accepts it or rejects it."""
    name, target = "duplicate-counted", "link:s2/s1/duplicate-of"
    events = [*twins(), link("s2", "s1", "duplicate-of", assertion="automatic")]
    assert list(found(name, *events)) == [target]
    for verdict in ("accepted", "rejected"):
        assert found(name, *events, Reviewed(target=target, verdict=verdict)) == {}


def test_identifier_title_mismatch() -> None:
    """Two numbers of one register, and linked works of unlike titles, are found."""
    name = "identifier-title-mismatch"
    two = source(locators=("pmid:1", "pmid:2"))
    assert list(found(name, two)) == ["source:s1"]
    assert found(name, source(locators=("pmid:1", "doi:10.1000/x", "doi:10.1000/y"))) == {}
    unlike = [source("s1", title=TITLE), source("s2", title="Sleep and diet of shift workers")]
    target = "link:s2/s1/version-of"
    assert list(found(name, *unlike, link("s2", "s1", "version-of"))) == [target]
    assert found(name, *unlike, link("s2", "s1", "same-study")) == {}
    roofs = [source("s1", title=TITLE), source("s2", title="Effects of a rain on roofs in Alps")]
    assert list(found(name, *roofs, link("s2", "s1", "version-of"))) == [target]
    rejected = Reviewed(target=target, verdict="rejected")
    assert found(name, *unlike, link("s2", "s1", "version-of"), rejected) == {}
    alike = [source("s1", title=TITLE), source("s2", title=f"{TITLE}: a preprint")]
    assert found(name, *alike, link("s2", "s1", "version-of")) == {}


def test_titles_from_a_register() -> None:
    """With a register's titles, an identifier of another work is found, and a right one is not."""
    titles = {"pmid:1": f"{TITLE}.", "pmid:2": "Sleep and diet of shift workers"}
    rule = identifier_title_mismatch(titles.get, name="pubmed-title-mismatch")
    for number, expected in ((1, []), (2, ["source:s1"]), (3, [])):
        view = view_of(source(title=TITLE, locators=(f"pmid:{number}",)))
        report = check([rule], view)
        assert expected == [finding.target for finding in report.findings]
        assert report.rules == ("pubmed-title-mismatch",)


# -- independence --------------------------------------------------------------------------


def posts(first: dict[str, Any], second: dict[str, Any], tier: str = "anecdotal") -> list[Event]:
    """Return two posts, each with an anecdote; that of the second is of ``tier``."""
    given = {"kind": "comment", "platform": "reddit", "community": "r/x"}
    return [
        source("s1", **{**given, "title": "One", **first}),
        source("s2", **{**given, "title": "Two", **second}),
        claim(tier="anecdotal"),
        claim("c2", source="s2", tier=tier),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"authors": ("@Morelli",)}, {"authors": ("morelli",)}),
        ({"authors": ("/u/morelli",)}, {"authors": ("u/Morelli",)}),
        ({"url": "https://redd.it/AA"}, {"mentions": ("reddit:t3_aa",)}),
        ({"mentions": ("reddit:t3_aa",)}, {"mentions": ("reddit:t3_aa",)}),
        ({"kind": "post", "locators": ("reddit:t3_aa",)}, {"mentions": ("reddit:t3_aa",)}),
        (
            {"url": "https://www.reddit.com/r/x/comments/aa/t/c1/"},
            {"url": "https://old.reddit.com/r/x/comments/aa/t/c2/"},
        ),
        ({"title": "Has anyone tried it"}, {"title": "Has anyone tried it?"}),
    ],
)
def test_dependent_posts(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Posts of one author or one thread that count apart are found, within a tier."""
    name = "dependent-sources"
    assert list(found(name, *posts(first, second))) == ["source:s1"]
    assert found(name, *posts(first, second, tier="published")) == {}
    assert found(name, *posts(first, second), ClaimWithdrawn(claim="c1", why="x")) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"authors": ("[deleted]",)}, {"authors": ("[deleted]",)}),
        ({"authors": ("u/[deleted]",)}, {"authors": ("u/[deleted]",)}),
        ({"mentions": ("doi:10.1000/x",)}, {"mentions": ("doi:10.1000/x",)}),
        ({"mentions": ("reddit:t3_aa",)}, {"mentions": ("reddit:t3_ab",)}),
        ({"title": "Has anyone tried it"}, {"title": "Has anyone tried it", "community": "r/y"}),
        (
            {"platform": "x", "community": None, "title": "A post on semax"},
            {"platform": "x", "community": None, "title": "A post on semax"},
        ),
        ({"kind": "journal-article", "platform": None, "authors": ("A",)}, {"authors": ("A",)}),
        ({"authors": ("A",)}, {"authors": ("A",), "platform": "x", "community": None}),
    ],
)
def test_independent_posts(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Nobody's posts, posts on one paper, and posts of like titles elsewhere are independent."""
    assert found("dependent-sources", *posts(first, second)) == {}


def test_dependence_reaches_on() -> None:
    """What hangs together through a third is one finding, which names what ties it."""
    events = [
        source("s1", kind="post", title="One", authors=("A",)),
        source("s2", kind="post", title="Two", authors=("A",), mentions=("reddit:t3_aa",)),
        source("s3", kind="post", title="Three", mentions=("reddit:t3_aa",)),
        *(claim(f"c{n}", source=f"s{n}", tier="anecdotal") for n in (1, 2, 3)),
    ]
    text = found("dependent-sources", *events)["source:s1"]
    expected = "s1, s2 and s3 count apart as anecdotal, but have a thread and an author in common"
    assert text == expected


@pytest.mark.parametrize("relation", ["same-study", "version-of", "part-of"])
def test_dependent_studies(relation: str) -> None:
    """Reports of one study, versions of one work, and a part beside its whole are found."""
    events = [*BOTH, claim("c2", source="s2"), link("s2", "s1", relation)]
    target = f"link:s2/s1/{relation}"
    assert list(found("dependent-sources", *events)) == ["source:s1"]
    assert found("dependent-sources", *events, Reviewed(target=target, verdict="rejected")) == {}


def test_reports_of_one_trial() -> None:
    """Papers that mention one trial are found, and the trial with them; a review is not."""
    name, trial = "dependent-sources", ("nct:NCT01234567",)

    def reports(kind: Any) -> list[Event]:
        one = source("s1", kind="trial", title="One", locators=trial)
        other = source("s2", kind=kind, title="Two", mentions=trial)
        return [one, other, claim(), claim("c2", source="s2")]

    assert list(found(name, *reports("journal-article"))) == ["source:s1"]
    assert found(name, *reports("review")) == {}


@pytest.mark.parametrize(
    "title",
    [
        "RETRACTED ARTICLE: Semax in stroke",
        "[Retracted] Semax in stroke",
        "WITHDRAWN: Semax in stroke",
        "Semax in stroke (Retracted article. See vol. 5, 2019)",
    ],
)
def test_titles_that_say_retracted(title: str) -> None:
    """Registers mark a retracted paper in its title, each in its way; a flag settles it."""
    name = "retracted-source-counted"
    assert list(found(name, source(title=title), claim())) == ["source:s1"]
    assert found(name, source(title=title), claim(), flag("s1", "reinstated")) == {}


def test_parts_of_one_whole() -> None:
    """Two parts depend on each other though the whole does not count."""
    events = [*BOTH, source("s3"), claim("c2", source="s2")]
    parts = [link(id, "s3", "part-of") for id in ("s1", "s2")]
    assert list(found("dependent-sources", *events, *parts)) == ["source:s1"]
    assert found("dependent-sources", *events, parts[0]) == {}


def test_one_group_behind_a_tier() -> None:
    """Papers share authors; it is found only where one is on all of a tier, of three at least."""

    def papers(count: int, last: tuple[str, ...]) -> Iterable[Event]:
        for n in range(1, count + 1):
            authors = last if n == count else ("Myasoedov", f"Other {n}")
            yield source(f"s{n}", title=f"Paper {n}", authors=authors)
            yield claim(f"c{n}", source=f"s{n}")

    name = "dependent-sources"
    assert list(found(name, *papers(3, ("Myasoedov",)))) == ["tier:human"]
    assert found(name, *papers(3, ("Somebody",))) == {}
    assert found(name, *papers(2, ("Myasoedov",))) == {}


def test_score_saturated() -> None:
    """The score is found to be held down only where the sum exceeds the cap."""
    many = [source(), *(claim(f"c{n}") for n in range(1, 13))]
    assert list(found("score-saturated", *many)) == [None]
    assert found("score-saturated", source(), claim()) == {}


@pytest.mark.parametrize("stance", ["contradicts", "mixed"])
def test_no_contradicting_evidence(stance: str) -> None:
    """Five claims that agree are found; fewer, or one that disagrees, are not."""
    name = "no-contradicting-evidence"
    agree = [source(), *(claim(f"c{n}") for n in range(1, 6))]
    other = claim("c6", stance=stance)
    assert list(found(name, *agree)) == [None]
    assert found(name, *agree[:-1]) == {}
    assert found(name, *agree, other) == {}
    assert list(found(name, *agree, other, ClaimWithdrawn(claim="c6", why="x"))) == [None]


# -- completeness --------------------------------------------------------------------------


def test_claim_without_locator() -> None:
    """One finding for a tier names the claims whose source has no identifier and no link."""
    name = "claim-without-locator"
    bare = [source(), claim(), claim("c2", tier="published")]
    assert list(found(name, *bare)) == ["tier:human", "tier:published"]
    text = "no locator or url for the source of c1: the one human claim that counts"
    assert found(name, *bare)["tier:human"] == text
    assert found(name, source(url="https://example.org/a"), claim()) == {}
    amended = SourceAmended(source="s1", locators_added=("doi:10.1000/x",), why="found it")
    assert found(name, *bare, amended) == {}


def test_claim_without_quote() -> None:
    """One finding for a tier names the claims without a quote; a sealed one is a quote."""
    name = "claim-without-quote"
    events = [source(), claim(), claim("c2", quote="they rose")]
    assert found(name, *events) == {"tier:human": "no quote for c1: 1 of 2 human claims that count"}
    all_bare = {"tier:human": "no quote for c1 and c2: all 2 human claims that count"}
    assert found(name, source(), claim(), claim("c2")) == all_bare
    assert found(name, source(), claim(quote="they rose")) == {}


def test_an_erased_quote_was_one() -> None:
    """A quote that was erased is not missed."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("semax", title="Semax", by="curator")
        ledger.append(source(), claim(quote="they rose"), by="curator")
        ledger.erase(2, "quote", reason="asked", by="curator")
        assert ledger.check("claim-without-quote").ok


def test_a_tier_that_is_gone() -> None:
    """Claims of a tier that the ledger no longer has are found on the ledger as a whole."""
    described = LedgerDescribed(tiers=(evledger.Tier(slug="own", label="Own", description="x"),))
    assert list(found("claim-without-quote", source(), claim(), described)) == [None]


def test_automatic_claims() -> None:
    """What programs made is one finding, and is gone once all of it was reviewed."""
    name = "automatic-claims"
    events = [
        source("s1", assertion="automatic"),
        source("s2"),
        link("s2", "s1", "same-study", assertion="automatic"),
        claim(assertion="automatic"),
        claim("c2"),
    ]
    text = "nobody has reviewed 1 claim, 1 link and 1 source that programs made"
    assert found(name, *events) == {None: text}
    targets = ("source:s1", "claim:c1", "link:s2/s1/same-study")
    reviews = [Reviewed(target=target, verdict="rejected") for target in targets]
    assert found(name, *events, *reviews) == {}


def test_question_unsupported() -> None:
    """A question whose answer stopped counting is found; one that waits for its first is not."""
    name = "question-unsupported"
    asked = [*BOTH, QuestionCreated(id="q1", text="Does it help?")]
    answered = [*asked, EvidenceLinked(question="q1", claim="c1", relation="answers")]
    assert found(name, *asked) == {}
    assert found(name, *answered, QuestionClosed(question="q1", why="done")) == {}
    assert list(found(name, *asked, QuestionClosed(question="q1", why="done"))) == ["question:q1"]
    gone = ClaimWithdrawn(claim="c1", why="x")
    assert list(found(name, *answered, gone)) == ["question:q1"]
    whole = EvidenceLinked(question="q1", source="s1", relation="partly")
    assert found(name, *asked, whole) == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("It rose [s9].", "source:s9"),
        ("It rose [[c9]].", "claim:c9"),
        ("It rose [s1, s9; c1].", "source:s9"),
        ("It acts on [component:trkb].", "component:trkb"),
        ("See [source:s9] and [k9].", "source:s9 and component:k9"),
        ("It rose [s1], [c1], [[k1]] and [component:k1].", None),
        ("S100 protein, the s9 nerve, (s9), [S9], [s9 nerve], [s0], [99].", None),
    ],
)
def test_section_cites_unknown(body: str, expected: str | None) -> None:
    """Ids in square brackets are citations, and found where the ledger lacks them."""
    mapped = ComponentMapped(id="k1", component="Semax", layer="neural")
    written = SectionWritten(section="why", body=body)
    texts = found("section-cites-unknown", source(), claim(), mapped, written)
    whole = {"section:why": f"it cites what the ledger does not have: {expected}"}
    assert texts == ({} if expected is None else whole)


def test_unreadable_records() -> None:
    """Records of a type that is not known here are found."""

    @evledger.event("mylab:note-made")
    class NoteMade(Event):
        """A note."""

        text: str

    class MyLab:
        """A plugin."""

        __name__ = "mylab"

        @evledger.hookimpl.events
        def events(self) -> evledger.EventSupply:
            """Return the note."""
            return evledger.EventSupply(events=(NoteMade,))

    richer = Plugins.builtin()
    richer.register(MyLab(), "mylab")
    with TemporaryDirectory() as folder:
        url = str(Path(folder, "evidence.db"))
        with evledger.open(url, plugins=richer) as store:
            ledger = store.create("semax", title="Semax", by="curator")
            ledger.append(NoteMade(text="x"), by="curator")
            assert ledger.check("unreadable-records").ok
        with evledger.open(url, plugins=PLUGINS) as store:
            report = store.ledger("semax").check("unreadable-records")
            assert [finding.target for finding in report.findings] == [None]


def test_unfit_records_are_named() -> None:
    """Records that could not be taken in are what the finding concerns, so that new ones tell."""
    view: Any = SimpleNamespace(warnings=("2 records could not be read",), unfit=(4, 7))
    (finding,) = PLUGINS.rule("unreadable-records").check(view)
    assert finding.related == ("record:4", "record:7")


# -- privacy -------------------------------------------------------------------------------

PERSONAL = [
    ("a handle", "As @morelli_fit reports, it helped."),
    ("a handle", "As u/morelli-fit reports, it helped."),
    ("a handle", "(/u/morelli) it helped"),
    ("an e-mail address", "Ask morelli.fit@mail.example.org."),
    ("a telephone number", "Call +49 171 2345 678."),
    ("a telephone number", "Call +491712345678"),
    ("a telephone number", "Call (555) 223-4567 for more."),
    ("a telephone number", "Call 555-223-4567."),
    ("a telephone number", "+33 1 23 45 67 89, or +7(495)1234567"),
    ("a telephone number", "Tel. 089-123456"),
    ("a telephone number", "Phone 020 7946 0958"),
    ("a telephone number", "06 12 34 56 78"),
    ("an e-mail address", "morelli [at] example [dot] org"),
    ("an e-mail address", "morelli\uff20example.org"),
    ("a handle", "See https://twitter.com/morelli/status/1."),
    ("a handle", "See reddit.com/user/morelli."),
    ("a postal address", "12 Baker Street, London"),
    ("a postal address", "Musterstraße 12, München"),
]
IMPERSONAL = [
    "doi:10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2",
    "https://doi.org/10.1000/555-223-4567",
    "ISSN 1932-6208, ISBN 978-0-306-40615-7, PMID 29798983, NCT01234567",
    "ORCID 0000-0002-1825-0097, CAS 80714-61-0",
    "a change of +0.12 (0.08-0.16), p = 0.0003, 95% CI 12-34",
    "on 2018-06-01 and 2019-07-02, from 2018 to 2020",
    "600 µg three times a day, insulin 10 u/day and 5 u/kg, ALT 40 U/L",
    "mice @ 5 mg, and CD4+ 250 to 300 cells",
    "https://www.reddit.com/r/TBI/comments/58qzqh/",
    "https://x.com/i/status/1234567890123456789",
    "numpy@1.26.4, git@example.org:a/b, @media and 5 mg @bedtime, @mentions of drugs",
    "a change of +123 (100-150), steps of +10 20 30 40 50, the call 2014-2020",
    "ISBN 0306 406152, grant 17-04-00123, EudraCT 2019-001234-12, grid 123 456 789 012",
    "Main Street 2020 of the Wall Street Journal, 24 Road accidents, 50 rue scores",
]


@pytest.mark.parametrize(("sign", "text"), PERSONAL)
def test_personal_data(sign: str, text: str) -> None:
    """Handles, addresses and telephone numbers in public text are found, and not repeated."""
    name = "personal-data"
    assert found(name, source(), claim(text=text)) == {"claim:c1": f"{sign} in text"}
    assert found(name, source(title=text)) == {"source:s1": f"{sign} in title"}
    assert found(name, source(venue=text)) == {"source:s1": f"{sign} in venue"}
    assert found(name, SectionWritten(section="why", body=text)) == {
        "section:why": f"{sign} in body"
    }
    assert found(name, GapNoted(id="g1", text=text)) == {"gap:g1": f"{sign} in text"}
    assert found(name, CaveatNoted(id="cv1", text=text)) == {"caveat:cv1": f"{sign} in text"}
    assert found(name, source(), claim(), ClaimWithdrawn(claim="c1", why=text)) == {
        "claim:c1": f"{sign} in withdrawn"
    }


@pytest.mark.parametrize("text", IMPERSONAL)
def test_no_personal_data(text: str) -> None:
    """Identifiers, statistics, dates and doses are no personal data."""
    assert found("personal-data", source(title=text), claim(text=text)) == {}


@pytest.mark.parametrize("text", [text for _, text in PERSONAL])
def test_what_is_sealed_is_not_public(text: str) -> None:
    """The title of a post, a quote, a question by message and sealed fields are no public text."""
    events = [
        source(title=text, kind="post", platform="reddit", authors=(text,)),
        claim(quote=text),
        QuestionCreated(id="q1", text=text, channel="sms", asker=text),
        seal(GapNoted(id="g1", text=text), "text"),
    ]
    assert found("personal-data", *events) == {}


def test_personal_data_of_those_who_write() -> None:
    """An address as an actor, in a waiver and in the ledger's title is found."""
    name = "personal-data"
    assert found(name, source(), by="me@example.org") == {"source:s1": "an e-mail address in by"}
    waived = FindingWaived(rule="x", why="ask me@example.org")
    assert list(found(name, waived)) == [None]
    assert list(found(name, LedgerDescribed(title="By @somebody"))) == [None]
    page = source(kind="web-page", url="https://www.instagram.com/morelli")
    assert found(name, page) == {"source:s1": "a handle in url"}


def test_a_waiver_of_personal_data_in_waivers_ends_with_the_next() -> None:
    """Who let one reason stand has not seen the next."""
    told = FindingWaived(rule="x", why="ask me@example.org")
    seen = FindingWaived(rule="personal-data", why="a role's address")
    assert found("personal-data", told, seen) == {}
    later = found("personal-data", told, seen, told)
    assert later == {None: "an e-mail address in the waiver of record 3"}


# -- long ones -----------------------------------------------------------------------------

LONG: Final = 12_000
REPEATED: Final = (
    *("a", "1", "@", "a@", "a.a", "+1 ", "u/", "[", "[s1,", ",s1", ":", "(retracted", "cultured "),
    *("reddit.com/", "comments/", "(555) ", "00", "rat", "-", "Retracted ", "x y "),
)


@pytest.mark.parametrize("part", REPEATED)
def test_long_texts_are_read_once(part: str) -> None:
    """However often a part of it is repeated, every rule comes to the end of a text."""
    many = part * (LONG // len(part))
    events: list[Event] = [source()]
    for n, text in enumerate([many, f"123{many}@", f"[s1{many}]", f"RETRACTED{many}:"], 2):
        events += [
            source(f"s{n}", title=text),
            claim(f"c{n}", source=f"s{n}", text=text),
            claim(f"d{n}", source=f"s{n}", text=text, tier="preclinical"),
            SectionWritten(section=f"part-{n}", body=text),
        ]
    assert all_checked(view_of(*events)).failures == ()


# -- real ones -----------------------------------------------------------------------------


def test_the_demonstration() -> None:
    """In the demonstration's ledger the rules find what a reader of it would."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger, _ = demo.build(store)
        report = ledger.check()
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    assert [f.target for f in by_rule["human-tier-weak-source"]] == ["claim:c9", "claim:c11"]
    groups = {f.target: f.related for f in by_rule["dependent-sources"]}
    assert groups == {
        "source:s23": ("source:s24", "claim:c20", "claim:c21"),
        "source:s26": ("source:s27", "source:s28", "claim:c23", "claim:c24", "claim:c25"),
        "source:s45": ("source:s78", "claim:c33", "claim:c39"),
    }
    quiet = {"tier-text-mismatch", "personal-data", "duplicate-counted", "section-cites-unknown"}
    assert quiet.isdisjoint(by_rule)


@given(st.text(max_size=80))
def test_titles_of_any_kind(title: str) -> None:
    """Whatever a title and a text are made of, the rules look at them without failing."""
    if title:
        view = view_of(*twins(title=title), claim("c3", text=title))
        assert all_checked(view).failures == ()
