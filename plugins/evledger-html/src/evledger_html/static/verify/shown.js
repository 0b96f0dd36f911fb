// How a page shows a value (src/evledger_html/values.py).

const UNSEEN = new RegExp(
  "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff" +
    "\\ufff9-\\ufffb\\ud800-\\udfff\\u{e0000}-\\u{e007f}]",
  "gu",
);
const NAMED = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Write what cannot be seen as its number, as Python does. */
function visible(text, keep = "") {
  return text.replace(UNSEEN, (found) => (keep.includes(found) ? found : numbered(found)));
}

/** Write a character's number as an escape of Python. */
function numbered(character) {
  const number = character.codePointAt(0).toString(16);
  if (number.length <= 2) return NAMED[character] ?? `\\x${number.padStart(2, "0")}`;
  return number.length <= 4 ? `\\u${number.padStart(4, "0")}` : `\\U${number.padStart(8, "0")}`;
}

/** Write a field's value as a page shows it. */
function shown(field, value, tiers) {
  if (field === "tier") value = tiers.find(({ slug }) => slug === value)?.label ?? value;
  if (field === "kind") value = value.replaceAll("-", " ");
  return visible(Array.isArray(value) ? value.join("; ") : String(value), "\n\t");
}

// -- where a locator leads (src/evledger/article/links.py) ----------------------------

/** Encode for an address all but letters, digits and some marks. */
const quoted = (text, safe) =>
  Array.from(text, (character) =>
    /[A-Za-z0-9_.~-]/.test(character) || safe.includes(character)
      ? character
      : hex(encoder.encode(character)).toUpperCase().replace(/../g, "%$&"),
  ).join("");

/** Give an http(s) address with nothing in it that could end a link; else null. */
function webAddress(url) {
  const parts = /^(https?):\/\/([a-z0-9.-]+(?::[0-9]{1,5})?)((?:[/?#][^\n]*)?)$/i.exec(url);
  if (!parts || [...url].length > 4000) return null;
  const rest = quoted(parts[3], "/?#:@!$&*+,;=~%-._").replace(/%(?![0-9A-Fa-f]{2})/g, "%25");
  return `${parts[1].toLowerCase()}://${parts[2]}${rest}`;
}

/** Encode a value so that it begins no query and no fragment. */
const partOf = (value) =>
  /^[A-Za-z0-9._/~:;,+=@!*-]*$/.test(value) ? value : quoted(value, "/:;,+=@!*");

/** Give what puts a value into an address. */
const inserted = (before, after = "") => (value) => `${before}${partOf(value)}${after}`;
const post = inserted("https://www.reddit.com/comments/");

const SITES = new Map(
  Object.entries({
    doi: inserted("https://doi.org/"),
    pmid: inserted("https://pubmed.ncbi.nlm.nih.gov/", "/"),
    pmcid: inserted("https://pmc.ncbi.nlm.nih.gov/articles/", "/"),
    nct: inserted("https://clinicaltrials.gov/study/"),
    reddit: (value) => (value.startsWith("t3_") ? post(value.slice(3)) : null),
    x: inserted("https://x.com/i/status/"),
    youtube: inserted("https://www.youtube.com/watch?v="),
    url: webAddress,
  }),
);

/** @returns {?string|undefined} the address that a locator leads to; undefined: not known here */
function linkOf(locator) {
  const [scheme, value = ""] = locator.split(/:(.*)/s);
  return SITES.get(scheme)?.(value);
}
