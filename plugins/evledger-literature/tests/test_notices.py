"""What the words for updates mean."""

from __future__ import annotations

import pytest
from evledger_literature.notices import is_notice, is_title_of_notice, plain_words, status_of
from hypothesis import given
from hypothesis import strategies as st

STATUSES = {
    "retracted": (
        *("retraction", "withdrawal", "removal", "Retraction", "RetractionIn", "RetractionOf"),
        *("Retraction in", "RetractedandRepublishedIn", "Retracted Publication"),
        *("Retraction of Publication", "Retraction Notice", "preprint withdrawal"),
    ),
    "corrected": (
        *("addendum", "clarification", "correction", "corrigendum", "erratum", "ErratumIn"),
        *("ErratumFor", "Erratum in", "CorrectedandRepublishedFrom", "Correction"),
        *("Published Erratum", "partial_retraction", "PartialRetractionIn", "Author Correction"),
    ),
    "concern": (
        *("expression_of_concern", "ExpressionOfConcernIn", "Expression of concern"),
        *("Expression of concern for", "Expression of Concern"),
    ),
    "reinstated": ("Reinstatement", "reinstated"),
    None: (
        *("new_version", "new_edition", "CommentIn", "CommentOn", "UpdateIn", "Update of", "Cites"),
        *("RepublishedFrom", "ReprintIn", "SummaryForPatientsIn", "AssociatedDataset", "", "?!"),
    ),
}


@pytest.mark.parametrize(
    ("text", "status"), [(text, status) for status, texts in STATUSES.items() for text in texts]
)
def test_registries(text: str, status: str | None) -> None:
    """The words of Crossref, PubMed, Europe PMC and Retraction Watch are known."""
    assert status_of(text) == status


@given(
    st.sampled_from([text for texts in STATUSES.values() for text in texts]),
    st.sampled_from(("_", "-", " ", "  ")),
    st.booleans(),
)
def test_writing(text: str, joint: str, upper: bool) -> None:
    """It does not matter how a format joins the words, nor how it writes them."""
    words = joint.join(plain_words(text).split())
    assert status_of(words.upper() if upper else words) == status_of(text)


@given(st.text())
def test_plain_words(text: str) -> None:
    """Plain words are words, with single blanks, and stay as they are."""
    words = plain_words(text)
    assert words == " ".join(words.split())
    assert "_" not in words
    assert plain_words(words) == words


@pytest.mark.parametrize(
    "types",
    [
        ["Journal Article", "Published Erratum"],
        ["Retraction of Publication"],
        ["Retraction Notice"],
        ["Expression of Concern"],
        ["retraction", "journal-article"],
        ["expression_of_concern"],
        ["erratum"],
        ["correction"],
    ],
)
def test_notices(types: list[str]) -> None:
    """A record of one of these types is a notice."""
    assert is_notice(types)


@pytest.mark.parametrize(
    "types",
    [
        [],
        ["Retracted Publication", "Journal Article"],
        ["Corrected and Republished Article"],
        ["preprint removal"],
        ["Comment"],
        ["new_version"],
    ],
)
def test_works(types: list[str]) -> None:
    """A work that something has happened to is no notice."""
    assert not is_notice(types)


@pytest.mark.parametrize(
    "title",
    [
        "Retraction: A trial",
        "Retraction—Ileal-lymphoid-nodular hyperplasia",
        "Retraction--Ileal-lymphoid-nodular hyperplasia",
        "RETRACTION NOTE TO: A trial",
        "Notice of retraction: A trial",
        "Retraction",
        "Erratum.",
        "Erratum to “A trial”",
        "Author Correction: A trial",
        "Corrigendum: A trial",
        "[Correction to: A trial].",
        "Expression of Concern: A trial",
        "Correction for Smith, A trial",
    ],
)
def test_titles_of_notices(title: str) -> None:
    """Notices are known by their titles where no type says so."""
    assert is_title_of_notice(title)


@pytest.mark.parametrize(
    "title",
    [
        "RETRACTED: A trial",
        "WITHDRAWN: A trial",
        "Correction of hyponatremia",
        "Corrections officers and sleep",
        "Retraction of the uvula in sleep apnea",
        "Removal of wisdom teeth",
        "Withdrawal symptoms",
        "Errata in textbooks of anatomy",
        "A correction: of sorts",
        "",
    ],
)
def test_other_titles(title: str) -> None:
    """The same words mean something else in other titles, and `RETRACTED:` marks the paper."""
    assert not is_title_of_notice(title)
