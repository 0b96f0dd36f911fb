"""Where logs are published, and where published logs are read: folders, object stores, the web.

A log is files at fixed paths, so a place need only read one and write one.
What a target promises of writing is all that publishing builds on: a file is there wholly or
as it was before, and what was written before :meth:`Target.settle` stays, whatever happens after.

No message repeats a password: an address that holds one is not taken.
"""

from __future__ import annotations

import abc
import contextlib
import os
import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from urllib.parse import unquote, urlsplit

from evledger.exceptions import Invalid, NotFound, Refused, StoreError
from evledger.legible import one_line

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType
    from typing import Self

__all__ = ["Folder", "ObjectStore", "Source", "Target", "open_source", "open_target"]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)  # one letter is a drive
_WEB: Final = ("http", "https")
_SAID: Final = 200  # characters of what a driver says

# Their drivers put an object in one step. Others write a file piece by piece, or nobody has
# looked; what such a driver leaves behind when it is interrupted could never be put right.
_PUT_WHOLE: Final = frozenset({"abfs", "az", "gcs", "gs", "memory", "oci", "oss", "s3", "s3a"})


class Source(abc.ABC):
    """A place that files are read from.

    Attributes:
        name: what messages call it.
    """

    name: str

    @abc.abstractmethod
    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; of a longer one the first ``limit`` and one more.

        Several threads may read at a time.

        Args:
            path: as in ``tile/0/000``.
            limit: bytes.

        Returns:
            ``None`` where there is no such file.

        Raises:
            StoreError: it could not be read.
        """

    def close(self) -> None:  # noqa: B027  # most hold nothing that is to be let go
        """Let go of connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Target(Source):
    """A place that files are written to as well."""

    @abc.abstractmethod
    def write(self, path: str, data: bytes) -> None:
        """Write a file: whatever happens, it is there wholly or as it was before.

        Several threads may write at a time.

        Raises:
            StoreError: it could not be written.
        """

    @abc.abstractmethod
    def remove(self, path: str) -> None:
        """Take a file away; does nothing where there is none.

        Raises:
            StoreError: it could not be taken away.
        """

    def settle(self) -> None:
        """Ensure that all that was written stays, though the power fail.

        Raises:
            StoreError: the operating system would not say so.
        """


def _check_path(path: str) -> str:
    """Refuse what could lead out of a place, or hide in it."""
    if not all(_NAME.fullmatch(name) for name in path.split("/")):
        msg = f"{path!r:.100} is no path within a log"
        raise Invalid(msg)
    return path


# -- opening -----------------------------------------------------------------------------


def open_target(place: str | os.PathLike[str]) -> Target:
    """Open a place to publish at.

    Args:
        place: a folder, ``file:///srv/log``, or the address of an object store, as in
            ``s3://bucket/semax``; what the store must know besides (keys, an endpoint) its
            driver takes from the environment.

    Raises:
        Invalid: it is no such place.
        Refused: a package that the place needs is not installed.
        StoreError: it is a file.

    >>> target = open_target("log")
    >>> target.write("checkpoint", b"a note")
    >>> target.read("checkpoint", 100)
    b'a note'
    """
    scheme, text = _taken_apart(place)
    if scheme in _WEB:
        msg = f"nothing can be published over {scheme}: name a folder or an object store"
        raise Invalid(msg)
    if scheme in ("", "file"):
        return Folder(_path_of(scheme, text))
    if scheme not in _PUT_WHOLE:
        stores = ", ".join(sorted(_PUT_WHOLE))
        msg = (
            f"{scheme}:// is not known to write a file wholly or not at all, as {stores} do; "
            "publish into a folder, and copy that, its file 'checkpoint' last of all"
        )
        raise Invalid(msg)
    return ObjectStore(text)


def open_source(place: str | os.PathLike[str]) -> Source:
    """Open a place where a log is published.

    Args:
        place: as for :func:`open_target`, or ``https://example.org/semax``,
            or the address of any other store that fsspec reads.

    Raises:
        Invalid: it is no such place.
        NotFound: there is no such folder.
        Refused: a package that the place needs is not installed.
    """
    scheme, text = _taken_apart(place)
    if scheme in _WEB:
        from evledger.proofs.web import Website  # noqa: PLC0415  # of use to mirrors alone

        return Website(text)
    if scheme not in ("", "file"):
        return ObjectStore(text)
    path = _path_of(scheme, text)
    if not path.is_dir():
        msg = f"there is no folder {path}"
        raise NotFound(msg)
    return Folder(path)


