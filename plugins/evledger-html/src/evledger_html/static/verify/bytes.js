// Faults, bytes, and work in slices.

/** What does not hold, in words for readers. */
class Fault extends Error {}

/** This browser has no Ed25519. */
class Unsupported extends Error {}

/** Refuse what does not hold. */
const need = (holds, words) => {
  if (!holds) throw new Fault(words);
};

// -- bytes ----------------------------------------------------------------------------

const encoder = new TextEncoder();

/** @returns {Uint8Array} the parts, one after the other */
const joined = (...parts) => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
};

/** Tell whether two runs of bytes are the same. */
const isSame = (some, others) =>
  some.length === others.length && some.every((byte, i) => byte === others[i]);

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
const base64 = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));

/** Read base64 in the one form that encoding writes (RFC 4648 section 4). */
function fromBase64(text, size) {
  let binary = "";
  try {
    binary = atob(text);
  } catch {
    // said below
  }
  need(btoa(binary) === text, `“${text.slice(0, 60)}” is not base64`);
  need(!size || binary.length === size, `expected ${size} bytes in base64, not ${binary.length}`);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** @returns {string} the canonical JSON of a value (RFC 8785), whose names are ASCII */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}

// -- work in slices, so that the page never freezes -----------------------------------

const SLICE = 500; // calls of WebCrypto at a time: what each costs is the call, not the bytes
const BREATH = 10; // milliseconds

/** Let the browser paint, scroll and take input. */
const pause = () => globalThis.scheduler?.yield?.() ?? new Promise((go) => setTimeout(go));

/** Call an asynchronous function for each item, many at a time, and give the results. */
async function all(items, call) {
  const results = [];
  for (let at = 0; at < items.length; at += SLICE) {
    results.push(...(await Promise.all(items.slice(at, at + SLICE).map((item) => call(item)))));
  }
  return results;
}

/** Call a function for each item, and let the browser breathe in between. */
async function each(items, call) {
  let until = performance.now() + BREATH;
  for (const item of items) {
    call(item);
    if (performance.now() > until) {
      await pause();
      until = performance.now() + BREATH;
    }
  }
}

/** Hash bytes (FIPS 180-4). */
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
