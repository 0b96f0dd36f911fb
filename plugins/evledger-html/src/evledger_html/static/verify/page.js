/**
 * Verifies the page that it stands in, with nothing but the page and the browser's WebCrypto.
 *
 * The page brings records of a ledger, as the lines that were written, and hashes that bind them
 * to one Merkle tree, whose root a checkpoint signs (docs/reference/proofs.md).
 * Every value that the page shows says which entry of the ledger it is of, and every entry which
 * records it stands in.
 * So: hash the lines, fold the hashes to the root, check the signature over the root, fold the
 * records to what the ledger says now, and compare that with the text on the page.
 *
 * What comes from the page is only ever written as text, never as markup.
 *
 * The files of this folder are one module, joined in the order in which pages.py lists them:
 * each uses only what stands above it, and this one, the last, begins.
 */

const NOTHING = { vouched: { signer: null, witnesses: [], remarks: [] }, verdicts: [], keys: [] };

let page = NOTHING;
let brought = []; // keys that the reader brought

/** Read the page's proof, and see who vouches for it. */
async function load() {
  const text = document.getElementById("evl-bundle")?.textContent;
  const [mask] = MASKS;
  if (mask !== undefined) return { ...NOTHING, fault: `“${mask}” stands for something else in it` };
  if (!text) return { ...NOTHING };
  if (!globalThis.crypto?.subtle) {
    return { ...NOTHING, lack: "browsers verify only what is opened from a file or over https" };
  }
  try {
    const read = await readBundle(text);
    const remarks = [];
    const own = await ownKeys(read.bundle, remarks);
    const isBrought = brought.some(({ kind }) => kind === LOG);
    const keys = [...own.filter(({ kind }) => !isBrought || kind === WITNESS), ...brought];
    const vouched = await vouch(read.checkpoint, keys, remarks);
    const fold = new Fold();
    await each(read.records.values(), (record) => fold.take(record));
    return { ...read, keys, vouched, fold, verdicts: [] };
  } catch (error) {
    const isOurs = error instanceof Fault;
    const fault = isOurs ? error.message : `its proof cannot be read (${error.message})`;
    return { ...NOTHING, fault };
  }
}

/** Give all that is wrong with the proof, whatever of it the page shows. */
const faultsOf = ({ faults = new Map(), openings = new Map() }) =>
  [...faults.values(), ...Array.from(openings.values(), ({ fault }) => fault)].filter(Boolean);

const WHOLE = ["claim", "source", "question", "gap", "caveat", "component"];

/** Give what is recorded, and not shown where the page says that it shows everything. */
function unshown({ fold }) {
  const place = document.querySelector("[data-evl-whole]");
  if (!place || !fold) return [];
  const elements = place.querySelectorAll("[data-evl-entry]");
  const there = new Set(Array.from(elements, ({ dataset }) => dataset.evlEntry));
  const entries = Array.from(fold.entries.values()).filter(({ kind }) => WHOLE.includes(kind));
  const missing = entries.filter(({ name }) => !there.has(name));
  return missing.map(({ name }) => `${name} is recorded, and not shown`);
}

/** Read the keys that the page brings; one that is unsound is none. */
async function ownKeys({ keys }, remarks) {
  const sound = [];
  for (const text of keys) {
    try {
      sound.push(await readKey(text));
    } catch (error) {
      remarks.push(`a key that the page brings is unsound: ${error.message}`);
    }
  }
  return sound;
}

/** Verify the page, and show what was found; whatever happens, no sign is left as it was. */
async function verify() {
  const began = performance.now();
  try {
    const strays = settle();
    page = await load();
    page = { ...page, strays: [...strays, ...faultsOf(page), ...unshown(page)] };
    const folded = [];
    await each(document.querySelectorAll(VALUES), (part) => {
      if (part.checkVisibility?.() ?? true) seekShadow(part);
      else folded.push(part);
    });
    await judge(began);
    let isHidden = false; // what is folded away takes long to look at, and nobody sees it yet
    await each(folded, (part) => (isHidden = seekShadow(part) || isHidden));
    if (isHidden) await judge(began);
  } catch (error) {
    page = { ...NOTHING, fault: `the check could not run (${error.message})` };
    showFailure(page.fault);
  }
}

/** Verify all entries, and show what was found. */
async function judge(began) {
  const verdicts = [];
  await each(document.querySelectorAll(ENTRIES), (element) => verdicts.push(check(element)));
  page = { ...page, verdicts, took: performance.now() - began };
  showOverall();
  await showDetails();
}

/** Verify one entry, and show what was found. */
function check(element) {
  plain = new WeakSet();
  const parts = partsOf(element);
  const found = compare(page, element, parts);
  showEntry(parts.verdicts, found);
  return found;
}

/**
 * Verify an entry that was made or changed after the page was.
 *
 * @param {Element} element with `data-evl-entry` and `data-evl-records`
 * @returns {Promise<object>} its `state`, and why
 */
async function verifyEntry(element) {
  await ready;
  if (element.isConnected) element.querySelectorAll(VALUES).forEach(seekShadow);
  return check(element);
}

/** Answer what a reader gives; the last that was asked is what is shown. */
async function answer(given) {
  const place = find("[data-evl-consistency]");
  show(place, "unchecked", "Comparing");
  const { state, words } = await take(given);
  show(place, state, words);
}

/** Read a file that a reader gives, if it can be what is asked for. */
async function answerFile(file) {
  if (file) await answer(file.size > 2 ** 20 ? "too long" : await file.text());
}

/** Let readers choose, drop or paste what they kept, and see how an entry was checked. */
function listen() {
  const isHow = ({ target }) => target.open && foundOf.has(target);
  document.addEventListener("toggle", (event) => isHow(event) && fillHow(event.target), true);
  const input = find("[data-evl-drop-input]");
  const area = find("[data-evl-drop]");
  const paste = find("[data-evl-paste]");
  input?.addEventListener("change", () => answerFile(input.files[0]));
  area?.addEventListener("dragover", (event) => event.preventDefault());
  area?.addEventListener("drop", (event) => {
    event.preventDefault();
    const { files, types } = event.dataTransfer;
    if (files.length) answerFile(files[0]);
    else if (types.includes("text/plain")) answer(event.dataTransfer.getData("text/plain"));
  });
  find("[data-evl-check]")?.addEventListener("click", () => answer(paste?.value ?? ""));
}

const ready = verify();
listen();

globalThis.evledger = Object.freeze({
  ready,
  verify,
  verifyEntry,
  take,
  linkOf,
  proofOf: (n) => proofOf(page, n),
  /** The records that are in the tree, by number. */
  get records() {
    return page.records ?? new Map();
  },
  /** What was found of each entry of the page, in its order. */
  get verdicts() {
    return page.verdicts;
  },
});
