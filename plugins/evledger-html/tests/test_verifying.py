"""The script that verifies a page: what it finds of pages that are as they were made."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import evledger_html
import pytest
from evledger_html.pages import VERIFIER
from evledger_html.parts import Parts
from evledger_html.values import shown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

import evledger
from evledger import (
    Checkpoint,
    ClaimRetagged,
    ClaimWithdrawn,
    Event,
    FindingWaived,
    GapNoted,
    Ledger,
    LedgerDescribed,
    NotProven,
    Plugins,
    Reviewed,
    Signer,
    SourceAmended,
    SourceFlagged,
    new_key,
    seal,
)
from evledger.article.links import SITES
from evledger.codec import canonical
from evledger.events import DEFAULT_TIERS
from evledger.legible import UNSEEN
from evledger.notes import COSIGNATURE, SigningKey, VerifierKey
from evledger.proofs.bundling import Bundle
from evledger.proofs.signing import checkpoint_at, head_at, signed_sizes
from evledger.seals import Opening, commit
from evledger.testing import stories
from evledger.tree import leaf_hash, tree_root

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")

_MANY: Final = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

_RENDERERS: Final = ("html", "html-ledger", "html-changes")

_STATIC: Final = Path(evledger_html.__file__).with_name("static")
_SCRIPT: Final = "\n".join((_STATIC / name).read_text() for name in VERIFIER)
_HOST: Final = f"<!DOCTYPE html><title>Host</title><body><script type=module>{_SCRIPT}</script>"
"""A page with nothing but the script, into which others' bodies are put: one visit for all."""

# Puts a page's body in the place of this one's, and verifies that.
_REPLACE: Final = """
async (html) => {
  const made = new DOMParser().parseFromString(html, "text/html");
  document.body.replaceWith(document.adoptNode(made.body));
  await evledger.verify();
  return evledger.verdicts;
}
"""
_VERDICTS: Final = "evledger.ready.then(() => evledger.verdicts)"
_TAKE: Final = "(text) => evledger.take(text)"


_RELABELLED: Final = tuple(
    attrs.evolve(tier, label=f"Proven {tier.label}") for tier in DEFAULT_TIERS
)
_ALL_CLAIMS: Final = {f"claim:c{n}" for n in range(1, 5)}


@attrs.frozen
class Signed:
    """A ledger that was signed, its key, and how it is shown."""

    ledger: Ledger
    signer: Signer

    def page(self, renderer: str = "html", **how: Any) -> bytes:
        """Render it with its key."""
        keys = how.pop("keys", [self.signer.verifier])
        return self.ledger.render(renderer, keys=keys, **how).data


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[Signed]:
    """Yield a ledger with all that can happen to an entry, signed after each batch but the last."""
    new_key(tmp_path / "key", "example.org/tea")
    signer = Signer.open(tmp_path / "key")
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("tea", title="Tea <b>\u202esleep 🫖", by="curator")
        found = Signed(ledger, signer)
        for each in (_tell, _correct, _judge):
            each(ledger)
            ledger.checkpoint(signer)
        yield found


def _tell(ledger: Ledger) -> None:
    with ledger.batch(by="curator") as batch:
        trial = batch.add_source(
            kind="journal-article",
            title="A trial of tea & “sleep” 🫖",
            authors=("A. Author", "B. Author"),
            locators=("doi:10.1000/(1)<x>", "pmid:17"),
            published="2020",
        )
        post = batch.add_source(
            kind="post",
            title="I slept",
            authors=("somebody",),
            platform="reddit",
            community="r/tea",
        )
        for text in ("Slept\r\nlonger.", "Fell\x00 asleep \u2028sooner.", "Woke later."):
            batch.tag_claim(
                source=trial, text=text, tier="human", stance="supports", quote=f"“{text}”"
            )
        batch.tag_claim(
            source=post, text="One night better.", tier="anecdotal", stance="mixed", quote="Wow!"
        )
        batch.note_gap("No trial in women.")


