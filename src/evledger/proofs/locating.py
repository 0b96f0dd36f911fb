"""Locating in a stored ledger what is to be proven: a record, its sources, and what came later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import attrs

from evledger.chain import PAGE_EVENTS, page_lines, page_range
from evledger.codec import Line, canonical, decode, is_object, read_line
from evledger.exceptions import Broken, Invalid, NotFound
from evledger.stores.volumes import stored_volume

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evledger.proofs.verifying import Recorded
    from evledger.stores.base import Backend
    from evledger.vocabulary import Vocabulary

__all__ = ["Located", "erased_by", "later", "line_at", "locate", "sources_of"]

_NUMBER: Final = re.compile(r"(record )?([0-9]{1,18})")  # no name has a blank
_ONCE: Final = ("claim", "source", "question", "gap", "caveat")  # no built-in event releases these
_KINDS: Final = (*_ONCE, "component", "section")
_ERASED: Final = "fields-erased"


@attrs.frozen(kw_only=True)
class Located:
    """The record that is to be proven.

    Attributes:
        n: its position.
        name: the name that it introduces, where it was asked for by one.
        others: further records that introduce the name, or did before it was released
            or taken over.
    """

    n: int
    name: str | None = None
    others: tuple[int, ...] = ()


def locate(backend: Backend, ledger: str, id: str | int, vocabulary: Vocabulary) -> Located:
    """Find the record that somebody means.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        id: a record's number (``17``, or as text ``record 17``), a whole name (``claim:c12``,
            ``doi:10.1000/x``), or the id of a claim or of anything else that a record
            introduces (``c12``).
        vocabulary: knows the normal form of locators.

    Returns:
        Of several records that introduced the name the one that holds it,
        and where none does any more, the last.

    Raises:
        NotFound: no record introduces it, or the ledger is not so long.
        Invalid: it is neither a number nor text; or it is the id of several things, or the id
            of one and the number of another, and the message has their whole names.
    """
    _check_given(id)
    if isinstance(id, int):
        return Located(n=_checked(backend, ledger, id))
    if ":" in id:
        return _by_name(backend, ledger, _normal(id, vocabulary))
    number = _NUMBER.fullmatch(id)
    names = [] if number and number[1] else _names_of(backend, ledger, id)
    if number and not names:
        return Located(n=_checked(backend, ledger, int(number[2])))
    meant = [*names, f"'record {int(id)}'"] if number else names
    if len(meant) > 1:
        msg = f"{id!r} is more than one thing here; name one of: {', '.join(meant)}"
        raise Invalid(msg)
    return _by_name(backend, ledger, names[0] if names else id)


def _check_given(id: object) -> None:
    if isinstance(id, bool) or not isinstance(id, int | str):
        msg = (
            f"{type(id).__name__} names no record; expected a record's number, a whole name as "
            "in 'claim:c12', or the id of a claim or the like, as in 'c12'"
        )
        raise Invalid(msg)
    if isinstance(id, str):
        canonical(id)  # or else it is no text that any name could have


def _checked(backend: Backend, ledger: str, n: int) -> int:
    size = backend.tip(ledger).size
    if not 0 <= n < size:
        msg = f"ledger {ledger!r} has {size} records; there is no record {n}"
        raise NotFound(msg)
    return n


def _normal(name: str, vocabulary: Vocabulary) -> str:
    try:
        return vocabulary.normalise(name)
    except Invalid:
        return name


def _names_of(backend: Backend, ledger: str, id: str) -> list[str]:
    """Return the whole names that an id may stand for: those that are held, or else ever were."""
    held = backend.lookup(ledger, [f"{kind}:{id}" for kind in _KINDS])
    return sorted(held or _introduced(backend, ledger, id))


def _introduced(backend: Backend, ledger: str, id: str) -> set[str]:
    """Return the names of any kind that end in an id; they stand in the lines."""
    needle = canonical(f":{id}")[1:]
    return {
        name
        for _, line in _scan(backend, ledger, [needle])
        for name in line.keys
        if name.partition(":")[2] == id and not name.startswith("once:")
    }


def _by_name(backend: Backend, ledger: str, name: str) -> Located:
    held = backend.lookup(ledger, [name])
    if held and name.partition(":")[0] in _ONCE:
        return Located(n=held[name], name=name)
    found = [n for n, line in _scan(backend, ledger, [canonical(name)]) if name in line.keys]
    if not found and not held:
        msg = (
            f"ledger {ledger!r} has no record that introduces {name!r}; "
            "'evledger log' shows what there is"
        )
        raise NotFound(msg)
    n = held[name] if held else found[-1]
    return Located(n=n, name=name, others=tuple(other for other in found if other != n))


# -- around a record ---------------------------------------------------------------------


def line_at(backend: Backend, ledger: str, n: int) -> bytes:
    """Return a record's line, without its newline.

    Raises:
        NotFound: the ledger is not so long.
        Broken: its page is missing, or has not as many lines as it must.
    """
    _checked(backend, ledger, n)
    (line,) = stored_volume(backend, ledger).lines(n, n + 1)
    return line


def sources_of(backend: Backend, ledger: str, record: Recorded) -> tuple[int, ...]:
    """Return the records of the sources that a record relies on, as they stood when it came."""
    names = [name for name in record.refs if name.startswith("source:")]
    held = backend.lookup(ledger, names) if names else {}
    found = {n for n in held.values() if n < record.n}
    for name in names:
        if held.get(name, record.n) >= record.n:  # released since, and perhaps taken again
            before = (
                n
                for n, line in _scan(backend, ledger, [canonical(name)], stop=record.n)
                if name in line.keys
            )
            found.update(list(before)[-1:])
    return tuple(sorted(found))


def later(
    backend: Backend, ledger: str, record: Recorded, sources: Iterable[Recorded] = ()
) -> tuple[int, ...]:
    """Return the later records that say something of a record, or of its sources.

    That is, those that mention a name which it introduced, or erase a field of it.
    A claim that merely draws on a source, or is put into a tier, says nothing of either.
    """
    records = (record, *sources)
    names = {name for each in records for name in each.keys}
    places = {each.n for each in records}
    needles = [canonical(_ERASED), *map(canonical, sorted(names))]
    return tuple(
        n
        for n, line in _scan(backend, ledger, needles, start=record.n + 1)
        if _concerns(line, names, places)
    )


def _concerns(line: Line, names: set[str], places: set[int]) -> bool:
    if line.type == _ERASED:
        return _erasure(line)[0] in places
    if not names.isdisjoint((*line.keys, *line.drops)):
        return True
    return line.type != "claim-tagged" and not names.isdisjoint(line.refs)


def erased_by(backend: Backend, ledger: str, n: int, field: str) -> int | None:
    """Return the record that says that a sealed field was erased, if one does."""
    for place, line in _scan(backend, ledger, [canonical(_ERASED)], start=n + 1):
        if line.type == _ERASED and _erasure(line)[0] == n and field in _erasure(line)[1]:
            return place
    return None


def _erasure(line: Line) -> tuple[int, Sequence[str]]:
    """Return which record lost which fields; neither is ever sealed."""
    data = decode(bytes(line.data))
    return (data.get("n", -1), data.get("fields", ())) if is_object(data) else (-1, ())


# -- lines -------------------------------------------------------------------------------


def _scan(
    backend: Backend,
    ledger: str,
    needles: Sequence[bytes],
    *,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[tuple[int, Line]]:
    """Yield the lines that hold one of some pieces of text, and their positions."""
    volume = stored_volume(backend, ledger)
    stop = volume.size if stop is None else stop
    for page, text in volume.texts(start // PAGE_EVENTS, len(page_range(stop))):
        if not any(needle in text for needle in needles):
            continue  # most pages end here
        for n, line in enumerate(page_lines(text), page * PAGE_EVENTS):
            if start <= n < stop and any(needle in line for needle in needles):
                yield n, _read(ledger, n, line)


def _read(ledger: str, n: int, text: bytes) -> Line:
    try:
        return read_line(text)
    except Invalid as error:
        msg = f"record {n} of ledger {ledger!r} cannot be read; run 'evledger verify' ({error})"
        raise Broken(msg) from error
