"""The suite for schemes of identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given

from evledger.events import SourceAdded
from evledger.exceptions import Invalid
from evledger.hookspecs import LocatorScheme, hookimpl
from evledger.locators import normalise
from evledger.plugins import Plugins
from evledger.testing.strategies import texts
from evledger.testing.suites.base import Suite, not_given, tried
from evledger.testing.telling import Story

__all__ = ["LocatorTests"]


class LocatorTests(Suite):
    """What holds of every scheme of identifiers.

    >>> from evledger import Plugins
    >>> class TestDOI(LocatorTests):
    ...     def scheme(self):
    ...         return Plugins.builtin().locators["doi"]
    ...
    ...     def examples(self):
    ...         return {"10.1000/X": "10.1000/x"}
    """

    def scheme(self) -> LocatorScheme:
        """Return the scheme."""
        raise not_given(self, "scheme")

    def examples(self) -> Mapping[str, str]:
        """Return some ways in which people write such identifiers, and the normal form of each."""
        raise not_given(self, "examples")

    def garbage(self) -> Iterable[str]:
        """Return what is no such identifier."""
        return ("", " ", "\n", "\x00")

    def normal(self, value: str) -> str:
        """Return the normal form of what stands after the scheme."""
        return self.scheme().normalise(value)

    @property
    def _noun(self) -> str:
        return f"identifier of the scheme {self.scheme().name!r}"

    def test_normalises_the_examples(self) -> None:
        """Every way of writing an identifier gives its one normal form."""
        given_forms = self.examples()
        assert given_forms, "give an example"
        assert {raw: self.normal(raw) for raw in given_forms} == dict(given_forms)

    def test_normal_forms_stay(self) -> None:
        """What is normal already is left as it is."""
        normal = list(self.examples().values())
        assert [self.normal(value) for value in normal] == normal

    @tried
    @given(value=texts())
    def test_text_is_normalised_once_or_refused(self, value: str) -> None:
        """Any text is refused as Invalid, or has a normal form that is stable."""
        try:
            normal = self.normal(value)
        except Invalid:
            return
        assert self.normal(normal) == normal, f"{normal!r} is no normal form of {value!r}: it moves"
        blank = any(character.isspace() for character in normal)
        assert not blank, f"{normal!r} has a blank; raise Invalid for what is no {self._noun}"

    def test_refuses_garbage(self) -> None:
        """What is no such identifier is refused, and the message says what was expected."""
        for value in self.garbage():
            try:
                normal = self.normal(value)
            except Invalid as error:
                said = str(error).strip()
            else:
                what = f"{value!r} became {normal!r}"
                pytest.fail(f"{what}; raise Invalid for what is no {self._noun}")
            assert said, f"{value!r} is refused without a word"

    def test_links_lead_to_the_web(self) -> None:
        """The address of an identifier, where there is one, is a web page's."""
        make = self.scheme().link
        for normal in self.examples().values():
            link = None if make is None else make(normal)
            assert link is None or link.startswith(("http://", "https://")), link

    def test_becomes_a_key(self) -> None:
        """A source is found by its identifier, however that was written."""
        scheme = self.scheme()
        plugins = Plugins.builtin()
        if scheme.name not in plugins.locators:
            plugins.register(_Scheme(scheme), "test")
        for raw, normal in self.examples().items():
            locator = f"{scheme.name}:{raw}"
            event = SourceAdded(id="s1", kind="other", title="Test", locators=(locator,))
            ledger = Story(events=(event,)).ledger(plugins)
            expected = normalise(f"{scheme.name}:{normal}", plugins.vocabulary.schemes)
            assert expected in ledger.record(1).keys
            assert ledger.verify("full").ok


class _Scheme:
    def __init__(self, scheme: LocatorScheme) -> None:
        self._scheme = scheme

    @hookimpl.locators
    def locators(self) -> Iterable[LocatorScheme]:
        """Return the scheme."""
        return [self._scheme]
