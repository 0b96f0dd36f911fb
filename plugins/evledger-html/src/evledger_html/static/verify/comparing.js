// An entry of the page against its records.

const NO_PROOF = "the page brings no proof";
const ENTRIES = "[data-evl-entry], .evl-claim";
const PARTS = "[data-evl-value], a[data-evl-locator], [data-evl-mark], [data-evl-verdict]";
const CONCEALED = ["[erased]", "[withheld]", "[not reviewed yet]", "[rejected]"];
const MUST_SHOW = { claim: "text", source: "title" }; // where there is room for a verdict
const MARKS = ["withdrawn", "rejected", "retracted"];

/** Give what is of an entry itself, and not of another within it, by what it is. */
function partsOf(element) {
  const found = { values: [], links: [], marks: [], verdicts: [] };
  for (const part of element.querySelectorAll(PARTS)) {
    if (part.closest(ENTRIES) !== element) continue;
    const { evlValue, evlLocator, evlMark } = part.dataset;
    if (evlValue !== undefined) found.values.push(part);
    else if (evlLocator !== undefined) found.links.push(part);
    else (evlMark !== undefined ? found.marks : found.verdicts).push(part);
  }
  return found;
}

/**
 * Compare an element with what the records come to.
 *
 * @returns {object} the `state`, the reasons (`faults`, `lacks`), and how many `values` agree
 */
function compare(page, element, parts) {
  const { evlEntry: name = "", evlRecords = "" } = element.dataset;
  const records = evlRecords.split(/\s+/).filter(Boolean).map(Number);
  const found = { name, records, faults: [], lacks: [], values: 0, same: 0, links: 0 };
  const entry = page.fold?.entries.get(name);
  if (page.fault) found.faults.push(page.fault);
  else if (!page.fold || !name || !records.length) found.lacks.push(page.lack ?? NO_PROOF);
  else compareRecords(page, entry, found);
  if (entry) compareShown(page, entry, parts, found);
  found.state = stateOf(page, found);
  return found;
}

/** Give the state of an entry, whose comparison has found faults, lacks, or neither. */
function stateOf({ vouched, checkpoint }, { faults, lacks, records }) {
  if (faults.length) return "altered";
  if (lacks.length) return "unproven";
  return vouched.signer && records.every((n) => n < checkpoint.size) ? "proven" : "unsigned";
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
function compareShown(page, entry, { values, links, marks, verdicts }, found) {
  const holds = (comparison, part) => {
    try {
      const lack = comparison(page, entry, part);
      if (lack) found.lacks.push(lack);
      return true;
    } catch (error) {
      found.faults.push(error.message);
      return false;
    }
  };
  const fields = values.map(({ dataset }) => dataset.evlValue);
  const must = (verdicts.length && MUST_SHOW[entry.kind]) || fields[0];
  if (!fields.includes(must)) found.lacks.push("what it says is not shown as a value of it");
  found.values = values.length;
  found.same = values.filter((value) => holds(compareValue, value)).length;
  const isKnown = (link) => linkOf(link.dataset.evlLocator) !== undefined;
  links.filter(isKnown).forEach((link) => holds(compareLink, link));
  found.links = links.length - links.filter(isKnown).length;
  holds(compareMarks, marks);
}

/**
 * Compare a value's text with what the records say.
 *
 * @returns {?string} what is lacking for that
 */
function compareValue({ openings, fold, faults }, entry, element) {
  const field = element.dataset.evlValue;
  const { n, value, isSealed } = entry.fields.get(field) ?? {};
  const words = `the ${field} is not that of record ${n ?? entry.records[0]}`;
  if ("evlHidden" in element.dataset) {
    need(isSealed && !openings.has(`${n} ${field}`), `the ${field} is hidden without need`);
    need(CONCEALED.includes(element.textContent), words);
    return null;
  }
  const opened = isSealed ? openings.get(`${n} ${field}`) : { value };
  if (!opened) return `the page does not open the ${field}, which is sealed`;
  need(!opened.fault, opened.fault);
  const ledger = fold.entries.get("ledger");
  need(field !== "tier" || ledger, faults.get(0) ?? "the page does not say what the tiers mean");
  const tiers = ledger?.fields.get("tiers")?.value ?? [];
  need(opened.value !== undefined, words);
  need(element.textContent === shown(field, opened.value, tiers), words);
  return null;
}

/** See that a link leads where a locator of the source leads; say what is lacking for that. */
function compareLink({ fold }, entry, link) {
  const { evlLocator: locator } = link.dataset;
  const source = sourceOf(fold, entry);
  if (!source) return "the page does not prove its source, so not its links either";
  need(source.locators.includes(locator), `${locator} is no locator of the source`);
  need(link.getAttribute("href") === linkOf(locator), `a link leads past ${locator}`);
  return null;
}

/** Give the source that an entry is, or is drawn from. */
const sourceOf = ({ entries }, { kind, name, fields }) =>
  entries.get(kind === "source" ? name : `source:${fields.get("source")?.value}`);

/** See that the marks are there that records demand, and none that they do not bear out. */
function compareMarks(_, entry, elements) {
  const marks = new Set(elements.map(markOf));
  const due = marksOf(entry);
  const mayBe = entry.isWithdrawn ? [...due, "withdrawn"] : due; // a question, or a caveat
  for (const mark of MARKS) {
    need(marks.has(mark) || !due.includes(mark), `it does not say that it is ${mark}`);
    need(!marks.has(mark) || mayBe.includes(mark), `no record says that it is ${mark}`);
  }
}

/** Give a mark, whose words must say it. */
function markOf(element) {
  const mark = element.dataset.evlMark;
  const isSaid = !MARKS.includes(mark) || element.textContent.toLowerCase().includes(mark);
  need(isSaid, `what is marked as ${mark} does not say so`);
  return mark;
}

/** Give the marks that an entry must bear. */
const marksOf = (entry) =>
  [
    entry.kind === "claim" && entry.isWithdrawn && "withdrawn",
    entry.isRejected && "rejected",
    entry.kind === "source" && isRetracted(entry) && "retracted",
  ].filter(Boolean);
