"""The index as its ledger grows: brought up to date, shared, never of another view, and let go."""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import evledger
from evledger import (
    ClaimRetagged,
    ClaimTagged,
    ClaimWithdrawn,
    ComponentMapped,
    GapNoted,
    Ledger,
    LedgerDescribed,
    Plugins,
    SectionWritten,
    SourceAdded,
    SourceAmended,
    Store,
    Tier,
    View,
)
from evledger.events import DEFAULT_TIERS, About
from evledger.locators import normalise
from evledger.searching import FullText, Hit, Index, index_of, parse
from evledger.stores.memory import MemoryStore
from evledger.testing import Story, stories
from evledger.testing.telling import clock
from evledger.words import words

PLUGINS: Final = Plugins.builtin()
ALL = 10_000


def created(store: Store | None = None) -> Ledger:
    """Return a ledger with a source, s1, and a claim of it, c1."""
    store = store or evledger.open("memory:", plugins=PLUGINS)
    ledger = store.create("semax", title="Semax", by="me")
    with ledger.batch(by="me") as batch:
        part = batch.map_component(component="Semaglutide", layer="gut")
        source = batch.add_source(kind="review", title="Argon", locators=("pmid:1",))
        about = About(components=(part,))
        batch.tag_claim(source=source, tier="human", stance="neutral", text="Neon.", about=about)
    return ledger


def ballasted() -> Ledger:
    """Return the same with so much beside it that a change is taken in, and nothing built anew."""
    ledger = created()
    ledger.append(*(GapNoted(id=f"g{n}", text="Xylem.") for n in range(1, 301)), by="me")
    return ledger


def search(index: Index | FullText, question: str) -> list[Hit]:
    """Return what is found."""
    return index.search(parse(question, normalise), ALL)


def indexes() -> int:
    """Return how many indexes there are in memory."""
    gc.collect()
    return sum(type(each) is Index for each in gc.get_objects())


def names(view: View, question: str) -> set[str]:
    """Return the names of what is found in a view."""
    return {hit.entry for hit in search(index_of(view), question)}


def anew(view: View) -> Index:
    """Build an index from one view alone."""
    index = Index()
    assert index.catch_up(view)
    return index


# -- as the ledger grows -----------------------------------------------------------------


def spoken(view: View) -> list[str]:
    """Return every word that stands in a view's own texts."""
    texts = [str(claim.text) for claim in view.claims.values()]
    texts += [str(gap.text) for gap in view.gaps.values()]
    texts += [str(question.text) for question in view.questions.values()]
    texts += [str(source.title) for source in view.sources.values()]
    texts += [section.body for section in view.sections.values() if isinstance(section.body, str)]
    return sorted({word for text in texts for word in words(text)})


GROWING: Final = stories(
    (SourceAdded, SourceAmended, ClaimTagged, ClaimRetagged, SectionWritten), min_size=8
)


@settings(max_examples=50)
@given(GROWING, st.data())
def test_kept_up_equals_built_anew(story: Story, data: st.DataObject) -> None:
    """At whatever points an index was brought up to date, it finds what a new one finds.

    Order and weight may differ, since an entry's earlier words are counted until the next
    building.
    """
    ledger = story.ledger(PLUGINS)
    last = ledger.view()
    cuts = sorted(data.draw(st.sets(st.integers(1, last.head.size - 1), max_size=4), label="cuts"))
    kept, known, named = Index(), set[str](), set[str]()
    for view in (*(ledger.view(n=cut) for cut in cuts), last):
        assert kept.catch_up(view)
        known.update(spoken(view))  # what is gone by the end is asked for, too
        named.update(name for source in view.sources.values() for name in source.locators)
    assume(known)
    for _ in range(5):
        word = data.draw(st.sampled_from(sorted(known)), label="word")
        expected = {(hit.entry, hit.words, hit.missing) for hit in search(anew(last), word)}
        assert {(hit.entry, hit.words, hit.missing) for hit in search(kept, word)} == expected
    for locator in named:
        assert {h.entry for h in search(kept, locator)} == {
            h.entry for h in search(anew(last), locator)
        }


@settings(max_examples=50)
@given(GROWING, st.data())
def test_an_old_view_is_as_it_was(story: Story, data: st.DataObject) -> None:
    """An old view finds what it found, whatever was asked before; nothing that came later."""
    ledger = story.ledger(PLUGINS)
    last = ledger.view()
    old = ledger.view(n=data.draw(st.integers(1, last.head.size), label="size"))
    word = data.draw(st.sampled_from([*spoken(last), "argon"]), label="word")
    expected = search(anew(old), word)
    later = search(index_of(last), word)
    assert search(index_of(old), word) == expected
    assert search(index_of(last), word) == later


