"""The suite for importers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.exceptions import Invalid
from evledger.importing import Fit, Item, Note, Rejection, Sniffer, import_file
from evledger.testing.suites.base import EMPTY, Suite, check_name, not_given, tried
from evledger.testing.suites.steady import steady

if TYPE_CHECKING:
    from pathlib import Path

    from evledger.importing import Found, Importer, ImportReport
    from evledger.ledger import Ledger

__all__ = ["ImporterTests"]

_GARBAGE: Final = (
    b"\x00",
    b"\xff\xfe\x00\x00",
    b"\n" * 1000,
    b"{" * 2000,
    b"[" * 100_000,
    b'"' * 999,
    b"<" * 2000,
    b"a," * 5000,
    b"PK\x03\x04" + bytes(range(256)),
    b"\x1f\x8b" + bytes(range(256)),
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><x>&c;</x>',
)
_ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037")


class ImporterTests(Suite):
    r"""What holds of every importer.

    >>> from evledger import Plugins
    >>> class TestCSV(ImporterTests):
    ...     def importer(self):
    ...         return Plugins.builtin().importer("csv", "")
    ...
    ...     def sample(self):
    ...         return b"kind,title\nreview,One\nreview,Two\n"
    ...
    ...     def records(self):
    ...         return 2
    """

    def importer(self) -> Importer:
        """Return a new importer."""
        raise not_given(self, "importer")

    def sample(self) -> bytes:
        """Return a sound file with a few records, each of a source of its own.

        It need not be small, but it is read some hundred times.
        """
        raise not_given(self, "sample")

    def records(self) -> int:
        """Return how many records the sample holds."""
        raise not_given(self, "records")

    def read(self, data: bytes) -> list[Found]:
        """Read a file; what comes before a refusal counts, and the refusal as a note."""
        found: list[Found] = []
        file = io.BytesIO(data)
        try:
            for each in self.importer().read(file):
                found.append(each)  # noqa: PERF402  # so that it is kept when the next one raises
        except Invalid as error:
            found.append(Note("the file", f"refused: {error}"))
        assert not file.closed, "the file is closed by whoever opened it"
        return found

    def counted(self, data: bytes) -> list[Found]:
        """Read a file and leave out the notes, which are no records."""
        return [each for each in self.read(data) if not isinstance(each, Note)]

    def check(self, data: bytes) -> None:
        """Check that a file gives items, rejections or a refusal, each with its place."""
        for found in self.read(data):
            assert isinstance(found, Item | Rejection | Note)
            assert found.place.strip(), "people must find the record in the file"
            if isinstance(found, Rejection):
                assert found.reason.strip(), f"{found.place}: a rejection says why"
            if isinstance(found, Note):
                assert found.text.strip(), f"{found.place}: a note says what to know"

    def test_has_name_and_suffixes(self) -> None:
        """An importer's name is a slug, and its suffixes are as a file's name has them."""
        importer = self.importer()
        check_name(importer.name)
        assert importer.suffixes
        assert isinstance(importer.suffixes, tuple)
        assert all(suffix.startswith(".") for suffix in importer.suffixes)
        assert all(suffix == suffix.lower() for suffix in importer.suffixes)

    def test_gives_every_record(self) -> None:
        """A file that is right gives an item for each record, and no rejection."""
        found = self.counted(self.sample())
        rejected = [str(each) for each in found if isinstance(each, Rejection)]
        assert not rejected, f"the sample is right in every way, and yet rejected: {rejected}"
        self._check_count(found)
        places = {each.place for each in found}
        assert len(places) == len(found), f"people must tell records apart: {sorted(places)}"

    def test_is_deterministic(self) -> None:
        """The same bytes give the same items."""
        sample = self.sample()
        with steady():
            found = self.read(sample)
        assert self.read(sample) == found

    def test_knows_its_files(self) -> None:
        """An importer that sniffs knows its sample, with and without a byte order mark."""
        importer = self.importer()
        if isinstance(importer, Sniffer):
            start = self.sample()[: 1 << 16]
            assert importer.sniff(start) is not Fit.NONE
            assert importer.sniff(b"\xef\xbb\xbf" + start) is importer.sniff(start)

    def test_sniffs_anything(self) -> None:
        """An importer that sniffs takes any bytes, and does not claim what means nothing."""
        importer = self.importer()
        if isinstance(importer, Sniffer):
            sample = self.sample()
            for start in (*_GARBAGE, *(sample[:end] for end in range(min(len(sample), 200)))):
                assert importer.sniff(start) in Fit
            assert importer.sniff(b"") is Fit.NONE
            assert importer.sniff(bytes(range(256))) is Fit.NONE

    def test_survives_truncation(self) -> None:
        """A file that breaks off anywhere gives what came before, or is refused."""
        sample = self.sample()
        step = max(1, len(sample) // 200)
        for end in {*range(0, len(sample), step), *range(max(0, len(sample) - 32), len(sample))}:
            self.check(sample[:end])
            assert len(self.counted(sample[:end])) <= self.records() + 1, "the rest, at most"

    def test_says_that_the_end_is_missing(self) -> None:
        """Of a file whose last character is missing no record is lost without a word."""
        found = self.read(self.sample().rstrip()[:-1])
        told = [each for each in found if not isinstance(each, Item)]
        if not told:  # neither a rejection nor a note
            self._check_count(found)

    @pytest.mark.parametrize("encoding", _ENCODINGS)
    def test_survives_other_encodings(self, encoding: str) -> None:
        """A file in another encoding is read, rejected or refused."""
        self.check(self.sample().decode(errors="replace").encode(encoding, errors="replace"))

    def test_survives_a_byte_order_mark(self) -> None:
        """A byte order mark in front does no harm, and loses no record."""
        self.check(b"\xef\xbb\xbf" + self.sample())
        marked, plain = self.counted(b"\xef\xbb\xbf" + self.sample()), self.counted(self.sample())
        for one, other in zip(marked, plain, strict=False):
            assert one == other, (
                f"{other.place} is another behind a byte order mark; leave that out"
            )
        self._check_count(marked)

    @pytest.mark.parametrize("garbage", _GARBAGE, ids=range(len(_GARBAGE)))
    def test_survives_garbage(self, garbage: bytes) -> None:
        """What is no such file, alone or before or after one, gives no other error."""
        for data in (garbage, garbage + self.sample(), self.sample() + garbage):
            self.check(data)

    def test_survives_an_empty_file(self) -> None:
        """An empty file has no records, and is no error of the importer's own."""
        assert [each for each in self.read(b"") if isinstance(each, Item)] == []

    @tried
    @given(data=st.data())
    def test_survives_changed_bytes(self, data: st.DataObject) -> None:
        """A file of which some bytes were replaced, lost or doubled gives no other error."""
        sample = self.sample()
        start = data.draw(st.integers(0, len(sample)), label="from")
        stop = data.draw(st.integers(start, min(len(sample), start + 20)), label="to")
        self.check(sample[:start] + data.draw(st.binary(max_size=20)) + sample[stop:])

    def test_import_adds_up(self, tmp_path: Path) -> None:
        """Every record of a file is accounted for, and a dry run says the same."""
        ledger = EMPTY.ledger()
        dry = self._imported(ledger, tmp_path, dry_run=True)
        assert ledger.head().size == 1
        report = self._imported(ledger, tmp_path)
        counted = report.added + report.known + report.flagged + len(report.rejected)
        expected = (self.records(),) * 2
        assert (report.read, counted) == expected, f"of {expected[0]} records: {report}"
        assert report.rejected == ()
        assert (dry.read, dry.added, dry.sources) == (report.read, report.added, report.sources)
        assert ledger.verify("full").ok

    def test_importing_twice_adds_nothing(self, tmp_path: Path) -> None:
        """A file that was imported already brings nothing new."""
        ledger = EMPTY.ledger()
        self._imported(ledger, tmp_path)
        size = ledger.head().size
        again = self._imported(ledger, tmp_path)
        assert (again.added, again.sources, again.claims) == (0, 0, 0)
        assert ledger.head().size == size

    def _check_count(self, found: list[Found]) -> None:
        places = ", ".join(each.place for each in found) or "nothing"
        assert len(found) == self.records(), (
            f"of {self.records()} records there came {len(found)}: {places}; "
            "each has to become an item or a rejection"
        )

    def _imported(self, ledger: Ledger, folder: Path, *, dry_run: bool = False) -> ImportReport:
        importer = self.importer()
        path = folder / f"sample{importer.suffixes[0]}"
        path.write_bytes(self.sample())
        return import_file(ledger, path, importer, by="test", dry_run=dry_run)