def _correct(ledger: Ledger) -> None:
    ledger.append(
        ClaimRetagged(claim="c1", text="Slept ten minutes longer.", stance="mixed", why="read"),
        SourceAmended(
            source="s1",
            title="A trial of tea",
            locators_added=("nct:NCT00680992",),
            locators_dropped=("pmid:17",),
            why="typo",
        ),
        LedgerDescribed(subject="Camellia sinensis"),
        by="curator",
    )


def _judge(ledger: Ledger) -> None:
    ledger.append(
        ClaimWithdrawn(claim="c2", why="misread"),
        Reviewed(target="claim:c3", verdict="rejected", why="no"),
        SourceFlagged(source="s1", status="retracted", according_to="Crossref"),
        *_flags(("retracted", "2020"), ("reinstated", "2021-03"), ("retracted", "2019-12-01")),
        seal(GapNoted(id="g9", text="Nobody asked.\u202e"), "text"),
        by="curator",
    )
    ledger.erase(6, "quote", reason="asked", by="curator")


def _flags(*flags: tuple[Any, str]) -> list[SourceFlagged]:
    return [
        SourceFlagged(source="s2", status=status, according_to="Crossref", date=date)
        for status, date in flags
    ]


def _states(verdicts: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the entries of each state, and why those that are not proven are not."""
    found: dict[str, list[str]] = {}
    for each in verdicts:
        why = "; ".join([*each["faults"], *each["lacks"]])
        found.setdefault(each["state"], []).append(f"{each['name']} {why}".strip())
    return found


# -- as recorded ---------------------------------------------------------------------------


def test_demonstration(visit: Any, demo: Any) -> None:
    """Every entry of the demonstration's page is proven; the overall words ask to compare keys."""
    page: Page = visit(demo("html"))
    assert set(_states(page.evaluate(_VERDICTS))) == {"proven"}
    overall = page.locator("[data-evl-overall]").inner_text()
    assert overall.startswith("✓ 43 claims and ")
    assert "compare its fingerprint with one that you got elsewhere" in overall
    assert page.locator(".evl-claim [data-evl-verdict]").first.inner_text() == "✓ as recorded"


@pytest.mark.parametrize("renderer", _RENDERERS)
def test_whatever_happens_to_an_entry(visit: Any, signed: Signed, renderer: str) -> None:
    """What was retagged, amended, withdrawn, rejected or erased is proven as it stands."""
    page: Page = visit(signed.page(renderer))
    found = _states(page.evaluate(_VERDICTS))
    assert set(found) == {"proven"}, found
    assert (
        page.locator("[data-evl-verdict]").count()
        == page.locator("[data-evl-verdict][data-state=proven]").count()
    )


def test_drawn_ledgers(visit: Any) -> None:
    """Whatever happens to a ledger: the script makes of its records what Python makes of them."""
    page: Page = visit(_HOST)

    @_MANY
    @given(stories(), st.sampled_from(_RENDERERS))
    def check(story: Any, renderer: str) -> None:
        html = story.ledger(PLUGINS).render(renderer).data.decode()
        found = _states(page.evaluate(_REPLACE, html))
        assert set(found) <= {"unsigned"}, found

    check()


def test_what_cannot_be_seen(visit: Any) -> None:
    """Every character that cannot be seen is made visible as Python does it."""
    unseen = [chr(n) for n in range(0x110000) if UNSEEN.match(chr(n)) and not 0xD800 <= n < 0xE000]
    page: Page = visit(_HOST)
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("tea", title="Tea", by="curator")
        ledger.append(GapNoted(id="g1", text="|".join(unseen)), by="curator")
        html = ledger.render("html").data.decode()
    assert set(_states(page.evaluate(_REPLACE, html))) == {"unsigned"}
    assert "\\U000e0001" in shown("".join(unseen))


def _by_hand(texts: list[bytes], shown: str, openings: tuple[Opening, ...] = ()) -> str:
    """Write a page of lines that no writer would append."""
    bundle = Bundle(
        ledger="tea",
        size=len(texts),
        root=tree_root(texts),
        records=tuple(enumerate(texts)),
        openings=openings,
        hashes=tuple(map(leaf_hash, texts)),
    )
    json = bytes(bundle).decode().replace("<", "\\u003c")
    return f'{shown}<script type="application/json" id="evl-bundle">{json}</script>'


def _gap(n: int, text: str, **line: Any) -> bytes:
    fixed = {"at": "2026-01-01T00:00:00.000000Z", "by": "a", "v": 1, "n": n}
    data = {"id": "g1", "text": text}
    return canonical({**fixed, "data": data, "keys": ["gap:g1"], "type": "gap-noted", **line})


@pytest.mark.parametrize(
    ("lines", "records", "state"),
    [
        ([_gap(0, "One.")], "0", "unsigned"),
        ([_gap(0, "Two.", v=2), _gap(1, "One.")], "1", "unsigned"),
        ([_gap(0, "Two.", keys=["gap:g2"]), _gap(1, "One.")], "1", "unsigned"),
        ([_gap(0, "One."), _gap(1, "Two.")], "0", "unsigned"),
        ([_gap(0, "One.", type="constructor")], "0", "altered"),
        ([_gap(1, "One.")], "0", "altered"),
        ([_gap(0, "", keys=["gap:g2"]), _gap(0, "One.")], "0", "altered"),
        ([_gap(0, "One.").replace(b'"n":0', b'"n": 0')], "0", "altered"),
    ],
    ids=[
        "sound",
        "later version",
        "other key",
        "twice",
        "strange type",
        "other number",
        "number of another",
        "a blank",
    ],
)
def test_strange_lines(visit: Any, lines: list[bytes], records: str, state: str) -> None:
    """The first record that introduces a name counts, in a version that is known."""
    page: Page = visit(_HOST)
    html = _by_hand(lines, _shown("gap:g1", records))
    assert list(_states(page.evaluate(_REPLACE, html))) == [state]


def _shown(name: str, records: str) -> str:
    value = '<bdi data-evl-value="text">One.</bdi>'
    return f'<p data-evl-entry="{name}" data-evl-records="{records}">{value}</p>'


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (["gap-noted", "text", "One."], "unsigned"),
        (["gap-noted", "title", "One."], "altered"),
        (["caveat-noted", "text", "One."], "altered"),
    ],
)
def test_strange_openings(visit: Any, value: list[str], state: str) -> None:
    """What opens a commitment must be of the record's type and of the field that it opens."""
    opening = Opening(0, "text", bytes(32), canonical(value))
    sealed = {"text": commit(opening.salt, opening.value)}
    line = _gap(0, "", data={"id": "g1"}, sealed=sealed)
    page: Page = visit(_HOST)
    html = _by_hand([line], _shown("gap:g1", "0"), (opening,))
    assert list(_states(page.evaluate(_REPLACE, html))) == [state]