@pytest.mark.parametrize(
    ("event", "gone", "come", "entry"),
    [
        (SourceAmended(source="s1", title="Xenon", kind="review", why="w"), "argon", "xenon", "c1"),
        (SourceAmended(source="s1", venue="Xenon", why="w"), None, "xenon", "c1"),
        (
            SourceAmended(source="s1", locators_dropped=("pmid:1",), why="w"),
            "pmid:1",
            "argon",
            "c1",
        ),
        (SourceAmended(source="s1", locators_added=("pmid:2",), why="w"), None, "pmid:2", "c1"),
        (ClaimRetagged(claim="c1", text="Xenon.", why="w"), "neon", "xenon", "c1"),
        (ClaimRetagged(claim="c1", tier="anecdotal", why="w"), "human", "anecdotal", "c1"),
        (ClaimRetagged(claim="c1", about=About(outcome="xenon"), why="w"), None, "xenon", "c1"),
        (ClaimWithdrawn(claim="c1", why="xenon"), "xenon", "neon", "c1"),
        (ComponentMapped(id="k1", component="Xenon", layer="gut"), "semaglutide", "xenon", "c1"),
    ],
)
def test_what_changes(event: evledger.Event, gone: str | None, come: str, entry: str) -> None:
    """What an entry is found by changes with it, its source, and the parts it is about."""
    ledger = ballasted()
    names(ledger.view(), "neon")
    ledger.append(event, by="me")
    view = ledger.view()
    assert f"claim:{entry}" in names(view, come)
    assert gone is None or f"claim:{entry}" not in names(view, gone)


def test_a_locator_moves() -> None:
    """An identifier that was given to another source finds that one alone."""
    ledger = ballasted()
    names(ledger.view(), "neon")
    ledger.append(SourceAmended(source="s1", locators_dropped=("pmid:1",), why="w"), by="me")
    names(ledger.view(), "neon")
    added = SourceAdded(id="s2", kind="review", title="Krypton", locators=("pmid:1",))
    ledger.append(added, by="me")
    assert names(ledger.view(), "pmid:1") == {"source:s2"}


def test_sections_and_tiers() -> None:
    """A section is found by its latest words, a claim by its tier's latest label."""
    ledger = created()
    ledger.append(SectionWritten(section="why", body="Argon."), by="me")
    assert "section:why" in names(ledger.view(), "argon")
    ledger.append(SectionWritten(section="why", body="Krypton."), by="me")
    assert "section:why" not in names(ledger.view(), "argon")
    assert names(ledger.view(), "krypton") == {"section:why"}
    tiers = (Tier(slug="human", label="Radon", description="A sentence."), *DEFAULT_TIERS[1:])
    ledger.append(LedgerDescribed(tiers=tiers), by="me")
    assert names(ledger.view(), "radon") == {"claim:c1"}


def test_words_that_are_gone_are_nobodys() -> None:
    """A word that stands nowhere any more is read as the one that was meant, not as itself."""
    ledger = created()
    ledger.append(GapNoted(id="g1", text="Krypton."), by="me")
    ledger.append(ClaimRetagged(claim="c1", text="Kripton.", why="w"), by="me")
    index_of(ledger.view())
    ledger.append(ClaimRetagged(claim="c1", text="Neon.", why="w"), by="me")
    assert names(ledger.view(), "kripton") == {"gap:g1"}


def test_after_many_changes() -> None:
    """An entry that is rewritten again and again is found by its last words alone."""
    ledger = created()
    for number in range(1_100):
        ledger.append(SectionWritten(section="why", body=f"word{number}x"), by="me")
        if number % 100 == 0:
            index_of(ledger.view())
    for number in range(1_100, 1_110):
        ledger.append(SectionWritten(section="why", body=f"word{number}x"), by="me")
        assert names(ledger.view(), f"word{number}x") == {"section:why"}
        assert names(ledger.view(), f"word{number - 1}x") == set()


def test_half_a_step() -> None:
    """Where reading a view fails, the index is as it was, and the next time is whole."""
    backend = Stumbling()
    ledger = created(Store(backend, PLUGINS, clock()))
    old = ledger.view()
    assert names(old, "neon") == {"claim:c1"}
    with ledger.batch(by="me") as batch:
        batch.add_source(kind="review", title="Krypton", locators=("pmid:2",))
        words_of_it = batch.attach(b"Xenon.", "text/plain")
        batch.add_source(kind="review", title="Radon", capture=words_of_it)
    backend.failing = True
    with pytest.raises(OSError, match="stumbled"):
        names(ledger.view(), "xenon")
    assert names(old, "pmid:2") == names(old, "krypton") == set()
    backend.failing = False
    assert names(ledger.view(), "xenon") == {"source:s3"}
    assert names(ledger.view(), "pmid:2") == {"source:s2"}


