"""A curator's Markdown: whatever it holds, the page has only what it may become."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

import pytest
from evledger_html.curated import ATTRIBUTES, ELEMENTS, curated
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evledger.article.links import web_address
from evledger.testing import texts
from evledger.testing.suites.renderers import HOSTILE

VOID: Final = frozenset(("br", "hr"))
BLOCKS: Final = ("# ", "## ", "###### ", "> ", "- ", "1. ", "99. ", "```\n", "    ", "===\n", "\n")
WORDS: Final = ("**", "_", "`", "![", "]", "(x)", "<https://e.org>", "&lt;", "\\", "text")
LINKS: Final = (
    "[a](https://example.org/b?c=d&e)",
    "[a](javascript:x)",
    "![p](https://example.org/p.png)",
    "[![p](/p.png)](https://example.org/)",
)
HTML: Final = ("<b onclick=x>", "<!-- ", "</div></section>", "\r\n", "\x00", "\u202e")
PIECES: Final = st.sampled_from((*BLOCKS, *WORDS, *LINKS, *HTML))
MARKDOWN: Final = st.lists(PIECES | texts(), max_size=25).map("".join)


class Reader(HTMLParser):
    """Holds HTML to what a curator's Markdown may become.

    Attributes:
        ranks: of the headings, in order.
        links: where links lead.
        words: all text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ranks: list[int] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold an element and its attributes to the lists."""
        assert tag in ELEMENTS
        assert {name for name, _ in attrs} <= ATTRIBUTES.get(tag, frozenset())
        if tag[0] == "h" and tag[1:].isdigit():
            self.ranks.append(int(tag[1:]))
        if tag == "a":
            assert "a" not in self.open
            assert dict(attrs)["rel"] == "noopener noreferrer nofollow"
            self.links.append(dict(attrs)["href"] or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that what is closed is what was opened last."""
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        """Allow none."""
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        """Gather the text."""
        self.words.append(data)


def read(markdown: str) -> Reader:
    """Read what Markdown becomes."""
    reader = Reader()
    reader.feed(curated(markdown))
    reader.close()
    assert reader.open == []
    return reader


@given(markdown=MARKDOWN)
@example("# a\n\n### b\n\n## c\n\n# d")
@settings(max_examples=150)
def test_only_what_is_allowed(markdown: str) -> None:
    """Elements, attributes and addresses are those of the lists, each closed in its place."""
    assert all(web_address(link) is not None for link in read(markdown).links)


@given(ranks=st.lists(st.integers(1, 6), max_size=12))
@settings(max_examples=60)
def test_headings_leave_no_rank_out(ranks: list[int]) -> None:
    """Headings rank below the page's two, and each at most one below the one before it."""
    found = read("\n\n".join(f"{'#' * rank} heading" for rank in ranks)).ranks
    assert len(found) == len(ranks)
    assert all(3 <= after <= before + 1 for before, after in zip([2, *found], found, strict=False))


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_shown(payload: str) -> None:
    """Of hostile text nothing is obeyed, and its HTML can be read."""
    words = "".join(read(payload).words)
    assert ("<x-hostile>" in payload) <= ("<x-hostile>" in words)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("![A rat](https://example.org/rat.png)", "[picture: A rat]</a>"),
        ("![](https://example.org/rat.png)", "[picture]</a>"),
        ("![A rat](rat.png)", "<p>[picture: A rat]</p>"),
        ("[![A rat](https://e.org/r.png)](https://example.org/)", ">[picture: A rat]</a></p>"),
        ("[here](#evl-main)", "<p>here</p>"),
        ("[here](mailto:somebody)", "<p>here</p>"),
        ("2. two\n3. three", '<ol start="2">'),
    ],
)
def test_pictures_and_links(markdown: str, html: str) -> None:
    """A picture becomes a link, and what leads elsewhere than into the web leads nowhere."""
    assert html in curated(markdown)
    assert "<img" not in curated(markdown)
