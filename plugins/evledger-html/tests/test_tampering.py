"""The script that verifies a page: exactly what was tampered with is found to be altered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import evledger_html
import pytest
from playwright.sync_api import Page

import evledger
from evledger import (
    ClaimRetagged,
    ClaimWithdrawn,
    Ledger,
    Plugins,
    QuestionCreated,
    Reviewed,
    SectionWritten,
    Signer,
    SourceAmended,
    SourceFlagged,
    new_key,
)

PLUGINS: Final = Plugins.builtin()
PLUGINS.register(evledger_html, "html")

# What every test begins with: the entries, how to alter the page, and how to put it right again.
_TOOLS: Final = """
const entries = () => Array.from(document.querySelectorAll("[data-evl-entry], .evl-claim"));
const place = document.getElementById("evl-bundle");
const bundle = () => JSON.parse(place.textContent);
const own = (element) => element.closest("[data-evl-entry]");
const listing = (n) => entries().flatMap((each, i) =>
  each.dataset.evlRecords.split(" ").includes(String(n)) ? [i] : []);
const showing = (selector) => (i) => Array.from(entries()[i].querySelectorAll(selector))
  .some((each) => own(each) === entries()[i]);
const flipped = (text, at) =>
  text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
const states = async () => {
  await evledger.verify();
  return evledger.verdicts.map(({ state }) => state);
};
const pristine = await states();
const faults = [];

/** Alter the page, and see that exactly the expected entries come into a state. */
async function expect(what, alter, wanted, state = "altered") {
  const undo = alter();
  const found = await states();
  undo();
  const hoped = pristine.map((before, i) => (wanted.includes(i) ? state : before));
  if (found.join() !== hoped.join()) {
    const names = entries().map((each, i) => `${each.dataset.evlEntry} ${found[i]}`);
    faults.push(`${what}: ${names.filter((_, i) => found[i] !== hoped[i]).join(", ")}`);
  }
}

