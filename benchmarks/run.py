"""Runs the benchmarks and prints what they found; see README.md."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import append
import article
import asking
import fold
import imports
import memory
import pages
import peers
import proofs
import startup
import verify
from ledgers import NAME, Bench
from measure import table

import evledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from measure import Row

FAMILIES: dict[str, Callable[[Bench], list[Row]]] = {
    "startup": startup.run,
    "memory": memory.run,
    "verify": verify.run,
    "append": append.run,
    "fold": fold.run,
    "article": article.run,
    "asking": asking.run,
    "imports": imports.run,
    "proofs": proofs.run,
    "pages": pages.run,
}


def main() -> None:
    """Run the families named on the command line, or all."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="evledger-bench-") as folder:
        bench = Bench(Path(folder), options.events, options.repeats)
        started = time.perf_counter()
        found = _measure(bench, options.names or list(FAMILIES))
        about = _about(bench, time.perf_counter() - started)
    if options.json:
        plain = {name: [row.plain() for row in rows] for name, rows in found.items()}
        print(json.dumps({"about": about, "rows": plain}, indent=2))
        return
    for what, value in about.items():
        print(f"- {what}: {value}")
    for name, rows in found.items():
        print(f"\n## {name}\n\n{table(rows)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure evledger beside its peers.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(FAMILIES)}")
    parser.add_argument("--events", type=int, default=1_000_000, help="size of the large ledger")
    parser.add_argument("--repeats", type=int, default=7, help="how often everything is timed")
    parser.add_argument("--quick", action="store_true", help="100,000 events, 3 repeats")
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    options = parser.parse_args()
    if strangers := set(options.names) - FAMILIES.keys():
        parser.error(f"no family {min(strangers)!r}; there are: {', '.join(FAMILIES)}")
    if options.quick:
        options.events, options.repeats = 100_000, 3
    return options


def _measure(bench: Bench, names: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for name in names:
        print(f"measuring {name} …", file=sys.stderr)
        found[name] = FAMILIES[name](bench)
    return found


def _about(bench: Bench, seconds: float) -> dict[str, str]:
    """Return on what machine, with what, and how large."""
    with evledger.open(bench.ledger(bench.events)) as store:
        sizes = [len(record.line) for record in store.ledger(NAME).records(1, 10_001)]
    here = {"evidence-ledger": version("evidence-ledger"), "blake3": version("blake3")}
    names = {**here, "msgspec": version("msgspec"), **peers.versions()}
    names["pymerkle"] = version("pymerkle")
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "Python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "versions": ", ".join(f"{name} {number}" for name, number in names.items()),
        "size": f"{bench.events:,} events, lines of {statistics.mean(sizes):.0f} bytes",
        "figures": f"median (least–most) of the repeats, {bench.repeats} asked for",
        "took": f"{seconds:.0f} s",
    }


def _processor() -> str:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