def test_links(visit: Any) -> None:
    """A locator leads in the script to where it leads in Python."""
    page: Page = visit(_HOST)
    values = st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF), max_size=20)
    urls = st.builds("https://example.org/{}".format, values)

    @_MANY
    @given(st.lists(st.tuples(st.sampled_from(sorted(SITES)), values | urls), min_size=30))
    def check(drawn: list[tuple[str, str]]) -> None:
        given = [f"{scheme}:{value}" for scheme, value in drawn]
        made = page.evaluate("(given) => given.map(evledger.linkOf)", given)
        assert made == [SITES[scheme](value) for scheme, value in drawn]

    check()
    assert page.evaluate("evledger.linkOf('isbn:1') === undefined")


def test_embeds(visit: Any, signed: Signed) -> None:
    """A claim in another page is proven with its source; beside another's it is altered."""
    parts = Parts(signed.ledger.view(), signed.ledger.render_context(keys=[signed.signer.verifier]))
    first, last = (parts.embed(id).document for id in ("c1", "c4"))
    for document in (first, last):
        page: Page = visit(document)
        found = _states(page.evaluate(_VERDICTS))
        assert set(found) == {"proven"}, found
    page = visit(last)
    page.evaluate(_ANOTHER_CLAIM, first)
    assert page.locator("[data-evl-overall]").get_attribute("data-state") == "altered"


