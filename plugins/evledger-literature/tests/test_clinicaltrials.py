"""Trials of ClinicalTrials.gov, of which any module may be missing."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from evledger_literature.formats.clinicaltrials import ClinicalTrialsImporter, record_of
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid
from evledger.importing import Fit, Found, Item, ItemFlag, Note, Rejection
from evledger.testing import ImporterTests


def study(number: str = "NCT00000001", **modules: dict[str, Any]) -> dict[str, Any]:
    """Return a study with these modules, and one that names it."""
    identity = {"nctId": number, "briefTitle": f"A trial, {number}"}
    identity |= modules.pop("identificationModule", {})
    return {"protocolSection": {"identificationModule": identity, **modules}}


STUDIES = [study(f"NCT0000000{n}") for n in (1, 2, 3)]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
MODULES = (
    *("armsInterventionsModule", "conditionsModule", "descriptionModule", "designModule"),
    *("identificationModule", "referencesModule", "sponsorCollaboratorsModule", "statusModule"),
)
NAMES = (
    *("briefSummary", "briefTitle", "conditions", "count", "date", "enrollmentInfo", "id"),
    *("interventions", "leadSponsor", "meshes", "name", "nctId", "nctIdAliases", "phases"),
    *("overallStatus", "pmid", "references", "retractions", "secondaryIdInfos", "studyType"),
    *("studyFirstPostDateStruct", "type", "whyStopped"),
)


def read(*parts: Any) -> list[Found]:
    """Read documents, one in each line where there are several."""
    data = "\n".join(map(json.dumps, parts))
    return list(ClinicalTrialsImporter().read(io.BytesIO(data.encode())))


class TestClinicalTrials(ImporterTests):
    """Registered trials keep every promise of an importer."""

    def importer(self) -> ClinicalTrialsImporter:
        """Return the importer."""
        return ClinicalTrialsImporter()

    def sample(self) -> bytes:
        """Return a page of studies as the API answers with one."""
        return json.dumps({"studies": STUDIES, "totalCount": 3, "nextPageToken": "ZVt"}).encode()

    def records(self) -> int:
        """Return how many studies that are."""
        return 3


# -- files -------------------------------------------------------------------------------

SAMPLES = {
    "NCT03453554.json": 1,
    "NCT04207047.json": 1,
    "NCT06171568.json": 1,
    "search_keytruda_limit3_20260811.json": 3,
    "search_melanoma_recruiting_limit3_20260811.json": 3,
    "search_nsclc_egfr_l858r_20260811.json": 2,
    "search_phelan_limit50_20260811.json": 3,
    "search_phelan_limit5_20260811.json": 5,
    "search_phelan_next_20260811.json": 5,
}


@pytest.fixture(scope="session")
def samples(shared: Path) -> Path:
    """Return the folder of real files."""
    return shared / "samples" / "clinicaltrials-v2"


def test_all_samples_are_counted(samples: Path) -> None:
    """Every real file is expected here."""
    assert {path.name for path in samples.iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample(samples: Path, name: str) -> None:
    """A real file is known by its content, and every study in it is a trial with its number."""
    data = (samples / name).read_bytes()
    assert ClinicalTrialsImporter().sniff(data[: 1 << 16]) is Fit.SURE
    found = list(ClinicalTrialsImporter().read(io.BytesIO(data)))
    fields = [each.source for each in found if isinstance(each, Item) and each.source]
    assert len(found) == len(fields) == SAMPLES[name]
    assert {each["kind"] for each in fields} == {"trial"}
    assert all(each["locators"][0].startswith("nct:NCT") for each in fields)


def test_sample_of_a_whole_study(samples: Path) -> None:
    """A real study gives its sponsor, its date, its headings and the papers it refers to."""
    record = record_of(json.loads((samples / "NCT06171568.json").read_bytes()), "the file")
    assert record.title == "Lariboisière Cognitive Assessment: Evaluation of the 1-year Outcomes"
    assert record.authors == ("Assistance Publique - Hôpitaux de Paris",)
    assert record.published == "2023-12-14"
    assert record.headings == ("Brain Injuries",)
    assert len(record.mentions) == 8
    assert record.types == ("OBSERVATIONAL",)
    assert (record.phases, record.flags) == ((), ())
    assert (record.abstract or "").splitlines()[-2:] == [
        "ENROLLMENT: 400 estimated",
        "STATUS: not yet recruiting",
    ]


# -- wrappers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        [{"studies": STUDIES}],
        [{"nextPageToken": "ZVt", "studies": STUDIES, "totalCount": 3}],
        [STUDIES],
        STUDIES,
        [{"studies": STUDIES[:1]}, {"studies": STUDIES[1:]}],
    ],
)
def test_wrappers(parts: list[Any]) -> None:
    """However studies are wrapped, they are known, and are the same."""
    found = [each.source for each in read(*parts) if isinstance(each, Item)]
    alone = [each.source for one in STUDIES for each in read(one) if isinstance(each, Item)]
    assert found == alone
    data = "\n".join(map(json.dumps, parts)).encode()
    assert ClinicalTrialsImporter().sniff(data) is Fit.SURE


def test_empty_page() -> None:
    """A page that found nothing gives nothing."""
    page: dict[str, Any] = {"studies": [], "totalCount": 0}
    assert read(page) == []
    assert ClinicalTrialsImporter().sniff(json.dumps(page).encode()) is Fit.SURE


@pytest.mark.parametrize("document", [{"FullStudiesResponse": {}}, {"title": "A"}, 7, "x"])
def test_other_documents(document: Any) -> None:
    """A document without studies is refused."""
    with pytest.raises(Invalid, match="holds no studies"):
        read(document)


def test_rejected_study() -> None:
    """A study without number and title is rejected with its place, and the others are read."""
    found = read({"studies": [STUDIES[0], {"hasResults": False}, "x", STUDIES[1]]})
    assert [type(each) for each in found] == [Item, Rejection, Rejection, Item]
    assert [each.place for each in found if isinstance(each, Rejection)] == ["study 2", "study 3"]


@given(
    st.dictionaries(st.sampled_from(MODULES), st.dictionaries(st.sampled_from(NAMES), ODD) | ODD),
    ODD,
)
def test_any_values(modules: dict[str, Any], derived: Any) -> None:
    """Whatever types its values have, a study is one item or one rejection."""
    found = read([{"protocolSection": modules, "derivedSection": derived}])
    assert len([each for each in found if not isinstance(each, Note)]) == 1


# -- studies -----------------------------------------------------------------------------


def test_numbers() -> None:
    """A trial's former numbers are its own; other trials are mentioned, other registries not."""
    identity = {
        "nctIdAliases": ["NCT00000009"],
        "secondaryIdInfos": [
            {"id": "2023-A00386-39", "type": "OTHER"},
            {"id": "2010-000000-12", "type": "EUDRACT_NUMBER"},
            {"id": "NCT00000005", "type": "REGISTRY"},
        ],
    }
    record = record_of(study(identificationModule=identity), "")
    assert record.identifiers == ("nct:NCT00000001", "nct:NCT00000009")
    assert record.mentions == ("nct:NCT00000005",)


