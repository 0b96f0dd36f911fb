"""Starting: what `import evledger` costs, and that it discovers nothing."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from measure import Row, at_most, turns

if TYPE_CHECKING:
    from ledgers import Bench

__all__ = ["run"]

_DISCOVERY = """
import importlib.metadata, sys
calls = []
searched = importlib.metadata.MetadataPathFinder.find_distributions
importlib.metadata.MetadataPathFinder.find_distributions = (
    lambda *arguments, **options: calls.append(1) or searched(*arguments, **options)
)
import evledger
print(len(calls) + evledger.Plugins.default.cache_info().currsize)
"""


def run(bench: Bench) -> list[Row]:
    """Measure what importing takes over a bare interpreter."""
    imports, bare = turns(
        4 * bench.repeats, partial(_python, "import evledger"), partial(_python, "pass")
    )
    over = [1e3 * (a - b) for a, b in zip(imports, bare, strict=True)]
    whole, idle = ([1e3 * second for second in column] for column in (imports, bare))
    looked = [float(_python(_DISCOVERY))]
    return [
        Row("`import evledger`, process and all", "ms", whole, "a bare interpreter", idle),
        Row("`import evledger`, over that", "ms", over, target=at_most(90)),
        Row("plugin discoveries at import", "", looked, target=at_most(0)),
    ]


def _python(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
