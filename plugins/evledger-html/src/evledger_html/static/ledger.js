/**
 * The ledger page: filters and sorts the entries, and shows their histories.
 *
 * Without this script every entry and every record is on the page, by number.
 * With it, what matches comes into one list, some at first and more when they are asked for; the
 * rest stays in the document, on a shelf, where the verifier finds it.
 * What entries are filtered and sorted by comes as columns of small numbers (`#evl-columns`).
 * What is chosen stands in the page's address, so that it can be linked and comes back.
 */
(() => {
  "use strict";

  /** @typedef {{values: string[], of: number[], several: boolean}} Facet */

  /** So many entries are shown at first, and with every press of the button. */
  const STEP = 100;
  /** So many characters of an address are repeated. */
  const LONGEST = 100;
  const FIELDS = { text: "q", sort: "sort", from: "from", to: "to" };

  // -- what the page holds ------------------------------------------------------------------

  const columns = JSON.parse(document.getElementById("evl-columns").textContent);
  /** @type {Map<string, Facet>} */
  const facets = new Map(Object.entries(columns.facets));
  const form = /** @type {HTMLFormElement} */ (document.querySelector(".evl-filters"));
  const status = form.querySelector("[data-evl-matches]");
  const clear = form.querySelector("[data-evl-clear]");
  const more = document.querySelector("[data-evl-more]");
  const list = document.querySelector(".evl-shown");
  const shelf = document.querySelector(".evl-shelf");
  const items = [...shelf.querySelectorAll(".evl-item")];

  /** The entries that match, in their order, by their numbers in `items`. */
  let found = items.map((_, index) => index);

  /** What is to be said of the page's address, which may ask for what is not here. */
  let remarked = "";

  // -- searching ----------------------------------------------------------------------------

  /** @type {string[]} What each entry says, in small letters; filled in when there is time. */
  const texts = new Array(items.length);

  /**
   * Give what an entry says: all that came from the ledger, and its marks.
   * @param {number} index
   * @returns {string}
   */
  function textOf(index) {
    texts[index] ??= [...items[index].querySelectorAll("bdi, [data-evl-mark]")]
      .map((part) => part.textContent)
      .join("\n")
      .toLowerCase();
    return texts[index];
  }

  /** Read all entries, a slice at a time, so that the first search is as fast as the others. */
  async function readAll() {
    for (let index = 0; index < items.length; index += 1) {
      textOf(index);
      if (index % STEP === STEP - 1) await new Promise((done) => setTimeout(done));
    }
  }

  // -- filtering ----------------------------------------------------------------------------

  /**
   * Give what is chosen, as it stands in the page's address.
   * @returns {URLSearchParams}
   */
  function chosen() {
    const given = [...new FormData(form)].filter(([name, value]) => {
      return value !== "" && !(name === FIELDS.sort && value === "number");
    });
    return new URLSearchParams(given);
  }

  /**
   * Give what tells whether an entry has one of the values that are chosen of a facet.
   * @param {Facet} facet
   * @param {string[]} values none where it does not matter.
   * @returns {((index: number) => boolean)[]}
   */
  function having(facet, values) {
    const places = values.map((value) => facet.values.indexOf(value)).filter((place) => place >= 0);
    if (places.length === 0) return [];
    if (facet.several) {
      const mask = places.reduce((sum, place) => sum | (1 << place), 0);
      return [(index) => (facet.of[index] & mask) !== 0];
    }
    const wanted = new Set(places);
    return [(index) => wanted.has(facet.of[index])];
  }

  /**
   * Give what tells whether an entry's source is of the years that are asked for.
   * @param {string | null} from
   * @param {string | null} to
   * @returns {((index: number) => boolean)[]}
   */
  function within(from, to) {
    const years = facets.get("year");
    if (!years || (!from && !to)) return [];
    const [least, most] = [Number(from || 0), Number(to || Infinity)];
    const fits = years.values.map((year) => least <= Number(year) && Number(year) <= most);
    return [(index) => fits[years.of[index]] === true];
  }

  /**
   * Give what tells whether an entry says every word.
   * @param {string} text
   * @returns {((index: number) => boolean)[]}
   */
  function saying(text) {
    const words = text.toLowerCase().split(/\s+/u).filter(Boolean);
    return words.map((word) => (index) => textOf(index).includes(word));
  }

  /**
   * Give the entries that match what is chosen; the cheap questions come first.
   * @param {URLSearchParams} wanted
   * @returns {number[]}
   */
  function matching(wanted) {
    const tests = [
      ...[...facets].flatMap(([name, facet]) => having(facet, wanted.getAll(name))),
      ...within(wanted.get(FIELDS.from), wanted.get(FIELDS.to)),
      ...saying(wanted.get(FIELDS.text) ?? ""),
    ];
    const every = items.map((_, index) => index);
    return every.filter((index) => tests.every((test) => test(index)));
  }

  // -- sorting ------------------------------------------------------------------------------

  /**
   * Sort entries; those that have nothing to be sorted by come last, and equals by number.
   * @param {number[]} entries
   * @param {string} name of a facet, `tier` for the ranker's order, `number` for that of the chain.
   * @returns {number[]}
   */
  function sorted(entries, name) {
    const places = name === "tier" ? columns.ranks : facets.get(name)?.of;
    if (!places) return entries;
    const key = (index) => (places[index] < 0 ? Number.MAX_SAFE_INTEGER : places[index]);
    return entries.toSorted((a, b) => key(a) - key(b) || a - b);
  }

  // -- showing ------------------------------------------------------------------------------

  /**
   * Show the first of some entries, and put all others on the shelf.
   * @param {number[]} entries
   * @param {number} count
   */
  function show(entries, count = STEP) {
    found = entries;
    const first = entries.slice(0, count).map((index) => items[index]);
    const kept = new Set(first);
    shelf.append(...[...list.children].filter((item) => !kept.has(item)));
    list.append(...first);
    tell();
  }

  /** Show more of what matches, and go to the first of it. */
  function showMore() {
    const before = list.children.length;
    list.append(...found.slice(before, before + STEP).map((index) => items[index]));
    list.children[before]?.setAttribute("tabindex", "-1");
    list.children[before]?.focus();
    tell();
  }

  /** Say how many entries match, and how many of them are shown. */
  function tell() {
    const [all, shown] = [items.length, list.children.length];
    const matches = `${found.length === all ? "All" : `${found.length} of`} ${all} entries match.`;
    const rest = found.length - shown;
    const first = rest ? `The first ${shown} are shown.` : "";
    status.textContent = [matches, first, remarked].filter(Boolean).join(" ");
    clear.hidden = found.length === all;
    more.hidden = rest === 0;
    more.textContent = `Show ${Math.min(rest, STEP)} more`;
  }

  // -- the page's address -------------------------------------------------------------------

  /** Show what is chosen, and write it into the page's address. */
  function apply() {
    const wanted = chosen();
    remarked = "";
    show(sorted(matching(wanted), wanted.get(FIELDS.sort)));
    const place = document.location.href.replace(/#.*$/su, "");
    const hash = wanted.toString();
    if (hash || document.location.hash.includes("=")) {
      history.replaceState(null, "", hash ? `${place}#${hash}` : place);
    }
  }

  /**
   * Choose what an address says.
   * @param {URLSearchParams} wanted
   */
  function choose(wanted) {
    form.reset();
    for (const control of form.elements) {
      if (control.type === "checkbox") {
        control.checked = wanted.getAll(control.name).includes(control.value);
      } else if (control.name && wanted.has(control.name)) {
        control.value = wanted.get(control.name);
      }
    }
    if (form.elements.sort.selectedIndex < 0) form.elements.sort.value = "number";
  }

  /** Follow the page's address: it has a choice in it, or leads to what is not shown yet. */
  function follow() {
    const hash = document.location.hash.slice(1);
    const record = /^r([0-9]+)$/u.exec(hash);
    const target = document.getElementById(hash) ?? document.getElementById(decode(hash));
    remarked = "";
    if (record) followRecord(Number(record[1]));
    else if (target) shelf.contains(target) && lead(target);
    else if (hash.includes("=")) followChoice(new URLSearchParams(hash));
    else if (hash) remark(`There is no “${decode(hash).slice(0, LONGEST)}” here.`);
  }

  /**
   * Show the line of a record.
   * @param {number} n
   */
  function followRecord(n) {
    const line = lineOf(n);
    if (line) line.scrollIntoView({ behavior: "instant" });
    else remark(`There is no record ${n} here.`);
  }

  /**
   * Show what a choice asks for, and say what of it is not known here.
   * @param {URLSearchParams} wanted
   */
  function followChoice(wanted) {
    choose(wanted);
    const unknown = unknownOf(wanted).join(", ").slice(0, LONGEST);
    apply();
    remark(unknown && `Not known here: “${unknown}”.`);
  }

  /**
   * Give those parts of a choice that the form did not take.
   * @param {URLSearchParams} wanted
   * @returns {string[]}
   */
  function unknownOf(wanted) {
    const taken = chosen();
    const isIdle = (name, value) => value === "" || (name === FIELDS.sort && value === "number");
    const isTaken = ([name, value]) => isIdle(name, value) || taken.getAll(name).includes(value);
    return [...wanted].filter((each) => !isTaken(each)).map((each) => each.join("="));
  }

  /**
   * Say something of the page's address beside how many entries match, and go there.
   * @param {string} text
   */
  function remark(text) {
    remarked = text;
    tell();
    document.getElementById("evl-entries").scrollIntoView({ behavior: "instant" });
  }

  /**
   * Show an entry that an address leads to, before all others.
   * @param {Element} target it, or a part of it.
   */
  function lead(target) {
    form.reset();
    const index = items.indexOf(target.closest(".evl-item"));
    show([index, ...items.keys()].filter((other, place) => place === 0 || other !== index));
    target.scrollIntoView({ behavior: "instant" });
  }

  /**
   * Give the id that a part of an address stands for.
   * @param {string} text
   * @returns {string}
   */
  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  // -- the log, and histories ---------------------------------------------------------------

  /** The stretches of the log, in order; what is not in sight stays unread in its `noscript`. */
  const stretches = [...document.querySelectorAll(".evl-stretch")];
  const firsts = stretches.map((stretch) => Number(stretch.dataset.evlFirst));

  const LINES = ":is(ol, li, p, a, time, bdi)";
  const GIVEN = ["class", "id", "href", "start", "aria-label"];

  /**
   * Tell whether an element is one that lines of the log are made of, and has no sign of a verdict.
   * @param {Element} element
   * @returns {boolean}
   */
  function isOfLog(element) {
    const [classes, href] = [element.className, element.getAttribute("href") ?? "#"];
    const isGiven = element.getAttributeNames().every((name) => GIVEN.includes(name));
    const isPlain = /^(evl-(lines?|told))?$/u.test(classes) && href.startsWith("#");
    return element.matches(LINES) && isGiven && isPlain;
  }

  /**
   * Put the lines of a stretch in the place of the element that has them for want of a script.
   * A parser reads them here as it would have done there; what is no line of the log, and was not
   * there to be verified, stays out.
   * @param {Element} stretch
   */
  function fill(stretch) {
    const waiting = stretch.querySelector("noscript");
    if (!waiting) return;
    const { body } = new DOMParser().parseFromString(waiting.textContent, "text/html");
    const isLog = [...body.querySelectorAll("*")].every(isOfLog);
    const words = "These are no lines of a log: left out.";
    stretch.replaceChildren(...(isLog ? body.children : [words]));
    stretch.classList.remove("evl-is-waiting");
  }

  /**
   * Give the line of a record.
   * @param {number} n
   * @returns {?Element}
   */
  function lineOf(n) {
    const stretch = stretches[firsts.findLastIndex((first) => first <= n)];
    if (stretch) fill(stretch);
    return document.getElementById(`r${n}`);
  }

  /** Fill in the stretches of the log as they come near. */
  function unroll() {
    const seen = new IntersectionObserver(
      (entries) => entries.filter((each) => each.isIntersecting).forEach((each) => fill(each.target)),
      { rootMargin: "100%" },
    );
    stretches.forEach((stretch) => {
      stretch.classList.add("evl-is-waiting");
      seen.observe(stretch);
    });
  }

  /**
   * Write into an open history what its records did, as the log has it.
   * @param {Event} event
   */
  function openHistory(event) {
    const history = event.target;
    if (!history.matches?.(".evl-history[open]") || history.querySelector("ol")) return;
    const told = document.createElement("ol");
    for (const link of history.querySelectorAll("a")) {
      const said = lineOf(Number(link.hash.slice(2)))?.querySelector(".evl-line") ?? link;
      told.appendChild(document.createElement("li")).append(said.cloneNode(true));
    }
    history.querySelector("p").replaceWith(told);
  }

  // -- beginning ----------------------------------------------------------------------------

  document.body.classList.add("evl-is-browsing");
  form.hidden = false;
  list.hidden = false;
  form.querySelector("details").open = matchMedia("(min-width: 64rem)").matches;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    form.reset();
    apply();
    form.elements[FIELDS.text].focus(); // the button hides itself
  });
  more.addEventListener("click", showMore);
  document.addEventListener("toggle", openHistory, { capture: true });
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => {
    show(found, found.length);
    stretches.forEach(fill);
  });
  unroll();
  show(found);
  follow();
  readAll();
})();