_ANOTHER_CLAIM: Final = """
(html) => {
  const made = new DOMParser().parseFromString(html, "text/html");
  document.querySelector(".evl-claim").replaceWith(made.querySelector(".evl-claim"));
  return evledger.verify();
}
"""


# -- who vouches ---------------------------------------------------------------------------


def test_nothing_was_signed(visit: Any) -> None:
    """A page of a ledger that nobody signed is nowhere proven, and says so."""
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("tea", title="Tea", by="curator")
        page: Page = visit(ledger.render("html").data)
    assert set(_states(page.evaluate(_VERDICTS))) == {"unsigned"}
    assert "this page brings no checkpoint" in page.locator("[data-evl-overall]").inner_text()


def test_what_came_after_the_checkpoint(visit: Any, signed: Signed) -> None:
    """An entry that a later record changed is unsigned, and the others stay proven."""
    signed.ledger.append(ClaimRetagged(claim="c4", tier="published", why="more"), by="curator")
    page: Page = visit(signed.page())
    found = _states(page.evaluate(_VERDICTS))
    assert {name.partition(" ")[0] for name in found["unsigned"]} == {"claim:c4"}
    assert set(found) == {"proven", "unsigned"}
    overall = page.locator("[data-evl-overall]").inner_text()
    assert "as recorded; 3 of 4 claims are under the signature of example.org/tea" in overall
    assert "These rest on records after the checkpoint: claim:c4" in overall
    details = page.locator("[data-evl-details]").inner_text()
    assert re.search(r"Claims under the signature\s+3 of 4\s", details)


@pytest.mark.parametrize(
    ("event", "unsigned"),
    [
        (LedgerDescribed(tiers=_RELABELLED), _ALL_CLAIMS),
        (SourceAmended(source="s2", locators_added=("doi:10.1/x",), why="y"), {"claim:c4"}),
        (SourceFlagged(source="s2", status="corrected", according_to="me"), {"claim:c4"}),
    ],
    ids=["labels of tiers", "a locator", "a flag"],
)
def test_what_rests_on_later_records(
    visit: Any, signed: Signed, event: Event, unsigned: set[str]
) -> None:
    """A claim is no more signed than the labels of its tiers, and its source."""
    signed.ledger.append(event, by="curator")
    page: Page = visit(signed.page())
    found = _states(page.evaluate(_VERDICTS))
    assert set(found) <= {"proven", "unsigned"}, found
    names = {name.partition(" ")[0] for name in found["unsigned"]}
    assert {name for name in names if name.startswith("claim:")} == unsigned


def test_without_a_key(visit: Any, signed: Signed) -> None:
    """Without a key nothing is proven, until the reader brings it; another's proves nothing."""
    page: Page = visit(signed.page(keys=[]))
    assert set(_states(page.evaluate(_VERDICTS))) == {"unsigned"}
    other = SigningKey.generate("example.org/tea").verifier
    said = page.evaluate(_TAKE, str(other))
    assert said["state"] == "unsigned"
    assert "not from whom you think, or the key that you brought is another's" in said["words"]
    assert set(_states(page.evaluate("evledger.verdicts"))) == {"unsigned"}
    assert page.evaluate(_TAKE, f"{signed.signer.verifier}\r\n")["state"] == "proven"
    assert set(_states(page.evaluate("evledger.verdicts"))) == {"proven"}
    assert "a key that you brought" in page.locator("[data-evl-overall]").inner_text()


