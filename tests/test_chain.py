"""Pages, heads and hashes: whatever is changed is found, however the lines came in."""

from __future__ import annotations

from itertools import pairwise

import pytest
from blake3 import blake3
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evledger.chain import (
    GENESIS,
    PAGE_EVENTS,
    ChainEnd,
    Head,
    check_pages,
    event_hash,
    event_hashes,
    page_header,
    page_lines,
    page_prev,
    page_range,
)
from evledger.exceptions import Broken, Invalid, NotFound
from evledger.verification import Volume, verify_volume

SIZE = 2 * PAGE_EVENTS + 40


def lines_of(size: int) -> list[bytes]:
    """Return some lines; the chain does not read them."""
    return [b'{"n":%d}\n' % n for n in range(size)]


def pages_of(lines: list[bytes]) -> list[bytes]:
    """Build the pages by the format's definition alone."""
    pages, prev = list[bytes](), GENESIS
    for page in page_range(len(lines)):
        body = lines[PAGE_EVENTS * page : PAGE_EVENTS * (page + 1)]
        text = b'{"evledger":1,"ledger":"x","page":%d,"prev":"%s"}\n' % (page, prev.encode())
        pages.append(text + b"".join(body))
        prev = blake3(pages[-1]).hexdigest()
    return pages


LINES = lines_of(SIZE)
PAGES = pages_of(LINES)
HEAD = Head(SIZE, blake3(PAGES[-1]).hexdigest())
LAST = len(PAGES) - 1

sizes = st.sampled_from([1, 2, 255, 256, 257, 511, 512, 513, SIZE]) | st.integers(1, SIZE)


@given(sizes, st.data())
def test_any_split_gives_the_same_chain(size: int, data: st.DataObject) -> None:
    """However lines are split into batches, the pages and the head are the same."""
    cuts = data.draw(st.lists(st.integers(0, size), max_size=6).map(sorted))
    end, pages, tail = ChainEnd("x"), list[bytes](), list[bytes]()
    for start, stop in pairwise([0, *cuts, size]):
        extension = end.extend(LINES[start:stop])
        end = extension.end
        if extension.pages:
            tail = []
        pages += [text for _, text in extension.pages]
        tail += extension.tail
    expected = pages_of(LINES[:size])
    full = size // PAGE_EVENTS
    assert pages == expected[:full]
    assert tail == LINES[full * PAGE_EVENTS : size]
    assert end.head == Head(size, blake3(expected[-1]).hexdigest())


@given(sizes)
def test_chain_end_can_be_rebuilt(size: int) -> None:
    """From size, previous hash and open lines the same end is rebuilt."""
    full = size // PAGE_EVENTS
    pages = pages_of(LINES[:size])
    prev = blake3(pages[full - 1]).hexdigest() if full else GENESIS
    rebuilt = ChainEnd("x", size, prev, LINES[full * PAGE_EVENTS : size])
    grown = ChainEnd("x").extend(LINES[:size]).end
    more = lines_of(300)
    assert rebuilt.head == grown.head
    assert rebuilt.extend(more).end.head == grown.extend(more).end.head


def test_extending_leaves_the_old_end() -> None:
    """A batch that is not committed leaves no trace."""
    end = ChainEnd("x").extend(LINES[:10]).end
    before = end.head
    end.extend(LINES[10:300])
    assert (end.head, end.size) == (before, 10)


def test_extending_by_nothing() -> None:
    """No lines, no pages, no tail, the same head."""
    end = ChainEnd("x").extend(LINES[:256]).end
    extension = end.extend([])
    assert (extension.end.head, extension.pages, extension.tail) == (end.head, (), ())


