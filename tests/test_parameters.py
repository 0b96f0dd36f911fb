"""Parameters: what a file holds becomes exact values, or is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evledger import Invalid, PluginError
from evledger.parameters import MOST, configured, evolved, number, numbers, path, read
from evledger.scoring import plain_decimal


@settings(max_examples=60)
@given(
    st.integers(0, 1000)
    | st.floats(0, 1000)
    | st.decimals(0, 1000, places=30)
    | st.builds("{}e{}".format, st.sampled_from(["0", "0.00", "1", "7.5"]), st.integers(-999, 999))
)
def test_numbers_are_exact_or_refused(value: object) -> None:
    """A number is the one that stands there, short enough for every score, or it is refused."""
    try:
        found = number("cap", value)
    except Invalid:
        assert isinstance(value, str | float)
        return
    written = repr(value) if isinstance(value, float) else value
    assert found == Decimal(written)  # type: ignore[arg-type]  # of what was drawn
    assert 0 <= found <= MOST
    assert len(plain_decimal(found)) < 40


@pytest.mark.parametrize("zero", ["0e999", "0E-999999", 0, 0.0, "0." + "0" * 100])
def test_zero_however_it_is_written(zero: object) -> None:
    """Nothing is nothing, with however many digits."""
    assert str(number("cap", zero)) == "0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10**5_000, "cap is a int too long to be shown; expected a number from 0 to 1000"),
        (-(10**5_000), "cap is a int too long to be shown; expected a number from 0 to 1000"),
        ([10**5_000], "cap is a list too long to be shown"),
        ("1e-31", "cap is '1e-31'; expected at most 30 digits after the point"),
        (True, "cap is True; expected a number"),
        ("NaN", "cap is 'NaN'; expected a number"),
        ("1e9999999999999999999", "expected a number"),
        (None, "cap is None; expected a number"),
    ],
    ids=["huge", "least", "list", "fine", "truth", "nan", "exponent", "none"],
)
def test_what_is_no_number(value: object, expected: str) -> None:
    """Whatever else stands there is refused with the parameter's name."""
    with pytest.raises(Invalid, match=expected):
        number("cap", value)
    with pytest.raises(Invalid, match=expected.replace("cap", "caps.human")):
        numbers("caps", {"human": value})


def test_unknown_parameter() -> None:
    """A parameter that there is not is refused with those that there are."""
    with pytest.raises(Invalid, match="there is no parameter 'kap'; known are: cap, weights"):
        read({"kap": 1}, {"cap": number, "weights": numbers})


# -- what takes them ---------------------------------------------------------------------


@attrs.frozen
class Page:
    """A renderer of two parameters, one of them a path."""

    folder: Path | None = None
    words: str = ""
    name = "page"
    paths = ("folder",)

    def configured(self, parameters: Mapping[str, Any]) -> Self:
        """Take others."""
        return evolved(self, parameters, {"folder": path, "words": lambda _, words: words})

    def render(self) -> None:
        """Be a renderer."""


def configure(thing: Any, parameters: Mapping[str, Any], folder: Path | None = None) -> Any:
    """Configure a renderer."""
    return configured(thing, parameters, noun="renderer", method="render", folder=folder)


def test_paths_begin_at_the_folder(tmp_path: Path) -> None:
    """A relative path begins where its file lies, an absolute one, or a text, stays."""
    given = {"folder": "look", "words": "look"}
    assert configure(Page(), given, tmp_path) == Page(tmp_path / "look", "look")
    assert configure(Page(), {"folder": "/look"}, tmp_path).folder == Path("/look")
    assert configure(Page(), given).folder == Path("look")


@pytest.mark.parametrize("value", ["", " ", 7, None, ["look"]])
def test_what_is_no_path(value: object) -> None:
    """What names no file is refused, and whose parameter it is."""
    expected = "parameters of renderer 'page': folder is .*; expected a path"
    with pytest.raises(Invalid, match=expected):
        configure(Page(), {"folder": value}, Path())


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyError("x"), r"renderer 'page' could not be configured: KeyError: .x. \(tests"),
        (SystemExit(1), r"renderer 'page' could not be configured: SystemExit: 1 \(tests"),
        (None, "renderer 'page': configured gave NoneType, not a renderer"),
    ],
)
def test_configuring_that_fails(error: BaseException | None, expected: str) -> None:
    """A renderer that fails over its parameters is named, with the line."""

    class Fails(Page):
        def configured(self, parameters: Mapping[str, Any]) -> Any:
            del parameters
            if error is not None:
                raise error

    with pytest.raises(PluginError, match=expected) as caught:
        configure(Fails(), {"words": "x"})
    assert (caught.value.kind, caught.value.name) == ("renderer", "page")
