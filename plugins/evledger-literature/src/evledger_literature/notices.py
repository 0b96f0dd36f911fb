"""What has happened to a work, in the words of those who say so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

__all__ = [
    "Status",
    "is_marked_retracted",
    "is_notice",
    "is_title_of_notice",
    "plain_words",
    "status_of",
]

Status: TypeAlias = Literal["retracted", "corrected", "concern", "reinstated"]

_STATUSES: Final[tuple[tuple[str, Status], ...]] = (
    # The first that occurs decides.
    ("reinstat", "reinstated"),
    # The rest of the paper stands. MEDLINE has called these errata since 2016 (NLM Technical
    # Bulletin 412:e3), for the word says neither what still holds nor what does not.
    ("partial", "corrected"),
    ("concern", "concern"),
    # `Retracted and republished` is one, whatever became of the work later.
    ("retract", "retracted"),
    ("withdraw", "retracted"),
    ("remov", "retracted"),
    ("correct", "corrected"),
    ("corrig", "corrected"),
    ("errat", "corrected"),
    ("addend", "corrected"),
    ("clarif", "corrected"),
)

_NOTICES: Final = frozenset(
    (
        *("addendum", "clarification", "corrigendum", "corrigenda", "expression of concern"),
        *("author correction", "correction", "corrections", "publisher correction"),
        *("editorial expression of concern", "errata", "erratum", "published erratum"),
        *("notice of retraction", "partial retraction", "reinstatement", "removal", "withdrawal"),
        *("retraction", "retraction notice", "retraction of publication"),
    )
)
"""Not `retracted publication`, nor `corrected and republished article`: they are works."""

_TITLE: Final = re.compile(
    r"""[\[(]?(?:(?:author|publisher|editorial|statement\ of|notice\ of)\ )?
        (?:(?:retraction|withdrawal|removal|correction|reinstatement)(?:\ (?:note|notice))?
          |erratum|errata|corrigend(?:um|a)|addend(?:um|a)|expressions?\ of\ concern)
        (?: \ (?:to|for|regarding|concerning)\b
          | \s*(?:[:.;\[\])"'\u2018\u201c\u2013\u2014]|--) | \s+-\s | \Z )""",
    re.VERBOSE | re.IGNORECASE,
)
"""``Erratum to: …``, ``Retraction. …``; not ``Correction of hyponatremia``."""

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_WORD: Final = re.compile(r"[\W_]+")


def plain_words(text: str) -> str:
    """Write a type in small words, however its format joins them.

    >>> plain_words("RetractionOf"), plain_words("expression_of_concern")
    ('retraction of', 'expression of concern')
    """
    return _NO_WORD.sub(" ", _HUMP.sub(" ", text)).strip().casefold()


def status_of(text: str) -> Status | None:
    """Return what a type of update, or of a link between two works, says has happened to a work.

    Args:
        text: in Crossref's words (``expression_of_concern``), PubMed's (``RetractionIn``),
            Europe PMC's (``Erratum in``) or Retraction Watch's (``Reinstatement``).

    Returns:
        ``None`` where it is nothing that readers must know: a comment, an update, a new version.

    >>> status_of("RetractionIn"), status_of("erratum"), status_of("expression_of_concern")
    ('retracted', 'corrected', 'concern')
    >>> status_of("partial_retraction"), status_of("CommentIn")
    ('corrected', None)
    """
    words = plain_words(text)
    return next((status for word, status in _STATUSES if word in words), None)


def is_notice(types: Iterable[str]) -> bool:
    """Return whether a record of these types is a notice, and not the work that one is about.

    >>> is_notice(["Journal Article", "Published Erratum"]), is_notice(["Retracted Publication"])
    (True, False)
    """
    return any(plain_words(text) in _NOTICES for text in types)


def is_title_of_notice(title: str) -> bool:
    """Return whether a title is one that only notices have.

    >>> is_title_of_notice("Erratum to: A trial"), is_title_of_notice("Correction to: A trial")
    (True, True)
    >>> is_title_of_notice("Correction of hyponatremia"), is_title_of_notice("RETRACTED: A trial")
    (False, False)
    """
    return _TITLE.match(title) is not None


# Publishers set the mark in capitals; in small letters it is as often the title of a notice.
_MARKED: Final = re.compile(r"[\[(]?RETRACTED(?: [A-Z]+)?[\])]?\s*[:.—–-]?\s*(?=\S)")


def is_marked_retracted(title: str) -> bool:
    """Return whether a publisher has marked a title as that of a retracted work.

    >>> is_marked_retracted("RETRACTED ARTICLE: A trial"), is_marked_retracted("Retracted: A trial")
    (True, False)
    """
    return _MARKED.match(title) is not None
