"""Plugins are values, and every way of getting one wrong has its own message."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import pluggy
import pytest

import evledger
from evledger import (
    Event,
    EventSupply,
    Invalid,
    Item,
    LocatorScheme,
    NotSupplied,
    PluginError,
    Plugins,
    Record,
    Rejection,
    RenderContext,
    Rendered,
    View,
    event,
    hookimpl,
    testing,
)
from evledger.discovery import HOOKS
from evledger.events import Id, Ref, Text, identity, ref, sealed
from evledger.hookspecs import HookImpl
from evledger.importing import Importer
from evledger.rendering import Renderer
from evledger.resolution import BROUGHT
from evledger.stores.base import Backend
from evledger.stores.memory import MemoryStore
from evledger.supplies import KINDS


@event("mylab:assay-run")
class AssayRun(Event):
    """An event of a stranger."""

    id: Id = identity("assay", "a")
    source: Ref = ref("source")
    operator: Text | None = sealed(default=None)


class Assays:
    """Counts assays by source."""

    name = "assays"
    version = 1

    def start(self) -> dict[str, int]:
        """Begin with none."""
        return {}

    def apply(self, state: dict[str, int], record: Record) -> dict[str, int]:
        """Count one."""
        if isinstance(record.event, AssayRun):
            source = record.event.source
            state[source] = state.get(source, 0) + 1
        return state

    def freeze(self, state: dict[str, int]) -> dict[str, int]:
        """Return a copy, which later records leave as it is."""
        return dict(state)


class Shout:
    """A renderer."""

    name = "shout"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Return the title in capitals."""
        del context
        return Rendered(view.title.upper().encode(), "text/plain", ".txt")


class Lines:
    """An importer of titles, one a line."""

    name = "lines"
    suffixes: tuple[str, ...] = (".lines",)

    def read(self, file: IO[bytes]) -> Iterator[Item | Rejection]:
        """Yield a source for each line."""
        for n, line in enumerate(file, 1):
            yield Item(place=f"line {n}", source={"kind": "other", "title": line.decode().strip()})


class MyLab:
    """A plugin with a bit of everything."""

    @hookimpl.events
    def my_events(self) -> EventSupply:
        """Return an event and its projection."""
        return EventSupply(events=(AssayRun,), projections=(Assays(),))

    @hookimpl.renderers
    def my_renderers(self) -> Iterable[Renderer]:
        """Return a renderer."""
        return [Shout()]

    @hookimpl.importers
    def my_importers(self) -> Iterable[Importer]:
        """Return an importer."""
        return [Lines()]

    @hookimpl.stores
    def my_stores(self) -> Mapping[str, Callable[[str], Backend]]:
        """Return a store."""
        return {"mine": MemoryStore}


@pytest.fixture
def plugins() -> Plugins:
    """Return the built-in plugins and MyLab."""
    plugins = Plugins.builtin()
    plugins.register(MyLab(), "mylab")
    return plugins


def test_everything_a_plugin_brings_is_used(plugins: Plugins, tmp_path: Path) -> None:
    """A stranger's store, importer, event, projection and renderer work as the built-in ones."""
    titles = tmp_path / "titles.lines"
    titles.write_text("One\nTwo\n")
    with evledger.open("mine:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="me")
        report = ledger.import_file(titles, by="me")
        with ledger.batch(by="me") as batch:
            batch.add(AssayRun, source="s1")
            batch.add(AssayRun, source="s1")
        early, late = ledger.view(4), ledger.view()
        assert (report.read, report.added) == (2, 2)
        assert (early.part(Assays), late.part("assays")) == ({"s1": 1}, {"s1": 2})
        assert ledger.render("shout").text == "SEMAX"
        assert ledger.verify("full").ok


def test_projection_goes_on_where_it_was(plugins: Plugins) -> None:
    """A view kept up to date has the parts of a fresh one, and earlier views keep theirs."""
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="me")
        views = list[View]()
        for n in range(1, 4):
            with ledger.batch(by="me") as batch:
                source = batch.add_source(kind="review", title=f"{n}")
                batch.add(AssayRun, source=source)
            views.append(ledger.view())
        assert [len(view.part(Assays)) for view in views] == [1, 2, 3]
        assert store.ledger("semax").view().part(Assays) == views[-1].part(Assays)


def test_projection_over_sealed_records(plugins: Plugins) -> None:
    """A projection sees sealed records too, with the values where they are open."""
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="me")
        with ledger.batch(by="me") as batch:
            batch.add(AssayRun, source=batch.add_source(kind="review", title="x"), operator="me")
        parts = list[dict[str, int]]()
        # In a thread, so that a view that waits for itself fails the test and does not hang it.
        look = threading.Thread(
            target=lambda: parts.append(ledger.view().part(Assays)), daemon=True
        )
        look.start()
        look.join(30)
        assert parts == [{"s1": 1}]


