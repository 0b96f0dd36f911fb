"""The reading that importers of JSON share: records out of wrappers, lists and lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from evledger import Invalid
from evledger.codec import is_list
from evledger.importing import Document, Found, Rejection, documents
from evledger_literature.reading.lenient import is_object, shown

__all__ = ["found_in"]


def found_in(
    file: IO[bytes],
    *,
    noun: str,
    unwrapped: Callable[[Any], Any],
    found_of: Callable[[Mapping[str, Any], str], Iterator[Found]],
) -> Iterator[Found]:
    """Yield what the records of a file are.

    Args:
        file: a JSON document, or one in each line.
        noun: what people call a record.
        unwrapped: gives the record or the list of records that a document holds;
            raises `Invalid` where it is of another format.
        found_of: gives what a record is, from the record and its place.

    Raises:
        Invalid: the file is no JSON, or of another format.
    """
    for document in documents(file):
        if isinstance(document, Rejection):
            yield document
            continue
        for place, value in _records(document, noun, unwrapped):
            if is_object(value):
                yield from found_of(value, place)
            else:
                yield value if isinstance(value, Rejection) else _no_record(place, noun, value)


def _records(
    document: Document, noun: str, unwrapped: Callable[[Any], Any]
) -> Iterator[tuple[str, Any]]:
    try:
        value = unwrapped(document.value)
    except Invalid as error:
        if document.line is None:
            raise
        place = document.place()
        yield place, Rejection(place, str(error), shown(document.value))
        return
    if is_list(value):
        yield from ((document.place(f"{noun} {n}"), each) for n, each in enumerate(value, 1))
    else:
        yield document.place(), value


def _no_record(place: str, noun: str, value: Any) -> Rejection:
    reason = f"it is no {noun}: expected an object with names and values"
    return Rejection(place, reason, shown(value))