const all = pristine.map((_, i) => i);
const set = (target, name, value) => () => {
  const before = target[name];
  target[name] = value;
  return () => (target[name] = before);
};
const write = (changed) => set(place, "textContent", JSON.stringify(changed));
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a signed page."""
    return _page(tmp_path_factory.mktemp("key"))


@pytest.fixture
def tampered(visit: Any, html: bytes) -> Callable[[str], list[str]]:
    """Give what runs a piece of script over a signed page, and the faults that it found."""
    page: Page = visit(html)

    def run(script: str) -> list[str]:
        found = page.evaluate(f"async () => {{ {_TOOLS}\n{script}\nreturn [pristine, faults]; }}")
        assert set(found[0]) == {"proven"}
        return list(found[1])

    return run


def _page(folder: Path) -> bytes:
    new_key(folder / "key", "example.org/tea")
    signer = Signer.open(folder / "key")
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("tea", title="Tea", by="curator", subject="Camellia sinensis")
        _tell(ledger)
        ledger.checkpoint(signer)
        ledger.append(Reviewed(target="claim:c1", verdict="accepted"), by="curator")
        ledger.checkpoint(signer)
        return ledger.render("html", keys=[signer.verifier]).data


def _tell(ledger: Ledger) -> None:
    with ledger.batch(by="curator") as batch:
        trial = batch.add_source(
            kind="trial",
            title="A trial",
            authors=("A. Author",),
            locators=("doi:10.1/x", "pmid:17"),
        )
        other = batch.add_source(kind="post", title="I slept", platform="reddit")
        for source in (trial, trial, other, other):
            batch.tag_claim(
                source=source, text="Slept.", tier="human", stance="supports", quote="I slept."
            )
        batch.note_gap("No trial in women.")
        batch.note_caveat("Ask a doctor.")
    ledger.append(
        SectionWritten(section="why", heading="Why", body="Because."),
        QuestionCreated(id="q1", text="Does it help?"),
        ClaimRetagged(claim="c1", tier="preclinical", why="rats"),
        SourceAmended(
            source="s1",
            title="The trial",
            locators_added=("nct:NCT00680992",),
            locators_dropped=("pmid:17",),
            why="typo",
        ),
        ClaimWithdrawn(claim="c2", why="misread"),
        Reviewed(target="claim:c3", verdict="rejected"),
        SourceFlagged(source="s2", status="retracted", according_to="Crossref"),
        by="curator",
    )
    ledger.erase(6, "quote", reason="asked", by="curator")


def test_every_value(tampered: Callable[[str], list[str]]) -> None:
    """One letter of any value, or a blank after it, alters the entry that shows it and no other."""
    assert not tampered("""
      const values = Array.from(document.querySelectorAll("[data-evl-value]"));
      const kinds = new Set(values.map((each) => each.dataset.evlValue));
      if (kinds.size < 10) faults.push(`only ${Array.from(kinds)} are shown`);
      for (const [i, value] of values.entries()) {
        const text = value.textContent;
        const changed = i % 3 ? flipped(text, i % text.length) : `${text} `;
        const wanted = [entries().indexOf(own(value))];
        await expect(`value ${i}`, set(value, "textContent", changed), wanted);
      }
    """)


def test_hiding(tampered: Callable[[str], list[str]]) -> None:
    """What is public, or opened by the page, cannot be shown as erased; what is erased says so."""
    assert not tampered("""
      const hidden = document.querySelectorAll("[data-evl-hidden]");
      if (!hidden.length) faults.push("nothing is hidden");
      for (const value of hidden) {
        const wanted = [entries().indexOf(own(value))];
        await expect("words", set(value, "textContent", "It cures."), wanted);
      }
      for (const value of document.querySelectorAll("[data-evl-value]:not([data-evl-hidden])")) {
        const hide = () => {
          const before = value.textContent;
          value.dataset.evlHidden = "erased";
          value.textContent = "[erased]";
          return () => (delete value.dataset.evlHidden, (value.textContent = before));
        };
        await expect(value.dataset.evlValue, hide, [entries().indexOf(own(value))]);
      }
    """)


def test_a_text_that_is_no_value(tampered: Callable[[str], list[str]]) -> None:
    """A claim or source that has room for a verdict must show its text as one of its values."""
    assert not tampered("""
      const fields = { claim: "text", source: "title" };
      for (const [i, entry] of entries().entries()) {
        const field = fields[entry.dataset.evlEntry.split(":")[0]];
        const parts = (which) => Array.from(entry.querySelectorAll(which))
          .filter((each) => own(each) === entry);
        const [value] = parts(`[data-evl-value=${field}]`);
        if (!value || !parts("[data-evl-verdict]").length) continue;
        const free = () => {
          value.removeAttribute("data-evl-value");
          return () => (value.dataset.evlValue = field);
        };
        await expect(`${entry.dataset.evlEntry} freed`, free, [i], "unproven");
      }
    """)


def test_every_record_list(tampered: Callable[[str], list[str]]) -> None:
    """A record left out, added or exchanged alters its entry; none at all proves nothing."""
    assert not tampered("""
      for (const [i, { dataset }] of entries().entries()) {
        const records = dataset.evlRecords.split(" ");
        const lists = [records.slice(1), [...records, "1"], ["1", ...records.slice(1)]];
        for (const list of lists.filter((each) => each.length && !records.includes("1"))) {
          await expect(`${records} to ${list}`, set(dataset, "evlRecords", list.join(" ")), [i]);
        }
        await expect("none", set(dataset, "evlRecords", ""), [i], "unproven");
        if (dataset.evlEntry !== "claim:c4") {
          await expect("a name", set(dataset, "evlEntry", "claim:c4"), [i]);
        }
      }
    """)


def test_every_mark(tampered: Callable[[str], list[str]]) -> None:
    """A mark that the records demand must be there and say so; one that they do not must not."""
    assert not tampered("""
      const demanded = Array.from(document.querySelectorAll("[data-evl-mark]"))
        .filter(({ dataset }) => ["withdrawn", "rejected", "retracted"].includes(dataset.evlMark));
      const marks = new Set(demanded.map(({ dataset }) => dataset.evlMark));
      if (marks.size !== 3) faults.push(`only ${Array.from(marks)} are shown`);
      for (const mark of demanded) {
        const wanted = [entries().indexOf(own(mark))];
        await expect("no mark", set(mark.dataset, "evlMark", "fine"), wanted);
        await expect("other words", set(mark, "textContent", "accepted"), wanted);
      }
      for (const [i, entry] of entries().entries()) {
        if (!["claim:c1", "gap:g1", "source:s1"].includes(entry.dataset.evlEntry)) continue;
        for (const mark of marks) {
          const add = () => {
            const made = document.createElement("span");
            made.dataset.evlMark = made.textContent = mark;
            entry.append(made);
            return () => made.remove();
          };
          await expect(`a false ${mark}`, add, [i]);
        }
      }
    """)


def test_links(tampered: Callable[[str], list[str]]) -> None:
    """A link must lead to a locator of its source; a scheme that is not known is left alone."""
    assert not tampered("""
      const link = (locator, href) => {
        const made = document.createElement("a");
        made.dataset.evlLocator = locator;
        made.setAttribute("href", href);
        return made;
      };
      const i = entries().findIndex(({ dataset }) => dataset.evlEntry === "source:s1");
      const cases = [
        ["doi:10.1/x", "https://doi.org/10.1/x", []],
        ["doi:10.1/x", "https://doi.org/10.1/y", [i]],
        ["doi:10.1/x", "javascript:alert(1)", [i]],
        ["doi:10.1/y", "https://doi.org/10.1/y", [i]],
        ["nct:NCT00680992", "https://clinicaltrials.gov/study/NCT00680992", []],
        ["pmid:17", "https://pubmed.ncbi.nlm.nih.gov/17/", [i]],
        ["isbn:1", "https://example.org/", []],
      ];
      for (const [locator, href, wanted] of cases) {
        const made = link(locator, href);
        const add = () => (entries()[i].append(made), () => made.remove());
        await expect(`${locator} to ${href}`, add, wanted);
      }
    """)


def test_a_claim_without_records(tampered: Callable[[str], list[str]]) -> None:
    """A claim's card that names no record is unproven, and the page says so."""
    assert not tampered("""
      const made = document.createElement("article");
      made.className = "evl-claim";
      made.innerHTML = '<p>It cures. <span data-evl-verdict></span></p>';
      document.querySelector("main").append(made);
      await evledger.verify();
      const verdict = made.querySelector("[data-evl-verdict]").textContent;
      const words = document.querySelector("[data-evl-overall]").textContent;
      if (!verdict.startsWith("? unproven")) faults.push(verdict);
      if (!words.includes("a claim without a name")) faults.push(words);
      made.remove();
    """)


