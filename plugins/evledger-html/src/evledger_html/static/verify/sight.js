// What a reader sees of a part: its own text, where nothing from it up to its entry may hide it,
// turn it, or say something else. (The style is fixed: the page's policy names its hash.)

const ENTRIES = "[data-evl-entry], .evl-claim";
const TAGS = "A ARTICLE BLOCKQUOTE DIV H1 H2 H3 LI P SECTION SPAN STRONG".split(" ");
const CLASSES = (
  "authors chip cited citation claim compared facts from id item kind mark marks note part " +
  "present quote says source stance subject tier title where"
).split(" ");
const GIVEN = (
  "class id href rel tabindex aria-labelledby data-stance data-evl-entry data-evl-records " +
  "data-evl-locator"
).split(" ");
const COMPARED = "evl-compared";

/** Tell whether nothing about an element hides or changes what is in it. */
const isPlain = (element, tags = TAGS, given = GIVEN) =>
  tags.includes(element.tagName) &&
  element.getAttributeNames().every((name) => given.includes(name)) &&
  Array.from(element.classList).every((name) => isShowing(name));

/** Tell whether a class is none of ours, or one that shows what is in it. */
const isShowing = (name) => !name.startsWith("evl-") || CLASSES.includes(name.slice(4));

/** Tell whether an element may fold or hide a value of which enough is seen elsewhere. */
function mayFold(element, field) {
  const [name] = element.classList;
  if (field === "authors") return element.tagName === "DETAILS" && name === "evl-authors";
  const isWithin = element.closest(ENTRIES)?.parentElement?.closest("[data-evl-entry^='source:']");
  return field === "source" && name === "evl-hidden" && element.tagName === "SPAN" && isWithin;
}

let plain = new WeakSet(); // what was found to be so while one entry is checked

/**
 * See that a part is in sight, says no more than its text, and is set as what it is.
 *
 * @param {Element} part
 * @param {string} tag what it must be
 * @param {string[]} given the attributes that it may have
 * @param {string} field a value's, or a mark
 */
function needSeen(part, tag, given, field) {
  const isText = part.childElementCount === 0 && isPlain(part, [tag], given);
  need(isText && !unslotted.has(part), `the ${field} may not look as it reads`);
  let isQuoted = false;
  for (let around = part; !around.matches(ENTRIES); ) {
    around = around.parentElement;
    if (!plain.has(around) && isPlain(around)) plain.add(around);
    const holds = plain.has(around) || mayFold(around, field);
    need(holds, `the ${field} stands in what may hide or change it`);
    const sign = around.dataset.stance;
    need(sign === undefined || isStance(field, part, sign), "a stance has another's sign");
    isQuoted ||= around.tagName === "BLOCKQUOTE";
  }
  need(isQuoted === (field === "quote"), "a quotation, and nothing else, is set as one");
}

/** Tell whether a sign of a stance is that of the stance beside it. */
const isStance = (field, part, sign) => field === "stance" && part.textContent === sign;

// -- shadow roots ---------------------------------------------------------------------

const HOSTS = "ARTICLE BLOCKQUOTE DIV H1 H2 H3 P SECTION SPAN".split(" ");
const NOWHERE = `evl-${Math.random()}`;
const unslotted = new WeakSet();

/**
 * Find out whether a part is hidden behind something in a shadow root, open or closed.
 * Such a root takes in only what has a place in it; so for a moment the part, and what is around
 * it, goes to a place that there is not: then a part that is still displayed is behind nothing.
 *
 * @returns {boolean} whether it is
 */
function seekShadow(part) {
  const moved = [];
  for (let one = part; !one.matches(ENTRIES) && one.parentElement; one = one.parentElement) {
    if (HOSTS.includes(one.parentElement.tagName)) moved.push(one);
  }
  const isPlaced = moved.some((one) => one.hasAttribute("slot"));
  moved.forEach((one) => one.setAttribute("slot", NOWHERE));
  const isHidden = isPlaced || getComputedStyle(part).display === "";
  moved.forEach((one) => one.removeAttribute("slot"));
  if (isHidden) unslotted.add(part);
  return isHidden;
}
