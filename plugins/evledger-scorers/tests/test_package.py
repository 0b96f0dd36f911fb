"""The package hands over what it announces, and its examples run."""

from __future__ import annotations

import doctest
import importlib
from importlib import metadata

import evledger_scorers
import pytest
from evledger_scorers import grade

from evledger import Plugins

MODULES = ("evledger_scorers", *(f"evledger_scorers.{m}" for m in ("balance", "grade", "harmonic")))


def test_supplies() -> None:
    """Two plugins hand over three scorers, an event and a projection."""
    plugins = Plugins.builtin()
    plugins.register(evledger_scorers, "scorers")
    plugins.register(grade, "grade")
    supplies = {info.name: dict(info.supplies) for info in plugins.report()}
    assert supplies["scorers"] == {"scorers": ("balance", "harmonic")}
    assert supplies["grade"] == {
        "scorers": ("grade",),
        "events": ("grade:outcome-assessed",),
        "projections": ("grade:assessments",),
    }
    assert plugins.failures == ()


def test_entry_points() -> None:
    """What is installed announces both plugins, and discovery takes them."""
    try:
        distribution = metadata.distribution("evledger-scorers")
    except metadata.PackageNotFoundError:
        pytest.skip("evledger-scorers is not installed here, so that it announces nothing")
    announced = {(e.name, e.value) for e in distribution.entry_points if e.group == "evledger"}
    assert announced == {("scorers", "evledger_scorers"), ("grade", "evledger_scorers.grade")}
    assert {"balance", "grade", "harmonic"} <= Plugins.discover().scorers.keys()


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
