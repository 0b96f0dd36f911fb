"""The verb show: one entry as it stands, what of it is sealed, and its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs
import click
import msgspec

from evledger.cli import options
from evledger.cli.documents import is_list, is_mapping, plain, record_document, record_line
from evledger.cli.options import NUMBER, Settings, size_at
from evledger.cli.output import write_json, write_lines
from evledger.exceptions import Broken, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evledger.entries import Entry
    from evledger.ledger import Ledger
    from evledger.record import Record
    from evledger.view import View

__all__ = ["show"]

_KINDS: Final = {
    "source": "sources",
    "claim": "claims",
    "question": "questions",
    "gap": "gaps",
    "caveat": "caveats",
    "component": "components",
    "section": "sections",
    "link": "links",
}


@attrs.frozen(kw_only=True)
class _Found:
    """What was asked for.

    Attributes:
        kind: a kind of entry, ``record``, or ``name`` where it is neither.
        name: its whole name, or a record's position.
        entry: its fields as they stand, in plain data; ``None`` where it is no entry.
        sealed: field → the record that commits to it, its state, and its value where it is open.
        history: the records that concern it.
    """

    kind: str
    name: str
    entry: Mapping[str, Any] | None = None
    sealed: dict[str, dict[str, Any]] = attrs.field(factory=dict[str, dict[str, Any]])
    history: tuple[Record, ...] = ()

    @property
    def record(self) -> Record | None:
        """The record to show: what was asked for, or what a name that is no entry stands for."""
        if self.kind == "record":
            return self.history[0]
        return _introducing(self.name, self.history) if self.kind == "name" else None


def _introducing(name: str, history: Iterable[Record]) -> Record | None:
    """Return the last record that introduces a name."""
    return max(
        (record for record in history if name in record.keys), key=lambda r: r.n, default=None
    )


@options.verb(
    "show",
    "show semax c12",
    "show semax doi:10.1000/x --json",
    "show semax 17 --at 40",
)
@click.argument("ledger")
@click.argument("id")
@options.at
@options.common
@click.pass_obj
def show(settings: Settings, *, ledger: str, id: str, at: str | None) -> None:
    """Show one entry, what of it is sealed, and its history.

    ID is that of a source, claim, question, gap, caveat, component or section (c12, safety),
    or of what a plugin's event introduced (a1), a whole name (claim:c12, section:safety,
    doi:10.1000/x, assay:a1), or a record's number (17).
    """
    with settings.open() as store:
        target = store.ledger(ledger)
        view = target.view(size_at(target, at))
        found = _find(target, view, id)
    if settings.json:
        write_json({"ledger": ledger, "head": str(view.head), **_document(found)})
    else:
        write_lines(_lines(found))


# -- finding -----------------------------------------------------------------------------


def _find(ledger: Ledger, view: View, id: str) -> _Found:
    if NUMBER.fullmatch(id):
        return _record(ledger, view, int(id))
    if ":" not in id:
        return _by_id(ledger, view, id)
    kind, _, rest = id.partition(":")
    if kind in _KINDS:
        key = id if kind == "link" else rest
        entries = _entries(view, kind)
        if key in entries:
            return _entry(ledger, view, kind, key)
    return _by_name(ledger, view, id)


def _entries(view: View, kind: str) -> Mapping[str, Entry]:
    entries: Mapping[str, Entry] = getattr(view, _KINDS[kind])
    return entries


def _record(ledger: Ledger, view: View, n: int) -> _Found:
    if n >= view.head.size:
        msg = f"ledger {ledger.name!r} has {view.head.size} records there; there is no record {n}"
        raise NotFound(msg)
    record = ledger.record(n)
    return _Found(
        kind="record", name=str(n), sealed=_seals(ledger, view, record), history=(record,)
    )


def _seals(ledger: Ledger, view: View, record: Record) -> dict[str, dict[str, Any]]:
    """Open what a record seals, as far as the vault does; its type need not be known for that."""
    openings = ledger.store.backend.openings(ledger.name, record.n, record.n + 1)
    values = {opening.field: opening.value for opening in openings}
    return {
        field: _seal(view, record.n, field, _opened(record, field, values.get(field)))
        for field in record.sealed
    }


def _opened(record: Record, field: str, opening: bytes | None) -> Any:
    """Return the value that an opening holds after the event's type and the field's name."""
    if opening is None:
        return None
    try:
        return msgspec.json.decode(opening)[2]
    except (msgspec.MsgspecError, UnicodeDecodeError, LookupError, TypeError) as error:
        msg = f"the vault's copy of {field} of record {record.n} is damaged; run 'evledger verify'"
        raise Broken(msg) from error


def _by_id(ledger: Ledger, view: View, id: str) -> _Found:
    kinds = [kind for kind in _KINDS if id in _entries(view, kind)]
    if len(kinds) > 1:
        names = ", ".join(f"{kind}:{id}" for kind in kinds)
        msg = f"{id!r} is more than one thing here; name one of: {names}"
        raise Invalid(msg)
    return _entry(ledger, view, kinds[0], id) if kinds else _by_id_of_plugin(ledger, view, id)


def _by_id_of_plugin(ledger: Ledger, view: View, id: str) -> _Found:
    """Find what is no entry by its id; the names stand in the lines, so no plugin is needed."""
    names = [
        name
        for name, _ in ledger.store.backend.names(ledger.name)
        if name.partition(":")[2] == id and name != f"once:{id}"  # a retry token names nothing
    ]
    if len(names) > 1:
        msg = f"{id!r} is more than one thing here; name one of: {', '.join(names)}"
        raise Invalid(msg)
    if not names:
        msg = (
            f"ledger {ledger.name!r} has no {id!r} at {view.head.size}: no source, claim, "
            "question, gap, caveat, component or section, and nothing that a plugin's event "
            "introduced; 'evledger log' shows what there is"
        )
        raise NotFound(msg)
    return _by_name(ledger, view, names[0])


def _by_name(ledger: Ledger, view: View, name: str) -> _Found:
    """Find what a locator, or another whole name, belongs to."""
    wanted = {name, _normal(ledger, name)}
    for id, source in view.sources.items():
        if not wanted.isdisjoint(source.locators):
            return _entry(ledger, view, "source", id)
    for id, question in view.questions.items():
        if any(evidence.name == name for evidence in question.evidence):
            return _entry(ledger, view, "question", id)
    history = _history(ledger, view, name)
    if not history:
        msg = f"ledger {ledger.name!r} had no {name!r} when it had {view.head.size} records"
        raise NotFound(msg)
    record = _introducing(name, history)
    sealed = {} if record is None else _seals(ledger, view, record)
    return _Found(kind="name", name=name, sealed=sealed, history=history)


def _normal(ledger: Ledger, name: str) -> str:
    try:
        return ledger.vocabulary.normalise(name)
    except Invalid:
        return name


def _entry(ledger: Ledger, view: View, kind: str, id: str) -> _Found:
    entry = _entries(view, kind)[id]
    fields = plain(entry)
    for beside in ("sealed", "history"):  # both are told better beside the entry
        del fields[beside]
    sealed = {
        field: _seal(view, n, field, getattr(entry, field)) for field, n in entry.sealed.items()
    }
    name = id if kind == "link" else f"{kind}:{id}"
    history = _section(ledger, view, id) if kind == "section" else _history(ledger, view, name)
    return _Found(kind=kind, name=name, entry=fields, sealed=sealed, history=history)


def _history(ledger: Ledger, view: View, name: str) -> tuple[Record, ...]:
    return tuple(record for record in ledger.history(name) if record.n < view.head.size)


def _section(ledger: Ledger, view: View, section: str) -> tuple[Record, ...]:
    """Return a section's records; it introduces no name that they could be found by."""
    return tuple(
        record
        for record in ledger.records(0, view.head.size)
        if record.type == "section-written" and record.data.get("section") == section
    )


