"""PubMed's XML, as efetch and the files of its yearly baseline have it.

https://www.ncbi.nlm.nih.gov/books/NBK25499/, https://dtd.nlm.nih.gov/ncbi/pubmed/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Final

import attrs
from lxml import etree

from evledger.importing import Fit, Found, Item, ItemFlag, Note, Rejection
from evledger_literature.formats.citations import corrections_of, record_of
from evledger_literature.reading.elements import Piece, pieces, shown

if TYPE_CHECKING:
    from lxml.etree import _Element  # pyright: ignore[reportPrivateUsage]  # has no public name

__all__ = ["Citation", "PubMedXMLImporter", "citations"]

_NAMES: Final = ("PubmedArticle", "PubmedBookArticle", "DeleteCitation", "DeleteDocument")
_PARTS: Final = ("MedlineCitation", "BookDocument")
_ROOTS: Final = frozenset(
    {"BookDocumentSet", "MedlineCitationSet", "PubmedArticleSet", "PubmedBookArticleSet"}
)
_MARK: Final = re.compile(
    rf"<!DOCTYPE\s+(?:{'|'.join(_ROOTS)})\b|<(?:{'|'.join((*_ROOTS, *_NAMES, *_PARTS))})[\s/>]"
)
# What the DTD declares for all documents, so that some do not.
_SPACES: Final = (
    b'<_ xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink">'
)


class PubMedXMLImporter:
    """Reads PubMed's XML: articles, chapters and books, and what PubMed has deleted."""

    name = "pubmed-xml"
    suffixes = (".xml",)

    def sniff(self, start: bytes) -> Fit:
        """Know a file by the names of PubMed's elements."""
        text = start.replace(b"\0", b"").decode("ascii", errors="replace")  # UTF-16 as well
        return Fit.SURE if _MARK.search(text) else Fit.NONE

    def read(self, file: IO[bytes]) -> Iterator[Found]:
        """Yield the citations of a file, in order.

        Raises:
            Invalid: it holds none, or declares entities.
        """
        for each in citations(file):
            if not isinstance(each, Citation):
                yield each
            elif each.element.tag in {"DeleteCitation", "DeleteDocument"}:
                yield from _deleted(each)
            else:
                yield from _found(each)


@attrs.frozen
class Citation:
    """A citation of a file.

    Attributes:
        place: where it stands, for people.
        element: the citation.
        raw: its beginning, as it stood.
    """

    place: str
    element: _Element
    raw: str


def citations(file: IO[bytes]) -> Iterator[Citation | Rejection | Note]:
    """Yield the citations of a file, each parsed by itself, so that memory does not grow with it.

    Args:
        file: one document, several, or citations without any element around them.

    Raises:
        Invalid: it holds none, or declares entities.

    >>> import io
    >>> xml = b"<PubmedArticleSet><PubmedArticle><PMID>7</PMID></PubmedArticle></PubmedArticleSet>"
    >>> [each.element.tag for each in citations(io.BytesIO(xml))]
    ['PubmedArticle']
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        huge_tree=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
    )
    for piece in pieces(file, _NAMES, parts=_PARTS, roots=_ROOTS):
        yield _parsed(piece, parser) if isinstance(piece, Piece) else piece


def _parsed(piece: Piece, parser: etree.XMLParser) -> Citation | Rejection:
    raw = shown(piece.data)
    try:
        element = etree.fromstring(_SPACES + piece.data + b"</_>", parser)[0]
    except etree.XMLSyntaxError as error:
        return Rejection(piece.place, f"it is no well-formed XML: {error.msg}", raw)
    return Citation(piece.place, element, raw)


def _found(citation: Citation) -> Iterator[Found]:
    try:
        corrections = corrections_of(citation.element)
        record = record_of(citation.element, citation.place, corrections, raw=citation.raw)
    except RecursionError:
        yield Rejection(citation.place, "its elements are nested too deeply", citation.raw)
        return
    for said in corrections.unnamed:
        yield Note(citation.place, f"{said!r:.200} names a work without an identifier; look it up")
    yield from record.found()


def _deleted(citation: Citation) -> Iterator[Item]:
    """Tell of citations that PubMed has no more; their sources may be in the ledger."""
    for pmid in citation.element.iterfind("PMID"):
        locator = f"pmid:{(pmid.text or '').strip()}"
        flag = ItemFlag(status="unreachable", according_to="PubMed", of=(locator,))
        yield Item(place=f"{citation.place}, {locator}", flags=(flag,))
