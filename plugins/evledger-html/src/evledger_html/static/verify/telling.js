// What readers see.

const SIGNS = { proven: "✓", unsigned: "◇", altered: "✗", unproven: "?", unchecked: "…" };
const COMPARED = "all that is shown of it was compared with its records, which are signed";
const NOBODY = "it is in the tree, but under no signature of a known key";

/** Find a part of the section that tells of the verification; templates may leave it out. */
const find = (selector) => document.querySelector(`#evl-verification ${selector}`);

/** Make an element; what is in it is text. */
function make(name, text, ...children) {
  const element = document.createElement(name);
  element.textContent = visible(text);
  element.append(...children);
  return element;
}

/** Show a state, by sign and words. */
function show(element, state, words) {
  if (!element) return;
  element.dataset.state = state;
  element.textContent = visible(`${SIGNS[state]} ${words}`);
}

const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const inGroups = (text) => text.replace(/.{4}(?=.)/g, "$& ");

/** Show what was found of an entry where it says that. */
function showEntry(places, found) {
  for (const place of places) {
    const reasons = [...found.faults, ...found.lacks];
    const words = reasons.length ? `${found.state}: ${reasons[0]}` : found.state;
    show(place, found.state, words);
    place.title = visible(reasons.join("; ") || (found.state === "unsigned" ? NOBODY : COMPARED));
    showHow(place, found);
  }
}

const HOW = make("details", "", make("summary", "", make("span", ", how this was checked")));
HOW.className = "evl-how";
HOW.querySelector("span").className = "evl-hidden";
const foundOf = new WeakMap(); // of such details, what was found

/** Let a verdict unfold how its entry was checked, where there is something to tell of that. */
function showHow(place, found) {
  const there = place.closest(`.${HOW.className}`);
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
  const words = `${found.same} of ${plural(found.values, "value")} as recorded. `;
  const sums = make("p", words + reasons.map((reason) => `${reason}. `).join(""));
  const list = make("ul", "");
  for (const n of found.records.filter((place) => page.records.has(place))) {
    list.append(await rowOf(page, found.name, n, n === found.records[0]));
  }
  const [summary, ...others] = details.children;
  others.forEach((other) => other.remove());
  summary.after(sums, list); // the summary stays where it is, and so does the focus on it
}

/** Tell of a record what binds it to the tree, and offer its proof as a file. */
async function rowOf({ records, checkpoint, tree }, name, n, isFirst) {
  const { type, at, line } = records.get(n);
  const row = make("li", `Record ${n}, ${type}, ${at}. Leaf hash `);
  row.append(make("code", hex(await leafHash(line))));
  if (!checkpoint || n >= checkpoint.size) {
    row.append(". No checkpoint covers it.");
    return row;
  }
  const steps = (await tree.path(n, checkpoint.size)).length;
  row.append(`, ${plural(steps, "hash").replace("hashs", "hashes")} below the signed root. `);
  const button = make("button", "Save proof");
  button.type = "button";
  const file = `${name.split(":").pop()}${isFirst ? "" : `-${n}`}`;
  button.addEventListener("click", () => save(file, n));
  row.append(button);
  return row;
}

