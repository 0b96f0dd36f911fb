"""A program that flips bits of a database file, and tells what comes of each.

It runs apart from the tests, with little memory, because a damaged size may ask for a lot.
Each line of its input names an offset and a bit; each line of its output says what happened:
``fault``, ``error``, ``same``, or ``escape`` with what was read or raised instead.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

import evledger
from evledger import EvledgerError, GapNoted, Head

MEMORY = 1 << 30


def content(store: evledger.Store) -> dict[str, Any]:
    """Return everything that can be read of every ledger of a store."""
    found: dict[str, Any] = {"ledgers": store.ledgers()}
    for name in found["ledgers"]:
        ledger, kept = store.ledger(name), store.backend
        found[f"records of {name}"] = [record.line for record in ledger.records()]
        found[f"names of {name}"] = sorted(kept.names(name))
        found[f"vault of {name}"] = list(kept.openings(name))
        found[f"attachments of {name}"] = [
            (d, ledger.attachment(d)) for d in kept.attachments(name)
        ]
        found[f"view of {name}"] = repr(list(ledger.view().claims.values()))
    return found


def verify(store: evledger.Store, heads: dict[str, Head]) -> str:
    """Verify every ledger in full against its head, and give the first fault, if any."""
    for name, head in heads.items():
        report = store.ledger(name).verify("full", trust=head)
        if not report.ok:
            return f"{name}: {report.fault}"
    return ""


def judge(path: Path, heads: dict[str, Head], sound: dict[str, Any]) -> tuple[str, str]:
    """Open, verify, read and append, and say how it went."""
    with evledger.open(path) as store:
        if fault := verify(store, heads):
            return "fault", fault
        found = content(store)
        other = [part for part in sound if found.get(part) != sound[part]]
        if other:
            return "escape", f"no fault, but other content: {', '.join(other)}"
        ledger = store.ledger(next(iter(heads)))
        ledger.append(GapNoted(id="after", text="Appended after the flip."), by="test")
        with ledger.batch(by="test") as batch:
            batch.note_gap("Appended with an id handed out.")
        fault = verify(store, heads)
    return ("escape", f"no fault until something was appended: {fault}") if fault else ("same", "")


def outcome(path: Path, heads: dict[str, Head], sound: dict[str, Any]) -> tuple[str, str]:
    """Judge a damaged file; what is raised on purpose is as good as a fault."""
    try:
        return judge(path, heads, sound)
    except EvledgerError as error:
        return "error", f"{type(error).__name__}: {error}"
    except BaseException as error:  # noqa: BLE001  # whatever else escapes is what is looked for
        return "escape", f"{type(error).__name__}: {error}"


def remove(path: Path) -> None:
    """Remove a database and its companions."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def say(text: str) -> None:
    """Say something at once."""
    os.write(1, f"{text}\n".encode())


def main(source: Path, scratch: Path) -> None:
    """Answer one flip after the other."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    text = source.read_bytes()
    scratch.write_bytes(text)
    with evledger.open(scratch) as store:
        sound = content(store)
        heads = {name: store.ledger(name).head() for name in reversed(store.ledgers())}
    say("ready")
    for line in sys.stdin:
        offset, bit = json.loads(line)
        remove(scratch)
        damaged = bytearray(text)
        damaged[offset] ^= 1 << bit
        scratch.write_bytes(damaged)
        say(json.dumps([offset, bit, *outcome(scratch, heads, sound)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
    os._exit(0)
