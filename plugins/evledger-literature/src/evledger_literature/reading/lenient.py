"""Values of JSON records, which are not always of the type that their specification says.

A text may be a list of one text, a list may be its only element, a number may be a text.
What is of no use is passed over, so that one odd field never costs a record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeGuard

from evledger import Invalid
from evledger.codec import is_list
from evledger.locators import normalise
from evledger_literature.dates import partial_date, read_date
from evledger_literature.markup import plain
from evledger_literature.meaning import identifiers

__all__ = [
    "date",
    "is_object",
    "isbns",
    "locator",
    "mapping",
    "mappings",
    "person",
    "shown",
    "text",
    "texts",
    "title",
    "words",
]

_SHOWN: Final = 2_000  # characters of a record
_ISSN: Final = re.compile(r"[0-9]{4}-?[0-9]{3}[0-9Xx](?![0-9])")
_UNSURE: Final = re.compile("[?~%]")  # marks of EDTF, which CSL allows


def texts(value: Any) -> list[str]:
    """Return the texts that a value is or lists, without those that are blank.

    >>> texts(["Nature", None, " "]), texts("Nature"), texts(7), texts({"a": 1})
    (['Nature'], ['Nature'], ['7'], [])
    """
    found = (_text(each) for each in (value if is_list(value) else [value]))
    return [each for each in found if each]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def text(value: Any) -> str | None:
    """Return the first text that a value is or lists.

    >>> text(["", "Nature"])
    'Nature'
    """
    return next(iter(texts(value)), None)


def words(value: Any) -> str | None:
    """Return the first text of a value, without markup.

    >>> words(["<i>Bacillus</i> in soil"])
    'Bacillus in soil'
    """
    return next((found for each in texts(value) if (found := plain(each))), None)


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Return whether decoded JSON is an object."""
    return type(value) is dict


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a value that is an object, or an empty one.

    >>> mapping({"a": 1}), mapping(None)
    ({'a': 1}, {})
    """
    return value if is_object(value) else {}


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects that a value is or lists.

    >>> list(mappings([{"a": 1}, "b"])), list(mappings({"a": 1}))
    ([{'a': 1}], [{'a': 1}])
    """
    for each in value if is_list(value) else [value]:
        if is_object(each):
            yield each


def title(main: Any, subtitle: Any = None) -> str | None:
    """Return a title with its subtitle, unless it has it already.

    >>> title(["Ordinary Water"], ["New data"]), title("Is it so?", "A review")
    ('Ordinary Water: New data', 'Is it so? A review')
    """
    whole, rest = words(main), words(subtitle)
    if not whole or not rest or rest.casefold() in whole.casefold():
        return whole or rest
    return (
        f"{whole} {rest}" if whole.endswith((":", "?", "!", ".", "—", "–")) else f"{whole}: {rest}"
    )


def person(name: Any) -> str | None:
    """Return an author's name, family name first, or a collective's whole name.

    Crossref and CSL name the parts alike.

    >>> person({"family": "Beethoven", "given": "Ludwig", "dropping-particle": "van"})
    'Beethoven, Ludwig van'
    >>> person({"family": "King", "given": "Martin Luther", "suffix": "Jr."})
    'King, Martin Luther, Jr.'
    >>> person({"name": "The RECOVERY Collaborative Group"}), person("Bourbaki")
    ('The RECOVERY Collaborative Group', 'Bourbaki')
    """
    parts = mapping(name)
    if not parts:
        return words(name)
    family = _joined(parts, " ", "non-dropping-particle", "family")
    given = _joined(parts, " ", "given", "dropping-particle")
    names = filter(None, (family, given, words(parts.get("suffix"))))
    return ", ".join(names) if family else words(parts.get("literal") or parts.get("name")) or given


def _joined(parts: Mapping[str, Any], by: str, *names: str) -> str:
    return by.join(filter(None, (words(parts.get(name)) for name in names)))


def date(value: Any) -> str | None:
    """Return the date that CSL or Crossref writes, as far as it is known; of a range, its start.

    >>> date({"date-parts": [[2018, "10", 21, 13]]}), date({"date-parts": [["2018", 6], [2018, 7]]})
    ('2018-10-21', '2018-06')
    >>> date({"raw": "June 2018"}), date("2018-06/2018-07"), date({"date-parts": [[None]]})
    ('2018-06', '2018-06', None)
    """
    if not is_object(value):
        return _date_of_text(text(value))
    others = (text(value.get(name)) for name in ("raw", "literal", "date-time"))
    return _date_of_parts(value.get("date-parts")) or next(
        filter(None, map(_date_of_text, others)), None
    )


def _date_of_parts(value: Any) -> str | None:
    parts = value if is_list(value) else []
    if parts and is_list(parts[0]):
        parts = parts[0]
    year, month, day, *_ = [*map(text, parts[:3]), None, None, None]
    return partial_date(year, month, day)


def _date_of_text(value: str | None) -> str | None:
    if value is None:
        return None
    return read_date(_UNSURE.sub("", value))


def isbns(value: Any) -> list[str]:
    """Return the ISBN that a field holds, each as ``isbn:…``; what is none is given to be reported.

    An ISSN, which reference managers like to put there, names no work.

    >>> isbns(["http://id.crossref.org/isbn/9780306406157"]), isbns("0-306-40615-2 (pbk.)")
    (['isbn:9780306406157'], ['isbn:0-306-40615-2'])
    >>> isbns("1234-5678"), isbns("12 34")
    ([], ['isbn:12 34'])
    """
    return [each for entry in texts(value) for each in _isbns_of(entry)]


def _isbns_of(entry: str) -> list[str]:
    return identifiers.isbns([entry]) or ([] if _ISSN.search(entry) else [f"isbn:{entry}"])


def locator(scheme: str, value: Any) -> str | None:
    """Return the normal form of an identifier, or ``None`` where it is none.

    >>> locator("doi", "https://doi.org/10.1000/X"), locator("doi", "n/a")
    ('doi:10.1000/x', None)
    """
    found = text(value)
    try:
        return normalise(f"{scheme}:{found}") if found else None
    except Invalid:
        return None


def shown(value: Any) -> str:
    """Return the start of a record as text, for people to find it by where it is rejected.

    >>> shown({"title": "Étude"})
    '{"title": "Étude"}'
    """
    start = ""
    try:
        for piece in json.JSONEncoder(ensure_ascii=False).iterencode(value):
            start += piece
            if len(start) >= _SHOWN:
                break
    except RecursionError:  # since Python 3.12, C reads deeper than Python writes
        pass
    return start[:_SHOWN]