/** Hand out the proof of a record as a file. */
async function save(name, n) {
  const link = make("a", "");
  link.href = URL.createObjectURL(new Blob([await proofOf(page, n)], { type: "text/plain" }));
  link.download = `${name}.tlog-proof`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Say in one sentence or two what was found. */
function showOverall() {
  const [state, words] = overall(page);
  show(find("[data-evl-overall]"), state, words);
  show(document.querySelector("[data-evl-summary]"), state, state);
}

/** Give the page's state: the worst of its entries, but never better than its signature. */
function overall({ fault, lack, verdicts, vouched, bundle, checkpoint }) {
  const names = (state) => listed(namesOf(verdicts, (each) => each.state === state));
  const [altered, unproven, unsigned] = ["altered", "unproven", "unsigned"].map(names);
  const { signer, remarks } = vouched;
  if (fault) return ["altered", `This page does not prove itself: ${fault}.`];
  if (!bundle) return ["unproven", `Nothing was checked: ${lack ?? NO_PROOF}.`];
  if (altered) return ["altered", `Not as recorded: ${altered}.`];
  if (unproven) return ["unproven", `Nothing is altered, but not proven are: ${unproven}.`];
  if (!signer) {
    const why = checkpoint ? remarks.join("; ") || "no key is given" : "it was never signed";
    const what = sums(verdicts);
    return ["unsigned", `${what} fit the records, but who signed these is not known: ${why}.`];
  }
  const under = `${sums(verdicts)} are as recorded, under the signature of ${signer.label}`;
  const later = unsigned && ` Not yet signed: ${unsigned}.`;
  return [unsigned ? "unsigned" : "proven", `${under}, ${whose(signer)}.${later}`];
}

/** Say whose a key is: one that comes with the page is worth what the page is worth. */
const whose = (key) =>
  brought.includes(key)
    ? "a key that you brought"
    : "a key that this page brings: compare its fingerprint with one that you got elsewhere";

/** Count the claims, and the values that are as recorded. */
function sums(verdicts) {
  const claims = namesOf(verdicts, ({ name }) => name.startsWith("claim:")).length;
  return `${plural(claims, "claim")} and ${plural(total(verdicts, "same"), "value")}`;
}

const total = (verdicts, what) => verdicts.reduce((sum, each) => sum + each[what], 0);

/** Give the names of the entries that pass a test, each once. */
const namesOf = (verdicts, test) =>
  Array.from(new Set(verdicts.filter(test).map(({ name }) => name || "a claim without a name")));

/** List the first few names. */
const listed = (names) =>
  names.slice(0, 10).join(", ") + (names.length > 10 ? ` and ${names.length - 10} more` : "");

/** List what the verdict rests on. */
async function showDetails() {
  const place = find("[data-evl-details]");
  if (!place) return;
  const list = make("dl", "");
  for (const [term, text] of page.bundle ? await factsOf(page) : []) {
    list.append(make("dt", term), make("dd", text));
  }
  place.replaceChildren(...(list.firstChild ? [list] : []));
}

/** @returns {Promise<string[][]>} what there is to know, each with a term for it */
async function factsOf({ bundle, checkpoint, vouched, verdicts, records, root, took }) {
  const { signer, witnesses, remarks } = vouched;
  const claims = verdicts.filter(({ name }) => name.startsWith("claim:"));
  const all = namesOf(claims, () => true).length;
  const others = namesOf(claims, ({ state }) => state !== "proven").length;
  const [here, there] = [bundle.records.length, bundle.size];
  return [
    ["Claims proven", `${all - others} of ${all}`],
    ["Values as recorded", `${total(verdicts, "same")} of ${total(verdicts, "values")}`],
    ["Checkpoint", checkpoint && `${checkpoint.size} records of ${checkpoint.origin}`],
    ["Signed by", signer && `${signer.label}, ${whose(signer)}`],
    ["Fingerprint", signer && `SHA-256 of the key ${inGroups(hex(await sha256(signer.bytes)))}`],
    ["The key", signer?.text],
    ...witnesses.map(({ label, seconds }) => ["Witnessed by", `${label}, ${timeOf(seconds)}`]),
    ...remarks.map((remark) => ["Remark", remark]),
    ["Records after the checkpoint", `${bundle.size - (checkpoint?.size ?? 0)}`],
    ["Records in this page", `${here} of ${there}${here === there ? ALL : SOME}`],
    ["Latest record in this page", Array.from(records.values()).at(-1)?.at],
    ["Root of the tree", root],
    ["Links that were not checked", `${total(verdicts, "links")}`],
    ["Time taken", `${(took / 1000).toFixed(2)} s`],
  ].filter(([, text]) => text);
}

const timeOf = (seconds) => new Date(Math.min(seconds * 1000, 8.64e15)).toISOString();
const ALL = ": all there are, so nothing is left out";
const SOME = ": what the others say, the page does not show";
