"""Values as JSON documents, and as lines for people; docs/reference/cli.md states the shapes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeGuard

import attrs
import msgspec

from evledger.chain import Head
from evledger.checkpoints import Vouched
from evledger.cli.output import excerpt, to_json
from evledger.events import FindingWaived
from evledger.notes import encode_base64
from evledger.record import format_time
from evledger.scoring import plain_decimal
from evledger.seals import Hidden
from evledger.verification.trust import trusted_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.checkpoints import Checkpoint
    from evledger.record import Record
    from evledger.verification import Verification

__all__ = [
    "checkpoint_document",
    "is_list",
    "is_mapping",
    "plain",
    "record_document",
    "record_line",
    "verification_document",
    "vouched_document",
]


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return whether a value becomes a JSON object."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Return whether a value becomes a JSON array."""
    return isinstance(value, tuple | list)


def plain(value: object) -> Any:
    """Turn a value into what JSON can hold; what is hidden becomes ``None``."""
    if isinstance(value, Hidden):
        return None
    if isinstance(value, Head | Decimal):
        return plain_decimal(value) if isinstance(value, Decimal) else str(value)
    fields = _fields(value)
    if fields is not None:
        return {str(name): plain(item) for name, item in fields.items()}
    if is_list(value):
        return [plain(item) for item in value]
    return value


def _fields(value: object) -> Mapping[Any, Any] | None:
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.asdict(value)
    cls = type(value)
    if attrs.has(cls):  # what does not count when two are compared is no part of the value
        return {a.name: getattr(value, a.name) for a in attrs.fields(cls) if a.eq}
    return value if is_mapping(value) else None


def record_document(record: Record) -> dict[str, Any]:
    """Return a record as it stands in the chain."""
    return {
        "n": record.n,
        "at": format_time(record.at),
        "by": record.by,
        "type": record.type,
        "v": record.v,
        "data": record.data,
        "keys": list(record.keys),
        "refs": list(record.refs),
        "drops": list(record.drops),
        "sealed": dict(record.sealed),
        "hash": record.hash,
    }


_SPEAKING: Final = ("text", "title", "body", "component", "why", "reason", "status")
_NAMES: Final = 3
_FIELDS: Final = 3
_WIDTH: Final = 72


def record_line(record: Record) -> str:
    """Return a record on one line: position, time, actor, type, names and the first words."""
    names = [name for name in record.keys or record.refs if not name.startswith("once:")]
    shown = " ".join(names[:_NAMES]) + (" …" if len(names) > _NAMES else "")
    parts = [f"{record.n:>6}", format_time(record.at)[:19] + "Z", record.by, record.type, shown]
    return "  ".join(part for part in [*parts, _words(record)] if part)


def _words(record: Record) -> str:
    """Return what a record says, or else the first of its fields that are no names of its."""
    if isinstance(record.event, FindingWaived):
        return excerpt(f"{record.event.rule}: {record.event.why}", _WIDTH)
    for name in _SPEAKING:
        value = getattr(record.event, name, None)
        if value:
            return excerpt(str(value), _WIDTH)
    names = _names(record)
    fields = [
        f"{name}={_shown(value)}"
        for name, value in record.data.items()
        if not all(item in names for item in (value if is_list(value) else (value,)))
    ]
    return excerpt(", ".join(fields[:_FIELDS]), _WIDTH)


def _names(record: Record) -> tuple[str, ...]:
    """Return a record's names: whole, without their kind, and in the parts that a slash joins."""
    names = (*record.keys, *record.refs, *record.drops)
    ids = tuple(name.partition(":")[2] for name in names)
    return (*names, *ids, *(part for id in ids for part in id.split("/")))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value)


def verification_document(report: Verification) -> dict[str, Any]:
    """Return a verification's report."""
    trusted, faults = report.trusted, [plain(fault) for fault in report.faults]
    return {
        "ok": report.ok,
        "ledger": report.ledger,
        "level": report.level,
        "head": plain(report.head),
        "events": report.events,
        "pages": report.pages,
        "checked": list(report.checked),
        "trust": report.trust,
        "trusted": plain(trusted_head(trusted)),
        "vouched": vouched_document(trusted) if isinstance(trusted, Vouched) else None,
        "beyond": report.beyond,
        "sound_to": report.sound_to,
        "faults": faults,
        "root": report.root,
        "unknown": dict(report.unknown),
        "seconds": round(report.seconds, 6),
        "events_per_second": round(report.events / report.seconds) if report.seconds else None,
    }


def checkpoint_document(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return what a checkpoint says; its root is in base64, as in the checkpoint itself."""
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": encode_base64(checkpoint.root),
    }


def vouched_document(vouched: Vouched) -> dict[str, Any]:
    """Return what a checkpoint or signed head says, and who vouches for it."""
    return {
        **checkpoint_document(vouched.checkpoint),
        "signers": list(vouched.signers),
        "witnesses": [
            {"name": each.witness, "at": format_time(each.at)} for each in vouched.witnesses
        ],
    }