def test_titles() -> None:
    """The brief title is the title; the official one stands by the summary, or for it."""
    official = {"officialTitle": "A randomised trial"}
    record = record_of(study(identificationModule=official), "")
    assert record.title == "A trial, NCT00000001"
    assert record.abstract == "OFFICIAL TITLE: A randomised trial"
    record = record_of({"protocolSection": {"identificationModule": official}}, "")
    assert (record.title, record.abstract) == ("A randomised trial", None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"studyFirstPostDateStruct": {"date": "2019-12-20"}}, "2019-12-20"),
        ({"studyFirstSubmitDate": "2019-12"}, "2019-12"),
        ({"startDateStruct": {"date": "2029-01"}}, None),
        ({"studyFirstPostDateStruct": {"date": ""}}, None),
    ],
)
def test_dates(status: dict[str, Any], expected: str | None) -> None:
    """A registration's date is when it was posted; a trial that begins some day is no date."""
    assert record_of(study(statusModule=status), "").published == expected


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        (["PHASE1", "PHASE2"], ("Phase 1", "Phase 2")),
        (["EARLY_PHASE1"], ("Early Phase 1",)),
        (["NA"], ()),
        (None, ()),
    ],
)
def test_phases(phases: list[str] | None, expected: tuple[str, ...]) -> None:
    """Phases are written out; that there is none is none."""
    assert record_of(study(designModule={"phases": phases}), "").phases == expected


def test_types() -> None:
    """What sort of study it is stands in the registry's words, and whether it has results."""
    design = {"studyType": "INTERVENTIONAL", "designInfo": {"allocation": "RANDOMIZED"}}
    one = {**study(designModule=design), "hasResults": True}
    assert record_of(one, "").types == ("INTERVENTIONAL", "RANDOMIZED", "hasResults")


def test_summary() -> None:
    """What a trial is of stands below its summary; its Markdown is read."""
    record = record_of(
        study(
            descriptionModule={"briefSummary": "Age \\> 18 years.\n\n* one arm"},
            conditionsModule={"conditions": ["Stroke", "Aphasia"]},
            armsInterventionsModule={"interventions": [{"type": "DRUG", "name": "Semax"}, {}]},
            designModule={"enrollmentInfo": {"count": 30, "type": "ACTUAL"}},
            statusModule={"overallStatus": "TERMINATED", "whyStopped": "Slow accrual \\[n=3\\]"},
        ),
        "",
    )
    assert (record.abstract or "").splitlines() == [
        "Age > 18 years.",
        "* one arm",
        "CONDITIONS: Stroke; Aphasia",
        "INTERVENTIONS: drug: Semax",
        "ENROLLMENT: 30 actual",
        "STATUS: terminated",
        "WHY STOPPED: Slow accrual [n=3]",
    ]
    assert record.flags == ()


def test_references() -> None:
    """Papers are mentioned, whatever they are to the trial; a retracted one is flagged."""
    references = [
        {"pmid": "100", "type": "BACKGROUND"},
        {"pmid": "200", "type": "RESULT", "retractions": [{"pmid": "201", "source": "Lancet"}]},
        {"type": "DERIVED", "citation": "No number."},
    ]
    record = record_of(study(referencesModule={"references": references}), "")
    assert record.mentions == ("pmid:100", "pmid:200")
    assert record.flags == (
        ItemFlag(
            status="retracted",
            according_to="ClinicalTrials.gov",
            notice="pmid:201",
            of=("pmid:200",),
        ),
    )
