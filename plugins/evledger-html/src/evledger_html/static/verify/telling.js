// What readers see.

const SIGNS = { proven: "✓", unsigned: "◇", altered: "✗", unproven: "?", unchecked: "…" };
const WORDS = {
  proven: "as recorded",
  unsigned: "as recorded, unsigned",
  altered: "altered",
  unproven: "cannot be checked",
};
const AGREES = "all that is shown of it was compared with its records, which are signed";
const NOBODY = "it is in the tree, but under no signature of a known key";

/** Find a part of the section that tells of the verification; templates may leave it out. */
const find = (selector) => document.querySelector(`#evl-verification ${selector}`);

/** Make an element; what is in it is text. */
function make(name, text, ...children) {
  const element = document.createElement(name);
  element.textContent = visible(String(text));
  element.append(...children);
  return element;
}

/** Show a state, by sign and words; what more there is, others made. */
function show(element, state, words, ...more) {
  if (!element) return;
  element.dataset.state = state;
  element.textContent = visible(`${SIGNS[state]} ${words}`);
  element.append(...more);
}

const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const inGroups = (text) => text.replace(/.{4}(?=.)/g, "$& ");

/** Show what was found of an entry where it says that. */
function showEntry(places, found) {
  for (const place of places) {
    const reasons = [...found.faults, ...found.lacks];
    const why = reasons.length ? `: ${reasons[0]}` : "";
    show(place, found.state, WORDS[found.state] + why);
    place.title = visible(reasons.join("; ") || (found.state === "unsigned" ? NOBODY : AGREES));
    showHow(place, found);
  }
}

const HOW = make("details", "", make("summary", "", make("span", ", how this was checked")));
HOW.className = "evl-how";
HOW.querySelector("span").className = "evl-hidden";
const foundOf = new WeakMap(); // of such details, what was found

/** Let a verdict unfold how its entry was checked, where there is something to tell of that. */
function showHow(place, found) {
  const around = place.closest(`.${HOW.className}`);
  const there = foundOf.has(around) ? around : null;
  if (!found.records.some((n) => page.records?.has(n))) return there?.replaceWith(place);
  const details = there ?? foldUnder(place);
  foundOf.set(details, found);
  return details.open && fillHow(details);
}

/** Make a verdict the summary of details; what is in these is made when they are opened. */
function foldUnder(place) {
  const details = HOW.cloneNode(true);
  place.replaceWith(details);
  details.firstElementChild.prepend(place);
  return details;
}

/** Tell how an entry was checked. */
async function fillHow(details) {
  const found = foundOf.get(details);
  const reasons = [...found.faults, ...found.lacks];
  const count = found.values && `${found.same} of ${plural(found.values, "value")} as recorded`;
  const told = [count, ...reasons, found.records.length > 1 && SEVERAL].filter(Boolean);
  const sums = make("p", `${told.join(". ")}.`);
  const list = make("ul", "");
  for (const n of found.records.filter((place) => page.records.has(place))) {
    list.append(await rowOf(page, found, n));
  }
  const [summary, ...others] = details.children;
  others.forEach((other) => other.remove());
  const words = wordsOf(page, found);
  summary.after(sums, words, list); // the summary stays where it is, and so does the focus on it
}

/** Write what the records say in the fields that are shown of an entry, whatever stands there. */
function wordsOf({ fold, openings }, { name, fields }) {
  const list = make("dl", "");
  const said = fold.entries.get(name)?.fields;
  for (const field of said ? new Set(fields) : []) {
    const { n, value, isSealed } = said.get(field) ?? {};
    const told = isSealed ? openings.get(`${n} ${field}`)?.value : value;
    if (told === undefined) continue;
    list.append(make("dt", field), make("dd", shown(field, told, tiersOf(fold))));
  }
  return list;
}

const SEVERAL = "A proof is of one record: save them all, for the later ones correct the first";
const CORRECTING = ["claim-retagged", "claim-withdrawn", "source-amended"];

/** Tell of a record what binds it to the tree, and offer its proof as a file. */
async function rowOf({ records, checkpoint, tree }, found, n) {
  const { type, at, line } = records.get(n);
  const row = make("li", `Record ${n}, ${type}, ${at}. Leaf hash `);
  row.append(make("code", hex(await leafHash(line))));
  if (!checkpoint || n >= checkpoint.size) {
    row.append(". No checkpoint covers it.");
    return row;
  }
  const steps = (await tree.path(n, checkpoint.size)).length;
  row.append(`, ${plural(steps, "hash").replace("hashs", "hashes")} below the signed root. `);
  const [label, ending] = proofName(found, n, type);
  const file = `${found.name.split(":").pop()}${ending}.tlog-proof`;
  row.append(saver(label, file, () => proofOf(page, n)));
  return row;
}

/** Say which of an entry's records a proof is of, on its button and at its file name's end. */
function proofName({ records }, n, type) {
  if (records.length === 1) return ["Save proof", ""];
  if (records.every((other) => n <= other)) return ["Save proof of what was first recorded", ""];
  const what = CORRECTING.includes(type) ? "correction" : "change";
  return [`Save proof of the ${what} in record ${n}`, `-${n}`];
}

