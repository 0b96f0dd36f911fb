// What stands in for the browser's own functions, before any of them is called.

const ELEMENTS =
  "img, embed, object, iframe, form, button, fieldset, input, output, select, textarea";

/**
 * Take from elements the names under which they stand in for properties of the document or of a
 * form: `<img name="querySelector">` would be `document.querySelector`.
 *
 * @returns {string[]} these names; a page has none of them when it is made
 */
function unmask() {
  const found = [];
  for (const element of Document.prototype.querySelectorAll.call(document, ELEMENTS)) {
    for (const attribute of ["name", "id"]) {
      const name = Element.prototype.getAttribute.call(element, attribute);
      if (name in Document.prototype || name in HTMLFormElement.prototype) {
        Element.prototype.removeAttribute.call(element, attribute);
        found.push(name);
      }
    }
  }
  return found;
}

const MASKS = unmask();