class Stumbling(MemoryStore):
    """A store whose attachments can fail to be read, or be long in coming."""

    failing = False

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    def attachment(self, ledger: str, digest: str) -> Iterator[bytes]:
        """Fail, wait, or give the bytes."""
        self.asked.set()
        if self.failing:
            msg = "stumbled"
            raise OSError(msg)
        self.let_go.wait()
        return super().attachment(ledger, digest)


# -- what was erased, or never was here --------------------------------------------------

SECRET = "tealbottle"  # noqa: S105  # a word


def confessed(store: Store) -> Ledger:
    """Return a ledger with a post, s1, whose sealed words hold the secret."""
    ledger = created(store)
    with ledger.batch(by="me") as batch:
        captured = batch.attach(f"I am {SECRET}.".encode(), "text/plain")
        post = batch.add_source(
            kind="post", title=f"By {SECRET}", platform="reddit", capture=captured
        )
        batch.tag_claim(
            source=post, tier="anecdotal", stance="neutral", text="It rose.", quote=f"Me, {SECRET}"
        )
    return ledger


def forget(ledger: Ledger) -> None:
    """Erase all that was sealed."""
    for opening in list(ledger.store.backend.openings(ledger.name)):
        ledger.erase(opening.n, opening.field, reason="asked", by="me")


def tells(ledger: Ledger) -> bool:
    """Return whether the secret can still be had by asking or finding."""
    asked = [SECRET, f'"{SECRET}"', f"{SECRET[:5]}*", SECRET.replace("b", "p")]
    found = [hit for text in asked for hit in search(index_of(ledger.view()), text)]
    told = any(repr(SECRET) in repr(hit.words) for hit in found)
    return bool(told or any(list(ledger.find(text)) for text in asked) or found)


def test_erased_words_are_gone() -> None:
    """Where something was erased, the index that held it is let go, and no other finds it."""
    before = indexes()
    ledger = confessed(evledger.open("memory:", plugins=PLUGINS))
    assert tells(ledger)
    assert indexes() == before + 1
    ledger.erase(4, "title", reason="asked", by="me")
    assert ledger.view().erased == {(4, "title")}
    assert indexes() == before
    forget(ledger)
    assert not tells(ledger)
    assert indexes() == before + 1
    assert SECRET not in repr(ledger.ask(f"What does {SECRET} say?").groups)


def test_erased_words_are_gone_for_other_threads() -> None:
    """What one thread erased, another cannot find, though it asked before."""
    ledger = confessed(evledger.open("memory:", plugins=PLUGINS))
    with ThreadPoolExecutor(1) as other:
        assert other.submit(tells, ledger).result()
        forget(ledger)
        assert not other.submit(tells, ledger).result()


def test_erased_words_are_gone_for_other_processes(tmp_path: Path) -> None:
    """What one process erased, another that has the ledger open cannot find."""
    path = tmp_path / "ledger.db"
    with evledger.open(path, plugins=PLUGINS) as store:
        ledger = confessed(store)
        assert tells(ledger)
        assert in_child(lambda: _forget_in(path)) == 0
        assert not tells(ledger)


def _forget_in(path: Path) -> None:
    with evledger.open(path, plugins=PLUGINS) as store:
        forget(store.ledger("semax"))


def test_what_is_withheld_is_not_found(tmp_path: Path) -> None:
    """An archive that came without its vault has nothing sealed to find, but all the rest."""
    store = evledger.open("memory:", plugins=PLUGINS)
    confessed(store).export(tmp_path / "archive")
    with evledger.open("memory:", plugins=PLUGINS) as other:
        restored = other.restore(tmp_path / "archive")
        assert not tells(restored)
        assert "claim:c2" in names(restored.view(), "rose")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_no_file_holds_a_word() -> None:
    """However many words there are to sort, the engine puts none of them into a file."""

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # from here on, writing a file fails
        ledger = created()
        for part in range(30):
            body = " ".join(f"word{_letters(7_000 * part + number)}" for number in range(7_000))
            ledger.append(SectionWritten(section=f"s{part}", body=body), by="me")
        assert names(ledger.view(), "wordaazaq")  # for which all words are sorted
        assert len(list(ledger.find("argon"))) == 1

    assert in_child(work) == 0


def _letters(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(4))


# -- shared ------------------------------------------------------------------------------


