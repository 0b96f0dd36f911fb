// Keys and signed notes (docs/format.md, “What is signed”).

const LOG = 1;
const WITNESS = 4;
const PRIME = 2n ** 255n - 19n;
const ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL_ORDERS = [0n, 1n, PRIME - 1n, ORDER_8, PRIME - ORDER_8]; // anyone signs with these
const UNCLEAR = /[\p{White_Space}\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;

/** Read a verifier key, `NAME+ID+BASE64`. */
async function readKey(text) {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([0-9A-Za-z+/=]+)$/.exec(text);
  need(parts, "a verifier key is NAME+ID+BASE64");
  const [, name, id, encoded] = parts;
  const data = fromBase64(encoded, 33);
  const y = BigInt(`0x${hex(data.slice(1).reverse())}`) & (2n ** 255n - 1n);
  need(!UNCLEAR.test(name), "the key's name has characters that cannot be seen");
  need(data[0] === LOG || data[0] === WITNESS, `a key of kind ${data[0]} is not known here`);
  need(y < PRIME && !SMALL_ORDERS.includes(y), `anybody can sign with the key of ${name}`);
  const digest = await sha256(joined(encoder.encode(`${name}\n`), data));
  need(hex(digest.slice(0, 4)) === id, `the ID of the key of ${name} is not that of its bytes`);
  return { name, id, kind: data[0], bytes: data.slice(1), text, label: `${name}+${id}` };
}

/** Tell whether a key made a signature over a message. */
async function isMade(key, signature, message) {
  try {
    const made = await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", made, signature, encoder.encode(message));
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Unsupported();
    return false; // no point on the curve
  }
}

/** Read a signed note: its text, and what claims to be signatures. */
function readNote(note) {
  const at = note.lastIndexOf("\n\n");
  const lines = note.slice(at + 2).split("\n");
  need(at > 0 && lines.length < 102 && lines.pop() === "", "this is not a signed note");
  need(note.length <= 2 ** 20 && !/[\0-\x09\x0b-\x1f]/.test(note), "no signed note is like this");
  const signatures = lines.map((line) => {
    const parts = /^— ([^+\s]+) (\S+)$/.exec(line);
    need(parts, `“${line.slice(0, 60)}” is not a signature line`);
    const data = fromBase64(parts[2]);
    need(data.length > 4, "a signature of the note is too short");
    return { name: parts[1], id: hex(data.slice(0, 4)), data: data.slice(4) };
  });
  return { note, text: note.slice(0, at + 1), signatures };
}

const CHECKPOINT = /^([^\n]+)\n([1-9][0-9]{0,14})\n([^\n]+)\n$/;
const SIGNED_HEAD = /^evledger-head\/v1\n([^\n]+)\n([1-9][0-9]{0,14})-[0-9a-f]{64}\n([^\n]+)\n$/;

/** Read a checkpoint, or what else of the given forms says the same of the tree. */
function readCheckpoint(text, ...forms) {
  const note = readNote(text);
  const parts = forms.map((form) => form.exec(note.text)).find(Boolean);
  need(parts, "a checkpoint has three lines: origin, size and root");
  return { ...note, origin: parts[1], size: Number(parts[2]), root: fromBase64(parts[3], 32) };
}

/**
 * Tell whether a key signed a note. Signatures of others do not count; a wrong one of this key
 * refuses the note.
 *
 * @returns {Promise<number|false>} for a witness the time, in seconds since 1970
 */
async function signedBy(note, key) {
  let signed = false;
  for (const { name, id, data } of note.signatures) {
    if (name !== key.name || id !== key.id) continue;
    const isWitness = key.kind === WITNESS;
    const isTimed = isWitness && data.length === 72;
    const seconds = isTimed ? new DataView(data.buffer).getBigUint64(0) : 1;
    const text = isWitness ? `cosignature/v1\ntime ${seconds}\n${note.text}` : note.text;
    const made = await isMade(key, isWitness ? data.slice(8) : data, text);
    need(made, `the signature of ${key.label} is not over this text: it was changed`);
    signed = Math.max(Number(signed), Number(seconds));
  }
  return signed;
}

/**
 * Say who vouches for a checkpoint.
 *
 * @returns {Promise<{signer: ?object, witnesses: object[], remarks: string[]}>}
 */
async function vouch(checkpoint, keys, remarks) {
  const found = { signer: null, witnesses: [], remarks };
  try {
    for (const key of checkpoint ? keys : []) {
      const isBoth = keys.some((one) => one.kind !== key.kind && isSame(one.bytes, key.bytes));
      const signed = await signedBy(checkpoint, key);
      if (isBoth && key.kind === WITNESS) remarks.push(`${key.label} is the ledger's own key`);
      else if (signed === false) remarks.push(`${key.label} has not signed the checkpoint`);
      else if (key.kind === WITNESS) found.witnesses.push({ ...key, seconds: signed });
      else if (key.name === checkpoint.origin) found.signer = key;
      else remarks.push(`${key.label} has signed, but is no key of ${checkpoint.origin}`);
    }
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    remarks.push("your browser cannot check Ed25519 signatures");
  }
  return found;
}