def test_the_brought_key_counts(visit: Any, signed: Signed) -> None:
    """A key that the reader brings takes the place of the page's own."""
    page: Page = visit(signed.page())
    page.evaluate(_TAKE, str(SigningKey.generate("example.org/tea").verifier))
    assert set(_states(page.evaluate("evledger.verdicts"))) == {"unsigned"}


def _made_up(public: bytes, name: str = "example.org/tea", kind: int = 1) -> str:
    """Write a verifier key that the library would refuse to make."""
    key = bytes([kind]) + public
    digest = hashlib.sha256(f"{name}\n".encode() + key).hexdigest()[:8]
    return f"{name}+{digest}+{base64.b64encode(key).decode()}"


_ORDER_8: Final = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"


def _signed_as(signed: Signed, origin: str, key: SigningKey) -> str:
    """Have a key sign the ledger's tree under some origin."""
    note = checkpoint_at(signed.ledger.store.backend, "tea", signed.ledger.head().size)
    return str(key.sign(attrs.evolve(Checkpoint.parse(note.text), origin=origin).text))


def test_signed_under_another_name(visit: Any, signed: Signed) -> None:
    """A key signs for the origin that is its name, and for no other."""
    page: Page = visit(signed.page(keys=[]))
    key = SigningKey.generate("example.org/coffee")
    given = [_signed_as(signed, "example.org/tea", key), str(key.verifier)]
    assert set(_states(page.evaluate(_ALTER, given))) == {"unsigned"}
    given = [_signed_as(signed, "example.org/coffee", key), str(key.verifier)]
    assert set(_states(page.evaluate(_ALTER, given))) == {"proven"}


def test_another_tree(visit: Any, signed: Signed) -> None:
    """A checkpoint that the key did sign, but of another tree, vouches for nothing here."""
    page: Page = visit(signed.page())
    size = signed.ledger.head().size
    for count in (size, size - 1, size + 1):
        note = signed.signer.key.sign(Checkpoint("example.org/tea", count, bytes(32)).text)
        found = page.evaluate(_ALTER, [str(note), str(signed.signer.verifier)])
        assert set(_states(found)) == {"altered"}


def test_another_origin_than_the_stated_one(visit: Any, tmp_path: Path) -> None:
    """Where the ledger states the origin of its checkpoints, no other's vouches for it."""
    new_key(tmp_path / "key", "example.org/tea")
    signer = Signer.open(tmp_path / "key")
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("tea", title="Tea", by="a", origin="example.org/tea")
        ledger.checkpoint(signer)
        found = Signed(ledger, signer)
        page: Page = visit(found.page())
        key = SigningKey.generate("example.org/coffee")
        other = _signed_as(found, "example.org/coffee", key)
    assert set(_states(page.evaluate(_VERDICTS))) == {"proven"}
    assert set(_states(page.evaluate(_ALTER, [other, str(key.verifier)]))) == {"altered"}


_UNSOUND: Final = {
    "of small order": _made_up(bytes(32)),
    "of order 8": _made_up(bytes.fromhex(_ORDER_8)),
    "beyond the prime": _made_up(b"\xed" + b"\xff" * 30 + b"\x7f"),
    "too short": _made_up(b"\x09" * 31),
    "of another kind": _made_up(b"\x09" * 32, kind=2),
    "of an invisible name": _made_up(b"\x09" * 32, name="example.org/tea\u200b"),
    "with another's ID": re.sub(r"\+[0-9a-f]{8}\+", "+00000000+", _made_up(b"\x09" * 32)),
}


def test_unsound_keys(visit: Any, signed: Signed) -> None:
    """A key under which a signature would prove nothing is refused with a sentence."""
    page: Page = visit(signed.page(keys=[]))
    for what, key in _UNSOUND.items():
        said = page.evaluate(_TAKE, key)
        assert (what, said["state"]) == (what, "unproven")
        assert said["words"].startswith("What you gave does not hold: ")