/** Make a button that hands out a text as a file. */
function saver(label, name, textOf) {
  const button = make("button", label);
  button.type = "button";
  button.addEventListener("click", async () => {
    const link = make("a", "");
    link.href = URL.createObjectURL(new Blob([await textOf()], { type: "text/plain" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  return button;
}

const OWN = "[data-evl-overall], [data-evl-summary], [data-evl-consistency]";
const UNTOUCHED =
  '<span class="evl-verdict" data-evl-verdict="" data-state="unchecked">not checked</span>';
const SIGNED = `.evl-verdict, .evl-overall, [data-evl-verdict], [data-state], ${OWN}`;
const OF_SIGNS = /^(class|for|id|role|data-evl-.*)$/;

/**
 * Take back what the page says of itself before anything was checked.
 *
 * @returns {string[]} what is wrong with signs that nothing stands behind
 */
function settle() {
  document.querySelectorAll(`.${COMPARED}`).forEach((one) => one.classList.remove(COMPARED));
  const strays = [];
  for (const sign of document.querySelectorAll(SIGNED)) {
    if (sign.outerHTML === UNTOUCHED && sign.closest(ENTRIES)) continue;
    const isOwn = sign.matches(OWN);
    const isVerdict = sign.matches("[data-evl-verdict]") && sign.closest(ENTRIES);
    const strange = sign.getAttributeNames().filter((name) => !OF_SIGNS.test(name));
    strange.forEach((name) => sign.removeAttribute(name));
    sign.classList.remove("evl-hidden");
    sign.textContent = isOwn || isVerdict ? "not checked" : "✗ stands for nothing";
    if (!(isOwn || isVerdict)) strays.push("the sign of a verdict stands where there is no entry");
  }
  return strays;
}

/** Say wherever a verdict stands that there is none. */
function showFailure(fault) {
  settle();
  for (const place of document.querySelectorAll("[data-evl-verdict]")) {
    show(place, "altered", `${WORDS.altered}: ${fault}`);
  }
  showOverall();
}

/** Say in one sentence or two what was found. */
function showOverall() {
  const [state, ...parts] = overall(page);
  for (const place of document.querySelectorAll("[data-evl-overall]")) {
    show(place, state, ...parts.map((part) => part.cloneNode?.(true) ?? part));
  }
  const isPartly = state === "unsigned" && page.vouched.signer;
  const words = isPartly ? "as recorded, partly signed" : WORDS[state];
  show(document.querySelector("[data-evl-summary]"), state, words);
}

/**
 * Give the page's state: the worst of its entries, but never better than its signature.
 *
 * @returns {Array} the state, then words, and links to the entries that these name
 */
function overall({ fault, lack, verdicts, vouched, bundle, records, checkpoint, strays = [] }) {
  const names = (state) => namesOf(verdicts, (each) => each.state === state);
  const [altered, unproven, unsigned] = ["altered", "unproven", "unsigned"].map(names);
  const { signer, remarks } = vouched;
  if (fault) return ["altered", `This page does not prove itself: ${fault}.`];
  if (altered.length) return ["altered", "Not as recorded: ", ...listed(altered), "."];
  if (strays.length) return ["altered", `Not as recorded: ${strays[0]}.`];
  if (!bundle) return ["unproven", `Nothing was checked: ${lack ?? NO_PROOF}.`];
  if (!verdicts.length) return ["unproven", "Nothing on this page says which entry it is."];
  if (unproven.length) {
    const words = "Nothing is altered, but these cannot be checked: ";
    return ["unproven", words, ...listed(unproven), "."];
  }
  if (!signer) {
    const why = checkpoint ? remarks.join("; ") || "no key is given" : NO_CHECKPOINT;
    const what = sums(verdicts);
    return ["unsigned", `${what} fit the records, but who signed these is not known: ${why}.`];
  }
  const under = `under the signature of ${signer.label}, ${whose(signer)}.`;
  const rest = bundle.size - records.size;
  const missing = rest ? ` The page lacks ${plural(rest, "record")} of the ledger; ${MAY}.` : "";
  if (!unsigned.length) return ["proven", `${sums(verdicts)} are as recorded, ${under}${missing}`];
  const words = `What was compared is as recorded; ${signedOf(verdicts)} claims are ${under}`;
  return ["unsigned", `${words}${missing} ${LATER}: `, ...listed(unsigned), "."];
}

const MAY = "any of them may have withdrawn or corrected what it shows";
const LATER = "These rest on records after the checkpoint";
const NO_CHECKPOINT = "this page brings no checkpoint";

/** Say whose a key is: one that comes with the page is worth what the page is worth. */
const whose = ({ text }) =>
  brought.some((key) => key.text === text)
    ? "a key that you brought"
    : "a key that this page brings: compare its fingerprint with one that you got elsewhere";

/** Count the claims, and the values that are as recorded. */
function sums(verdicts) {
  const claims = namesOf(verdicts, isClaim).length;
  return `${plural(claims, "claim")} and ${plural(total(verdicts, "same"), "value")}`;
}

/** Say how many of some entries are in some states wherever they stand. */
function shareOf(verdicts, states) {
  const all = namesOf(verdicts, () => true).length;
  return `${all - namesOf(verdicts, ({ state }) => !states.includes(state)).length} of ${all}`;
}

const isClaim = ({ name }) => name.startsWith("claim:");
const signedOf = (verdicts) => shareOf(verdicts.filter(isClaim), ["proven"]);
const total = (verdicts, what) => verdicts.reduce((sum, each) => sum + each[what], 0);

/** Give the names of the entries that pass a test, each once. */
const namesOf = (verdicts, test) =>
  Array.from(new Set(verdicts.filter(test).map(({ name }) => name || "a claim without a name")));

/** List the first few names, each with a link to its entry, if that has a place of its own. */
function listed(names) {
  const first = names.slice(0, 10).flatMap((name) => [", ", linkTo(name)]).slice(1);
  return names.length > 10 ? [...first, ` and ${names.length - 10} more`] : first;
}

/** Make a link to an entry, whose place has its name, as an address has it, for its id. */
function linkTo(name) {
  const id = quoted(name, ":");
  if (!document.getElementById(id)) return visible(name);
  const link = make("a", name);
  link.href = `#${id}`;
  return link;
}

/** List what the verdict rests on, and offer the checkpoint to keep. */
async function showDetails() {
  const place = find("[data-evl-details]");
  if (!place) return;
  const list = make("dl", "");
  for (const [term, text] of page.bundle ? await factsOf(page) : []) {
    list.append(make("dt", term), make("dd", text));
  }
  place.replaceChildren(...(list.firstChild ? [list] : []));
  if (page.checkpoint) place.append(keeping(page));
}

/** Offer the checkpoint as a file. */
function keeping({ bundle, checkpoint }) {
  const button = saver("Save checkpoint", `${bundle.ledger}.checkpoint`, () => checkpoint.note);
  button.dataset.evlSaveCheckpoint = "";
  return make("p", KEEP, button);
}

const KEEP =
  "Keep the checkpoint, and give it to a later copy of this page: that shows whether the ledger " +
  "was rewritten since. A saved proof will do, for it has the checkpoint in it. ";

/** @returns {Promise<string[][]>} what there is to know, each with a term for it */
async function factsOf({ bundle, checkpoint, vouched, verdicts, records, root, took }) {
  const { signer, witnesses, remarks } = vouched;
  const there = signer ? checkpoint.size : bundle.size; // what nobody signed, anybody may have made
  const found = Array.from(records.values()).filter(({ n }) => n < there);
  const [here, latest] = [found.length, found.at(-1)];
  const signed = signer ? " that are signed" : "";
  const values = document.querySelectorAll("[data-evl-value]").length;
  return [
    ["Claims under the signature", signedOf(verdicts)],
    ["Entries as recorded", shareOf(verdicts, ["proven", "unsigned"])],
    ["Values as recorded", `${total(verdicts, "same")} of ${values}`],
    ["Checkpoint", checkpoint && `${checkpoint.size} records of ${checkpoint.origin}`],
    ["Signed by", signer && `${signer.label}, ${whose(signer)}`],
    ["Fingerprint", signer && `SHA-256 of the key ${inGroups(hex(await sha256(signer.bytes)))}`],
    ["The key", signer?.text],
    ...witnesses.map((key) => ["Witnessed by", `${key.label}, ${timeOf(key)}, ${whose(key)}`]),
    ...remarks.map((remark) => ["Remark", remark]),
    ["Records after the checkpoint", `${bundle.size - (checkpoint?.size ?? 0)}`],
    ["Records in this page", `${here} of ${there}${signed}${here === there ? ALL : SOME}`],
    ["Latest record in this page", latest && `${latest.at}${signer ? "" : ", unsigned"}`],
    ["Root of the tree", `${hex(fromBase64(root))} (in base64: ${root})`],
    ["Links that were not checked", linksOf(verdicts)],
    ["Time taken", `${(took / 1000).toFixed(2)} s`],
  ].filter(([, text]) => text);
}

/** Count the links that were not checked, and name the first few places that they lead to. */
function linksOf(verdicts) {
  const addresses = verdicts.flatMap((each) => each.addresses);
  const places = Array.from(new Set(addresses.map((link) => link.split("#")[0])));
  const named = [...places.slice(0, 10), ...(places.length > 10 ? ["…"] : [])].join(", ");
  return [addresses.length, ...(named ? [named] : [])].join(": ");
}

const timeOf = ({ seconds }) => new Date(Math.min(seconds * 1000, 8.64e15)).toISOString();
const ALL = ": all there are; whether each of them is also shown is not checked";
const SOME = `, not all: ${MAY.replace("them", "the others")}`;
