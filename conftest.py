"""Hypothesis profiles, samples, and the examples in README, docs and docstrings as tests.

Each page runs in an empty folder.
"""

import os
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser
from sybil.sybil import SybilCollection
from sybil.typing import Parser

# No deadline: a shared machine pauses when it likes, and nothing is asserted on a clock.
settings.register_profile("dev", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# `ci` draws the same examples every time, so that a failure belongs to the change it came with.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=200,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI", "").lower() in {"1", "true"} else "dev")

OPTIONS = ELLIPSIS | NORMALIZE_WHITESPACE


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder `shared/` of samples beside the checkout, or skip where there is none."""
    folder = Path(__file__).resolve().parents[1] / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder shared/ beside the checkout")
    return folder


def enter_empty_folder(namespace: dict[str, Any]) -> None:
    """Move into a new folder before a page's first example; all its examples share it."""
    namespace["_home"] = Path.cwd()
    namespace["_folder"] = folder = TemporaryDirectory(ignore_cleanup_errors=True)
    os.chdir(folder.name)


def leave_folder(namespace: dict[str, Any]) -> None:
    """Move back after a page's last example, and remove what the page wrote."""
    os.chdir(namespace["_home"])
    namespace["_folder"].cleanup()


def examples(path: str, pattern: str, *parsers: Parser) -> Sybil:
    """Collect the examples of the files below `path` whose names match `pattern`."""
    return Sybil(
        parsers, pattern=pattern, path=path, setup=enter_empty_folder, teardown=leave_folder
    )


page = (PythonCodeBlockParser(doctest_optionflags=OPTIONS), SkipParser())

pytest_collect_file = SybilCollection(
    [
        examples(".", "README.md", *page),
        examples("docs", "*.md", *page),
        examples("src", "*.py", DocTestParser(OPTIONS)),
        examples("plugins", "*.py", DocTestParser(OPTIONS)),
    ]
).pytest()
