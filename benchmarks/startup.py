"""Starting: what `import evledger` costs, and that it discovers nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

from measure import Row, at_most, turns

if TYPE_CHECKING:
    from pathlib import Path

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
[getattr(evledger, name) for name in evledger.__all__]
print(len(calls))
"""
_ALL = "import evledger; [getattr(evledger, name) for name in evledger.__all__]"


def run(bench: Bench) -> list[Row]:
    """Measure what importing takes over a bare interpreter."""
    python = partial(_python, bench.folder / "bytecode")
    imports, everything, needed, bare = turns(
        4 * bench.repeats,
        partial(python, "import evledger"),
        partial(python, _ALL),
        partial(python, "import attrs, blake3, msgspec, pluggy"),
        partial(python, "pass"),
    )
    over = [1e3 * (a - b) for a, b in zip(imports, bare, strict=True)]
    whole, idle = ([1e3 * second for second in column] for column in (imports, bare))
    libraries = [1e3 * (a - b) for a, b in zip(needed, bare, strict=True)]
    names = [1e3 * (a - b) for a, b in zip(everything, bare, strict=True)]
    looked = [float(python(_DISCOVERY))]
    return [
        Row("`import evledger`, process and all", "ms", whole, "a bare interpreter", idle),
        Row("`import evledger`, over that", "ms", over, target=at_most(90)),
        Row("the same and every public name, over a bare interpreter", "ms", names),
        Row("of that, attrs, blake3, msgspec and pluggy", "ms", libraries),
        Row("plugin discoveries at import", "", looked, target=at_most(0)),
    ]


def _python(bytecode: Path, code: str) -> str:
    """Run code in a new interpreter that keeps compiled modules, as an installed one does."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env["PYTHONPYCACHEPREFIX"] = str(bytecode)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)  # noqa: S603  # ours
    return done.stdout