def test_ledger_read_without_its_plugin(plugins: Plugins, tmp_path: Path) -> None:
    """Without the plugin its events are kept, verified, and shown as unknown."""
    place = tmp_path / "a.db"
    with evledger.open(place, plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="me")
        with ledger.batch(by="me") as batch:
            batch.add(AssayRun, source=batch.add_source(kind="review", title="x"))
    with evledger.open(place) as store:
        ledger = store.ledger("semax")
        report, view = ledger.verify("full"), ledger.view()
        record = ledger.record(2)
        assert (report.ok, report.unknown) == (True, {"mylab:assay-run": 1})
        assert (record.event, record.data) == (None, {"id": "a1", "source": "s1"})
        assert dict(view.unknown) == {"mylab:assay-run": 1}
        assert view.warnings == (
            "1 record of unknown type mylab:assay-run may change this picture",
        )


def test_plugins_are_values() -> None:
    """What is registered with one value is not in another, nor in the default."""
    mine = Plugins.builtin()
    mine.register(MyLab())
    others = (Plugins.builtin(), Plugins.default())
    assert "shout" in mine.renderers
    assert ["shout" in plugins.renderers for plugins in others] == [False, False]
    assert Plugins.default() is Plugins.default()


def test_registering_after_use(plugins: Plugins) -> None:
    """A plugin registered after the first look-up is found as well."""
    late = Plugins.builtin()
    assert "shout" not in late.renderers
    late.register(MyLab())
    assert sorted(late.renderers) == sorted(plugins.renderers)
    assert "mylab:assay-run" in late.vocabulary


def test_registering_after_a_store_was_opened() -> None:
    """What comes too late for the ledgers of a store is refused, and says what to do."""
    plugins = Plugins.builtin()
    with pytest.raises(Invalid):
        plugins.open_store("sqlite:")
    plugins.register(MyLab(), "mylab")
    with evledger.open("memory:", plugins=plugins):
        with pytest.raises(PluginError, match=r"plugin 'late' comes too late.*register it before"):
            plugins.register(MyLab(), "late")
        assert repr(plugins) == "<Plugins builtin, mylab>"


LOOK_UPS = [
    *("scorers", "rankers", "renderers", "importers", "locators", "fetchers", "rules"),
    *("retrievers", "answerers", "stores"),
]


@pytest.mark.parametrize("kind", LOOK_UPS)
def test_what_is_looked_up_cannot_be_changed(plugins: Plugins, kind: str) -> None:
    """A look-up gives what is there, and no way to change it for everybody else."""
    found: Any = getattr(plugins, kind)
    with pytest.raises(TypeError):
        found["odd"] = object()
    assert not hasattr(found, "pop")


def test_parameters_are_taken_when_the_value_is_made() -> None:
    """What becomes of the mapping afterwards changes no scorer."""
    weights = {"human": "0.2"}
    given = {"quantified-confidence": {"weights": weights}}
    plugins = Plugins.builtin(parameters=given)
    weights["human"] = "0.9"
    given.clear()
    scorer: Any = plugins.scorer("quantified-confidence")
    assert str(scorer.weights["human"]) == "0.2"


def test_preference_of_a_value() -> None:
    """Preferences hold for registered plugins, too; one of no kind is refused at once."""
    plugins = Plugins.builtin(prefer={"renderer:shout": "theirs"})
    for name in ("mine", "theirs"):
        plugins.register(Renderers(), name)
    assert plugins.supplier("renderers", "shout") == "theirs"
    for wrong in ("renderrer:shout", "renderer", "renderer:"):
        with pytest.raises(Invalid, match=f"prefer has '{wrong}'; expected as in scorer:harmonic"):
            Plugins.builtin(prefer={wrong: "mine"})


class Renderers:
    """A plugin of one renderer."""

    @hookimpl.renderers
    def renderers(self) -> Iterable[Renderer]:
        """Return it."""
        return [Shout()]


@pytest.mark.parametrize(
    ("prefer", "expected"),
    [
        ({"renderer:shout": "builtin"}, "'builtin', which does not supply it; 'mine' alone does"),
        ({"renderer:shout": "nobody"}, "'nobody', which does not supply it; 'mine' alone does"),
        ({"renderer:whisper": "mine"}, "'mine', which does not supply it; nobody does"),
    ],
)
def test_preference_for_nothing(prefer: dict[str, str], expected: str) -> None:
    """A preference that chooses nothing is refused by whoever looks up that kind."""
    plugins = Plugins.builtin(prefer=prefer)
    plugins.register(Renderers(), "mine")
    assert plugins.scorers
    for look in (lambda: plugins.renderer("shout"), plugins.check_preferences):
        with pytest.raises(NotSupplied, match=expected):
            look()