@given(st.integers(0, sum(map(len, PAGES)) * 8 - 1))
@example(0)
@example(len(PAGES[0]) * 8 - 1)
@example(len(PAGES[0]) * 8)
@example(sum(map(len, PAGES)) * 8 - 1)
def test_flipped_bit_is_placed(bit: int) -> None:
    """Any flipped bit of any page is found, and put down to that page."""
    changed = [bytearray(page) for page in PAGES]
    place, offset = 0, bit // 8
    while offset >= len(changed[place]):
        offset -= len(changed[place])
        place += 1
    changed[place][offset] ^= 1 << bit % 8
    texts = [bytes(page) for page in changed]
    span = check_pages("x", texts, 0, LAST)
    assert span.fault is not None or Head(span.events, span.hash) != HEAD
    report = verify_volume(volume(texts))
    assert (report.fault and report.fault.page) == place


def volume(pages: list[bytes], head: Head | None = HEAD) -> Volume:
    """Return pages as an archive would."""
    return Volume(
        ledger="x",
        pages=lambda start, stop: pages[start:stop],
        count=len(pages),
        partial=True,
        head=head,
    )


@given(st.integers(0, LAST), st.data())
def test_lost_or_repeated_line_is_placed(page: int, data: st.DataObject) -> None:
    """A line that is missing, repeated or moved is found on its page."""
    lines = page_lines(PAGES[page])
    n = data.draw(st.integers(0, len(lines) - 2))
    change = data.draw(st.sampled_from(["lost", "twice", "moved"]))
    changed = {
        "lost": [*lines[:n], *lines[n + 1 :]],
        "twice": [*lines[:n], lines[n], *lines[n:]],
        "moved": [*lines[:n], lines[n + 1], lines[n], *lines[n + 2 :]],
    }[change]
    header = PAGES[page].splitlines(keepends=True)[0]
    texts = [*PAGES[:page], header + b"".join(changed), *PAGES[page + 1 :]]
    report = verify_volume(volume(texts))
    assert (report.fault and report.fault.page) == page


def test_sound_text() -> None:
    """A sound text verifies, and gives the head."""
    report = verify_volume(volume(PAGES), trust=HEAD)
    expected = (True, HEAD, SIZE, 3, SIZE, 0, "head given")
    found = (report.ok, report.head, report.events, report.pages, report.sound_to)
    assert (*found, report.beyond, report.trust) == expected


@pytest.mark.parametrize("size", [1, 255, 256, 257, 512, SIZE])
def test_earlier_head_is_extended(size: int) -> None:
    """Every earlier head is recognised, and what lies beyond it is counted."""
    text = pages_of(LINES[:size])[-1]
    trust = Head(size, blake3(text).hexdigest())
    report = verify_volume(volume(PAGES), trust=trust)
    assert (report.ok, report.beyond) == (True, SIZE - size)


@pytest.mark.parametrize("trust", [Head(SIZE + 1, "0" * 64), Head(40, "0" * 64)])
def test_foreign_head_is_refused(trust: Head) -> None:
    """A head that the text does not extend is a fault, though the text is sound by itself."""
    report = verify_volume(volume(PAGES), trust=trust)
    assert [fault.kind for fault in report.faults] == ["head-mismatch"]


@given(st.integers(0, len(PAGES)))
def test_spans_join_anywhere(cut: int) -> None:
    """Pages checked in two parts give what they give in one."""
    whole = check_pages("x", PAGES, 0, LAST)
    first = check_pages("x", PAGES[:cut], 0, LAST)
    second = check_pages("x", PAGES[cut:], cut, LAST)
    assert first.events + second.events == whole.events
    assert first.pages + second.pages == whole.pages
    if second.pages:
        assert (second.prev if cut else GENESIS) == first.hash
        assert second.hash == whole.hash


