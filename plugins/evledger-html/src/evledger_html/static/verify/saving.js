// A proof to save (docs/format.md, “The proof of a record”).

/** Give the proof of a record as a file that other programs verify; null: nothing signed it. */
async function proofOf({ records, checkpoint, tree, openings }, n) {
  const record = records.get(n);
  if (!record || !checkpoint || n >= checkpoint.size) return null;
  const beside = sourcesBefore(records, record);
  const opened = [record, ...beside].flatMap((each) => openingsOf(openings, each));
  const shownWith = beside.map(async ({ n: index, line }) => {
    return { index, line, path: await tree.path(index, checkpoint.size) };
  });
  const extra = canonical({
    "evledger-proof": 1,
    line: record.line,
    openings: opened,
    with: await Promise.all(shownWith),
  });
  const path = await tree.path(n, checkpoint.size);
  const head = ["c2sp.org/tlog-proof@v1", `extra ${base64(encoder.encode(extra))}`, `index ${n}`];
  return [...head, ...path, "", checkpoint.note].join("\n");
}

/** Give the records that introduced the sources which a record relies on. */
function sourcesBefore(records, record) {
  const names = record.refs.filter((name) => name.startsWith("source:"));
  const before = Array.from(records.values()).filter(({ n }) => n < record.n);
  const found = names.map((name) => before.findLast(({ keys }) => keys.includes(name)));
  return Array.from(new Set(found.filter(Boolean))).sort((a, b) => a.n - b.n);
}

/** Give the openings of a record that the page has, as a proof carries them. */
const openingsOf = (openings, { n, sealed }) =>
  Object.keys(sealed).flatMap((field) => {
    const { salt, text, fault } = openings.get(`${n} ${field}`) ?? { fault: "none" };
    return fault ? [] : [{ field, n, salt, value: text }];
  });
