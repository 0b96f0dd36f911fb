"""Choosing the importer that a file is for: by its content first, then by its suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evledger.exceptions import NotSupplied, blaming
from evledger.importing.contracts import Fit, Sniffer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.importing.contracts import Importer

__all__ = ["choose"]


def choose(importers: Sequence[Importer], path: str, start: bytes) -> Importer:
    """Return the importer that a file fits best.

    Args:
        importers: those there are.
        path: the file's, for its suffix.
        start: the beginning of what it holds.

    Raises:
        NotSupplied: none fits, or several do and nothing tells between them.
        PluginError: an importer failed over it; the message names it.
    """
    ranks = {importer.name: _rank(importer, path, start) for importer in importers}
    best = max(ranks.values(), default=_NO_RANK)
    fitting = [importer for importer in importers if ranks[importer.name] == best]
    if best > _NO_RANK and len(fitting) == 1:
        return fitting[0]
    if best > _NO_RANK:
        names = ", ".join(importer.name for importer in fitting)
        fits = "may be" if best[0] > Fit.NONE else "by its content is of no known, by its suffix"
        msg = f"{path!r} {fits} of several formats; name one of: {names}"
        raise NotSupplied(msg)
    known = ", ".join(f"{i.name} ({' '.join(i.suffixes)})" for i in importers) or "none"
    msg = f"no importer knows {path!r} by its content or suffix; name one of: {known}"
    raise NotSupplied(msg)


_NO_RANK = (Fit.NONE, False)


def _rank(importer: Importer, path: str, start: bytes) -> tuple[Fit, bool]:
    return _fit(importer, start), path.lower().endswith(importer.suffixes)


def _fit(importer: Importer, start: bytes) -> Fit:
    if not isinstance(importer, Sniffer):
        return Fit.NONE
    with blaming("importer", importer.name):
        return Fit(importer.sniff(start))