def _cosigned(note: str, key: SigningKey, seconds: int) -> tuple[VerifierKey, str]:
    """Add a witness's signature to a checkpoint."""
    witness = attrs.evolve(key.verifier, kind=COSIGNATURE)
    text = note.rpartition("\n\n")[0] + "\n"
    signed = key.sign(f"cosignature/v1\ntime {seconds}\n{text}").signatures[0].data
    data = base64.b64encode(witness.id + seconds.to_bytes(8, "big") + signed).decode()
    return witness, f"{note}— {witness.name} {data}\n"


_ALTER: Final = """
async ([checkpoint, key]) => {
  const place = document.getElementById("evl-bundle");
  const bundle = JSON.parse(place.textContent);
  const changed = { ...bundle, checkpoint, keys: [...bundle.keys, key] };
  place.textContent = JSON.stringify(changed).replaceAll("<", "\\\\u003c");
  await evledger.verify();
  return evledger.verdicts;
}
"""


def test_witnesses(visit: Any, signed: Signed) -> None:
    """A witness whose key is known is named with its time; a wrong cosignature refuses the note."""
    page: Page = visit(signed.page())
    note = str(checkpoint_at(signed.ledger.store.backend, "tea", signed.ledger.head().size))
    key = SigningKey.generate("witness.example")
    witness, cosigned = _cosigned(note, key, 1_700_000_000)
    assert set(_states(page.evaluate(_ALTER, [cosigned, str(witness)]))) == {"proven"}
    assert "2023-11-14T22:13:20" in page.locator("[data-evl-details]").inner_text()
    own, twice = _cosigned(note, signed.signer.key, 1)
    assert set(_states(page.evaluate(_ALTER, [twice, str(own)]))) == {"proven"}
    assert "is the ledger's own key" in page.locator("[data-evl-details]").inner_text()
    _, other = _cosigned(note.replace("example.org/tea\n", "example.org/t\n"), key, 1_700_000_000)
    wrong = note + other.splitlines()[-1] + "\n"
    assert set(_states(page.evaluate(_ALTER, [wrong, str(witness)]))) == {"altered"}


def test_a_browser_that_lacks_something(visit: Any, signed: Signed) -> None:
    """Without Ed25519 all is unsigned, without WebCrypto unproven; the page says what it lacks."""
    page: Page = visit(signed.page())
    overall = page.locator("[data-evl-overall]")
    page.evaluate("""() => {
      const { importKey } = SubtleCrypto.prototype;
      SubtleCrypto.prototype.importKey = function (form, key, name, ...rest) {
        if (name === "Ed25519") throw new DOMException("unknown", "NotSupportedError");
        return importKey.call(this, form, key, name, ...rest);
      };
      return evledger.verify();
    }""")
    assert set(_states(page.evaluate("evledger.verdicts"))) == {"unsigned"}
    assert "your browser cannot check Ed25519" in overall.inner_text()
    page.evaluate("""() => {
      Object.defineProperty(Crypto.prototype, "subtle", { get: () => undefined });
      return evledger.verify();
    }""")
    assert set(_states(page.evaluate("evledger.verdicts"))) == {"unproven"}
    assert "opened from a file or over https" in overall.inner_text()


# -- what a reader kept --------------------------------------------------------------------


def test_earlier_checkpoints(visit: Any, signed: Signed) -> None:
    """The page shows that it extends every checkpoint, and every signed head, of its ledger."""
    backend = signed.ledger.store.backend
    page: Page = visit(signed.page())
    sizes = page.evaluate("JSON.parse(document.getElementById('evl-bundle').textContent).sizes")
    assert len(sizes) == 2
    for size in (*sizes, signed.ledger.head().size):
        for note in (checkpoint_at(backend, "tea", size), head_at(backend, "tea", size)):
            said = page.evaluate(_TAKE, str(note).replace("\n", "\r\n"))
            assert said["state"] == "proven", said
            assert f"{signed.signer.verifier.label} has signed" in said["words"]