def test_everybody_speaks_of_the_same_kinds() -> None:
    """Hooks, their decorators, kinds, look-ups and suites: none knows of one less."""
    hooks = set(HOOKS)
    assert {f"evledger_{name}" for name in vars(HookImpl) if name[0] != "_"} == hooks
    assert {kind.hook for kind in KINDS.values()} == hooks
    of_events = {"events", "upcasters", "projections"}
    assert set(LOOK_UPS) == KINDS.keys() - of_events
    assert all(isinstance(getattr(Plugins, name), cached_property) for name in LOOK_UPS)
    assert all(isinstance(getattr(Plugins, name), cached_property) for name in ("projections",))
    unnamed = {"locator", "fetcher", "store"}  # are found by what a URL or a locator begins with
    nouns = {kind.noun for name, kind in KINDS.items() if name not in of_events}
    assert all(callable(getattr(Plugins, noun)) for noun in nouns - unnamed)
    suites = {name.removesuffix("Tests").lower() for name in dir(testing) if name[-5:] == "Tests"}
    assert suites == nouns | {"event"}


def test_what_our_distributions_bring() -> None:
    """The table of what to install says what they bring, no more and no less."""
    found: dict[str, dict[str, set[str]]] = {}
    for info in Plugins.discover(disable=()).report():
        for kind in set(LOOK_UPS) & info.supplies.keys() - {"fetchers"}:
            if info.distribution is not None and info.distribution in BROUGHT:
                brought = found.setdefault(info.distribution, {}).setdefault(kind, set())
                brought.update(info.supplies[kind])
    assert found == {
        name: {kind: set(names) for kind, names in brings.items()}
        for name, brings in BROUGHT.items()
    }


def test_look_up_of_what_is_not_installed() -> None:
    """Who asks for what one of our distributions brings is told which."""
    expected = r"no scorer 'harmonic'; .*; evledger-scorers brings it"
    with pytest.raises(NotSupplied, match=expected) as caught:
        Plugins.builtin().scorer("harmonic")
    assert (caught.value.kind, caught.value.name) == ("scorer", "harmonic")
    with pytest.raises(NotSupplied, match=r"; evledger-literature brings it: Plugins\.discover"):
        Plugins.builtin().importer("ris", "a.ris")


class Misspelt:
    """A plugin with a hook that there is not, and a secret."""

    def __repr__(self) -> str:
        """Tell the secret."""
        return "Misspelt(token='s3cret')"

    @pluggy.HookimplMarker("evledger")(specname="evledger_rendrers")
    def renderers(self) -> list[Any]:
        """Return nothing."""
        return []


def test_misspelt_hook() -> None:
    """A hook that there is not is an error that names plugin and hook, and shows no attribute."""
    with pytest.raises(PluginError, match=r"plugin 'mislaid': .*evledger_rendrers") as caught:
        Plugins.builtin().register(Misspelt(), "mislaid")
    assert "s3cret" not in str(caught.value)


def test_refused_plugin_is_not_kept() -> None:
    """A plugin that was refused does not stand in the way of the next one."""
    plugins = Plugins.builtin()
    with pytest.raises(PluginError):
        plugins.register(Misspelt(), "mislaid")
    plugins.register(MyLab(), "mylab")
    assert "shout" in plugins.renderers


def test_same_plugin_twice(plugins: Plugins) -> None:
    """The same name twice is an error."""
    with pytest.raises(PluginError, match="plugin 'mylab'"):
        plugins.register(MyLab(), "mylab")


@pytest.mark.parametrize(
    ("look", "message"),
    [
        ("renderers", "renderer:shout is claimed by plugins 'mylab' and 'theirlab'; prefer one of"),
        ("importers", "importer:lines is claimed by plugins 'mylab' and 'theirlab'"),
        ("projections", "projection:assays is claimed by plugins 'mylab' and 'theirlab'"),
        ("stores", "store:mine is claimed by plugins 'mylab' and 'theirlab'"),
        ("vocabulary", "event:mylab:assay-run is claimed by plugins 'mylab' and 'theirlab'"),
    ],
)
def test_two_of_one_name(plugins: Plugins, look: str, message: str) -> None:
    """Two plugins that claim one name are an error that names the name and both of them."""
    plugins.register(MyLab(), "theirlab")
    with pytest.raises(PluginError, match=message):
        getattr(plugins, look)


