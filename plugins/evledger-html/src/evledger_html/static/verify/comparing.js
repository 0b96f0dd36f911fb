// An entry of the page against its records.

const NO_PROOF = "the page brings no proof";
const PARTS = "[data-evl-value], a[href], [data-evl-mark], [data-evl-verdict]";
const VALUES = "[data-evl-value], [data-evl-mark]";
const AS_VALUE = ["data-evl-value", "data-evl-hidden", "class"];
const AS_MARK = ["data-evl-mark", "class"];

// For each kind of entry, the fields that pages show of it.
const FIELDS = {
  ledger: ["title", "subject"],
  source: ["title", "authors", "venue", "published", "kind", "platform", "community"],
  claim: ["text", "tier", "stance", "source", "quote"],
  question: ["text"],
  gap: ["text"],
  caveat: ["text"],
  component: ["component", "layer"],
  section: ["heading"],
};
const MUST = { claim: ["text", "tier", "stance", "source"], source: ["title"] }; // with a verdict

const CONCEALED = {
  erased: "[erased]",
  withheld: "[withheld]",
  unreviewed: "[not reviewed yet]",
  rejected: "[rejected]",
};
const MARKS = {
  withdrawn: "withdrawn",
  rejected: "rejected by a reviewer",
  retracted: "retracted",
  automatic: "automatic, not reviewed",
  "source-rejected": "source rejected by a reviewer",
  "source-retracted": "source retracted",
};

/** Give what is of an entry itself, and not of another within it, by what it is. */
function partsOf(element) {
  const found = { values: [], links: [], marks: [], verdicts: [] };
  for (const part of element.querySelectorAll(PARTS)) {
    if (part.closest(ENTRIES) !== element) continue;
    const { evlValue, evlMark, evlVerdict } = part.dataset;
    if (evlValue !== undefined) found.values.push(part);
    else if (evlMark !== undefined) found.marks.push(part);
    else (evlVerdict !== undefined ? found.verdicts : found.links).push(part);
  }
  return found;
}

/**
 * Compare an element with what the records come to.
 *
 * @returns {object} the `state`, the reasons (`faults`, `lacks`), how many `values` there are and
 *   are the `same`, how many `links` nothing vouches for, and their `addresses`; the `fields` that
 *   are shown, and the records that these are `relying` on, besides the entry's own
 */
function compare(page, element, parts) {
  const { evlEntry: name = "", evlRecords = "" } = element.dataset;
  const records = evlRecords.split(/\s+/).filter(Boolean).map(Number);
  const lists = { faults: [], lacks: [], fields: [], relying: [], addresses: [] };
  const found = { name, records, values: 0, same: 0, links: 0, ...lists };
  const entry = page.fold?.entries.get(name);
  if (page.fault) found.faults.push(page.fault);
  else if (!page.fold || !name || !records.length) found.lacks.push(page.lack ?? NO_PROOF);
  else compareRecords(page, entry, found);
  if (entry) compareShown(page, element, entry, parts, found);
  found.state = stateOf(page, found);
  return found;
}

/** Give the state of an entry, whose comparison has found faults, lacks, or neither. */
function stateOf({ vouched, checkpoint }, { faults, lacks, records, relying }) {
  if (faults.length) return "altered";
  if (lacks.length) return "unproven";
  const isSigned = (n) => n < checkpoint.size;
  return vouched.signer && [...records, ...relying].every(isSigned) ? "proven" : "unsigned";
}

/** Compare the records that an element names with those that its entry stands in. */
function compareRecords(page, entry, { name, records, faults, lacks }) {
  const changing = entry?.records ?? [];
  for (const n of records) {
    if (page.faults.has(n)) faults.push(page.faults.get(n));
    else if (!page.records.has(n)) lacks.push(`record ${n} is not in the page`);
    else if (!changing.includes(n)) faults.push(`record ${n} is not of ${name}`);
  }
  for (const n of changing) {
    if (!records.includes(n)) faults.push(`record ${n}, which is of it, is left out`);
  }
}

