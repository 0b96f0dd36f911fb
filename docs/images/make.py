# ruff: noqa: INP001  # a script, and no package
"""Makes article.png: the demonstration's article, light and dark; needs Chromium and Playwright."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

import evledger_html
from playwright.sync_api import Browser, sync_playwright

import evledger
from evledger import Plugins, Signer, new_key
from evledger.demo import build

HERE = Path(__file__).parent
SIDES: tuple[tuple[Literal["light", "dark"], str], ...] = (("light", "top"), ("dark", "evidence"))
BESIDE = '<body style="margin:0;display:flex"><img src="light.png"><img src="dark.png">'


def main() -> None:
    """Take both pictures and put them side by side."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        page = folder / "article.html"
        page.write_bytes(article(folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for scheme, part in SIDES:
            picture(browser, page, scheme, part)
        beside = folder / "beside.html"
        beside.write_text(BESIDE, encoding="utf-8")
        window = browser.new_page(viewport={"width": 1600, "height": 900})
        window.goto(beside.as_uri())
        window.screenshot(path=HERE / "article.png")
    sys.stdout.write(f"{(HERE / 'article.png').stat().st_size:,} bytes\n")


def article(folder: Path) -> bytes:
    """Return the demonstration's article, signed."""
    plugins = Plugins.builtin()
    plugins.register(evledger_html, "html")
    new_key(folder / "key", "example.org/semax")
    signer = Signer.open(folder / "key")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger, _ = build(store)
        ledger.checkpoint(signer)
        return ledger.render("html", keys=[signer.verifier]).data


def picture(browser: Browser, page: Path, scheme: Literal["light", "dark"], part: str) -> None:
    """Take a picture of a part of the page, once it has verified itself."""
    window = browser.new_page(viewport={"width": 800, "height": 900}, color_scheme=scheme)
    window.goto(page.as_uri())
    window.locator("[data-evl-overall][data-state]").wait_for(state="attached")
    if part != "top":
        window.evaluate("(id) => document.getElementById(id).scrollIntoView()", f"evl-{part}")
    window.screenshot(path=page.parent / f"{scheme}.png")


if __name__ == "__main__":
    main()
