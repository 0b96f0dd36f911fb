"""What the tests share: a Chromium, what opens pages in it, and the pages of the demonstration."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import attrs
import evledger_html
import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Error,
    Page,
    Request,
    sync_playwright,
)

import evledger
from evledger import Event, Ledger, Plugins, Signer, new_key
from evledger.demo import build
from evledger.events import (
    About,
    CaveatNoted,
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    EvidenceLinked,
    GapClosed,
    GapNoted,
    QuestionCreated,
    Reviewed,
    SectionWritten,
    SourceAdded,
    SourceFlagged,
    SourceKind,
    SourceLinked,
    Stance,
)

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")

FILES: Final = {
    "html": "article.html",
    "html-ledger": "ledger.html",
    "html-changes": "changes.html",
    "atom": "feed.atom",
}
"""What our renderers' files are called."""

# -- the browser ---------------------------------------------------------------------------

_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
_QUIET: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
_TOLD: Final = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`policy: ${event.violatedDirective} forbids ${event.blockedURI}`);
});
"""


def _end_without(reason: str) -> NoReturn:
    """Skip; fail where `EVLEDGER_REQUIRE_SERVICES=1` promises that everything is there."""
    if os.environ.get("EVLEDGER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, though EVLEDGER_REQUIRE_SERVICES=1", pytrace=False)
    pytest.skip(reason)


def _chromium() -> str:
    """Find this machine's Chromium, or end the test that needs it."""
    named = os.environ.get("EVLEDGER_CHROMIUM")
    for name in (named,) if named else _PROGRAMS:
        if found := shutil.which(name):
            return found
    tried = named or ", ".join(_PROGRAMS)
    _end_without(f"there is no Chromium ({tried}); EVLEDGER_CHROMIUM may name one")


@contextlib.contextmanager
def running(loop: asyncio.AbstractEventLoop | None) -> Generator[None]:
    """Have asyncio take this loop, or none, for the one that runs in this thread.

    Between its calls Playwright leaves its loop asleep, yet asyncio would refuse to run another.
    """
    before = asyncio._get_running_loop()  # noqa: SLF001  # exported, for loops' makers
    asyncio._set_running_loop(loop)  # noqa: SLF001  # the same
    try:
        yield
    finally:
        asyncio._set_running_loop(before)  # noqa: SLF001  # the same


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """Yield this machine's Chromium, one for all tests, and its loop; nothing is downloaded."""
    program = _chromium()
    with sync_playwright() as playwright:
        as_root = os.geteuid() == 0  # Chromium refuses to sandbox what root starts
        browser = playwright.chromium.launch(
            executable_path=program, args=_QUIET, chromium_sandbox=not as_root
        )
        loop = asyncio.get_running_loop()
        with running(None):
            yield browser, loop
        browser.close()


@pytest.fixture
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """Yield the Chromium to one test."""
    browser, loop = chromium
    with running(loop):
        yield browser


class Visits:
    """Opens pages from files, and writes down all that a quiet page does not do.

    Attributes:
        noise: requests other than the page's own, errors and warnings on the console, errors of
            scripts, what the page's policy forbade, dialogs, and further windows.
            The test fails at its end unless this is empty.
    """

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.noise: list[str] = []
        self._browser = browser
        self._folder = folder
        self._opened = 0

    def __call__(
        self,
        html: bytes | str | Path,
        *,
        width: int = 1280,
        height: int = 900,
        fragment: str = "",
        **context: Any,
    ) -> Page:
        """Open a page in a context of its own.

        Args:
            html: the page, or the file that holds it.
            width: of the window, in CSS pixels.
            height: of the window.
            fragment: of its address, without the ``#``.
            context: what else Playwright's ``new_context`` takes: ``color_scheme="dark"``,
                ``reduced_motion="reduce"``, ``java_script_enabled=False``.
        """
        path = html if isinstance(html, Path) else self._write(html)
        opened = self._browser.new_context(
            viewport={"width": width, "height": height}, offline=True, **context
        )
        page = opened.new_page()
        self._listen(page, path.as_uri())
        page.goto(path.as_uri() + (f"#{fragment}" if fragment else ""))
        return page

    def _write(self, html: bytes | str) -> Path:
        self._opened += 1
        path = self._folder / f"page-{self._opened}.html"
        path.write_bytes(html.encode() if isinstance(html, str) else html)
        return path

    def _listen(self, page: Page, address: str) -> None:
        def requested(request: Request) -> None:
            if request.url.partition("#")[0] != address:
                self.noise.append(f"request: {request.url[:200]}")

        def said(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                self.noise.append(f"console: {message.text[:500]}")

        def asked(dialog: Dialog) -> None:
            self.noise.append(f"dialog: {dialog.message[:200]}")
            dialog.dismiss()

        def failed(error: Error) -> None:
            self.noise.append(f"script: {error.message[:500]}")

        def opened(other: Page) -> None:
            self.noise.append(f"window: {other.url[:200]}")

        page.add_init_script(_TOLD)
        page.on("request", requested)
        page.on("console", said)
        page.on("dialog", asked)
        page.on("pageerror", failed)
        page.on("popup", opened)

    def close(self) -> None:
        """Close every window; what happens until then counts."""
        for context in self._browser.contexts:
            context.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Visits]:
    """Yield what opens pages; the test fails unless they were quiet to the end."""
    visits = Visits(browser, tmp_path)
    yield visits
    visits.close()
    assert visits.noise == []