def test_every_line(tampered: Callable[[str], list[str]]) -> None:
    """One letter of a line alters the entries that the record is of; of record 0 also all tiers."""
    assert not tampered("""
      const { records } = bundle();
      for (const [i, [n, line]] of records.entries()) {
        for (const at of [line.indexOf('"by"') + 7, line.indexOf('"data"') + 12, line.length - 2]) {
          const changed = records.with(i, [n, flipped(line, at)]);
          const tiers = n ? [] : all.filter(showing("[data-evl-value=tier]"));
          await expect(`line ${n}`, write({ ...bundle(), records: changed }),
            [...listing(n), ...tiers]);
        }
      }
    """)


def test_every_opening(tampered: Callable[[str], list[str]]) -> None:
    """One letter of a salt or of what is opened alters the entries that show it."""
    assert not tampered("""
      const { openings } = bundle();
      if (openings.length < 3) faults.push("there are few openings");
      for (const [i, [n, field, salt, text]] of openings.entries()) {
        const wanted = listing(n).filter(showing(`[data-evl-value=${field}]`));
        const change = (...row) => write({ ...bundle(), openings: openings.with(i, row) });
        const other = salt[0] === "0" ? "1" : "0";
        await expect(`salt ${n}`, change(n, field, other + salt.slice(1), text), wanted);
        await expect(`value ${n}`, change(n, field, salt, flipped(text, text.length - 3)), wanted);
        const without = write({ ...bundle(), openings: openings.toSpliced(i, 1) });
        await expect(`none ${n}`, without, wanted, "unproven");
      }
    """)


