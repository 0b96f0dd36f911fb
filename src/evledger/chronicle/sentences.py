"""A sentence for every event of the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from evledger.chronicle.scene import Category, Scene, listed, quoted, whole
from evledger.events import About, builtin_events
from evledger.legible import within_sentence

__all__ = ["SENTENCES", "Said", "said"]


@attrs.frozen
class Said:
    """What is said of a record.

    Attributes:
        category: what it did.
        entry: the whole name of the entry that it concerns.
        text: a sentence; a full stop is added where it ends in none.
        words: the entry's own words, where it has any and the sentence does not repeat them.
    """

    category: Category
    entry: str | None
    text: str
    words: str | None = None


def said(scene: Scene) -> Said:
    """Return what a record did."""
    kind = scene.record.type
    if scene.event is None:
        return _closed(_unread(scene))
    return _closed(SENTENCES.get(kind, _foreign)(scene))


def _closed(given: Said) -> Said:
    """End the sentence, where it does not end by itself."""
    ends = given.text.rstrip("”").endswith((".", "!", "?", "…"))
    return given if ends else attrs.evolve(given, text=f"{given.text}.")


# -- what is not of the vocabulary -------------------------------------------------------


def _unread(scene: Scene) -> Said:
    kind = scene.record.type
    if kind in _BUILTIN:
        return Said("other", None, f"A record of type {kind} cannot be read, and changes nothing")
    return Said("other", _relied_on(scene), f"A record of type {kind}, which is not known here")


_BUILTIN: Final = frozenset(cls.type for cls in builtin_events())


def _foreign(scene: Scene) -> Said:
    return Said("other", _relied_on(scene), f"A record of a plugin's type, {scene.record.type}")


def _relied_on(scene: Scene) -> str | None:
    """Return the first entry that a plugin's record relies on."""
    return next(filter(None, map(whole, scene.record.refs)), None)


# -- the ledger itself -------------------------------------------------------------------


def _opened(scene: Scene) -> Said:
    return Said("text", "ledger", "The ledger was opened", quoted(scene.view.title))


def _described(scene: Scene) -> Said:
    changed = _listed(scene, "ledger", ("title", "subject", "tiers", "origin"))
    return Said("text", "ledger", f"The ledger was described anew{changed}")


def _section(scene: Scene) -> Said:
    name = f"section:{scene.event.section}"
    is_new = not scene.earlier.knows(name)
    done = "written" if is_new else "rewritten"
    text = f"The section {scene.event.section} was {done}"
    return Said("text" if is_new else "correction", name, text, scene.words(name))


def _component(scene: Scene) -> Said:
    name = f"component:{scene.event.id}"
    if scene.earlier.knows(name):
        changed = _listed(scene, name, ("component", "layer", "sibling"))
        return _of(scene, "correction", name, f"was mapped anew{changed}")
    layer = quoted(scene.value("layer", name))
    return _of(scene, "text", name, f"was mapped to {layer}")


# -- sources -----------------------------------------------------------------------------


def _source_added(scene: Scene) -> Said:
    name = f"source:{scene.event.id}"
    kind = scene.plain("kind", scene.value("kind", name))
    return _of(scene, "evidence", name, f"was added{_by_whom(scene)} ({kind})")


def _by_whom(scene: Scene) -> str:
    return "" if scene.value("assertion") == "manual" else " by a program"


_AMENDED: Final = (
    *("kind", "title", "authors", "author_count", "venue", "platform", "community"),
    *("published", "url", "language", "retrieved"),
)


def _source_amended(scene: Scene) -> Said:
    name = f"source:{scene.event.source}"
    more = [
        *(["another capture"] if scene.value("capture") is not None else []),
        *_locators("with", scene.event.locators_added),
        *_locators("without", scene.event.locators_dropped),
    ]
    changed = _listed(scene, name, _AMENDED, more)
    return _of(scene, "correction", name, f"was amended{changed}{scene.because()}")


def _locators(what: str, given: tuple[str, ...]) -> Iterator[str]:
    if given:
        yield f"{what} {', '.join(given)}"


_FLAGGED: Final[Mapping[object, tuple[Category, str]]] = {
    "retracted": ("retraction", "was retracted"),
    "reinstated": ("retraction", "was reinstated"),
    "corrected": ("correction", "was corrected by its publisher"),
    "concern": ("correction", "came under an expression of concern"),
    "unreachable": ("correction", "could be reached no longer"),
}