_STATES: Final = """() => {
  const states = {};
  for (const each of document.querySelectorAll("[data-evl-verdict]")) {
    const name = each.closest("[data-evl-entry]").dataset.evlEntry;
    (states[name] ??= []).push(each.dataset.state);
  }
  return states;
}"""


@attrs.frozen
class Verified:
    """What a page found out about itself.

    Attributes:
        state: of the whole page.
        words: what it says of that.
        entries: the states that it shows for each entry, by its whole name.
    """

    state: str
    words: str
    entries: Mapping[str, Sequence[str]]

    def having(self, state: str) -> set[str]:
        """Return the names of the entries that have this state wherever they stand."""
        return {name for name, states in self.entries.items() if set(states) == {state}}


@pytest.fixture(scope="session")
def verified() -> Callable[[Page], Verified]:
    """Return what waits until a page has verified itself, and tells what it found."""

    def wait(page: Page) -> Verified:
        overall = page.locator("[data-evl-overall][data-state]")
        overall.wait_for(state="attached", timeout=20_000)
        state = overall.get_attribute("data-state") or ""
        return Verified(state, overall.inner_text(), page.evaluate(_STATES))

    return wait


# -- pages of the demonstration ------------------------------------------------------------


class Pages:
    """The pages of a ledger, each rendered when it is first asked for.

    Args:
        ledger: which is signed now.
        folder: where its key goes.
    """

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        new_key(folder / "key", "example.org/semax")
        self._signer = Signer.open(folder / "key")
        self._ledger = ledger
        self._names = [renderer.name for renderer in evledger_html.renderers()]
        self._made: dict[str, bytes] = {}
        ledger.checkpoint(self._signer)

    def __call__(self, renderer: str) -> bytes:
        """Return a page by the name of its renderer."""
        if renderer not in self._names:
            pytest.skip(f"there is no renderer {renderer!r} yet")
        if renderer not in self._made:
            self._made[renderer] = self._ledger.render(
                renderer,
                since=self._ledger.head().size // 2,
                beside={name: FILES[name] for name in self._names if name != renderer},
                keys=[self._signer.verifier],
            ).data
        return self._made[renderer]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Yield the pages of the demonstration."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger, _ = build(store)
        yield Pages(ledger, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Yield the pages of a small ledger that has some of everything."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("small", title="Some of everything", subject="All kinds.", by="me")
        ledger.append(*varied(), by="me")
        ledger.erase(1, "title", reason="The author asked.", by="me")
        yield Pages(ledger, tmp_path_factory.mktemp("small"))


def varied() -> Iterator[Event]:
    """Yield events of all kinds; the first, which becomes record 1, is that of a post."""
    tiers = ("human", "preclinical", "published", "anecdotal")
    stances: tuple[Stance, ...] = ("supports", "contradicts", "mixed", "neutral")
    kinds: tuple[tuple[SourceKind, str | None], ...] = (
        ("post", "reddit"),
        ("post", "x"),
        ("video", "youtube"),
        ("trial", None),
        ("journal-article", None),
        ("preprint", None),
        ("review", None),
        ("web-page", None),
    )
    for n, (kind, platform) in enumerate(kinds, 1):
        yield SourceAdded(
            id=f"s{n}",
            kind=kind,
            platform=platform,
            title=f"On the hippocampus, part {n}",
            authors=("A. Author", "B. Author"),
            venue="A journal",
            community="r/peptides" if platform == "reddit" else None,
            published=f"{2010 + n}",
            url=f"https://example.org/{n}",
            locators=(f"doi:10.1000/{n}",) if platform is None else (),
        )
        yield ClaimTagged(
            id=f"c{n}",
            source=f"s{n}",
            text=f"It rose by {n} per cent.",
            tier=tiers[n % 4],
            stance=stances[n % 3],
            quote="It rose, we saw.",
            assertion="automatic" if n == 6 else "manual",
        )
    yield ComponentMapped(id="bdnf", component="BDNF", layer="growth factor")
    yield from (
        ClaimRetagged(
            claim="c4", tier="published", about=About(components=("bdnf",)), why="It is a review."
        ),
        ClaimWithdrawn(claim="c7", why="It was drawn twice."),
        Reviewed(target="claim:c2", verdict="rejected", why="It says something else."),
        SourceFlagged(source="s5", status="retracted", according_to="Crossref", date="2024"),
        SourceFlagged(source="s4", status="corrected", according_to="Crossref"),
        SourceLinked(source="s6", other="s4", relation="version-of"),
        GapNoted(id="g1", text="No trial was in women."),
        GapNoted(id="g2", text="No trial lasted."),
        GapClosed(gap="g2", why="One did."),
        CaveatNoted(id="cv1", text="Products differ."),
        QuestionCreated(id="q1", text="Does it rise in people?"),
        EvidenceLinked(question="q1", claim="c4", relation="answers"),
        QuestionCreated(id="q2", text="Does it last?"),
        SectionWritten(section="frame", body="It *may* rise.\n\n- [one](https://example.org/)"),
        SectionWritten(section="notes", heading="Notes", body="> quoted\n\n    code"),
    )
