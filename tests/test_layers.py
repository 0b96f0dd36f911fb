"""Lower rows of the house never import upper ones."""

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]


def test_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every contract under `[tool.importlinter]` in pyproject.toml is kept."""
    monkeypatch.chdir(ROOT)
    expected = 0
    assert lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True) == expected
