"""Checking every record: its line, its names, its seals."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import msgspec

from evledger.chain import PAGE_EVENTS, page_lines
from evledger.codec import Line, check_frame, check_line
from evledger.exceptions import Invalid
from evledger.integrity import Index
from evledger.seals import Hidden, Opening
from evledger.verification.reports import MOST_FAULTS, Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from evledger.events import FieldsErased
    from evledger.schema import EventType
    from evledger.vocabulary import Vocabulary

__all__ = ["Records"]


class Records:
    """Checks every record of a ledger, in order, as its pages go by.

    Args:
        ledger: the name in the chain.
        vocabulary: the event types that are known.
        openings: gives what the vault keeps of the records from one position up to another.

    Attributes:
        index: the names held so far, as the lines alone say.
        unknown: how many records of each type, or version, are not known.
    """

    def __init__(
        self,
        ledger: str,
        vocabulary: Vocabulary,
        openings: Callable[[int, int], Iterable[Opening]] = lambda _start, _stop: (),
    ) -> None:
        self.index = Index()
        self.unknown: Counter[str] = Counter()
        self._ledger = ledger
        self._vocabulary = vocabulary
        self._openings = openings
        self._size = 0
        self._at = ""
        self._erased: list[tuple[int, str]] = []
        self._faults: list[Fault] = []

    def watch(self, pages: Iterable[bytes], first: int) -> Iterator[bytes]:
        """Yield the same pages, and check each before it is hashed."""
        for page, text in enumerate(pages, first):
            self._check_page(page, text)
            yield text

    def finish(self) -> list[Fault]:
        """Check what can only be seen at the end, and give every fault."""
        for opening in self._openings(self._size, sys.maxsize):
            text = f"the vault opens {opening.field} of record {opening.n}, which is not there"
            self._faults.append(Fault("commitment", text))
        for n, field in self._erased:
            if any(opening.field == field for opening in self._openings(n, n + 1)):
                text = f"{field} was erased, but the vault still holds it"
                self._faults.append(Fault("not-erased", text, None, n))
        return self._faults

    def _check_page(self, page: int, text: bytes) -> None:
        start = page * PAGE_EVENTS
        if text.count(b"\n") > PAGE_EVENTS + 1:
            return  # far too many lines, as the page's own check says
        lines = [raw.removesuffix(b"\n") for raw in page_lines(text)]
        self._size += len(lines)
        openings = {(o.n, o.field): o for o in self._openings(start, start + PAGE_EVENTS)}
        for n, raw in enumerate(lines, start):
            self._check_record(n, raw, openings)
        for n, field in openings:
            self._fault("commitment", f"the vault opens {field}, which is not sealed", n)

    def _check_record(self, n: int, raw: bytes, openings: dict[tuple[int, str], Opening]) -> None:
        try:
            line = check_frame(raw)
            kind = self._vocabulary.type_of(line.type)
            known = kind is not None and line.v == kind.version
            if line.sealed or not known:
                check_line(raw)
        except Invalid as error:
            self._fault("bad-line", str(error), n)
            return
        if line.n != n:
            self._fault("bad-line", f"it says that it is record {line.n}", n)
        if line.at < self._at:
            self._fault("bad-time", f"{line.at} is earlier than the record before it", n)
        else:
            self._at = line.at
        self._check_data(n, raw, line, kind)
        if line.sealed:
            self._check_seals(n, line, openings)
        for breach in self.index.apply(n, line.keys, line.refs, line.drops):
            self._fault(breach.kind, str(breach), n)

    def _check_data(self, n: int, raw: bytes, line: Line, kind: EventType | None) -> None:
        if n == 0 or line.type == "ledger-opened":
            self._check_opening(n, line)
        if kind is None or (line.v != kind.version and not self._is_upcast(line, kind)):
            self.unknown[line.type if kind is None else f"{line.type} v{line.v}"] += 1
            return
        try:
            if line.v == kind.version:
                kind.check(line)
        except Invalid as error:
            self._fault_in_data(n, raw, error)
            return
        if line.type == "fields-erased":
            hidden = dict.fromkeys(line.sealed)
            erased = cast("FieldsErased", self._vocabulary.event(line, hidden))
            self._erased += ((erased.n, field) for field in erased.fields)

    def _is_upcast(self, line: Line, kind: EventType) -> bool:
        """Return whether a record of another version is read by the class that is here.

        Where it is not, nobody here knows what its own version's schema was.
        """
        try:
            hidden = dict.fromkeys(line.sealed, Hidden.WITHHELD)
            return line.v < kind.version and self._vocabulary.event(line, hidden) is not None
        except Invalid:
            return False

    def _fault_in_data(self, n: int, raw: bytes, error: Invalid) -> None:
        """Tell a breach of the format, which anyone can see, from one of the type's schema."""
        try:
            check_line(raw)
        except Invalid as breach:
            self._fault("bad-line", str(breach), n)
        else:
            self._fault("bad-data", str(error), n)

    def _check_opening(self, n: int, line: Line) -> None:
        if (line.type == "ledger-opened") != (n == 0):
            self._fault("bad-data", "event 0, and no other, is ledger-opened", n)
            return
        try:
            name = msgspec.json.decode(line.data, type=_Named).name
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # its data is no JSON, which is found elsewhere
        if n == 0 and name != self._ledger:
            text = f"it opens {name!r}, but the pages say {self._ledger!r}"
            self._fault("bad-data", text, n)

    def _check_seals(self, n: int, line: Line, openings: dict[tuple[int, str], Opening]) -> None:
        for field, commitment in line.sealed.items():
            opening = openings.pop((n, field), None)
            if opening is not None and not _opens(opening, line.type, commitment):
                self._fault("commitment", f"what the vault holds of {field} does not fit", n)

    def _fault(self, kind: FaultKind, message: str, n: int) -> None:
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(Fault(kind, message, n // PAGE_EVENTS, n))


class _Named(msgspec.Struct):
    name: Any = None


def _opens(opening: Opening, kind: str, commitment: str) -> bool:
    if not opening.fits(commitment):
        return False
    try:
        opening.value_for(kind)
    except Invalid:
        return False
    return True
