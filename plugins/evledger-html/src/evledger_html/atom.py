"""New evidence, corrections, retractions and erasures as a feed (RFC 4287)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from xml.etree import ElementTree as ET

from evledger.chronicle import Category, Told, chronicle
from evledger.legible import one_line
from evledger.record import format_time
from evledger.rendering import Rendered
from evledger_html.changes import address, earlier

if TYPE_CHECKING:
    from evledger.rendering import RenderContext
    from evledger.view import View

__all__ = ["ATOM", "MOST", "AtomFeed"]

ATOM: Final = "http://www.w3.org/2005/Atom"
"""The namespace of all elements (RFC 4287, section 2)."""

MOST: Final = 100
"""So many entries a feed has at the most: the latest."""

_LABELS: Final[Mapping[Category, str]] = {
    "evidence": "New evidence",
    "correction": "Correction",
    "retraction": "Retraction",
    "erasure": "Erasure",
}
"""The categories that a feed has, as readers see them."""


class AtomFeed:
    """Writes what was added, corrected, retracted and erased as an Atom feed, the latest first.

    There are at most :data:`MOST` entries, of the records since ``context.since``.
    An entry's id is made of the ledger's own id and the record's number, and so is the same in
    every feed of the ledger, however long it grows.
    Where the article or the page of the ledger stands beside the feed, an entry leads there, by
    an address relative to the feed's own: there is no ``xml:base``, since a feed does not know
    where it will be published.

    >>> import evledger
    >>> from evledger import Plugins, RenderContext
    >>> plugins = Plugins.builtin()
    >>> with evledger.open("memory:", plugins=plugins) as store:
    ...     view = store.create("semax", title="Semax", by="curator").view()
    >>> context = RenderContext(scorers=(), ranker=plugins.ranker("tier"))
    >>> feed = AtomFeed().render(view, context)
    >>> feed.file, feed.media_type
    ('feed.atom', 'application/atom+xml')
    """

    name = "atom"
    file = "feed.atom"

    def render(self, view: View, context: RenderContext) -> Rendered:
        """Render a view; the same bytes for the same view and context.

        Raises:
            Invalid: ``context.since`` is more than the view has events.
        """
        feed = _feed(view, context)
        for told in _latest(view, context):
            _add_entry(feed, told, view, context.beside)
        ET.indent(feed, "")
        data = ET.tostring(feed, "utf-8", xml_declaration=True)
        return Rendered(data + b"\n", "application/atom+xml", ".atom", "feed")


def _latest(view: View, context: RenderContext) -> list[Told]:
    """Tell the latest records of the feed's categories; none where the chain is not at hand."""
    chain = context.chain
    if chain is None:
        return []
    before = earlier(chain, view, context.since)
    records = chain.records(context.since, view.head.size)
    told = [each for each in chronicle(records, view, before) if each.category in _LABELS]
    return told[: -MOST - 1 : -1]


# -- elements ------------------------------------------------------------------------------


def _feed(view: View, context: RenderContext) -> ET.Element:
    feed = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(feed, "id", _urn(view, "feed"))
    _add(feed, "title", f"{view.title}: what changed")
    _add(feed, "subtitle", _subtitle(context))
    _add(feed, "updated", view.at)
    _add(ET.SubElement(feed, "author"), "name", view.ledger)
    _add(feed, "generator", ", ".join(context.made_with) or "evledger")
    for rel, kind, name in _LINKS:
        if name in context.beside:
            _link(feed, rel, kind, quote(context.beside[name]))
    return feed


_LINKS: Final = (("self", "application/atom+xml", "atom"), ("alternate", "text/html", "html"))
"""Where the feed is, and the article, each by the name of its renderer."""


def _subtitle(context: RenderContext) -> str:
    if context.chain is None:
        return "Made without the ledger's records, and so without entries."
    return f"New evidence, corrections, retractions and erasures: the latest {MOST} at the most."


def _add_entry(feed: ET.Element, told: Told, view: View, beside: Mapping[str, str]) -> None:
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", _urn(view, str(told.n)))
    _add(entry, "title", _title(told))
    _add(entry, "updated", format_time(told.at))
    _add(ET.SubElement(entry, "author"), "name", told.by)
    label = _LABELS[told.category]
    ET.SubElement(entry, "category", {"term": told.category, "label": label})
    page = address(told.entry, beside)
    if page is not None:
        _link(entry, "alternate", "text/html", page)
    # An entry without a page that it stands for must hold its content (RFC 4287, 4.1.1.1).
    _add(entry, "summary" if page is not None else "content", str(told), {"type": "text"})


def _title(told: Told) -> str:
    """Return the category and the entry, as in ``Retraction: c4``."""
    label = _LABELS[told.category]
    return label if told.entry is None else f"{label}: {told.entry.partition(':')[2]}"


def _add(
    parent: ET.Element, tag: str, text: str, attributes: Mapping[str, str] | None = None
) -> None:
    ET.SubElement(parent, tag, dict(attributes or {})).text = _written(text)


def _link(parent: ET.Element, rel: str, kind: str, href: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})


def _urn(view: View, name: str) -> str:
    """Make an id of the ledger's own and a name (RFC 9562, version 5)."""
    return uuid.uuid5(uuid.UUID(hex=view.id), name).urn


def _written(text: str) -> str:
    r"""Write text on one line, what no XML can hold or no reader can see as its number.

    >>> _written("a\nb \x00 \uffff")
    'a b \\x00 \\uffff'
    """
    return _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", one_line(text))


_NO_XML: Final = re.compile("[\ufffe\uffff]")
"""What is left of the characters that XML 1.0 excludes, where nothing is unseen."""