/** Compare all that is shown of an entry; each comparison may find a fault, or a lack. */
function compareShown(page, element, entry, { values, links, marks, verdicts }, found) {
  const holds = (comparison, part) => {
    try {
      const lack = comparison(page, entry, part, found);
      if (lack) found.lacks.push(lack);
      return !lack;
    } catch (error) {
      found.faults.push(error.message);
      return false;
    }
  };
  found.fields = values.map(({ dataset }) => dataset.evlValue);
  const must = (verdicts.length && MUST[entry.kind]) || found.fields.slice(0, 1);
  const missing = must.length ? must.find((field) => !found.fields.includes(field)) : "text";
  if (missing) found.lacks.push(`the ${missing} is not shown as a value of it`);
  const same = values.filter((value) => holds(compareValue, value) && holds(needSeenValue, value));
  same.forEach((value) => value.classList.add(COMPARED));
  [found.values, found.same] = [values.length, same.length];
  found.relying.push(...recordsBehind(page.fold, entry, found.fields));
  holds(compareLayout, element);
  links.forEach((link) => holds(compareLink, link));
  found.links = found.addresses.length;
  holds(compareMarks, marks);
}

/** See that each field is shown once, and a claim beside no other source than its own. */
function compareLayout({ fold }, { kind, name }, element, { fields }) {
  const twice = fields.find((field, i) => fields.indexOf(field) !== i);
  need(!twice, `the ${twice} is shown twice`);
  const around = kind === "claim" || kind === "source" ? nameAround(element, kind) : null;
  if (!around) return;
  const [claim, source] = kind === "claim" ? [name, around] : [around, name];
  const isOf = fold.entries.get(claim)?.kind === "claim" && nameOfSource(fold.entries.get(claim));
  need(isOf === source, `${name} stands with ${around}, and not of it`);
}

/** Name the claim or source that an element stands within; beside a source, also in an embed. */
function nameAround(element, kind) {
  const [claim, source] = ["[data-evl-entry^='claim:']", "[data-evl-entry^='source:']"];
  const within = element.parentElement?.closest(`${claim}, ${source}`);
  const embed = kind === "source" ? element.closest(".evl-embed") : null;
  return (within ?? embed?.querySelector(claim))?.dataset.evlEntry;
}

/** Name the source of a claim. */
const nameOfSource = ({ fields }) => `source:${fields.get("source")?.value}`;

/** Give the source that an entry is, or is drawn from. */
const sourceOf = ({ entries }, entry) =>
  entry.kind === "source" ? entry : entry.kind === "claim" && entries.get(nameOfSource(entry));

/** Give the records, besides its own, that what is shown of an entry rests on. */
function recordsBehind({ entries }, entry, fields) {
  const ledger = fields.includes("tier") && entries.get("ledger");
  const source = entry.kind === "claim" && sourceOf({ entries }, entry);
  return [ledger, source].flatMap((each) => (each ? each.records : []));
}

/**
 * Compare a value's text with what the records say.
 *
 * @returns {?string} what is lacking for that
 */
function compareValue(page, entry, element, found) {
  const { openings, fold, faults } = page;
  const field = element.dataset.evlValue;
  need(FIELDS[entry.kind].includes(field), `pages show no ${field} of a ${entry.kind}`);
  const { n, value, isSealed } = entry.fields.get(field) ?? {};
  const words = `the ${field} is not that of record ${n ?? entry.records[0]}`;
  if ("evlHidden" in element.dataset) {
    need(isSealed && !openings.has(`${n} ${field}`), `the ${field} is hidden without need`);
    need(element.textContent === CONCEALED[element.dataset.evlHidden], words);
    needHidden(fold, entry, `${n} ${field}`, element.dataset.evlHidden, found);
    return null;
  }
  const opened = isSealed ? openings.get(`${n} ${field}`) : { value };
  if (!opened) return `the page does not open the ${field}, which is sealed`;
  need(!opened.fault, opened.fault);
  const isNamed = field !== "tier" || fold.entries.has("ledger");
  need(isNamed, faults.get(0) ?? "the page does not say what the tiers mean");
  need(opened.value !== undefined, words);
  need(element.textContent === shown(field, opened.value, tiersOf(fold)), words);
  return null;
}

