"""What importers and fetchers must be able to do."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Protocol, TypeAlias, runtime_checkable

import attrs

from evledger.importing.values import Item, Note, Rejection

__all__ = ["FetchContext", "Fetcher", "Fit", "Found", "Importer", "Mappable", "Sniffer"]

Found: TypeAlias = Item | Rejection | Note


class Importer(Protocol):
    """Reads files of one format.

    An importer may also be a :class:`Sniffer`, so that files are known by their content,
    and :class:`Mappable`, where people say what its columns are.

    Attributes:
        name: by which it is asked for.
        suffixes: of the files it knows, in lower case: ``(".csv",)``.

    >>> class TitleList:
    ...     name = "titles"
    ...     suffixes = (".titles",)
    ...
    ...     def read(self, file):
    ...         for number, line in enumerate(file, 1):
    ...             source = {"kind": "book", "title": line.decode().strip()}
    ...             yield Item(place=f"line {number}", source=source)
    """

    @property
    def name(self) -> str:
        """The importer's name."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of the files that it knows."""
        ...

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Return what the file holds, in order; the file can be sought in.

        Raises:
            Invalid: the file as a whole is not of the format.
        """
        ...


class Fit(enum.IntEnum):
    """How well the start of a file fits a format.

    >>> max(Fit.NONE, Fit.SURE, Fit.POSSIBLE).name
    'SURE'
    """

    NONE = 0
    POSSIBLE = 1
    """It looks like a more general format that this one is written in: JSON, CSV."""
    SURE = 2
    """It has marks that no other format has."""


@runtime_checkable
class Sniffer(Protocol):
    """An importer that knows its files by their content."""

    def sniff(self, start: bytes) -> Fit:
        """Return how well a file fits.

        Args:
            start: its first 64 KiB, or all of it where it is shorter; unpacked if it was gzipped.
        """
        ...


@runtime_checkable
class Mappable(Protocol):
    """An importer of tables, whose columns people can name."""

    def mapped(self, columns: Mapping[str, str]) -> Importer:
        """Return the importer with columns as people named them.

        Args:
            columns: for a heading of the file, the field that it is.

        Raises:
            Invalid: there is no such field; the message names those there are.
        """
        ...


@attrs.frozen(kw_only=True)
class FetchContext:
    """What a fetcher may know of whom it asks for.

    Attributes:
        contact: an address that registries ask for, so that they can write before they block.
        timeout: seconds that an answer may take to begin, and that it may pause.
        environ: the environment, in which keys and the addresses of mirrors are found.

    >>> FetchContext(contact="curator@example.org").timeout
    30.0
    """

    contact: str | None = None
    timeout: float = 30.0
    environ: Mapping[str, str] = attrs.field(factory=lambda: os.environ, repr=False)


class Fetcher(Protocol):
    """Asks a registry what it has of sources, by their locators.

    Attributes:
        name: the scheme whose locators it fetches: ``doi``.
        registry: whom it asks, as flags name it: ``Crossref``.
    """

    @property
    def name(self) -> str:
        """The scheme."""
        ...

    @property
    def registry(self) -> str:
        """Whom it asks."""
        ...

    def fetch(self, locators: Sequence[str], context: FetchContext) -> Iterator[Found]:
        """Return one item or rejection for each locator, whose ``place`` is the locator.

        Args:
            locators: normal locators of the scheme, each with the scheme in front.
            context: who asks.

        One that the registry does not have is a rejection that is ``gone``;
        so many failures in a row that asking on is senseless reject the rest too.
        """
        ...
