"""The verb verify."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

import attrs
import click

from evledger.archive import verify_archive
from evledger.checkpoints import Vouched, open_checkpoint, open_head
from evledger.cli import options
from evledger.cli.documents import verification_document
from evledger.cli.errors import Exit
from evledger.cli.options import Settings
from evledger.cli.output import count, progress, write_json, write_lines
from evledger.exceptions import Broken, Invalid, NotFound, NotProven
from evledger.notes import MAX_NOTE
from evledger.record import format_time
from evledger.verification import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evledger.chain import Head
    from evledger.notes import VerifierKey
    from evledger.verification import Level, Trust, Verification

__all__ = ["verify"]

T = TypeVar("T")


@options.verb(
    "verify",
    "verify semax",
    'verify semax --full --head "$(cat kept/HEAD)"',
    "verify semax --checkpoint checkpoint --vkey semax.vkey --witness witness.vkey",
    "verify --archive semax-archive --chain --jobs 2",
)
@click.argument("ledger", required=False)
@click.option(
    "--archive",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Verify an archive instead; no database is needed: --archive semax-archive.",
)
@click.option(
    "--full/--chain",
    default=None,
    help="--full checks every record, name and seal too; --chain hashes the pages. "
    "By default --chain for a ledger and --full for an archive.",
)
@options.head(
    "--head trust", "A head kept elsewhere, which the ledger must extend: --head 43-9f2c…."
)
@click.option(
    "--checkpoint",
    type=click.File("rb", lazy=True),
    metavar="FILE",
    help="A signed checkpoint, which the ledger must extend; needs --vkey.",
)
@click.option(
    "--signed-head",
    type=click.File("rb", lazy=True),
    metavar="FILE",
    help="A signed head, which the ledger must extend, and which is quicker to compare; "
    "needs --vkey.",
)
@options.optional_vkeys
@options.witness_keys
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Threads that hash pages under --chain, as many as cores by default: --jobs 2.",
)
@options.common
@click.pass_context
def verify(
    context: click.Context,
    /,
    *,
    ledger: str | None,
    archive: str | None,
    full: bool | None,
    trust: Head | None,
    jobs: int | None,
    **signed: Any,
) -> None:
    """Verify a ledger or an archive.

    The exit code is 1 where it is not sound, or a signature is not what it should be.
    Without a head, signed or not, or a checkpoint this shows internal consistency only.
    """
    if (ledger is None) == (archive is None):
        msg = "name a ledger, or give --archive DIR: one of the two"
        raise click.UsageError(msg)
    settings = context.ensure_object(Settings)
    trusted = _trusted(trust, _Signed(**signed))
    with _executor(jobs) as executor, progress("verifying") as bar:
        given: dict[str, Any] = {"trust": trusted, "executor": executor, "progress": bar}
        if archive is not None:
            given["vocabulary"] = settings.plugins.vocabulary
            report = _verify_archive(archive, "chain" if full is False else "full", given)
        else:
            report = _verify_ledger(settings, ledger or "", "full" if full else "chain", given)
    try:
        _tell(settings, report)
    finally:  # whatever becomes of the output, the shell learns of damage
        if not report.ok:
            context.exit(Exit.UNSOUND)


def _verify_ledger(
    settings: Settings, name: str, level: Level, given: dict[str, Any]
) -> Verification:
    with settings.open() as store:
        return store.ledger(name).verify(level, **given)


def _verify_archive(folder: str, level: Level, given: dict[str, Any]) -> Verification:
    """Verify an archive; one that cannot be read as one, though it is there, is damaged."""
    try:
        return verify_archive(folder, level, **given)
    except (Broken, Invalid) as error:
        return unreadable("", level, str(error), given["trust"])
    except NotFound as error:
        if any(Path(folder).glob("page-*.jsonl")):
            return unreadable("", level, str(error), given["trust"])
        raise


# -- what is trusted ---------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _Signed:
    """What was given that is signed, and by whose keys."""

    checkpoint: BinaryIO | None
    signed_head: BinaryIO | None
    vkeys: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...]
    quorum: int | None


def _trusted(head: Head | None, signed: _Signed) -> Trust | None:
    """Return what the ledger must extend: one of three things, or nothing.

    Raises:
        Invalid: a file is no checkpoint, or no signed head.
        NotProven: it is not signed as it should be.
    """
    given = [each for each in (head, signed.checkpoint, signed.signed_head) if each is not None]
    if len(given) > 1:
        msg = "give --head, --checkpoint or --signed-head: one of the three"
        raise click.UsageError(msg)
    if bool(signed.vkeys) != (head is None and bool(given)):
        msg = "--vkey says whose signature a --checkpoint or --signed-head must have: give both"
        raise click.UsageError(msg)
    if (signed.witnesses or signed.quorum) and signed.checkpoint is None:
        msg = "--witness and --quorum are for a --checkpoint, which is what witnesses sign"
        raise click.UsageError(msg)
    return _opened(signed) if signed.vkeys else head


def _opened(signed: _Signed) -> Vouched:
    if signed.signed_head is not None:
        return _from_file(signed.signed_head, partial(open_head, keys=signed.vkeys))
    opening = partial(
        open_checkpoint, keys=signed.vkeys, witnesses=signed.witnesses, quorum=signed.quorum
    )
    return _from_file(cast("BinaryIO", signed.checkpoint), opening)


def _from_file(file: BinaryIO, opening: Callable[[bytes], Vouched]) -> Vouched:
    try:
        return opening(file.read(MAX_NOTE + 1))
    except (Invalid, NotProven) as error:
        msg = f"{file.name}: {error}"
        raise type(error)(msg) from error


# -- threads -----------------------------------------------------------------------------


def _executor(jobs: int | None) -> AbstractContextManager[Executor | None]:
    if jobs is None:
        return nullcontext()
    return _Serial() if jobs == 1 else ThreadPoolExecutor(jobs)


class _Serial(Executor):
    """Runs each task in the caller's thread, when its result is asked for."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return _Deferred(partial(fn, *args, **kwargs))