/** Give the tiers, as the ledger describes them. */
const tiersOf = ({ entries }) => entries.get("ledger")?.fields.get("tiers")?.value ?? [];

/** See that a reader sees a value as its text. */
const needSeenValue = (page, entry, element) =>
  needSeen(element, "BDI", AS_VALUE, element.dataset.evlValue);

/** See that the reason for which a value is hidden is that of the records. */
function needHidden(fold, entry, place, why, { relying }) {
  const isRejected = entry.isRejected || sourceOf(fold, entry)?.isRejected;
  need(why !== "rejected" || isRejected, "nobody rejected what is shown as rejected");
  need(why !== "unreviewed" || isUnreviewed(entry) !== false, "no review is waited for");
  need(why !== "erased" || fold.erased.has(place), "no record says that it was erased");
  if (why === "erased") relying.push(fold.erased.get(place));
}

/** Tell whether a program stated an entry, and nobody has reviewed it; null: that is sealed. */
function isUnreviewed({ isReviewed, fields }) {
  const { value = "manual", isSealed } = fields.get("assertion") ?? {};
  if (isReviewed) return false;
  return isSealed ? null : value !== "manual";
}

/** See that a link leads where a locator of the source leads; say what is lacking for that. */
function compareLink({ fold }, entry, link, { addresses }) {
  const [href, { evlLocator: locator }] = [link.getAttribute("href"), link.dataset];
  const source = sourceOf(fold, entry);
  if (href.startsWith("#")) return null;
  if (locator === undefined && source && link.querySelector("[data-evl-value=title]")) {
    return compareAddress(source, href, addresses);
  }
  if (locator === undefined || linkOf(locator) === undefined) return void addresses.push(href);
  if (!source) return "the page does not prove its source, so not its links either";
  need(source.locators.includes(locator), `${locator} is no locator of the source`);
  need(href === linkOf(locator), `a link leads past ${locator}`);
  return null;
}

/** See that a title's link that names no locator has none, and leads to the source's address. */
function compareAddress({ locators, fields }, href, addresses) {
  const { value } = fields.get("url") ?? {};
  const isKnown = locators.every((locator) => linkOf(locator) !== undefined);
  need(!isKnown || !locators.some(linkOf), "a link does not say to which locator it leads");
  need(!isKnown || !value || href === webAddress(value), "a link leads past the source's address");
  if (!isKnown || !value) addresses.push(href);
}

/** See that the marks are there that records demand, and none that they do not bear out. */
function compareMarks({ fold }, entry, elements) {
  const known = elements.filter(({ dataset }) => Object.hasOwn(MARKS, dataset.evlMark));
  const marks = known.map(markOf);
  const [due, may] = marksOf(fold, entry);
  for (const [mark, words] of Object.entries(MARKS)) {
    need(marks.includes(mark) || !due.includes(mark), `it does not say that it is ${words}`);
    need(!marks.includes(mark) || may.includes(mark), `no record says that it is ${words}`);
  }
  known.forEach((element) => element.classList.add(COMPARED));
}

/** Give a mark, whose words must say it. */
function markOf(element) {
  const mark = element.dataset.evlMark;
  needSeen(element, "SPAN", AS_MARK, "mark");
  need(element.textContent === MARKS[mark], `what is marked as ${mark} does not say so`);
  return mark;
}

/** Give the marks that an entry must bear, and those that it may. */
function marksOf(fold, entry) {
  const [isClaim, isSource] = [entry.kind === "claim", entry.kind === "source"];
  const source = isClaim && sourceOf(fold, entry);
  const due = [
    isClaim && entry.isWithdrawn && "withdrawn",
    isClaim && isUnreviewed(entry) && "automatic",
    entry.isRejected && "rejected",
    isSource && isRetracted(entry) && "retracted",
    source && source.isRejected && "source-rejected",
    source && isRetracted(source) && "source-retracted",
  ];
  const may = [
    entry.isWithdrawn && "withdrawn", // a question, or a caveat
    isUnreviewed(entry) !== false && "automatic",
    ...(isClaim && !source ? ["source-rejected", "source-retracted"] : []), // it is not in the page
  ];
  return [due, [...due, ...may]];
}
