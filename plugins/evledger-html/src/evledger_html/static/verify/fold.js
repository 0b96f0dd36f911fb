// The fold: what the records come to (src/evledger/fold.py).

const AMENDABLE =
  "kind title authors author_count venue platform community published url language".split(" ");

/** Give the fields that a record states, openly or sealed. */
function fieldsOf({ n, data, sealed }, names) {
  const stated = Object.entries(data).map(([name, value]) => [name, { n, value }]);
  const hidden = Object.keys(sealed).map((name) => [name, { n, isSealed: true }]);
  return [...stated, ...hidden].filter(([name]) => !names || names.includes(name));
}

/** The entries of a ledger by their whole names, as some records leave them. */
class Fold {
  entries = new Map();
  links = new Set();
  erased = new Map(); // record and field to the record that says so

  /** Take in the next record; one of a type or version that is not known changes nothing. */
  take(record) {
    const [how, kind, ...rest] = (record.v === 1 && FOLDS.get(record.type)) || [];
    const { data } = record;
    const name = kind === "ledger" ? kind : `${kind}:${data.id ?? data[kind]}`;
    if (how) this[how](name, record, ...rest);
  }

  /** Let a record introduce an entry, or take over its name. */
  put(name, record) {
    if (name !== "ledger" && !record.keys.includes(name)) return;
    const locators = record.data.locators ?? [];
    const fields = new Map(fieldsOf(record));
    const entry = { name, kind: name.split(":")[0], records: [record.n], fields, locators };
    this.entries.set(name, { ...entry, flags: [], evidence: new Set() });
  }

  /** Let a record introduce an entry, unless an earlier one did. */
  add(name, record) {
    if (!this.entries.has(name)) this.put(name, record);
  }

  /** Let a record change an entry; it changes nothing that is not known. */
  change(name, record, names = [], alter = () => {}) {
    const entry = this.entries.get(name);
    if (!entry) return;
    entry.records.push(record.n);
    for (const [field, stated] of fieldsOf(record, names)) entry.fields.set(field, stated);
    alter(entry, record.data);
  }

  /** Take in that sealed fields are gone for good. */
  erase(_, { n, data }) {
    for (const field of data.fields) this.erased.set(`${data.n} ${field}`, n);
  }

  /** Take in that two sources are linked, which changes neither. */
  link(_, { data }) {
    this.links.add(`link:${data.source}/${data.other}/${data.relation}`);
  }

  /** Take in a person's verdict; that on a link to a question changes the question. */
  review(_, record) {
    const { target, verdict } = record.data;
    const [kind, rest = ""] = target.split(/:(.*)/s);
    if (kind === "source" || kind === "claim") {
      const judge = (entry) =>
        Object.assign(entry, { isReviewed: true, isRejected: verdict === "rejected" });
      this.change(target, record, [], judge);
    } else if (!this.links.has(target)) {
      const question = `question:${rest.split("/")[0]}`;
      if (this.entries.get(question)?.evidence.has(target)) this.change(question, record);
    }
  }
}

/** Keep of locators those that are not dropped, and add others. */
function relocate(entry, { locators_added: added = [], locators_dropped: dropped = [] }) {
  entry.locators = [...entry.locators.filter((name) => !dropped.includes(name)), ...added];
}

/** Name a link to a question, as reviews do. */
const evidenceOf = ({ question, claim, source, relation }) =>
  `link:${question}/${claim ?? source}/${relation}`;
const attach = ({ evidence }, data) => evidence.add(evidenceOf(data));
const detach = ({ evidence }, data) => evidence.delete(evidenceOf(data));
const withdraw = (entry) => (entry.isWithdrawn = true);

// For each type of event: what it does, to which kind of entry, the fields that it may change.
const FOLDS = new Map(
  Object.entries({
    "ledger-opened": ["put", "ledger"],
    "ledger-described": ["change", "ledger", ["title", "subject", "tiers", "origin"]],
    "section-written": ["put", "section"],
    "component-mapped": ["put", "component"],
    "source-added": ["add", "source"],
    "source-amended": ["change", "source", AMENDABLE, relocate],
    "source-flagged": ["change", "source", [], (entry, data) => entry.flags.push(data)],
    "source-linked": ["link"],
    "claim-tagged": ["add", "claim"],
    "claim-retagged": ["change", "claim", ["text", "tier", "stance", "about"]],
    "claim-withdrawn": ["change", "claim", [], withdraw],
    reviewed: ["review"],
    "question-created": ["add", "question"],
    "question-closed": ["change", "question"],
    "question-withdrawn": ["change", "question", [], withdraw],
    "evidence-linked": ["change", "question", [], attach],
    "evidence-unlinked": ["change", "question", [], detach],
    "gap-noted": ["add", "gap"],
    "gap-closed": ["change", "gap"],
    "caveat-noted": ["add", "caveat"],
    "fields-erased": ["erase"],
    "caveat-withdrawn": ["change", "caveat", [], withdraw],
  }),
);

/** Tell whether a source was retracted, and not reinstated since. */
function isRetracted({ flags }) {
  let [retracted, reinstated] = [false, ""];
  for (const { status, date = "" } of flags) {
    const length = Math.min(date.length, reinstated.length);
    const isLate = date.slice(0, length) < reinstated.slice(0, length);
    if (status === "reinstated") [retracted, reinstated] = [false, date];
    else if (status === "retracted" && !isLate) retracted = true;
  }
  return retracted;
}