def test_unknown_names(plugins: Plugins) -> None:
    """An unknown renderer or importer, or a suffix that nobody knows: those there are."""
    with pytest.raises(PluginError, match="no renderer 'pdf'; there are: json, markdown, shout"):
        plugins.renderer("pdf")
    with pytest.raises(PluginError, match="no importer 'ris'; there are: csv, jsonl, lines"):
        plugins.importer("ris", "x")
    known = (
        r"no importer knows 'a\.ris' by its content or suffix; "
        r"name one of: csv \(\.csv \.tsv\), jsonl"
    )
    with pytest.raises(PluginError, match=known):
        plugins.importer(None, "a.ris")


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.csv", "csv"), ("A.TSV", "csv"), ("a.jsonl", "jsonl"), ("x/a.lines", "lines")],
)
def test_importer_by_suffix(plugins: Plugins, path: str, name: str) -> None:
    """The importer that knows a file's suffix is found, in whatever case it is."""
    assert plugins.importer(None, path).name == name


def test_bare_path_is_sqlite(tmp_path: Path) -> None:
    """A path without a scheme is a SQLite file, relative names and odd characters included."""
    for name in ("a.db", "with space.db", "a#b?.db", "é%20.db"):
        with evledger.open(tmp_path / name) as store:
            store.create("semax", title="x", by="me")
        assert (tmp_path / name).is_file()


def test_event_class_with_floats() -> None:
    """A class whose values no line could hold is refused when it is registered, by field."""

    @event("mylab:weighed")
    class Weighed(Event):
        """An event with a float, deep within."""

        id: Id = identity("weight", "w")
        grams: tuple[float, ...] | None = None

    class Scales:
        @hookimpl.events
        def events(self) -> EventSupply:
            return EventSupply(events=(Weighed,))

    plugins = Plugins.builtin()
    plugins.register(Scales(), "mylab")
    with pytest.raises(PluginError, match="mylab:weighed: field 'grams' holds floats, which no li"):
        plugins.vocabulary  # noqa: B018  # looking is what fails


def test_register_for_another_version() -> None:
    """A plugin object that is for other hooks is refused as an installed one is."""

    class Later:
        EVLEDGER_API = 2

        @hookimpl.events
        def events(self) -> EventSupply:
            return EventSupply()

    with pytest.raises(PluginError, match="plugin 'later': its EVLEDGER_API is 2, and this evledg"):
        Plugins.builtin().register(Later(), "later")


def test_locator_scheme_of_a_plugin() -> None:
    """A plugin's identifiers are normalised, are keys, and lead to their source in the article."""

    def arxiv(value: str) -> str:
        return value.strip().lower().removeprefix("arxiv:")

    class Schemes:
        @hookimpl.locators
        def locators(self) -> Iterable[LocatorScheme]:
            link = "https://arxiv.org/abs/{}".format
            return [
                LocatorScheme(name="arxiv", normalise=arxiv, link=link),
                LocatorScheme(name="shelf", normalise=str.strip),
            ]

    plugins = Plugins.builtin()
    plugins.register(Schemes(), "schemes")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="me")
        with ledger.batch(by="me") as batch:
            batch.add_source(kind="preprint", title="One", locators=("arXiv: 1806.05726 ",))
            batch.add_source(kind="book", title="Two", locators=("shelf:A7",))
        assert ledger.record(1).keys == ("arxiv:1806.05726", "source:s1")
        text = ledger.render("markdown").text
        assert "[One](https://arxiv.org/abs/1806.05726)" in text
        assert "Two (book, shelf:A7)" in text


@pytest.mark.parametrize("name", ["source", "once", "ArXiv", "9x", "a b", ""])
def test_scheme_that_cannot_be(name: str) -> None:
    """A scheme that would look like another name, or is no word, is refused."""
    with pytest.raises(Invalid, match="cannot be a scheme: expected a small letter"):
        LocatorScheme(name=name, normalise=str.strip)


