"""Text files: lines, byte order marks, encodings that are known and those that are guessed."""

from __future__ import annotations

import gc
import io

import pytest
from evledger_literature.reading.decoding import lines, opening
from hypothesis import given
from hypothesis import strategies as st

from evledger import Invalid

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\ufeff"))
MARKED = ("utf-8-sig", "utf-16", "utf-32")


def read(data: bytes) -> tuple[list[str], str, str | None]:
    """Return the lines of a file, its encoding and the note on it."""
    text = lines(io.BytesIO(data))
    return list(text.lines), text.encoding, text.note.text if text.note else None


@given(st.lists(TEXT, min_size=1), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_of_utf8(text: list[str], end: str) -> None:
    """Text in UTF-8 is read as it is, however its lines end, and there is nothing to say of it."""
    data = "".join(f"{line}{end}" for line in ["TY  - JOUR", *text]).encode()
    assert read(data) == (["TY  - JOUR", *text], "utf-8", None)


@given(st.lists(TEXT, min_size=1), st.sampled_from(MARKED))
def test_byte_order_marks(text: list[str], encoding: str) -> None:
    """A byte order mark tells the encoding, and is no part of the first line."""
    data = "\n".join(["TY  - JOUR", *text, "ER"]).encode(encoding)
    assert read(data) == (["TY  - JOUR", *text, "ER"], encoding.removesuffix("-sig"), None)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str) -> None:
    """UTF-16 without its mark is known by its zeros."""
    assert read("TY  - JOUR\nAU  - Müller".encode(encoding))[:2] == (
        ["TY  - JOUR", "AU  - Müller"],
        encoding,
    )


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("AU  - Müller, Jürgen", "cp1252"),
        ("AU  - Sørensen", "cp1252"),
        ("AB  - The patient\u2019s naïve view – “quoted”", "cp1252"),
        ("AB  - at 37 °C ± 0.5 with 5 µg", "cp1252"),
        ("TI  - Léčba deprese u dospělých pacientů: přehled současných možností", "cp1250"),
        ("TI  - Состояние рецепторного аппарата и метаболизма эстрогенов", "cp1251"),
        ("TI  - Состояние рецепторного аппарата и метаболизма эстрогенов", "koi8_r"),
        ("TI  - 针灸治疗抑郁症的临床研究", "gb18030"),
        ("author = {凯撒}, journal = {测试期刊}", "gb18030"),
        ("TI  - 針灸治療抑鬱症的臨床研究", "big5"),
        ("TI  - うつ病に対する認知行動療法の効果", "cp932"),
        ("TI  - うつ病に対する認知行動療法の効果", "euc_jp"),
        ("TI  - 우울증에 대한 인지행동치료의 효과", "cp949"),
    ],
)
def test_guesses(text: str, encoding: str) -> None:
    """What is not UTF-8 is guessed, and a note says what it was taken for."""
    found, guessed, note = read(text.encode(encoding))
    assert found == [text]
    assert guessed == encoding
    assert note is not None
    assert f"{encoding}, which is a guess" in note


def test_a_file_of_several() -> None:
    """Where most lines are UTF-8, only those that are not are guessed; the rest is as it was."""
    utf8 = ["AU  - Müller", "AU  - Łukasz", "TI  - 针灸"]
    data = "\n".join(utf8).encode() + "\nAU  - Sørensen\nER".encode("cp1252")
    found, encoding, note = read(data)
    assert found == [*utf8, "AU  - Sørensen", "ER"]
    assert encoding == "utf-8"
    assert note is not None
    assert note.startswith("1 of its lines")


def test_marks_between_files() -> None:
    """Where files were put one behind the other, the byte order mark of the second is dropped."""
    assert read("\ufeffTY  - JOUR\n\ufeffTY  - BOOK".encode())[0] == ["TY  - JOUR", "TY  - BOOK"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_cut_off(encoding: str) -> None:
    """A file that ends within a character is read up to it, and is not taken for another's."""
    found, _, note = read("TY  - JOUR\nAU  - é".encode(encoding)[:-1])
    assert found == ["TY  - JOUR", "AU  - �"]
    assert note is not None
    assert "cut off" in note


def test_what_utf16_cannot_be() -> None:
    """Half of a character in the middle is replaced, and a note says so."""
    found, _, note = read("\ufeffa".encode("utf-16-le") + b"\x00\xd8b\x00")
    assert found == ["a�b"]
    assert note is not None


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    """Any bytes at all can be read, or are refused, and reading them again gives the same."""

    def tried() -> object:
        try:
            return read(data)
        except Invalid as error:
            return str(error)

    assert tried() == tried()


@pytest.mark.parametrize("data", [b"x", "ø".encode(), b"\xf8"])
def test_long_lines(data: bytes) -> None:
    """A line that is longer than a mebicharacter is refused by its number, and not read whole."""
    with pytest.raises(Invalid, match="line 2 is longer"):
        read(b"first\n" + data * ((1 << 20) + 1))
    assert len(read(b"first\n" + data * (1 << 20))[0]) == 2


def test_leaves_the_file_open() -> None:
    """The file stays its owner's: it is read from where it stands, and neither closed nor kept."""
    file = io.BytesIO("skipped\nAU  - Müller\nER".encode())
    file.readline()
    text = lines(file)
    assert next(text.lines) == "AU  - Müller"
    del text
    assert not file.closed


def test_a_file_that_was_closed() -> None:
    """Lines that nobody reads any more can be let go of, also when the file is closed already."""
    file = io.BytesIO(b"one\ntwo")
    text = lines(file)
    assert next(text.lines) == "one"
    file.close()
    del text  # an error in this would be a warning, and fail the test
    gc.collect()


class Metered(io.BytesIO):
    """A file that knows how much was read of it at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and keep the size."""
        data = super().read(size)
        self.largest = max(self.largest, len(data))
        return data


def test_reads_piece_by_piece() -> None:
    """However large a file is, it is not read at once."""
    file = Metered(b"AU  - Doe\n" * 500_000)
    assert sum(1 for _ in lines(file).lines) == 500_000
    assert file.largest <= 1 << 20


@pytest.mark.parametrize("encoding", [*MARKED, "utf-16-le", "utf-8"])
def test_opening(encoding: str) -> None:
    """The start of a file can be told from its text, in whatever encoding, cut off or not."""
    assert opening("TY  - Jöur".encode(encoding)[:-1]).startswith("TY  - J")