def _taken_apart(place: str | os.PathLike[str]) -> tuple[str, str]:
    """Return the scheme of an address, or nothing where it is a path; never repeat a secret."""
    text = os.fspath(place)
    if not text.strip() or not text.isprintable():
        raise Invalid("a place is a folder or an address, as in s3://bucket/semax; this is neither")
    scheme = _SCHEME.match(text)
    if scheme is None:
        return "", text
    rest = text[scheme.end() :]
    is_chain = "::" in text and scheme[1].lower() not in _WEB  # where it is of IPv6
    if not rest.startswith("//") or is_chain:
        msg = (
            f"an address that begins with {scheme[0]!r} goes on with //, and has no other in it; "
            "a folder of such a name is written ./NAME"
        )
        raise Invalid(msg)
    _check_bare(rest)
    return scheme[1].lower(), scheme[0].lower() + rest


def _check_bare(rest: str) -> None:
    if ":" in rest[2:].partition("/")[0].rpartition("@")[0]:
        raise Invalid(
            "the address holds a password, which histories and process lists would show; "
            "leave it out, and put it where the driver looks for it, such as the environment"
        )
    if "?" in rest or "#" in rest:
        raise Invalid("the address of a log has neither '?' nor '#'; paths are put behind it")


def _path_of(scheme: str, text: str) -> Path:
    if not scheme:
        return Path(text)
    url = urlsplit(text)
    path = unquote(url.path)
    if url.netloc not in ("", "localhost") or not path.isprintable():
        msg = f"{text!r:.100} is no folder of this machine; expected file:///PATH"
        raise Invalid(msg)
    return Path(path)


# -- a folder ----------------------------------------------------------------------------


