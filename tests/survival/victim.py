"""A program that changes a ledger and is killed, or refused by its system, while it does.

It forks a process for each line of its input, ``ACTION FOLDER``,
so that an interpreter that has started up costs nothing to kill.
The process opens the folder's database, says ``ready PID``,
and acts as soon as somebody writes to the folder's pipe ``go``.
What it says then is ``done HEAD`` once the change is acknowledged, or ``failed ERROR``.
"""

from __future__ import annotations

import ctypes
import io
import os
import sys
from pathlib import Path

import evledger
from evledger import GapNoted, Ledger

ANYBODY_MAY_TRACE = (0x59616D61, ctypes.c_ulong(-1))  # PR_SET_PTRACER, for Yama
LONG = "long " * 6_000


def act(action: str, database: Path, ledger: Ledger | None) -> None:
    """Carry out one change, and acknowledge it."""
    if ledger is None:
        with evledger.open(database) as store:
            store.create("semax", title="Semax", by="test")
            say(f"done {store.ledger('semax').head()}")
        return
    if action == "append":
        ledger.append(GapNoted(id="g1", text="A gap."), by="test")
    elif action == "fill":  # the open page, and some of the next
        with ledger.batch(by="test", once="fill") as batch:
            source = batch.add_source(kind="web-page", title="A page")
            for _ in range(20):
                batch.tag_claim(
                    source=source, tier="human", stance="neutral", text="A claim.", quote=LONG
                )
    elif action == "attach":
        ledger.attach(io.BytesIO(LONG.encode() * 20), "text/plain")
    elif action == "erase":
        ledger.erase(2, "quote", reason="asked", by="test")
    elif action == "close":
        ledger.append(GapNoted(id="g1", text="A gap."), by="test")
        say(f"done {ledger.head()}")
        ledger.store.close()
        return
    say(f"done {ledger.head()}")


def say(text: str) -> None:
    """Say something at once."""
    os.write(1, f"{text}\n".encode())


def suffer(action: str, folder: Path) -> None:
    """Get ready, wait for the word, and act."""
    ctypes.CDLL(None).prctl(*ANYBODY_MAY_TRACE, 0, 0, 0)
    database = folder / "ledger.db"
    ledger = None
    if action != "create":
        ledger = evledger.open(database).ledger("semax")
        ledger.verify()
    say(f"ready {os.getpid()}")
    with (folder / "go").open("rb", buffering=0) as word:
        word.read(1)
    try:
        act(action, database, ledger)
    except BaseException as error:  # noqa: BLE001  # the test judges what may be raised
        say(f"failed {type(error).__name__}: {error}".replace("\n", " "))


def main() -> None:
    """Serve one order after the other."""
    with evledger.open("memory:") as store:  # whatever is imported at first use is by now
        store.create("semax", title="Semax", by="test").verify("full")
    for order in sys.stdin:
        action, folder = order.split(maxsplit=1)
        child = os.fork()
        if not child:
            suffer(action, Path(folder.strip()))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
