"""Trials as ClinicalTrials.gov registers them, in the JSON of its second API and of its downloads.

https://clinicaltrials.gov/data-api/about-api/study-data-structure
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Fit, Found, ItemFlag
from evledger_literature.markup import paragraphs
from evledger_literature.reading.jsonrecords import found_in
from evledger_literature.reading.lenient import (
    date,
    locator,
    mapping,
    mappings,
    shown,
    text,
    texts,
    words,
)
from evledger_literature.reading.outline import outline
from evledger_literature.records import Record

__all__ = ["ClinicalTrialsImporter", "record_of"]

_SECTIONS: Final = frozenset(
    {"annotationSection", "derivedSection", "documentSection", "protocolSection", "resultsSection"}
)
_PHASES: Final[Mapping[str, str]] = {
    "EARLY_PHASE1": "Early Phase 1",
    "PHASE1": "Phase 1",
    "PHASE2": "Phase 2",
    "PHASE3": "Phase 3",
    "PHASE4": "Phase 4",
}
# The registry's texts are Markdown, in which it escapes what could be markup.
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")


class ClinicalTrialsImporter:
    """Reads ClinicalTrials.gov's JSON: a study, a page of studies, a list, or one in each line."""

    name = "clinicaltrials"
    suffixes = (".json", ".jsonl")

    def sniff(self, start: bytes) -> Fit:
        """Know a study by its sections, and an empty page by its count."""
        file = outline(start)
        is_page = file.has({"studies"}) and file.has({"nextPageToken", "totalCount"})
        return Fit.SURE if is_page or file.below("studies").has(_SECTIONS) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield the studies of a file, in order.

        Raises:
            Invalid: it is no JSON, or of another format.
        """
        yield from found_in(file, noun="study", unwrapped=_unwrapped, found_of=_found_of)


def _unwrapped(document: Any) -> Any:
    page = mapping(document)
    if is_list(document) or is_list(page.get("studies")):
        return document if is_list(document) else page["studies"]
    if page.keys().isdisjoint(_SECTIONS):
        msg = f"it holds no studies of ClinicalTrials.gov's API v2: got {shown(document)!r:.80}"
        raise Invalid(msg)
    return document


def _found_of(study: Mapping[str, Any], place: str) -> Iterator[Found]:
    yield from record_of(study, place).found()


def record_of(study: Mapping[str, Any], place: str, retrieved: str | None = None) -> Record:
    """Return what the registration of a trial says; any module may be missing.

    A trial that was stopped, for whatever reason, has not thereby lost its standing:
    that is told with its summary, and is no flag.

    Args:
        study: as the API has it, with its sections.
        place: where it stands, for people.
        retrieved: when the registry gave it.

    >>> module = {"identificationModule": {"nctId": "NCT00680992", "briefTitle": "A trial"}}
    >>> record_of({"protocolSection": module}, "study 1").identifiers
    ('nct:NCT00680992',)
    """
    protocol = mapping(study.get("protocolSection"))
    identity = mapping(protocol.get("identificationModule"))
    number = text(identity.get("nctId"))
    # Selections of fields have the brief title, and the registry's own pages show it.
    name = words(identity.get("briefTitle")) or words(identity.get("officialTitle"))
    sponsor = mapping(_in(protocol, "sponsorCollaboratorsModule").get("leadSponsor"))
    return Record(
        place=place,
        format="ClinicalTrials.gov",
        kind="trial",
        title=name,
        abstract=_abstract(protocol, identity),
        authors=tuple(filter(None, (words(sponsor.get("name")),))),
        venue="ClinicalTrials.gov",
        published=_published(_in(protocol, "statusModule")),
        url=f"https://clinicaltrials.gov/study/{number}" if locator("nct", number) else None,
        identifiers=tuple(_identifiers(identity)),
        mentions=tuple(_mentions(protocol, identity)),
        types=_types(study, protocol),
        headings=tuple(_headings(mapping(study.get("derivedSection")))),
        phases=_phases(protocol),
        flags=tuple(_retracted(protocol)),
        raw="" if name else shown(study),
        retrieved=retrieved,
    )


def _in(protocol: Mapping[str, Any], module: str) -> Mapping[str, Any]:
    return mapping(protocol.get(module))


def _published(status: Mapping[str, Any]) -> str | None:
    """Return when the registration was published, or handed in; a trial's own dates are no such."""
    posted = mapping(status.get("studyFirstPostDateStruct")).get("date")
    return date(posted) or date(status.get("studyFirstSubmitDate"))


