// What a reader kept.

/** Give an answer to what a reader gave. */
const said = (state, words) => ({ state, words });

/** Compare a checkpoint that a reader kept with the page. */
async function compareKept(page, text) {
  const kept = readCheckpoint(text, SIGNED_HEAD, CHECKPOINT);
  const { bundle, checkpoint } = page;
  if (page.fault || !bundle) return said("altered", "This page does not prove itself.");
  const of = `your checkpoint of ${kept.size} records`;
  if (!checkpoint) {
    return said("unsigned", `This page brings no checkpoint, so ${of} may be another's.`);
  }
  if (kept.origin !== checkpoint.origin) {
    const [other, here] = [kept.origin, checkpoint.origin];
    return said("unproven", `What you kept is of another ledger: ${other}; this is ${here}.`);
  }
  const signers = await signersOf(kept, page.keys);
  const by = `${signers.join(" and ") || "no key known here"} has signed`;
  if (kept.size > bundle.size) {
    const words = `it has ${bundle.size} records, and ${of} ${by}`;
    return said("unproven", `This page is older than what you kept: ${words}.`);
  }
  return compareRoots(page, kept, `${of}, which ${by}`, signers.length > 0);
}

/** Compare the root that a reader kept with that of the page at the same size. */
async function compareRoots({ bundle, tree }, { size, root }, of, isSigned) {
  try {
    await tree.grow([[0, size]]);
  } catch {
    const command = `evledger consistency ${bundle.ledger} FILE ${bundle.size}`;
    const who = `whoever has the ledger can, with “${command}”`;
    return said("unproven", `This page alone cannot be compared with ${of}; ${who}.`);
  }
  if (!isSame(tree.hash(0, size), root)) {
    const words = `its first ${size} records are not those of ${of}`;
    if (!isSigned) return said("unproven", `What you gave may be anybody’s: here, ${words}.`);
    return said("altered", `The ledger was rewritten: ${words}. Keep both as evidence.`);
  }
  const how = size === bundle.size ? "is of exactly the records of" : "extends";
  return said("proven", `This page ${how} ${of}.`);
}

/** Name those of the known keys that signed what a reader kept. */
async function signersOf(kept, keys) {
  const signers = [];
  try {
    for (const key of keys) {
      const isIts = key.kind === LOG && key.name === kept.origin;
      if (isIts && (await signedBy(kept, key)) !== false) signers.push(key.label);
    }
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
  }
  return signers;
}

/** Take in what a reader kept: a checkpoint, a signed head, or a key to verify with. */
async function take(given) {
  if (given.length > 2 ** 20) return said("unproven", "That is too long for any of these.");
  const text = given.replace(/^\ufeff/, "").replaceAll("\r\n", "\n").trim();
  if (text.includes("PRIVATE+KEY+")) {
    return said("altered", "This is a signing key, a secret: show it to nobody.");
  }
  try {
    const isLine = !text.includes("\n");
    if (isLine && /\+[0-9a-f]{8}\+/.test(text)) return await bring(await readKey(text));
    const note = text.replace(/^c2sp\.org\/tlog-proof@v1\n.*?\n\n/s, ""); // of a proof, too
    if (note.includes("\n\n")) return await compareKept(page, `${note}\n`);
  } catch (error) {
    return said("unproven", `What you gave does not hold: ${error.message}.`);
  }
  return said("unproven", rubbish(text));
}

/** Say what is wrong with what is neither a note nor a key. */
function rubbish(text) {
  if (!text) return "Choose a file, drop it here, or paste its text.";
  if (/^[0-9]+-[0-9a-f]{64}$/.test(text)) {
    return "This is a head of the chain: “evledger verify --head” compares it.";
  }
  return "This is neither a signed checkpoint or head, nor a saved proof, nor a verifier key.";
}

/** Verify everything again, with a key that the reader has from elsewhere. */
async function bring(key) {
  brought = [...brought.filter(({ label }) => label !== key.label), key];
  await verify();
  const { signer, witnesses } = page.vouched;
  const hasSigned = [signer, ...witnesses].some((one) => one?.text === key.text);
  const [state, ...parts] = overall(page);
  const words = make("p", "", ...parts).textContent;
  if (!hasSigned) return said("unsigned", `${key.label} has not signed this page. ${ANOTHER}`);
  const by = `The key that you brought, ${key.label}, signed the checkpoint of this page`;
  return said(state, state === "proven" ? `${by}, which is as recorded.` : `${by}; yet: ${words}`);
}

const ANOTHER = "Either it is not from whom you think, or the key that you brought is another's.";
