"""The package hands over what it announces, and its examples run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from importlib import metadata

import evledger_social
import pytest

from evledger import Plugins

MODULES = (
    "evledger_social",
    *(f"evledger_social.{found.name}" for found in pkgutil.iter_modules(evledger_social.__path__)),
)


def test_supplies() -> None:
    """The plugin hands over four importers, and nothing else."""
    plugins = Plugins.builtin()
    plugins.register(evledger_social, "social")
    [info] = (info for info in plugins.report() if info.name == "social")
    assert dict(info.supplies) == {"importers": ("reddit", "x", "x-archive", "youtube")}
    assert plugins.failures == ()


def test_entry_point() -> None:
    """What is installed announces the plugin."""
    try:
        distribution = metadata.distribution("evledger-social")
    except metadata.PackageNotFoundError:
        pytest.skip("evledger-social is not installed here, so that it announces nothing")
    announced = {(e.name, e.value) for e in distribution.entry_points if e.group == "evledger"}
    assert announced == {("social", "evledger_social")}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    """The examples in docstrings run."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_public_names(name: str) -> None:
    """What a module exports is there, and stands once."""
    module = importlib.import_module(name)
    assert len(module.__all__) == len(set(module.__all__))
    assert all(hasattr(module, exported) for exported in module.__all__)