def _source_flagged(scene: Scene) -> Said:
    name, status = f"source:{scene.event.source}", scene.value("status")
    category, done = _FLAGGED.get(status, ("correction", f"was flagged {status}"))
    date, notice = scene.value("date"), scene.value("notice")
    told = f"according to {scene.value('according_to')}"
    when = f" in {date}" if date is not None and len(str(date)) < 10 else f" on {date}"
    done = f"{done}{when if date is not None else ''}, {told}"
    return _of(scene, category, name, done + (f" ({notice})" if notice is not None else ""))


_LINKED: Final[Mapping[object, str]] = {
    "duplicate-of": "a duplicate of",
    "version-of": "a version of",
    "notice-of": "a notice of",
    "part-of": "part of",
    "same-study": "of the same study as",
}


def _source_linked(scene: Scene) -> Said:
    event = scene.event
    relation = _LINKED.get(event.relation, event.relation)
    basis = scene.because("basis")
    text = f"was said{_by_whom(scene)} to be {relation} {event.other}{basis}"
    return _of(scene, "evidence", f"source:{event.source}", text)


# -- claims ------------------------------------------------------------------------------


def _claim_tagged(scene: Scene) -> Said:
    event = scene.event
    name = f"claim:{event.id}"
    tier, stance = (scene.plain(f, scene.value(f, name)) for f in ("tier", "stance"))
    drawn = f"was drawn from {event.source}{_by_whom(scene)} ({tier}, {stance})"
    return _of(scene, "evidence", name, drawn)


_RETAGGED: Final = {"tier": "moved", "stance": "changed", "text": "reworded"}


def _claim_retagged(scene: Scene) -> Said:
    name = f"claim:{scene.event.claim}"
    done = [
        f"{verb}{_from(*turned)}"
        for field, verb in _RETAGGED.items()
        if (turned := scene.turned(name, field)) is not None
    ]
    if scene.turned(name, "about") is not None:
        done.append(f"related to {_about(scene)}")
    text = f"was {listed(done) or 'tagged anew, without a change'}{scene.because()}"
    told = _of(scene, "correction", name, text)
    return told if scene.event.text is None else attrs.evolve(told, words=None)


def _about(scene: Scene) -> str:
    """Return what a claim is about now; what it was about before, nobody needs to know."""
    about = scene.value("about")
    if not isinstance(about, About):
        return str(about)
    parts = [listed(about.components)] if about.components else []
    parts += [f"the outcome {quoted(about.outcome)}"] if about.outcome is not None else []
    parts += [f"the population {quoted(about.population)}"] if about.population is not None else []
    return listed(parts) or "nothing"


def _claim_withdrawn(scene: Scene) -> Said:
    name = f"claim:{scene.event.claim}"
    return _of(scene, "retraction", name, f"was withdrawn{scene.because()}")


def _reviewed(scene: Scene) -> Said:
    target: str = scene.event.target
    verdict = scene.value("verdict")
    category: Category = "review" if verdict == "accepted" else "retraction"
    entry = whole(target)
    text = f"{_called(target)} was {verdict} on review{scene.because()}"
    return Said(category, entry, text, scene.words(target) if entry == target else None)


def _called(target: str) -> str:
    """Call a target by what people read: ``c4``, or the link that it is."""
    kind, _, rest = target.partition(":")
    if kind != "link":
        return rest
    one, _, other = rest.partition("/")
    other, _, relation = other.rpartition("/")
    ends = (other, one) if relation in _BEARING else (one, other)
    return f"The link from {ends[0]} to {ends[1]} ({relation.replace('-', ' ')})"


# -- questions ---------------------------------------------------------------------------


def _question_created(scene: Scene) -> Said:
    name, channel = f"question:{scene.event.id}", scene.value("channel")
    came = f" by {channel}" if channel is not None else ""
    return _of(scene, "question", name, f"was asked{came}")


def _question_closed(scene: Scene) -> Said:
    return _of(scene, "question", _question(scene), f"was closed{scene.because()}")


def _question_withdrawn(scene: Scene) -> Said:
    return _of(scene, "question", _question(scene), f"was withdrawn{scene.because()}")


