"""Memory: the most that a process of its own ever held while it verified."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from ledgers import NAME, Bench
from measure import Row, at_most

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run"]

# On Linux ru_maxrss survives exec and would count the parent's memory too; VmHWM does not.
_CHILD = """
import resource, sys
import evledger

level, name, *paths = sys.argv[1:]
for path in paths:
    with evledger.open(path) as store:
        report = store.ledger(name).verify(level)
        if not report.ok:
            raise SystemExit(str(report.fault))
try:
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak)
"""


def run(bench: Bench) -> list[Row]:
    """Measure the memory that verification takes."""
    large, small = bench.ledger(bench.events), bench.ledger(bench.small)
    repeats = min(bench.repeats, 3)
    idle = [_peak("chain") for _ in range(repeats)]
    chain = [_peak("chain", large) for _ in range(repeats)]
    less = [_peak("chain", small) for _ in range(repeats)]
    peer = f"{bench.small:,} events"
    return [
        Row("`import evledger`, nothing opened", "MB", idle),
        Row(f"verify chain, {bench.events:,} events", "MB", chain, target=at_most(80)),
        Row(f"verify chain, {bench.events:,} events", "MB", chain, peer, less, at_most(1.25)),
        Row(
            f"verify full, {bench.events:,} events",
            "MB",
            [_peak("full", large)],
            peer,
            [_peak("full", small)],
        ),
    ]


def _peak(level: str, *paths: Path) -> float:
    """Return the peak resident size in megabytes of a process that verifies these ledgers."""
    command = [sys.executable, "-c", _CHILD, level, NAME, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # ours
    return int(done.stdout) * 1024 / 1e6
