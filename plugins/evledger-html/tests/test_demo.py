"""The demonstration's pages: there, sound, and one of them caught."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import evledger_html

import evledger
from evledger import Plugins
from evledger.demo import Tour, tour

PLUGINS = Plugins.builtin()
PLUGINS.register(evledger_html, "html")


def toured(folder: Path) -> Tour:
    """Return what the demonstration did in a folder."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        return tour(store, folder)


def test_the_page_comes_first(tmp_path: Path) -> None:
    """The article is a page, signed, that leads to what stands beside it."""
    done = toured(tmp_path)
    assert [path.name for path in done.articles] == ["article.html", "ledger.html", "article.md"]
    page = done.articles[0].read_text(encoding="utf-8")
    assert 'href="ledger.html"' in page
    assert (tmp_path / "semax.vkey").read_text(encoding="utf-8").strip() in page


def test_the_tampered_page_is_caught(
    tmp_path: Path, visit: Callable[..., Any], verified: Callable[..., Any]
) -> None:
    """The sound page proves every claim; in its copy, claim c4 alone is not as recorded."""
    done = toured(tmp_path)
    assert done.tampered_page is not None
    sound = verified(visit(done.articles[0]))
    assert sound.state == "proven"
    tampered = verified(visit(done.tampered_page))
    assert tampered.state == "altered"
    assert set(tampered.having("altered")) == {"claim:c4"}