def _identifiers(identity: Mapping[str, Any]) -> Iterator[str]:
    """Yield the number, and those it had before records of one trial were merged."""
    for name in ("nctId", "nctIdAliases"):
        yield from (f"nct:{number}" for number in texts(identity.get(name)))


def _mentions(protocol: Mapping[str, Any], identity: Mapping[str, Any]) -> Iterator[str]:
    """Yield the other trials that it names, and the papers on its background and results."""
    for other in mappings(identity.get("secondaryIdInfos")):
        yield from filter(None, (locator("nct", other.get("id")),))
    for reference in mappings(_in(protocol, "referencesModule").get("references")):
        yield from (f"pmid:{number}" for number in texts(reference.get("pmid")))


def _retracted(protocol: Mapping[str, Any]) -> Iterator[ItemFlag]:
    """Yield which of the papers were retracted, as the registry has it from PubMed."""
    for reference in mappings(_in(protocol, "referencesModule").get("references")):
        paper = locator("pmid", reference.get("pmid"))
        for retraction in mappings(reference.get("retractions")) if paper else ():
            yield ItemFlag(
                status="retracted",
                according_to="ClinicalTrials.gov",
                notice=locator("pmid", retraction.get("pmid")),
                of=(paper,) if paper else (),
            )


def _types(study: Mapping[str, Any], protocol: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what sort of study it is, and whether it has results, in the registry's words."""
    design = _in(protocol, "designModule")
    allocation = mapping(design.get("designInfo")).get("allocation")
    has_results = study.get("hasResults") is True or bool(study.get("resultsSection"))
    return (
        *texts(design.get("studyType")),
        *texts(allocation),
        *(["hasResults"] if has_results else []),
    )


def _phases(protocol: Mapping[str, Any]) -> tuple[str, ...]:
    found = texts(_in(protocol, "designModule").get("phases"))
    return tuple(_PHASES[phase] for phase in found if phase in _PHASES)


def _headings(derived: Mapping[str, Any]) -> Iterator[str]:
    """Yield the Medical Subject Headings of its conditions and interventions."""
    for browse in ("conditionBrowseModule", "interventionBrowseModule"):
        for heading in mappings(mapping(derived.get(browse)).get("meshes")):
            yield from filter(None, (words(heading.get("term")),))


def _abstract(protocol: Mapping[str, Any], identity: Mapping[str, Any]) -> str | None:
    """Return the brief summary, and below it, under labels, the trial's subject and course."""
    summary = _markdown(_in(protocol, "descriptionModule").get("briefSummary"))
    official = words(identity.get("officialTitle")) if text(identity.get("briefTitle")) else None
    labelled = (("OFFICIAL TITLE", official), *_labelled(protocol))
    rest = (f"{label}: {value}" for label, value in labelled if value)
    return "\n".join(filter(None, (summary, *rest))) or None


def _labelled(protocol: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    status = _in(protocol, "statusModule")
    conditions = _in(protocol, "conditionsModule")
    enrollment = mapping(_in(protocol, "designModule").get("enrollmentInfo"))
    yield "CONDITIONS", "; ".join(filter(None, map(words, texts(conditions.get("conditions")))))
    yield "INTERVENTIONS", "; ".join(_interventions(protocol))
    yield "ENROLLMENT", " ".join((*texts(enrollment.get("count")), *_coded(enrollment.get("type"))))
    yield "STATUS", " ".join(_coded(status.get("overallStatus")))
    yield "WHY STOPPED", _markdown(status.get("whyStopped"))


def _interventions(protocol: Mapping[str, Any]) -> Iterator[str]:
    for each in mappings(_in(protocol, "armsInterventionsModule").get("interventions")):
        if name := words(each.get("name")):
            yield ": ".join((*_coded(each.get("type")), name))


def _coded(value: Any) -> list[str]:
    """Return the words of the registry's codes, as of ``NOT_YET_RECRUITING``."""
    return [code.replace("_", " ").lower() for code in texts(value)]


def _markdown(value: Any) -> str:
    """Return a text without the escapes of its Markdown."""
    return _ESCAPED.sub(r"\1", paragraphs(text(value) or ""))