def test_every_hash(tampered: Callable[[str], list[str]]) -> None:
    """One bit of any hash, of the root, or a size leaves nothing of the page proven."""
    assert not tampered("""
      const { hashes, root, size, sizes, records } = bundle();
      const flip = (text) => flipped(text, 5);
      for (const [i, hash] of hashes.entries()) {
        await expect(`hash ${i}`, write({ ...bundle(), hashes: hashes.with(i, flip(hash)) }), all);
      }
      const letter = hashes[0].charCodeAt(42); // its last two bits count for nothing
      const stray = hashes[0].slice(0, 42) + String.fromCharCode(letter + 1) + "=";
      const isSame = atob(stray) === atob(hashes[0]);
      if (isSame) await expect("stray", write({ ...bundle(), hashes: hashes.with(0, stray) }), all);
      const others = [
        { root: flip(root) }, { size: size - 1 }, { size: size + 1 }, { size: -1 }, { size: "9" },
        { sizes: [...sizes, 3] }, { hashes: hashes.slice(1) }, { hashes: [...hashes, root] },
        { records: records.toReversed() }, { records: [records[1], ...records.slice(1)] },
        { ledger: "coffee" }, { "evledger-proofs": 2 }, { records: null },
      ];
      for (const each of others) {
        await expect(JSON.stringify(each).slice(0, 40), write({ ...bundle(), ...each }), all);
      }
      await expect("no JSON", set(place, "textContent", "{"), all);
      await expect("no bundle", set(place, "textContent", ""), all, "unproven");
    """)


def test_every_letter_of_the_checkpoint(tampered: Callable[[str], list[str]]) -> None:
    """A letter of the checkpoint leaves nothing proven: its text, or a signature, is not the key's.

    Where the signature is changed into one of an unknown key, it counts for nothing.
    """
    assert not tampered("""
      const { checkpoint } = bundle();
      const signed = checkpoint.indexOf("\\n\\n") + 2;
      const begins = checkpoint.lastIndexOf(" ") + 1;
      for (let at = 0; at < checkpoint.length; at += at < begins ? 1 : 7) {
        const isUnknown = at > signed + 1 && at !== begins - 1 && at < begins + 5;
        const changed = write({ ...bundle(), checkpoint: flipped(checkpoint, at) });
        await expect(`letter ${at}`, changed, all, isUnknown ? "unsigned" : "altered");
      }
    """)


def test_every_letter_of_the_key(tampered: Callable[[str], list[str]]) -> None:
    """A letter of the page's key makes it no key, and the page unsigned."""
    assert not tampered("""
      const [key] = bundle().keys;
      for (let at = 0; at < key.length; at += 1) {
        const changed = write({ ...bundle(), keys: [flipped(key, at)] });
        await expect(`letter ${at}`, changed, all, "unsigned");
      }
    """)


def test_words(tampered: Callable[[str], list[str]]) -> None:
    """What was altered is named overall, and its own verdict says why, in words."""
    assert not tampered("""
      const value = document.querySelector(".evl-claim [data-evl-value=stance]");
      value.textContent = "contradicts";
      await evledger.verify();
      const name = own(value).dataset.evlEntry;
      const overall = document.querySelector("[data-evl-overall]").textContent;
      const verdict = own(value).querySelector("[data-evl-verdict]").textContent;
      if (overall !== `✗ Not as recorded: ${name}.`) faults.push(overall);
      const words = /^✗ altered: the stance is not that of record [0-9]+$/;
      if (!words.test(verdict)) faults.push(verdict);
    """)