@pytest.mark.parametrize(
    "url", ["shelf:journal", "postgres://me:s3cret@x", "sqllite:///a.db", "c+d:e"]
)
def test_unknown_scheme(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like a URL is no path, unless a file of that name is there.

    Of the URL no more than its scheme is shown, for a password may stand in it.
    """
    monkeypatch.chdir(tmp_path)
    refused = r"no store has scheme .*; known are memory, sqlite\. A"
    with pytest.raises(Invalid, match=refused) as caught:
        evledger.open(url, plugins=Plugins.builtin())
    assert "s3cret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    if "/" not in url:
        with evledger.open(f"./{url}", plugins=Plugins.builtin()) as store:
            store.create("semax", title="x", by="me")
        with evledger.open(url, plugins=Plugins.builtin()) as store:
            assert store.ledgers() == ["semax"]


def test_store_that_is_none() -> None:
    """What opens a URL must give a store; the message names who gave something else."""

    class Three:
        @hookimpl.stores
        def stores(self) -> Mapping[str, Any]:
            return {"three": len}

    plugins = Plugins.builtin()
    plugins.register(Three(), "three")
    with pytest.raises(PluginError, match=r"^store 'three' gave int, not a Backend") as caught:
        evledger.open("three:", plugins=plugins)
    assert (caught.value.kind, caught.value.name, caught.value.plugin) == ("store", "three", None)


def test_importer_that_gives_something_else(tmp_path: Path) -> None:
    """An importer that raises, or gives what is no item, is named."""
    (tmp_path / "a.odd").write_text("x")

    class Odd(Lines):
        name = "odd"
        suffixes = (".odd",)

        def read(self, file: IO[bytes]) -> Iterator[Any]:
            del file
            yield {"kind": "other"}

    class Failing(Odd):
        name = "failing"
        suffixes = (".failing",)

        def read(self, file: IO[bytes]) -> Iterator[Any]:
            yield file.nosuch  # type: ignore[attr-defined]  # that is the mistake

    class Both:
        @hookimpl.importers
        def importers(self) -> Iterable[Importer]:
            return [Odd(), Failing()]

    plugins = Plugins.builtin()
    plugins.register(Both(), "both")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="x", by="me")
        with pytest.raises(PluginError, match="importer 'odd' gave dict, where Item, Rejection"):
            ledger.import_file(tmp_path / "a.odd", by="me")
        with pytest.raises(PluginError, match=r"importer 'failing' failed: AttributeError.*line"):
            ledger.import_file(tmp_path / "a.odd", by="me", importer="failing")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("text", "renderer 'odd' returned str, not Rendered"),
        (Rendered("text", "text/plain", ".txt"), "renderer .odd. returned str as data, not bytes"),  # type: ignore[arg-type]  # the mistake
        (Rendered(b"", "text/plain", None), "returned NoneType as suffix, not str"),  # type: ignore[arg-type]  # the same
    ],
)
def test_renderer_that_gives_something_else(given: Any, expected: str) -> None:
    """A renderer that gives what is nothing rendered is named."""

    class Odd:
        name = "odd"

        def render(self, view: View, context: RenderContext) -> Any:
            del view, context
            return given

    class Plugin:
        @hookimpl.renderers
        def renderers(self) -> Iterable[Renderer]:
            return [Odd()]

    plugins = Plugins.builtin()
    plugins.register(Plugin(), "odd")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="x", by="me")
        with pytest.raises(PluginError, match=expected):
            ledger.render("odd")


def test_projection_that_forgets_its_state() -> None:
    """A projection that gives nothing back is said to, and shown no more records."""

    class Forgetful(Assays):
        name = "forgetful"

        def apply(self, state: dict[str, int], record: Record) -> Any:
            del state, record

    class Plugin:
        @hookimpl.events
        def events(self) -> EventSupply:
            return EventSupply(projections=(Forgetful(),))

    plugins = Plugins.builtin()
    plugins.register(Plugin(), "forgetful")
    with evledger.open("memory:", plugins=plugins) as store:
        view = store.create("semax", title="Semax", by="me").view()
    (warning,) = view.warnings
    expected = "projection 'forgetful' failed at record 0: apply returned None; it must return the"
    assert warning.startswith(expected)
    with pytest.raises(PluginError, match="it must return the state"):
        view.part(Forgetful)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert({})".format, "https://evil.example@{}/".format, len, "{0.x}".format],
    ids=["script", "user", "number", "raises"],
)
def test_link_of_a_scheme_that_is_none(link: Any) -> None:
    """What a plugin makes of a locator is a link only where it is an http(s) address."""

    class Schemes:
        @hookimpl.locators
        def locators(self) -> Iterable[LocatorScheme]:
            return [LocatorScheme(name="odd", normalise=str.strip, link=link)]

    plugins = Plugins.builtin()
    plugins.register(Schemes(), "schemes")
    with evledger.open("memory:", plugins=plugins) as store:
        ledger = store.create("semax", title="Semax", by="me")
        with ledger.batch(by="me") as batch:
            batch.add_source(kind="book", title="One", locators=("odd:a1",))
        text = ledger.render("markdown").text
    assert "One (book, odd:a1)" in text