def _question(scene: Scene) -> str:
    return f"question:{scene.event.question}"


_BEARING: Final[Mapping[str, str]] = {
    "answers": "answers",
    "partly": "answers in part",
    "against": "speaks against",
}


def _evidence_linked(scene: Scene) -> Said:
    event = scene.event
    bearing = _BEARING.get(event.relation, event.relation)
    given = f"{event.claim or event.source} was linked{_by_whom(scene)} to {event.question}"
    text = f"{given}, which it {bearing}{scene.because('basis')}"
    return Said("question", _question(scene), text, scene.words(_question(scene)))


def _evidence_unlinked(scene: Scene) -> Said:
    event = scene.event
    given = f"{event.claim or event.source} was unlinked from {event.question}"
    text = f"{given} ({event.relation}){scene.because()}"
    return Said("question", _question(scene), text, scene.words(_question(scene)))


# -- what is not known -------------------------------------------------------------------


def _gap_noted(scene: Scene) -> Said:
    name = f"gap:{scene.event.id}"
    return _of(scene, "text", name, "was noted as a gap")


def _gap_closed(scene: Scene) -> Said:
    name = f"gap:{scene.event.gap}"
    return _of(scene, "text", name, f"is a gap no longer{scene.because()}")


def _caveat_noted(scene: Scene) -> Said:
    name = f"caveat:{scene.event.id}"
    return _of(scene, "text", name, "was noted as a caveat")


def _caveat_withdrawn(scene: Scene) -> Said:
    name = f"caveat:{scene.event.caveat}"
    return _of(scene, "text", name, f"is a caveat no longer{scene.because()}")


# -- housekeeping ------------------------------------------------------------------------


def _waived(scene: Scene) -> Said:
    target: str | None = scene.event.target
    about = "the ledger" if target is None else within_sentence(_called(target))
    entry = "ledger" if target is None else whole(target)
    text = f"The finding {scene.value('rule')} about {about} was let stand{scene.because()}"
    return Said("review", entry, text)


def _erased(scene: Scene) -> Said:
    event = scene.event
    entry = scene.erased_entry(event.n)
    place = f"Record {event.n}" if entry is None else f"{_called(entry)} (record {event.n})"
    fields = listed([f"its {field.replace('_', ' ')}" for field in event.fields])
    text = f"{place} had {fields} erased for good{scene.because('reason')}"
    return Said("erasure", entry, text, None if entry is None else scene.words(entry))


# -- the parts of sentences --------------------------------------------------------------


def _of(scene: Scene, category: Category, name: str, done: str) -> Said:
    """Return what was done with an entry, and have its own words beside it."""
    return Said(category, name, f"{name.partition(':')[2]} {done}", scene.words(name))


def _listed(scene: Scene, name: str, fields: Iterable[str], more: Iterable[str] = ()) -> str:
    """Say in brackets from what to what some fields of an entry were changed."""
    changed = [
        f"{field.replace('_', ' ')}{_from(*turned)}"
        for field in fields
        if (turned := scene.turned(name, field)) is not None
    ]
    return f" ({'; '.join(given)})" if (given := [*changed, *more]) else ""


def _from(before: str | None, after: str) -> str:
    return f" to {after}" if before is None else f" from {before} to {after}"


SENTENCES: Final[Mapping[str, Callable[[Scene], Said]]] = {
    "ledger-opened": _opened,
    "ledger-described": _described,
    "section-written": _section,
    "component-mapped": _component,
    "source-added": _source_added,
    "source-amended": _source_amended,
    "source-flagged": _source_flagged,
    "source-linked": _source_linked,
    "claim-tagged": _claim_tagged,
    "claim-retagged": _claim_retagged,
    "claim-withdrawn": _claim_withdrawn,
    "reviewed": _reviewed,
    "question-created": _question_created,
    "question-closed": _question_closed,
    "question-withdrawn": _question_withdrawn,
    "evidence-linked": _evidence_linked,
    "evidence-unlinked": _evidence_unlinked,
    "gap-noted": _gap_noted,
    "gap-closed": _gap_closed,
    "caveat-noted": _caveat_noted,
    "caveat-withdrawn": _caveat_withdrawn,
    "finding-waived": _waived,
    "fields-erased": _erased,
}
"""The sentence of each built-in event type."""