def _given(signed: Signed) -> dict[str, tuple[str, str, str]]:
    """Return texts that prove nothing, with the state and words of the answer."""
    key = signed.signer.key
    size = signed.ledger.head().size

    def note(name: str, count: int, root: bytes, by: SigningKey = key) -> str:
        return str(by.sign(Checkpoint(name, count, root).text))

    stranger = SigningKey.generate("example.org/tea")
    own = str(checkpoint_at(signed.ledger.store.backend, "tea", size))
    return {
        "a fork": (note("example.org/tea", 3, bytes(32)), "altered", "was rewritten"),
        "another's": (note("example.org/tea", 3, bytes(32), stranger), "unproven", "anybody"),
        "of another ledger": (note("example.org/b", 3, bytes(32)), "unproven", "another ledger"),
        "newer": (note("example.org/tea", 999, bytes(32)), "unproven", "older than what you kept"),
        "changed": (own.replace(f"\n{size}\n", "\n2\n"), "unproven", "it was changed"),
        "too long": ("+00000000" * 200_000, "unproven", "too long"),
        "a head": (str(signed.ledger.head()), "unproven", "evledger verify --head"),
        "a secret": (key.encode(), "altered", "secret"),
        "nothing": ("  \n", "unproven", "Choose a file"),
        "rubbish": ("<script>alert(1)</script>", "unproven", "neither a signed checkpoint"),
        "rubbish below": ("a\n\nb", "unproven", "not a signature line"),
    }


def test_what_proves_nothing(visit: Any, signed: Signed) -> None:
    """Whatever else a reader gives is answered with a sentence that says what it is."""
    page: Page = visit(signed.page())
    for what, (text, state, words) in _given(signed).items():
        said = page.evaluate(_TAKE, text)
        assert (what, said["state"]) == (what, state), said
        assert words in said["words"], said


def test_a_size_out_of_reach(visit: Any, signed: Signed) -> None:
    """A page that cannot lead back to a size says so, and which command can."""
    waived = FindingWaived(rule="stale-source", why="looked at")
    signed.ledger.append(*[waived] * 20, by="curator")
    size = signed.ledger.head().size
    note = signed.signer.key.sign(Checkpoint("example.org/tea", size - 5, bytes(32)).text)
    page: Page = visit(signed.page())
    said = page.evaluate(_TAKE, str(note))
    assert said["state"] == "unproven"
    assert f"evledger consistency tea FILE {size}" in said["words"]


def test_ways_to_give(visit: Any, signed: Signed) -> None:
    """What a reader kept can be pasted, chosen as a file, or dropped."""
    page: Page = visit(signed.page())
    backend = signed.ledger.store.backend
    first, second, last = (
        str(checkpoint_at(backend, "tea", n)) for n in signed_sizes(backend, "tea")
    )
    answer = page.locator("[data-evl-consistency][data-state=proven]")
    page.locator("[data-evl-paste]").fill(first)
    page.locator("[data-evl-check]").click()
    answer.get_by_text("extends your checkpoint of 8 records").wait_for()
    file: Any = {"name": "checkpoint", "mimeType": "text/plain", "buffer": second.encode()}
    page.locator("[data-evl-drop-input]").set_input_files(file)
    answer.get_by_text("extends your checkpoint of 11 records").wait_for()
    page.evaluate(_DROP, last)
    answer.get_by_text("is of exactly the records of").wait_for()


_DROP: Final = """
(text) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], "checkpoint"));
  const event = new DragEvent("drop", { dataTransfer, cancelable: true });
  document.querySelector("[data-evl-drop]").dispatchEvent(event);
}
"""


# -- proofs to take along ------------------------------------------------------------------