@given(st.integers(0, LAST))
def test_event_hashes_are_prefix_hashes(page: int) -> None:
    """The hash of an event is the hash of its page's text through its line."""
    text = PAGES[page]
    header, *lines = text.splitlines(keepends=True)
    prefixes = [blake3(header + b"".join(lines[: n + 1])).hexdigest() for n in range(len(lines))]
    assert list(event_hashes(text)) == prefixes
    assert [event_hash(text, n) for n in range(len(lines))] == prefixes


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        ([PAGES[0] + b'{"n":256}\n'], "bad-line"),
        ([PAGES[0].replace(b'{"n":9}\n', b"")], "bad-line"),
        ([PAGES[0][:-1]], "bad-line"),
        ([PAGES[0].splitlines(keepends=True)[0]], "bad-line"),
        ([b""], "bad-header"),
        ([PAGES[0].replace(b'"x"', b'"y"', 1)], "bad-header"),
        ([PAGES[0].replace(b":1,", b":2,", 1)], "bad-header"),
        ([PAGES[0].replace(b"\n", b"\r\n", 1)], "bad-header"),
        ([PAGES[1]], "missing-page"),
        ([PAGES[0], PAGES[2]], "missing-page"),
        ([PAGES[0], PAGES[1].replace(b'"prev":"', b'"prev":"0', 1)], "bad-header"),
        ([PAGES[0], page_header("x", 1, "0" * 64) + b"".join(LINES[256:512])], "wrong-prev"),
    ],
)
def test_kinds_of_faults(texts: list[bytes], kind: str) -> None:
    """What stopped the check is named after what it is."""
    span = check_pages("x", texts, 0, -1)
    assert (span.fault and span.fault.kind) == kind
    assert (span.fault and span.fault.page) == len(texts) - 1


@pytest.mark.parametrize(
    ("error", "kind"), [(NotFound("gone"), "missing-page"), (Broken("cut"), "unreadable")]
)
def test_pages_that_cannot_be_had(error: Exception, kind: str) -> None:
    """A page that is not there, or cannot be read, is a fault and no exception."""

    def texts():  # type: ignore[no-untyped-def]  # noqa: ANN202  # a generator that fails
        yield PAGES[0]
        raise error

    span = check_pages("x", texts(), 0, LAST)  # type: ignore[no-untyped-call]  # as above
    assert (span.pages, span.fault and span.fault.kind) == (1, kind)


def test_page_without_events() -> None:
    """A last page that is a header and nothing else is no page."""
    header = PAGES[LAST].splitlines(keepends=True)[0]
    span = check_pages("x", [*PAGES[:LAST], header], 0, LAST)
    assert (span.pages, span.fault and span.fault.kind) == (LAST, "bad-line")


@given(st.integers(0, 3 * PAGE_EVENTS))
def test_page_range(size: int) -> None:
    """There is a page for each started 256 events."""
    assert list(page_range(size)) == sorted({n // PAGE_EVENTS for n in range(size)})


def test_page_prev() -> None:
    """A header says of which ledger and page it is, and what it follows; other text says none."""
    assert page_prev(page_header("semax", 7, "ab" * 32)) == ("semax", 7, "ab" * 32)
    assert page_prev(b'{"evledger":1}\n') is None


@given(st.integers(1, 10**16 - 1), st.binary(min_size=32, max_size=32))
def test_head_round_trip(size: int, digest: bytes) -> None:
    """A head that is written and read is the same head."""
    head = Head(size, digest.hex())
    assert Head.parse(str(head)) == head
    assert Head.parse(f"  {head}\n") == head


H = "ab" * 32


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", H, f"-{H}", f"0-{H}", f"01-{H}", f"+1-{H}", f"1_0-{H}", f"1{H}", f"1--{H}"),
        *(f"1-{H.upper()}", f"1-{H[:-1]}", f"1-{H}0", f"1-{H} x", f"1- {H}", f"\u0661-{H}", "1-…"),
        *(f"{10**16}-{H}", f"1.0-{H}", f"1-{'g' * 64}"),
    ],
)
def test_what_is_no_head(text: str) -> None:
    """Any other text is refused, and the message says what a head looks like."""
    with pytest.raises(Invalid, match=r"not a head: .*; expected SIZE-HASH"):
        Head.parse(text)


@settings(max_examples=50)
@given(st.text(max_size=100))
def test_any_text_is_a_head_or_refused(text: str) -> None:
    """Whatever text is read, it is a head, or Invalid."""
    try:
        head = Head.parse(text)
    except Invalid:
        return
    assert str(head) == text.strip()