def _seal(view: View, n: int, field: str, value: Any) -> dict[str, Any]:
    hidden = view.state_of(n, field)
    state = "open" if hidden is None else hidden.name.lower()
    return {"n": n, "state": state, "value": plain(value) if hidden is None else None}


# -- telling -----------------------------------------------------------------------------


def _document(found: _Found) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "name": found.name,
        "entry": found.entry,
        "sealed": found.sealed,
        "history": [record_document(record) for record in found.history],
    }


def _lines(found: _Found) -> Iterator[str]:
    yield f"{found.kind} {found.name}" if found.kind in ("record", "name") else found.name
    record = found.record
    if found.kind == "record" and record is not None:
        yield from _fields(record_document(record), {})
    elif record is not None:
        yield f"  introduced by record {record.n}, {record.type}"
        yield from _fields(record.data, {})
    elif found.entry is not None:
        yield from _fields(found.entry, found.sealed)
    if found.sealed:
        yield "sealed"
    for field, seal in found.sealed.items():
        yield f"  {field}: {seal['state']} (record {seal['n']})"
        if record is not None and seal["value"] is not None:
            yield from _indented(seal["value"])
    if found.kind != "record":
        yield "history"
        yield from (record_line(record) for record in found.history)


def _fields(fields: Mapping[str, Any], sealed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, value in fields.items():
        state = sealed[name]["state"] if name in sealed else "open"
        if state != "open":
            yield f"  {name}: [{state}]"
        elif isinstance(value, str) and "\n" in value:
            yield f"  {name}:"
            yield from _indented(value)
        elif value not in (None, [], {}):
            yield f"  {name}: {_text(value)}"


def _indented(value: Any) -> Iterator[str]:
    yield from (f"    {line}" for line in _text(value).split("\n"))


def _text(value: Any) -> str:
    if is_list(value):
        return "; ".join(map(_text, value))
    if is_mapping(value):
        said = ((name, item) for name, item in value.items() if item not in (None, [], {}))
        return ", ".join(f"{name}={_text(item)}" for name, item in said)
    return str(value)