def test_an_index_is_shared() -> None:
    """The views of one ledger have one index; two ledgers, and two openings, have two."""
    store = evledger.open("memory:", plugins=PLUGINS)
    one = created(store)
    other = store.create("other", title="Other", by="me")
    other.append(GapNoted(id="g1", text="Krypton."), by="me")
    again = store.ledger("semax")
    before = indexes()
    assert names(one.view(), "neon") == {"claim:c1"}
    one.append(GapNoted(id="g1", text="Radon."), by="me")
    assert names(one.view(), "radon") == {"gap:g1"}
    assert indexes() == before + 1
    assert names(one.view(), "krypton") == names(other.view(), "neon") == set()
    again.append(GapNoted(id="g2", text="Xenon."), by="me")
    assert names(again.view(), "xenon") == names(one.view(), "xenon") == {"gap:g2"}
    assert indexes() == before + 3


def test_without_a_source() -> None:
    """A view without a source finds neither it nor its claims; the whole view still does."""
    view = created().view()
    assert names(view, "argon") == {"source:s1", "claim:c1"}
    assert names(view.without("s1"), "argon neon pmid:1") == set()
    assert names(view, "argon") == {"source:s1", "claim:c1"}


def test_an_index_is_let_go() -> None:
    """When a store is closed and nobody holds its ledger, nothing is left of the index."""
    before = indexes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a connection that nobody closes would warn
        with evledger.open("memory:", plugins=PLUGINS) as store:
            ledger = created(store)
            assert names(ledger.view(), "neon") == {"claim:c1"}
            assert indexes() == before + 1
        del ledger, store
        assert indexes() == before


def test_an_index_of_a_view_stays_its_own() -> None:
    """What is asked for one view is of that view, though another thread went on meanwhile."""
    ledger = created()
    early = ledger.view()
    index = index_of(early)
    ledger.append(GapNoted(id="g1", text="Neon."), by="me")
    assert names(ledger.view(), "neon") == {"claim:c1", "gap:g1"}
    with contextlib.suppress(TypeError):
        assert {hit.entry for hit in search(index, "neon")} <= {"claim:c1"}


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns far more often than they do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_threads() -> None:
    """Threads ask and find while another appends: each is answered from one view."""
    ledger = created()

    def ask() -> None:
        for _ in range(4):
            ledger.ask("does neon rise")
            assert list(ledger.find("argon"))

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask) for _ in range(8)]
        appended = 1
        while not all(future.done() for future in asking):
            with ledger.batch(by="me") as batch:
                source = batch.add_source(kind="review", title="Argon, neon")
                batch.tag_claim(source=source, tier="human", stance="neutral", text="Neon.")
            appended += 1
        for future in asking:
            future.result()
    assert len(list(ledger.find("argon"))) == appended


# -- forked ------------------------------------------------------------------------------


def in_child(work: Callable[[], object]) -> int:
    """Run something in a forked process, and give its exit status; a hang is ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
        child = os.fork()
    if not child:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(30)
            work()
            gc.collect()
            status = 0
        except BaseException as error:  # noqa: BLE001  # a child must never return to pytest
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


def _asks(ledger: Ledger, view: View) -> None:
    assert names(view, "neon") == {"claim:c1"}
    assert names(ledger.view(), "neon") == {"claim:c1"}
    ledger.append(GapNoted(id="g9", text="Neon."), by="me")
    assert names(ledger.view(), "neon") == {"claim:c1", "gap:g9"}


@needs_fork
def test_a_forked_process_asks() -> None:
    """A child asks and appends by itself; its parent goes on as it was."""
    ledger = created()
    view = ledger.view()
    assert names(view, "neon") == {"claim:c1"}
    assert in_child(lambda: _asks(ledger, view)) == 0
    assert names(ledger.view(), "neon") == {"claim:c1"}


@needs_fork
def test_a_process_forked_in_the_middle() -> None:
    """A child asks, though another thread of its parent was building the index as it forked."""
    backend = Stumbling()
    ledger = created(Store(backend, PLUGINS, clock()))
    view = ledger.view()
    with ledger.batch(by="me") as batch:
        captured = batch.attach(b"Xenon.", "text/plain")
        batch.add_source(kind="review", title="Radon", capture=captured)
    later = ledger.view()
    backend.asked.clear()
    backend.let_go.clear()
    thread = threading.Thread(target=names, args=(later, "xenon"))
    thread.start()
    backend.asked.wait()

    def work() -> None:
        backend.let_go.set()
        assert names(later, "xenon") == {"source:s2"}
        _asks(ledger, view)

    try:
        assert in_child(work) == 0
    finally:
        backend.let_go.set()
        thread.join()
    assert names(later, "xenon") == {"source:s2"}
