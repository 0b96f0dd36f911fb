"""How a rule is made of a function that yields what it found, a reason and a remedy.

What was sealed may be forgotten, and a report of findings travels; so no finding repeats a
sealed value, open or not.
:func:`shown` and :func:`word` keep that for whoever writes a text.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import attrs

from evledger.checks.findings import Finding

if TYPE_CHECKING:
    import re

    from evledger.entries import Entry
    from evledger.view import View

__all__ = ["NamedRule", "Spot", "rule", "shown", "word"]


@attrs.frozen
class Spot:
    """Something that a rule found, and where.

    Attributes:
        target: the whole name of what it was found on; ``None`` for the ledger as a whole.
        text: what is wrong, in a sentence.
        related: the whole names of what else it concerns.
    """

    target: str | None
    text: str
    related: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class NamedRule:
    """A rule made of a function; see :func:`rule`.

    Attributes:
        name: by which it is asked for and waived.
        summary: what it looks for, in a sentence.
        why: why that matters.
        mend: what to do about it.
        find: gives what it finds in a view.
    """

    name: str
    summary: str
    why: str
    mend: str
    find: Callable[[View], Iterable[Spot]]

    def check(self, view: View) -> Iterator[Finding]:
        """Yield what is found, each with the rule's reason and remedy."""
        for found in self.find(view):
            yield Finding(
                rule=self.name,
                target=found.target,
                text=found.text,
                why=self.why,
                mend=self.mend,
                related=found.related,
            )


def rule(
    name: str, *, why: str, mend: str
) -> Callable[[Callable[[View], Iterable[Spot]]], NamedRule]:
    """Make a function a rule; the first line of its docstring says what it looks for.

    Args:
        name: by which it is asked for and waived.
        why: why what it finds matters.
        mend: what to do about it, with the very event.

    >>> @rule("no-gaps", why="Somebody always lacks something.", mend="Append gap-noted.")
    ... def no_gaps(view):
    ...     '''A ledger that says of nothing that it is not known.'''
    ...     if not view.gaps:
    ...         yield Spot(None, "no gap is noted")
    >>> no_gaps.name, no_gaps.summary
    ('no-gaps', 'A ledger that says of nothing that it is not known.')
    """

    def make(find: Callable[[View], Iterable[Spot]]) -> NamedRule:
        summary = (inspect.getdoc(find) or "").partition("\n")[0]
        return NamedRule(name=name, summary=summary, why=why, mend=mend, find=find)

    return make


# -- values that may be hidden -----------------------------------------------------------


def shown(entry: Entry, field: str) -> str:
    """Return a field's value for a finding's text, or say that it is sealed."""
    return f"[{field} sealed]" if field in entry.sealed else str(getattr(entry, field))


def word(entry: Entry, field: str, found: re.Match[str]) -> str:
    """Return the words that made a rule speak, in brackets; nothing where the field is sealed."""
    return "" if field in entry.sealed else f" ({found[0]!r})"