class Folder(Target):
    """A folder of files, as any web server serves it.

    Args:
        path: created when first written to.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._written: set[Path] = set()
        self.name = str(path)
        if self._path.exists() and not self._path.is_dir():
            msg = f"{path} is not a folder"
            raise StoreError(msg)

    def read(self, path: str, limit: int) -> bytes | None:
        """Return a file's bytes; see :meth:`Source.read`."""
        file = self._path / _check_path(path)
        try:
            if not stat.S_ISREG(file.stat().st_mode):
                msg = f"{file} is not a plain file"
                raise StoreError(msg)
            with file.open("rb") as opened:
                return opened.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            msg = f"{file} cannot be read: {error.strerror or error}"
            raise StoreError(msg) from error

    def write(self, path: str, data: bytes) -> None:
        """Write a file under another name, durably, and then give it its own."""
        file = self._path / _check_path(path)
        # Of a name that no reader asks for, and no other publisher uses.
        part = file.with_name(f".{file.name}.{secrets.token_hex(8)}.part")
        with self._told(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                _write_durably(part, data)
                part.replace(file)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        self._written.add(file.parent)

    def remove(self, path: str) -> None:
        """Take a file away; see :meth:`Target.remove`."""
        file = self._path / _check_path(path)
        with self._told(file):
            file.unlink(missing_ok=True)
        self._written.add(file.parent)

    def settle(self) -> None:
        """Ensure that the folders too have on disk what was written into them."""
        folders, self._written = self._written, set()
        with self._told(self._path):
            for folder in sorted({each for start in folders for each in self._up_from(start)}):
                _sync(folder)
            for folder in self._path.absolute().parents if folders else ():
                with contextlib.suppress(PermissionError):  # then it is not from us
                    _sync(folder)

    def _up_from(self, folder: Path) -> list[Path]:
        """Return a folder, and those around it up to the log's own."""
        above = folder.relative_to(self._path).parents
        return [folder, *(self._path / each for each in above)]

    @contextlib.contextmanager
    def _told(self, path: Path) -> Generator[None]:
        try:
            yield
        except OSError as error:
            msg = f"{path} cannot be written: {error.strerror or error}"
            raise StoreError(msg) from error


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# -- an object store ---------------------------------------------------------------------


class _Driver(Protocol):
    """What is used of ``fsspec.AbstractFileSystem``, which has no types."""

    def cat_file(self, path: str, start: int, end: int) -> bytes: ...
    def pipe_file(self, path: str, value: bytes, **headers: str) -> object: ...
    def rm_file(self, path: str) -> object: ...
    def size(self, path: str) -> int | None: ...


_Open = Callable[[str], tuple[_Driver, str]]


class ObjectStore(Target):
    """A store of objects that fsspec has a driver for.

    Args:
        url: as in ``s3://bucket/semax``.

    Raises:
        Invalid: there is no driver of this scheme, or the address is not one of its.
        Refused: fsspec, or the driver, is not installed.
    """

    def __init__(self, url: str) -> None:
        self.name = url.rstrip("/")
        self._scheme = url.partition(":")[0]
        self._driver, self._root = self._opened(url)
        if not self._root.strip("/"):
            msg = f"{url} names no place in the store; expected one, as in {self._scheme}://bucket"
            raise Invalid(msg)

    def _opened(self, url: str) -> tuple[_Driver, str]:
        try:
            from fsspec import core  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra
        except ImportError as error:
            msg = f"{self._scheme}:// needs fsspec: pip install 'evidence-ledger[publish]'"
            raise Refused(msg) from error
        try:
            open_url: _Open = cast("Any", core).url_to_fs
            driver, root = open_url(url)
        except ImportError as error:
            msg = f"{self._scheme}:// needs a package that is not installed: {_said(error)}"
            raise Refused(msg) from error
        except Exception as error:  # a driver raises whatever its library does
            msg = f"{url} cannot be opened: {_said(error)}"
            raise Invalid(msg) from error
        return driver, root.rstrip("/")

    def read(self, path: str, limit: int) -> bytes | None:
        """Return an object's bytes; see :meth:`Source.read`."""
        place = self._inside(path)
        try:
            return bytes(self._driver.cat_file(place, start=0, end=limit + 1))
        except FileNotFoundError:
            return None
        except Exception as error:  # a driver raises whatever its library does
            if self._is_empty(place):
                return b""
            msg = f"{self.name}/{path} cannot be read: {_said(error)}"
            raise StoreError(msg) from error

    def write(self, path: str, data: bytes) -> None:
        """Put an object; see :meth:`Target.write`."""
        place = self._inside(path)
        headers = _s3_headers(path) if self._scheme in ("s3", "s3a") else {}
        try:
            self._driver.pipe_file(place, data, **headers)
        except Exception as error:  # a driver raises whatever its library does
            msg = f"{self.name}/{path} cannot be written: {_said(error)}"
            raise StoreError(msg) from error

    def remove(self, path: str) -> None:
        """Take an object away; see :meth:`Target.remove`."""
        try:
            self._driver.rm_file(self._inside(path))
        except FileNotFoundError:
            return
        except Exception as error:  # a driver raises whatever its library does
            msg = f"{self.name}/{path} cannot be taken away: {_said(error)}"
            raise StoreError(msg) from error

    def _is_empty(self, place: str) -> bool:
        """Return whether an object is empty; some stores answer that it has no such bytes."""
        with contextlib.suppress(Exception):
            return self._driver.size(place) == 0
        return False

    def _inside(self, path: str) -> str:
        return f"{self._root}/{_check_path(path)}"


_TYPES: Final = {
    "atom": "application/atom+xml",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "svg": "image/svg+xml",
}


def _s3_headers(path: str) -> dict[str, Any]:
    """Return how an object is to be served (C2SP tlog-tiles, “APIs”)."""
    if path.startswith("tile/"):
        return {
            "ContentType": "application/octet-stream",
            "CacheControl": "max-age=31536000, immutable",
        }
    suffix = path.rpartition(".")[2]
    return {
        "ContentType": _TYPES.get(suffix, "text/plain; charset=utf-8"),
        "CacheControl": "max-age=5",
    }


def _said(error: Exception) -> str:
    return one_line(str(error))[:_SAID].rstrip() or type(error).__name__
