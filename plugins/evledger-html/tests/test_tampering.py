"""The script that verifies a page: exactly what was tampered with is found to be altered."""

from __future__ import annotations

import re
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
const written = (changed) => JSON.stringify(changed).replaceAll("<", "\\\\u003c");
const write = (changed) => set(place, "textContent", written(changed));
"""


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a signed page."""
    return _page(tmp_path_factory.mktemp("key"))


@pytest.fixture
def tampered(visit: Any, html: bytes) -> Callable[[str], list[str]]:
    """Return what runs a piece of script over a signed page, and the faults that it found."""
    page: Page = visit(html)

    def run(script: str) -> list[str]:
        found = page.evaluate(f"async () => {{ {_TOOLS}\n{script}\nreturn [pristine, faults]; }}")
        assert set(found[0]) == {"proven"}
        return list(found[1])

    return run


def _page(folder: Path, renderer: str = "html") -> bytes:
    new_key(folder / "key", "example.org/tea")
    signer = Signer.open(folder / "key")
    with evledger.open("memory:", plugins=PLUGINS) as store:
        ledger = store.create("tea", title="Tea", by="curator", subject="Camellia sinensis")
        _tell(ledger)
        ledger.checkpoint(signer)
        ledger.append(Reviewed(target="claim:c1", verdict="accepted"), by="curator")
        ledger.checkpoint(signer)
        return ledger.render(renderer, keys=[signer.verifier]).data


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
          const within = all.filter((each) => entries()[i].contains(entries()[each]));
          await expect("a name", set(dataset, "evlEntry", "claim:c4"), within);
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
      if (!verdict.startsWith("? cannot be checked")) faults.push(verdict);
      if (!words.includes("a claim without a name")) faults.push(words);
      made.remove();
    """)


def test_every_line(tampered: Callable[[str], list[str]]) -> None:
    """One letter of a line alters the entries that the record is of, and those that rest on it.

    All tiers rest on record 0; that a source was retracted, or a value erased, on the record of it.
    """
    assert not tampered("""
      const { records } = bundle();
      const on = {
        "ledger-opened": all.filter(showing("[data-evl-value=tier]")),
        "source-flagged": all.filter(showing("[data-evl-mark=source-retracted]")),
        "fields-erased": all.filter(showing("[data-evl-hidden=erased]")),
      };
      for (const [i, [n, line]] of records.entries()) {
        for (const at of [line.indexOf('"by"') + 7, line.indexOf('"data"') + 12, line.length - 2]) {
          const changed = records.with(i, [n, flipped(line, at)]);
          const resting = on[JSON.parse(line).type] ?? [];
          await expect(`line ${n}`, write({ ...bundle(), records: changed }),
            [...listing(n), ...resting]);
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
        { ledger: "coffee" }, { "evledger-proofs": 2 }, { records: null }, { size: String(size) },
        { sizes: [String(sizes[0])] }, { keys: [7] }, { openings: [[]] }, { ledger: 7 },
        { openings: [[String(3), "quote", "00", "[]"]] }, { sizes: Array(1001).fill(1) },
      ];
      for (const each of others) {
        await expect(JSON.stringify(each).slice(0, 40), write({ ...bundle(), ...each }), all);
      }
      const text = place.textContent;
      const twice = `${text.slice(0, -1)},"size":1}`;
      for (const odd of [` ${text}`, text.replace('"size":', '"size": '), twice]) {
        await expect("not canonical", set(place, "textContent", odd), all);
      }
      const said = async (bundle) => {
        const undo = write(bundle)();
        await evledger.verify();
        undo();
        return document.querySelector("[data-evl-overall]").dataset.state;
      };
      const [n, field, salt, value] = bundle().openings[0];
      const unfit =
        [[n, "why", salt, value], [0, field, salt, value], [n + 900, field, salt, "{}"]];
      for (const odd of unfit) {
        const openings = [...bundle().openings, odd];
        if ((await said({ ...bundle(), openings })) !== "altered") faults.push(`opening ${odd}`);
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


# -- a page on which nothing false is a value ------------------------------------------------

# What stands in the place of a claim's text: the same letters, but not what a reader sees.
_UNSEEN: Final = """
const TEXT = 'data-evl-value="text"', FALSE = "It cures.";
const unseen = [
  ...["hidden", "popover", "inert", "dir=rtl", "class=evl-hidden", "class=evl-skip", "slot=x",
    `aria-label="${FALSE}"`, 'title="no"', "contenteditable"]
    .map((given) => `<bdi ${given} ${TEXT}>Slept.</bdi>${FALSE}`),
  ...["font color=#fff", "del", "dialog", "details", "bdo dir=rtl", "p hidden", "span dir=rtl",
    "span class=evl-hidden", "span class=evl-is-waiting", "span lang=ar", "q", "sup", "label",
    "blockquote", "span data-stance=contradicts", "div role=presentation", "form", "button"]
    .map((around) => `<${around}><bdi ${TEXT}>Slept.</bdi></${around.split(" ")[0]}>${FALSE}`),
  ...["<span hidden>Slept.</span>", "<canvas>Slept.</canvas>", "<noscript>Slept.</noscript>",
    "<audio>Slept.</audio>", "<video>Slept.</video>", "<marquee width=0>Slept.</marquee>",
    "<math><mphantom><mtext>Slept.</mtext></mphantom></math>", '<img alt="Nobody ">Slept.',
    '<svg><text y="-50">Slept.</text></svg>', 'Slept.<input value="not">', "<q>Slept.</q>",
    "<bdo dir=rtl>Slept.</bdo>", "Sle<sup>pt.</sup>", `Slept.<iframe title="${FALSE}"></iframe>`,
    `<select><option label="${FALSE}">Slept.</option></select>`, "<dialog>Slept.</dialog>"]
    .map((within) => `<bdi ${TEXT}>${within}</bdi>${FALSE}`),
  `<b ${TEXT}>Slept.</b>`,
  `<bdi ${TEXT}>Slept.</bdi><bdi ${TEXT}>Slept.</bdi>`,
  `<bdi ${TEXT}>Slept.</bdi><bdi data-evl-value="assertion">manual</bdi>`,
  `<bdi ${TEXT}>Slept.</bdi><bdi data-evl-value="__proto__">[object Object]</bdi>`,
];
const shadows = [
  FALSE, "<slot hidden></slot>", "<div hidden><slot></slot></div>", "<slot name=x></slot>",
  "<details><summary>no</summary><slot></slot></details>",
].flatMap((inner) => ["open", "closed"].map((mode) =>
  `<p class=evl-says><template shadowrootmode=${mode}>${inner}</template>` +
    `<bdi ${TEXT}>Slept.</bdi></p>`));
"""


def test_what_is_not_seen(tampered: Callable[[str], list[str]]) -> None:
    """A value is what a reader sees: hidden, turned, replaced or shown twice, it is altered."""
    assert not tampered(f"""{_UNSEEN}
      const says = document.querySelector(".evl-claim[data-evl-entry='claim:c4'] .evl-says");
      const wanted = [entries().indexOf(own(says))];
      for (const each of unseen) await expect(each, set(says, "innerHTML", each), wanted);
      for (const each of shadows) {{
        const host = document.createElement("div");
        host.setHTMLUnsafe(each);
        const put = (some, other) => () => (some.replaceWith(other), () => other.replaceWith(some));
        await expect(each, put(says, host.firstChild), wanted);
      }}
    """)


def test_marks_that_are_not_seen(tampered: Callable[[str], list[str]]) -> None:
    """A mark that records demand, of the entry or of its source, is in sight and says just that."""
    assert not tampered("""
      const demanded = ["withdrawn", "rejected", "retracted", "source-retracted"];
      const marks = document.querySelectorAll("[data-evl-mark]");
      for (const mark of marks) {
        if (!demanded.includes(mark.dataset.evlMark)) faults.push(mark.outerHTML);
        const wanted = [entries().indexOf(own(mark))];
        await expect("hidden", set(mark, "hidden", true), wanted);
        await expect("a class", set(mark, "className", "evl-hidden"), wanted);
        await expect("denied", set(mark, "textContent", `not ${mark.textContent}`), wanted);
        await expect("more", set(mark, "textContent", `${mark.textContent} in error`), wanted);
        await expect("gone", () => {
          const [parent, next] = [mark.parentNode, mark.nextSibling];
          mark.remove();
          return () => parent.insertBefore(mark, next);
        }, wanted);
      }
    """)


def test_exchanges(tampered: Callable[[str], list[str]]) -> None:
    """True values in false places: exchanged fields, a claim in another source's card, a sign."""
    assert not tampered("""
      const card = (id) =>
        document.querySelector(`.evl-source .evl-claim[data-evl-entry='claim:${id}']`);
      const at = (id) => entries().indexOf(card(id));
      const swap = (some, other) => () => {
        const exchange = () => {
          const [gap, next] = [document.createElement("i"), other];
          some.replaceWith(gap); other.replaceWith(some); gap.replaceWith(next);
        };
        exchange();
        return exchange;
      };
      const value = (id, field) => card(id).querySelector(`[data-evl-value=${field}]`);
      await expect("text, quote", swap(value("c1", "text"), value("c1", "quote")), [at("c1")]);
      const chip = value("c1", "stance").parentNode;
      await expect("a sign", set(chip.dataset, "stance", "contradicts"), [at("c1")]);
      for (const field of ["text", "tier", "stance", "source"]) {
        const [kept, word] = [value("c1", field), document.createTextNode("no")];
        const free = () => (kept.replaceWith(word), () => word.replaceWith(kept));
        await expect(`no ${field}`, free, [at("c1")], "unproven");
      }
      const undo = swap(card("c1"), card("c3"))();
      const found = await states();
      undo();
      const names = entries().filter((_, i) => found[i] !== "proven");
      if (!["c1", "c3"].every((id) => names.includes(card(id)))) faults.push("moved claims");
    """)


def test_links_out_of_an_entry(tampered: Callable[[str], list[str]]) -> None:
    """A title's link names the locator that it leads to; any other link is counted and named."""
    assert not tampered("""
      const link = document.querySelector("[data-evl-entry='source:s1'] a[data-evl-locator]");
      const wanted = [entries().indexOf(own(link))];
      await expect("no locator", () => {
        const { evlLocator } = link.dataset;
        delete link.dataset.evlLocator;
        return () => (link.dataset.evlLocator = evlLocator);
      }, wanted);
      link.after(Object.assign(document.createElement("a"), { href: "https://evil.example/" }));
      await evledger.verify();
      const details = document.querySelector("[data-evl-details]").textContent;
      if (!details.includes("https://evil.example/")) faults.push(details);
    """)


def test_reasons_for_hiding(tampered: Callable[[str], list[str]]) -> None:
    """What was erased cannot be shown as rejected, or as waiting for a review."""
    assert not tampered("""
      const words =
        { rejected: "[rejected]", unreviewed: "[not reviewed yet]", erased: "[withheld]" };
      for (const hidden of document.querySelectorAll("[data-evl-hidden]")) {
        const wanted = [entries().indexOf(own(hidden))];
        for (const [why, text] of Object.entries(words)) {
          const undo = set(hidden, "textContent", text)();
          await expect(why, set(hidden.dataset, "evlHidden", why), wanted);
          hidden.textContent = "[erased]";
        }
      }
    """)


def test_what_was_compared_is_marked(tampered: Callable[[str], list[str]]) -> None:
    """The script underlines the values and marks that it compared, and takes back all others."""
    assert not tampered("""
      const paragraph = document.querySelector(".evl-aside");
      paragraph.classList.add("evl-compared");
      const value = document.querySelector(".evl-claim [data-evl-value=text]");
      value.textContent = "It cures.";
      await evledger.verify();
      const marked = Array.from(document.querySelectorAll(".evl-compared"));
      const values = Array.from(document.querySelectorAll("[data-evl-value], [data-evl-mark]"));
      const missing = values.filter((each) => !marked.includes(each));
      if (missing.length !== 1 || missing[0] !== value) faults.push(`${missing.length} missing`);
      if (!marked.every((each) => values.includes(each))) faults.push("more is marked");
    """)


def test_a_garbled_line(tampered: Callable[[str], list[str]]) -> None:
    """Whoever garbles the line of a withdrawal, and takes it off its claim, alters the page."""
    assert not tampered("""
      const { records } = bundle();
      const n = records.findIndex(([, line]) => line.includes("claim-withdrawn"));
      for (const entry of document.querySelectorAll("[data-evl-entry='claim:c2']")) {
        const rest = entry.dataset.evlRecords.split(" ").filter((each) => each !== String(n));
        entry.dataset.evlRecords = rest.join(" ");
        entry.querySelector("[data-evl-mark=withdrawn]").remove();
      }
      write({ ...bundle(), records: records.with(n, [n, "{}"]) })();
      await evledger.verify();
      const overall = document.querySelector("[data-evl-overall]");
      if (overall.dataset.state !== "altered") faults.push(overall.textContent);
    """)


# -- a page that does not let itself be verified ------------------------------------------------

_OK: Final = 'data-state="proven">✓ as recorded'
_UNCHECKED: Final = 'data-evl-verdict data-state="unchecked">not checked'
_MAIN: Final = '<main id="evl-main"'
_OVERALL: Final = 'data-evl-overall role="status">'


def _before(markup: str) -> Callable[[str], str]:
    return lambda html: html.replace(_MAIN, f"{markup}{_MAIN}", 1)


def _stripped(html: str) -> str:
    bare = re.sub(r' data-evl-(entry|records)="[^"]*"', "", html)
    return bare.replace('class="evl-claim"', 'class="evl-note"')


_FORM: Final = "<form {}>" + "".join(
    f"<input type=hidden name={name}>"
    for name in ("closest", "dataset", "querySelectorAll", "textContent", "parentElement", "title")
)
_PREFILLED: Final[dict[str, Callable[[str], str]]] = {
    **{
        f"a picture for document.{name}": _before(f"<img name={name}>")
        for name in ("querySelector", "createElement", "addEventListener", "getElementById", "body")
    },
    "an object for document.querySelectorAll": _before("<object id=querySelectorAll></object>"),
    "a form for an overall verdict": lambda html: html.replace(
        f'<p class="evl-overall" {_OVERALL}', _FORM.format("data-evl-overall") + "<p>"
    ),
    "a form for an entry": _before(_FORM.format("data-evl-entry=gap:g1 data-evl-records=7")),
    "a form for a verdict": _before(_FORM.format(f"data-evl-verdict {_OK[:-15]}") + "✓"),
    "a form within the section": lambda html: html.replace(
        "<h3>What is checked", "<form id=closest></form><h3>What is checked"
    ),
    "a verdict of nothing": _before(f'<p class="evl-verdict" {_OK}</p>'),
    "a verdict without a mark": lambda html: html.replace("data-evl-verdict", "", 1),
    "a verdict outside": _before(f"<p><span data-evl-verdict {_OK}</span></p>"),
    "a state of nothing": _before(f"<p {_OK}</p>"),
    "another section": _before(
        f'<section id="evl-verification"><p class="evl-overall" {_OK}</p></section>'
    ),
    "no entry at all": _stripped,
    "no bundle": lambda html: html.replace('id="evl-bundle"', ""),
    "an empty bundle before": _before('<div id="evl-bundle"></div>'),
    "a deep bundle": lambda html: re.sub(
        r'(id="evl-bundle">).*?</script>', r"\1" + "[" * 100_000 + "</script>", html
    ),
}


@pytest.mark.parametrize("how", _PREFILLED)
def test_what_the_page_says_beforehand(visit: Any, html: bytes, how: str) -> None:
    """Nothing is left of what a page says before it is verified, or takes from the script."""
    said = html.decode().replace(_UNCHECKED, f"data-evl-verdict {_OK}")
    page: Page = visit(_PREFILLED[how](said))
    page.evaluate("evledger.ready")
    texts, states = page.evaluate("""() => {
      const all = (selector) =>
        Array.from(Document.prototype.querySelectorAll.call(document, selector));
      const signs = all(".evl-verdict, [data-evl-verdict], .evl-overall, [data-state]");
      const entries = "[data-evl-entry] [data-evl-verdict]";
      return [
        signs.filter((each) => !each.matches(entries)).map((each) => each.textContent),
        all("[data-evl-overall]").map((each) => each.dataset.state),
      ];
    }""")
    assert not any("✓" in text for text in texts), texts
    assert set(states) <= {"altered", "unproven"}, states
    assert states or "a form" in how


def test_an_entry_that_is_taken_away(visit: Any, tmp_path: Path) -> None:
    """Where a page says that it shows all entries, one that is missing is missed."""
    page: Page = visit(_page(tmp_path, "html-ledger"))
    overall = page.locator("[data-evl-overall]")
    page.evaluate("evledger.ready")
    assert overall.get_attribute("data-state") == "proven"
    page.evaluate("""async () => {
      const entries = document.querySelectorAll('[data-evl-entry="claim:c4"]');
      entries.forEach((each) => each.remove());
      await evledger.verify();
    }""")
    assert overall.get_attribute("data-state") == "altered"
    assert "claim:c4 is recorded, and not shown" in overall.inner_text()


def test_lines_of_a_log_that_are_none(visit: Any, tmp_path: Path) -> None:
    """What the ledger's page fills in later is held to what lines are: no verdict comes with it."""
    html = _page(tmp_path, "html-ledger").decode()
    false = f'<article class="evl-claim">It cures. <b class="evl-verdict" {_OK}</b></article>'
    page: Page = visit(html.replace("<noscript>", f"<noscript>{false}", 1))
    page.evaluate("evledger.ready")
    page.locator(".evl-stretch").first.scroll_into_view_if_needed()
    page.get_by_text("These are no lines of a log").wait_for()
    assert "It cures." not in page.locator("body").inner_text()
