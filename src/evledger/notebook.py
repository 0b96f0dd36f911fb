"""What a notebook shows of a ledger, a view and a score: small pieces of HTML.

Nothing in them runs, and all that strangers wrote is text.
Notebooks ask a value's ``_repr_html_`` for them.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from evledger import pictures
from evledger.legible import one_line, shortened
from evledger.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evledger.chain import Head
    from evledger.pictures import Picture
    from evledger.scoring import Score
    from evledger.view import View

__all__ = ["html_of_score", "html_of_view"]


def html_of_view(view: View) -> str:
    """Return what a notebook shows of a view, and of a ledger at its head.

    Args:
        view: of a ledger.

    Returns:
        A fragment of HTML: title, head and counts, the mix of evidence, its table in a fold.

    >>> import evledger
    >>> with evledger.open("memory:") as store:
    ...     semax = store.create("semax", title="Semax <b>", by="curator")
    ...     "<strong>Semax &lt;b&gt;</strong>" in html_of_view(semax.view())
    True
    """
    counts = view.counts
    claims = counted(counts.counted, "claim that counts", "claims that count")
    told = [
        counted(counts.sources, "source"),
        claims,
        counted(len(view.questions), "question"),
        counted(len(view.gaps), "gap"),
    ]
    place = f"{view.ledger} at {_short(view.head)}: {', '.join(told)}"
    lines = [f"<strong>{_text(str(view.title))}</strong>", _text(place), *map(_text, view.warnings)]
    return _fragment(lines, pictures.mix(view), view.head)


def html_of_score(score: Score) -> str:
    """Return what a notebook shows of a score: its value and label, its formula, its cautions."""
    lines = [
        f"<strong>{_text(f'{score.scorer}, version {score.version}')}</strong>",
        _text(f"of {_short(score.head)}"),
        *(f"<code>{_text(line)}</code>" for line in [score.formula] if line),
        *(_text(f"{caution.name}: {caution.text}") for caution in score.cautions),
    ]
    return _fragment(lines, pictures.scores(score), score.head)


def _fragment(lines: Iterable[str], picture: Picture, head: Head) -> str:
    """Put lines of HTML, a picture and its table together, with the style of the picture."""
    told = "".join(f"<p>{line}</p>" for line in lines)
    drawn = picture.inline(prefix=f"{head.size}-{head.hash[:12]}-")
    return (
        f'<div class="evl-notebook"><style>{pictures.STYLE}{_STYLE}</style>'
        f"{told}{drawn}{_table(picture)}</div>"
    )


# A notebook's own theme may be light where the system is dark: the picture brings its paper.
_STYLE: Final = """\
.evl-notebook .evl-picture { background: var(--evl-picture-paper); padding: 0.75em; }
.evl-notebook td, .evl-notebook th { padding: 0 0.5em; }
.evl-notebook p { margin: 0 0 0.4em; overflow-wrap: anywhere; }
.evl-notebook td + td, .evl-notebook th + th { text-align: right; }
"""


def _table(picture: Picture) -> str:
    if not picture.rows:
        return ""
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in picture.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in picture.rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<details><summary>The numbers</summary>{table}</details>"


def _short(head: Head) -> str:
    return f"{head.size}-{head.hash[:8]}…"


def _text(text: str) -> str:
    return escape(shortened(one_line(text), _LONGEST))


_LONGEST: Final = 500  # a title, a caution or a label of more has been made to be in the way
