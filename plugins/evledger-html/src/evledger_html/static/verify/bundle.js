// The bundle.

/** Tell whether numbers ascend, from 0 to below some number. */
const ascend = (numbers, below) =>
  numbers.every((n, i) => Number.isInteger(n) && n > (numbers[i - 1] ?? -1) && n < below);

const MOST_SIZES = 1000;
const isText = (value) => typeof value === "string";
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/** Give what tells whether a value is a list of what passes a test. */
const listOf = (test) => (value) => Array.isArray(value) && value.every((item) => test(item));

/** Give what tells whether a value is a list of so many things, each of which passes its test. */
const row = (...tests) => (value) =>
  Array.isArray(value) && value.length === tests.length && tests.every((test, i) => test(value[i]));

const SHAPE = {
  "evledger-proofs": (value) => value === 1,
  checkpoint: (value) => value === undefined || isText(value),
  hashes: listOf(isText),
  keys: listOf(isText),
  ledger: isText,
  openings: listOf(row(isCount, isText, isText, isText)),
  records: listOf(row(isCount, isText)),
  root: isText,
  size: isCount,
  sizes: listOf(isCount),
};

/** Read a bundle, which has one way to be written (the page writes each < as an escape). */
function parse(text) {
  const bundle = JSON.parse(text);
  const odd = Object.keys(SHAPE).find((name) => !SHAPE[name](bundle[name]));
  need(!odd, `its “${odd}” is not what is known here`);
  need(bundle.sizes.length <= MOST_SIZES, `it is to lead back to more than ${MOST_SIZES} sizes`);
  need(canonical(bundle).replaceAll("<", "\\u003c") === text, "it is not canonical JSON");
  return bundle;
}

/**
 * Read what proves the page, and verify all of it but signatures.
 *
 * @returns {Promise<object>} `records` by number, those of them that are in the tree;
 *   `faults`, by number what is wrong with the others; `openings` by record and field
 */
async function readBundle(text) {
  const bundle = parse(text);
  const { size, sizes, records, checkpoint: note } = bundle;
  const checkpoint = note === undefined ? null : readCheckpoint(note, CHECKPOINT);
  const places = records.map(([n]) => n);
  need(size > 0 && ascend(places, size) && ascend(sizes, size), "its numbers do not ascend");
  need(!checkpoint || checkpoint.size <= size, "the checkpoint is of more records than the tree");
  const cuts = [...sizes, ...(checkpoint ? [checkpoint.size] : [])].filter((cut) => cut < size);
  await pause();
  const ranges = cover(0, size, places, cuts);
  need(ranges.length === bundle.hashes.length, "it has not as many hashes as cover its tree");
  const tree = new Tree(ranges, bundle.hashes.map((hash) => fromBase64(hash, 32)));
  await pause();
  await tree.grow([[0, size], ...cuts.map((cut) => [0, cut])]);
  const root = base64(tree.hash(0, size));
  need(root === bundle.root, "the hashes do not come to the root that it states");
  const isSigned = !checkpoint || isSame(tree.hash(0, checkpoint.size), checkpoint.root);
  need(isSigned, "its tree is not the one that was signed");
  const found = { bundle, tree, checkpoint, root, records: new Map(), faults: new Map() };
  await readRecords(found);
  found.openings = await readOpenings(found);
  checkNames(found);
  return found;
}

/** See that the ledger is the one that its first record, and its checkpoint's origin, name. */
function checkNames({ bundle, checkpoint, records }) {
  const { name = bundle.ledger } = records.get(0)?.data ?? {};
  need(name === bundle.ledger, `the ledger is “${name}”, not “${bundle.ledger}”`);
  if (!checkpoint) return;
  const { origin, size } = checkpoint;
  const isStating = ({ n, type, data }) => n < size && type.startsWith("ledger-") && data.origin;
  const stated = Array.from(records.values()).findLast(isStating)?.data.origin ?? origin;
  need(stated === origin, `its checkpoints are those of ${stated}`);
}

/** Take the lines in, each by its own hash. */
async function readRecords({ bundle, tree, records, faults }) {
  const hashes = await all(bundle.records, ([, line]) => leafHash(line));
  await each(bundle.records.keys(), (i) => {
    const [n, line] = bundle.records[i];
    try {
      const isLeaf = isSame(hashes[i], tree.hash(n, n + 1));
      need(isLeaf, `the line of record ${n} is not the one that is in the tree`);
      records.set(n, readLine(n, line));
    } catch (error) {
      faults.set(n, error.message);
    }
  });
}

/** Take a line apart. */
function readLine(n, line) {
  const record = JSON.parse(line);
  need(canonical(record) === line, `the line of record ${n} is not canonical`);
  need(record.n === n, `the line of record ${n} says that it is record ${record.n}`);
  return { keys: [], refs: [], drops: [], sealed: {}, ...record, line };
}

/** Open sealed fields, each by the commitment in its line. */
async function readOpenings({ bundle, records }) {
  const openings = new Map();
  await all(bundle.openings, async ([n, field, salt, text]) => {
    const fits = records.has(n) && (await isCommitted(records.get(n), field, salt, text));
    const fault = `the opening of ${field} does not fit record ${n}`;
    const opened = fits ? { value: JSON.parse(text)[2], salt, text } : { fault };
    openings.set(`${n} ${field}`, opened);
  });
  return openings;
}

/** Tell whether a record's line commits to an opening (docs/format.md, “Sealing”). */
async function isCommitted({ type, sealed }, field, salt, text) {
  if (!/^[0-9a-f]{64}$/.test(salt) || !Object.hasOwn(sealed, field)) return false;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", fromHex(salt), hmac, false, ["sign"]);
  const made = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  if (hex(new Uint8Array(made)) !== sealed[field]) return false;
  const value = JSON.parse(text);
  return canonical(value) === text && canonical(value.slice(0, 2)) === canonical([type, field]);
}