def test_saved_proofs(visit: Any, signed: Signed) -> None:
    """The proof of every record verifies elsewhere, with its openings; an altered one does not."""
    page: Page = visit(signed.page())
    key = signed.signer.verifier
    numbers = page.evaluate("Array.from(evledger.records.keys())")
    proofs = {n: page.evaluate("(n) => evledger.proofOf(n)", n) for n in numbers}
    lines = {record.n: record.line for record in signed.ledger.records()}
    for n, text in proofs.items():
        proven = evledger.verify_proof(text, key)
        assert (proven.n, proven.line) == (n, lines[n])
        with pytest.raises(NotProven):
            evledger.verify_proof(text.replace(f"index {n}", f"index {n + 1}"), key)
    claim = evledger.verify_proof(proofs[3], key)
    assert claim.opened == {"quote": "“Slept\r\nlonger.”"}
    assert [source.keys[-1] for source in claim.sources] == ["source:s1"]


def test_saving_a_proof(visit: Any, signed: Signed, tmp_path: Path) -> None:
    """A claim's details tell how it was checked, and save its proof as a file."""
    page: Page = visit(signed.page())
    page.evaluate(_VERDICTS)
    claim = page.locator(".evl-claim[data-evl-entry='claim:c1']").first
    verdict = claim.locator(".evl-how > summary")
    assert "as recorded" in verdict.locator("[data-evl-verdict]").inner_text()
    box = verdict.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    verdict.click()
    assert "below the signed root" in claim.locator(".evl-how li").first.inner_text()
    assert claim.locator(".evl-how button").all_inner_texts() == [
        "Save proof of what was first recorded",
        "Save proof of the correction in record 8",
    ]
    with page.expect_download() as download:
        claim.locator(".evl-how button").first.click()
    assert download.value.suggested_filename == "c1.tlog-proof"
    download.value.save_as(tmp_path / "proof")
    proven = evledger.verify_proof((tmp_path / "proof").read_bytes(), signed.signer.verifier)
    assert "claim:c1" in proven.keys


def test_keeping_the_checkpoint(visit: Any, signed: Signed) -> None:
    """The page hands out its checkpoint to keep, and writes its root as the commands do."""
    page: Page = visit(signed.page())
    with page.expect_download() as download:
        page.locator("[data-evl-save-checkpoint]").click()
    assert download.value.suggested_filename == "tea.checkpoint"
    kept = download.value.path().read_text("utf-8")
    size = signed.ledger.head().size
    assert kept == str(checkpoint_at(signed.ledger.store.backend, "tea", size))
    root = Checkpoint.parse(kept.rpartition("\n\n")[0] + "\n").root.hex()
    assert root in page.locator("[data-evl-details]").inner_text()
    page.locator("[data-evl-drop-input]").set_input_files(download.value.path())
    answer = page.locator("[data-evl-consistency][data-state=proven]")
    answer.get_by_text("is of exactly the records of").wait_for()


def test_a_verdict_unfolds_as_long_as_there_is_something_to_tell(
    visit: Any, signed: Signed
) -> None:
    """A page that is verified again tells it once, and not at all where it has no proof."""
    page: Page = visit(signed.page())
    page.evaluate(_VERDICTS)
    verdicts = page.locator("[data-evl-verdict]").count()
    page.evaluate("evledger.verify()")
    assert page.locator(".evl-how > summary > [data-evl-verdict]").count() == verdicts
    assert page.locator(".evl-how").count() == verdicts
    page.evaluate("() => document.getElementById('evl-bundle').remove()")
    page.evaluate("evledger.verify()")
    assert page.locator(".evl-how").count() == 0
    assert page.locator("[data-evl-verdict][data-state=unproven]").count() == verdicts


def test_other_scripts(visit: Any, signed: Signed) -> None:
    """Other scripts of a page can have an entry verified that they made, and read the records."""
    page: Page = visit(signed.page())
    found = page.evaluate("""async () => {
      const made = document.createElement("p");
      made.dataset.evlEntry = "gap:g1";
      made.dataset.evlRecords = "7";
      made.innerHTML = '<bdi data-evl-value="text">No trial in women.</bdi>';
      const found = await evledger.verifyEntry(made);
      return [found.state, evledger.records.get(7).data.text, Object.isFrozen(evledger)];
    }""")
    assert found == ["proven", "No trial in women.", True]
