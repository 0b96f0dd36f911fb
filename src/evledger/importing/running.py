"""Running an import: from a file, or from registries, through an importer into a ledger."""

from __future__ import annotations

import functools
import gzip
import itertools
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar, cast

from evledger.exceptions import PLUGIN_ERRORS, EvledgerError, Invalid, NotFound, PluginError, blame
from evledger.importing.contracts import FetchContext, Fetcher, Found, Importer
from evledger.importing.resolving import Resolver
from evledger.importing.values import ImportReport, Item, ItemFlag, Note, Rejection

if TYPE_CHECKING:
    from collections.abc import Generator

    from evledger.importing.resolving import Target

__all__ = ["ask_again", "import_fetched", "import_file", "start_of"]

Progress = Callable[[int, int], None]
T = TypeVar("T")

_START: Final = 1 << 16  # bytes by which a format is known
_BATCH: Final = 500  # records; each is an event or a few
_FETCHED: Final = 50  # records; what was fetched at some cost is soon kept
_GZIP: Final = b"\x1f\x8b"


# -- files -------------------------------------------------------------------------------


def start_of(path: str | os.PathLike[str]) -> bytes:
    """Return the first 64 KiB of a file, unpacked where it is gzipped.

    Raises:
        NotFound: it cannot be read.
    """
    with _opened(Path(path)) as (file, _):
        try:
            return file.read(_START)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return b""  # the importer will say so


@contextmanager
def _opened(path: Path) -> Generator[tuple[IO[bytes], IO[bytes]]]:
    """Give a file as an importer reads it, and as it lies there.

    Raises:
        NotFound: it cannot be read.
    """
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            yield (cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if is_packed else raw), raw
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise NotFound(msg) from error


def import_file(
    ledger: Target,
    path: str | os.PathLike[str],
    importer: Importer,
    *,
    by: str,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file into a ledger; see :meth:`evledger.Ledger.import_file`."""
    source = Path(path)
    resolver = Resolver(ledger, by=by, dry_run=dry_run)
    with _opened(source) as (file, raw):
        total = os.fstat(raw.fileno()).st_size
        try:
            for chunk in _chunks(_read(importer, file), _BATCH):
                resolver.take(chunk)
                if progress is not None:
                    progress(raw.tell(), total)
        except Invalid as error:
            msg = f"{source}: {error}"
            raise Invalid(msg) from error
    return resolver.finish()


def _read(importer: Importer, file: IO[bytes]) -> Iterator[Found]:
    """Yield what an importer reads; a file that turns bad loses its rest, and says so.

    Raises:
        Invalid: the file as a whole is not of the format.
        PluginError: the importer failed, or gave something else; the message names it.
    """
    last = None
    try:
        for found in _checked("importer", importer.name, lambda: importer.read(file)):
            yield found
            last = found.place
    except (Invalid, EOFError, zlib.error, gzip.BadGzipFile) as error:
        if last is None:
            raise Invalid(str(error)) from error
        yield Rejection(f"after {last}", f"{error}; the rest of the file was not read")


def _checked(kind: str, name: str, read: Callable[[], Iterable[Found] | None]) -> Iterator[Found]:
    """Yield what a plugin hands over, and see that it is what it may.

    Raises:
        PluginError: the plugin failed, or gave something else; the message names it.
    """
    try:
        given = read()
        if given is None:
            raise TypeError("it returned None; yield items, or return a list of them")
        for found in given:
            _check(kind, name, found)
            yield found
    except (EvledgerError, OSError, EOFError, zlib.error):
        raise
    except PLUGIN_ERRORS as error:
        msg = f"{kind} {name!r} failed: {blame(error)}"
        raise PluginError(msg, kind=kind, name=name) from error


def _check(kind: str, name: str, found: Any) -> None:
    if not isinstance(found, Item | Rejection | Note):
        given = type(found).__name__
        msg = f"{kind} {name!r} gave {given}, where Item, Rejection or Note is expected"
        raise PluginError(msg, kind=kind, name=name)


def _chunks(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(itertools.islice(items, size)):
        yield chunk


# -- registries --------------------------------------------------------------------------


def import_fetched(
    ledger: Target,
    locators: Iterable[str],
    fetchers: Mapping[str, Fetcher],
    context: FetchContext,
    *,
    by: str,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import what registries have of some locators; see :meth:`evledger.Ledger.fetch`."""
    asked = _by_scheme(map(ledger.vocabulary.normalise, locators), fetchers)
    resolver = Resolver(ledger, by=by, dry_run=dry_run)
    return _run(resolver, _fetched(asked, fetchers, context), asked, progress)


def ask_again(
    ledger: Target,
    fetchers: Mapping[str, Fetcher],
    context: FetchContext,
    *,
    by: str,
    sources: Sequence[str] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Ask registries again about known sources; see :meth:`evledger.Ledger.refresh`."""
    there = ledger.view().sources
    unknown = [id for id in sources if id not in there]
    if unknown:
        msg = f"there is no source {unknown[0]!r:.80}"
        raise NotFound(msg)
    known = [name for id in sources or there for name in there[id].locators]
    asked = _by_scheme((name for name in known if _scheme(name) in fetchers), fetchers)
    resolver = Resolver(ledger, by=by, dry_run=dry_run, known_only=True)
    found = (_as_flag(each, fetchers) for each in _fetched(asked, fetchers, context))
    return _run(resolver, found, asked, progress)


def _run(
    resolver: Resolver,
    found: Iterator[Found],
    asked: Mapping[str, Sequence[str]],
    progress: Progress | None,
) -> ImportReport:
    total, done = sum(map(len, asked.values())), 0
    for chunk in _chunks(found, _FETCHED):
        resolver.take(chunk)
        done += sum(not isinstance(each, Note) for each in chunk)
        if progress is not None:
            progress(min(done, total), total)
    return resolver.finish()


def _scheme(locator: str) -> str:
    return locator.partition(":")[0]


def _by_scheme(locators: Iterable[str], fetchers: Mapping[str, Fetcher]) -> dict[str, list[str]]:
    asked: dict[str, list[str]] = {}
    for locator in dict.fromkeys(locators):
        scheme = _scheme(locator)
        if scheme not in fetchers:
            known = ", ".join(sorted(fetchers)) or "none: no installed plugin fetches"
            msg = f"{locator:.100}: nothing fetches {scheme!r}; what can be fetched is {known}"
            raise Invalid(msg)
        asked.setdefault(scheme, []).append(locator)
    return asked


def _fetched(
    asked: Mapping[str, Sequence[str]], fetchers: Mapping[str, Fetcher], context: FetchContext
) -> Iterator[Found]:
    """Yield what fetchers find; a locator that one passes over is a rejection."""
    for scheme, locators in asked.items():
        answered: set[str] = set()
        ask = functools.partial(fetchers[scheme].fetch, locators, context)
        for found in _checked("fetcher", scheme, ask):
            answered.add(found.place)
            yield found
        for locator in locators:
            if locator not in answered:
                yield Rejection(locator, f"fetcher {scheme!r} gave no answer to it")


def _as_flag(found: Found, fetchers: Mapping[str, Fetcher]) -> Found:
    """Turn a registry's word that it has no such source into a flag of the one that we have."""
    if not (isinstance(found, Rejection) and found.gone):
        return found
    registry = fetchers[_scheme(found.place)].registry
    flag = ItemFlag(status="unreachable", according_to=registry, of=(found.place,))
    return Item(place=found.place, flags=(flag,))