class _Deferred(Future[T]):
    def __init__(self, call: Callable[[], T]) -> None:
        super().__init__()
        self._call = call

    def result(self, timeout: float | None = None) -> T:
        del timeout
        return self._call()


# -- telling -----------------------------------------------------------------------------


def _tell(settings: Settings, report: Verification) -> None:
    if settings.json:
        write_json(verification_document(report))
    else:
        write_lines(_lines(report))


def _lines(report: Verification) -> Iterator[str]:
    if report.ok:
        events, pages = count(report.events, "event"), count(report.pages, "page")
        yield f"sound: {events} in {pages}, head {report.head}"
    else:
        yield from _fault_lines(report)
    if report.checked:
        yield f"checked: {', '.join(report.checked)} (level {report.level})"
    yield f"stands on: {_trust(report)}"
    if report.root is not None:
        yield f"Merkle root: {report.root}"
    for name, number in sorted(report.unknown.items()):
        yield f"unknown: {number} × {name}, whose data no plugin here could check"
    yield f"took: {report.seconds:.3f} s{_rate(report)}"


def _fault_lines(report: Verification) -> Iterator[str]:
    yield f"NOT SOUND: {report.ledger or 'archive'}: {count(len(report.faults), 'fault')}"
    for fault in report.faults:
        yield f"  {fault}"
    if report.sound_to:
        first = count(report.sound_to, "event")
        yield f"still sound: the first {first}, up to record {report.sound_to - 1}"
    else:
        yield "still sound: nothing can be said of any event"


def _trust(report: Verification) -> str:
    if report.trusted is None:
        return (
            "internal consistency only: no head kept elsewhere was given; whoever can rewrite "
            "what was read can rewrite the chain; 'evledger head' shows one to keep"
        )
    what = _vouching(report.trusted)
    if not report.ok:
        return f"{what}; see the faults"
    beyond = report.beyond
    vouched = "none lies beyond it" if not beyond else f"{beyond} lie beyond it, not vouched for"
    return f"extends {what}; of the events {vouched}"


def _vouching(trusted: Trust) -> str:
    """Name what is trusted, who signed it, and who witnessed it when."""
    if not isinstance(trusted, Vouched):
        return f"the head given, {trusted}"
    what = f"the signed head {trusted.head}" if trusted.head else "the checkpoint"
    size = "" if trusted.head else f" of {count(trusted.checkpoint.size, 'event')}"
    witnesses = [f", witnessed by {w.witness} at {format_time(w.at)}" for w in trusted.witnesses]
    return f"{what}{size}, signed by {', '.join(trusted.signers)}{''.join(witnesses)}"


def _rate(report: Verification) -> str:
    if not report.seconds or not report.events:
        return ""
    return f", {report.events / report.seconds:,.0f} events/s"
