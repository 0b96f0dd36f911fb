"""Pages that verify themselves: how large, how soon made, and how soon their reader knows.

Nobody else's pages verify themselves, as far as we know.
So a page is compared with itself at a hundredth of the claims,
and its verdict in the browser with what Python takes to verify the same proof.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import attrs
from ledgers import NAME, Bench
from measure import Row, stopwatch
from playwright.sync_api import sync_playwright
from workload import batches

import evledger
from evledger import Signer, new_key
from evledger.proofs.bundling import verify_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

__all__ = ["run"]

_FEW, _MANY = 100, 10_000  # claims, each of a source of its own
_PAGES = ("html", "html-ledger")
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_DONE = "document.querySelector('[data-evl-overall][data-state]') && performance.now()"
_BUNDLE = re.compile(rb'id="evl-bundle">(.*?)</script>', re.DOTALL)

# On Linux ru_maxrss survives exec and would count the parent's memory too; VmHWM does not.
_CHILD = """
import resource, sys, time
import evledger, evledger_html
from evledger import Plugins, Signer

database, key, renderer, out = sys.argv[1:]
plugins = Plugins.builtin()
plugins.register(evledger_html, "html")
with evledger.open(database, plugins=plugins) as store:
    (ledger,) = map(store.ledger, store.ledgers())
    keys = [Signer.open(key).verifier]
    began = time.perf_counter()
    page = ledger.render(renderer, keys=keys).data
    took = time.perf_counter() - began
with open(out, "wb") as file:
    file.write(page)
try:
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(took, peak)
"""


@attrs.frozen
class _Made:
    """A page as it was made, so often.

    Attributes:
        path: the file.
        key: the verifier key of its ledger.
        seconds: what making it took, the process and opening the ledger not counted.
        megabytes: the most that the process held.
    """

    path: Path
    key: str
    seconds: Sequence[float]
    megabytes: Sequence[float]


def run(bench: Bench) -> list[Row]:
    """Measure each page, and what a browser makes of it, where there is one."""
    repeats = min(bench.repeats, 5)
    few, many = (_signed(bench.folder, claims) for claims in (_FEW, _MANY))
    rows: list[Row] = []
    for renderer in _PAGES:
        small, large = (_make(each, renderer, repeats) for each in (few, many))
        rows += _making(renderer, small, large)
        for claims, made in ((_FEW, small), (_MANY, large)):
            rows += _sizes(f"{renderer}, {claims:,} claims", made)
            rows += _reading(f"{renderer}, {claims:,} claims", made, repeats)
    return rows


# -- making pages --------------------------------------------------------------------------


def _signed(folder: Path, claims: int) -> Path:
    """Build a ledger, and sign it with a key that lies beside it."""
    path = folder / f"pages-{claims}.db"
    new_key(path.with_suffix(".key"), f"example.org/{claims}")
    with evledger.open(path) as store:
        ledger = store.create(NAME, title="Semax and BDNF", by="curator")
        for batch in batches(0, claims * 2, 10_000):
            ledger.append(*batch, by="curator")
        ledger.checkpoint(Signer.open(path.with_suffix(".key")))
    return path


def _make(database: Path, renderer: str, repeats: int) -> _Made:
    """Render in a process of its own, so often."""
    key, page = database.with_suffix(".key"), database.with_suffix(f".{renderer}.html")
    command = [sys.executable, "-c", _CHILD, *map(str, (database, key)), renderer, str(page)]
    figures: list[tuple[float, float]] = []
    for _ in range(repeats):
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # ours
        took, peak = done.stdout.split()
        figures.append((float(took), int(peak) * 1024 / 1e6))
    seconds, megabytes = zip(*figures, strict=True)
    return _Made(page, str(Signer.open(key).verifier), seconds, megabytes)


def _making(renderer: str, small: _Made, large: _Made) -> list[Row]:
    """Compare with a hundredth of the claims: a hundred times the time is linear."""
    work, peer = f"render {renderer}, {_MANY:,} claims", f"the same at {_FEW} claims"
    many, few = ([1e3 * second for second in each.seconds] for each in (large, small))
    return [
        Row(work, "ms", many, peer, few),
        Row(f"{work}, peak of the process", "MB", large.megabytes, peer, small.megabytes),
    ]


def _sizes(work: str, made: _Made) -> list[Row]:
    data = made.path.read_bytes()
    packed = [len(gzip.compress(data, mtime=0)) / 1e3]
    return [Row(f"{work}: size", "kB", [len(data) / 1e3], "packed with gzip", packed)]


# -- reading them --------------------------------------------------------------------------


def _reading(work: str, made: _Made, repeats: int) -> list[Row]:
    """Measure from opening a page to its verdict, beside verifying its proof in Python."""
    program = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if program is None:
        return []
    proof = _proof(made.path)
    with sync_playwright() as playwright:
        as_root = os.geteuid() == 0
        browser = playwright.chromium.launch(
            executable_path=program, args=["--disable-gpu"], chromium_sandbox=not as_root
        )
        work = f"{work}: from opening it in Chromium {browser.version} to its verdict"
        verdict, verified = list[float](), list[float]()
        for _ in range(repeats + 1):
            verdict.append(_verdict(browser, made.path))
            verified.append(1e3 * stopwatch(lambda: verify_bundle(proof, made.key)))
        browser.close()
    return [Row(work, "ms", verdict[1:], "verify_bundle, in Python", verified[1:])]


def _verdict(browser: Browser, path: Path) -> float:
    """Open a page in a window of its own, and give the milliseconds until it says what it is."""
    page = browser.new_page(bypass_csp=True)  # waiting evaluates a text, which the page forbids
    page.goto(path.as_uri(), wait_until="commit")
    took = page.wait_for_function(_DONE, timeout=120_000).json_value()
    state = page.locator("[data-evl-overall]").get_attribute("data-state")
    page.close()
    if state != "proven":
        msg = f"{path.name} is {state}"
        raise ValueError(msg)
    return float(took)


def _proof(page: Path) -> bytes:
    found = _BUNDLE.search(page.read_bytes())
    if found is None:
        msg = f"{page.name} has no proof"
        raise ValueError(msg)
    return found[1].replace(b"\\u003c", b"<")
