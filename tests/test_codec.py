"""Events to canonical bytes and back: nothing is lost, and nothing else is taken."""

from __future__ import annotations

import json
import re
from typing import Any

import attrs
import msgspec
import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evledger import (
    About,
    Attachment,
    ClaimTagged,
    ComponentMapped,
    EvidenceLinked,
    GapNoted,
    Hidden,
    QuestionCreated,
    SourceAdded,
)
from evledger.codec import (
    MAX_DEPTH,
    MAX_LINE,
    Line,
    canonical,
    check_line,
    is_list,
    is_object,
    parse_canonical,
    parse_json,
    read_line,
    write_line,
)
from evledger.events import (
    Event,
    Id,
    Ref,
    Text,
    builtin_events,
    drop,
    event,
    identity,
    key,
    plain,
    ref,
    sealed,
)
from evledger.exceptions import Invalid
from evledger.locators import normalise
from evledger.schema import Draft, Names, seal
from evledger.testing import events, json_values
from evledger.vocabulary import Vocabulary

VOCABULARY = Vocabulary()
EACH = 25  # examples of each of the two dozen types
AT = "2026-11-22T10:00:00.000000Z"

# -- canonical JSON ----------------------------------------------------------------------


@given(json_values())
def test_canonical_is_rfc8785(value: Any) -> None:
    """Under the format's rules our encoding is the reference implementation's."""
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("start", range(0, 0x300, 0x40))
def test_every_low_code_point(start: int) -> None:
    """Each code point below U+0300 is escaped, or not, as RFC 8785 has it."""
    for code in range(start, start + 0x40):
        assert canonical(chr(code)) == rfc8785.dumps(chr(code)), hex(code)


def test_code_points_of_every_block() -> None:
    """Code points from every part of Unicode, its edges and non-characters, are written alike."""
    edges = (0xD7FF, 0xE000, 0xFDD0, 0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF)
    codes = [*range(0x300, 0xD800, 37), *range(0xE000, 0x110000, 997), *edges]
    codes += [0x2028, 0x2029]
    wrong = [hex(code) for code in codes if canonical(chr(code)) != rfc8785.dumps(chr(code))]
    assert wrong == []


@given(json_values())
def test_canonical_round_trip(value: Any) -> None:
    """What is written and read again is the same value."""
    assert parse_canonical(canonical(value)) == value


pieces = st.sampled_from(
    [
        *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u00e9", b"\\ud800", b"\\u0041"),
        *(b" ", b"\n", b'"a"', b'"b":1', b'{"a":1}', b"1", b"0", b"-0", b"1.0", b"1e3", b"true"),
        *(b"null", b"9007199254740991", b"9007199254740992", b"\xc3\xa9", b"\xff", b"\xed\xa0\x80"),
    ]
)


@given(st.binary(max_size=40) | st.lists(pieces, max_size=12).map(b"".join))
def test_any_bytes_are_canonical_or_refused(text: bytes) -> None:
    """Any bytes are refused as Invalid, or are what encoding their value gives."""
    check_canonical_or_refused(text)


def check_canonical_or_refused(text: bytes) -> None:
    """Check that bytes are refused, or are what encoding their value gives."""
    try:
        value = parse_canonical(text)
    except Invalid:
        return
    assert canonical(value) == text


@given(json_values(), st.data())
def test_changed_bytes_are_canonical_or_refused(value: Any, data: st.DataObject) -> None:
    """The same holds of canonical text in which one byte was changed."""
    text = bytearray(canonical(value))
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    check_canonical_or_refused(bytes(text))


def nested(levels: int, inner: str) -> bytes:
    """Return an array within arrays."""
    return ("[" * levels + inner + "]" * levels).encode()


@pytest.mark.parametrize(
    "text",
    [
        *(b"1.0", b"1e3", b"1E3", b"-0", b"0.1", b"01", b"+1", b"NaN", b"Infinity", b"-Infinity"),
        *(str(n).encode() for n in (2**53, -(2**53), 2**53 + 1, 2**63, 2**64, 2**70)),
        *(b"1" * 5000, b"-1" + b"0" * 400),
        *(b'"\\ud800"', b'"\\udc00"', b'"\\ud800\\u0041"', b'"\xed\xa0\x80"', b'"\xff"'),
        *(b'"\\u0041"', b'"\\/"', b'"\\u00e9"', b'"\\u001F"', b'"\\u000a"', b'"\n"', b'"\x00"'),
        *(b'{"a":1,"a":1}', b'{"a":1,"a":2}', b'{"b":1,"a":2}', b'{"a": 1}', b"[1, 2]", b" 1"),
        *(b"1\n", b"1 1", b"{}{}", b"[1,]", b'{"a":1,}', b"", b" ", b"nul", b"null", b"[null]"),
        *('{"é":1}'.encode(), b'{"\\u00e9":1}', b'{"\x7f\xc2\x80":1}', b"\xef\xbb\xbf1"),
        *(nested(MAX_DEPTH + 1, "1"), nested(MAX_DEPTH + 1, ""), nested(100_000, "")),
        *(b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), b"'a'", b"{a:1}", b"tru"),
    ],
    ids=lambda text: f"{text[:24]!r} {len(text)}",
)
def test_what_encoding_never_writes_is_refused(text: bytes) -> None:
    """Whatever breaks a rule of the format is Invalid, though other decoders may take it."""
    with pytest.raises(Invalid):
        parse_canonical(text)


@pytest.mark.parametrize(
    "text",
    [nested(MAX_DEPTH, "1"), nested(MAX_DEPTH, ""), b"9007199254740991", b"-9007199254740991"],
    ids=["deep", "deep and empty", "large", "small"],
)
def test_limits_are_inclusive(text: bytes) -> None:
    """What just keeps to a limit is taken."""
    assert canonical(parse_canonical(text)) == text


NOT_HELD: list[tuple[Any, str]] = [
    (1.0, "float"),
    ([None], "NoneType"),
    (2**53, r"outside ±\(2\^53-1\)"),
    ({"é": 1}, "'é' is not ASCII"),
    ({1: 1}, "1 is not ASCII"),
    ({"a": {1, 2}}, "set"),
    (b"x", "bytes"),
    ("\ud800", "surrogates"),
    ([[]] * 2 + [json.loads(nested(40, "1"))], "deeper than 32"),
]


@pytest.mark.parametrize(("value", "message"), NOT_HELD)
def test_values_that_no_ledger_holds(value: Any, message: str) -> None:
    """Encoding refuses what the format forbids, and says what it is."""
    with pytest.raises(Invalid, match=message):
        canonical(value)


@given(json_values())
def test_parse_json_takes_any_form(value: Any) -> None:
    """JSON of any form, as people write it, is read under the same rules."""
    assert parse_json(json.dumps(value, indent=1).encode()) == value


# -- lines -------------------------------------------------------------------------------


def line_of(draft: Draft, **changes: Any) -> Line:
    """Make a line of a draft."""
    fields = dict(zip(("keys", "refs", "drops"), draft.names, strict=True))
    sealed = dict.fromkeys(draft.sealed, "ab" * 32)
    line = Line(
        at=AT,
        by="curator",
        data=msgspec.Raw(draft.data),
        n=1,
        sealed=sealed,
        type=draft.type,
        v=draft.v,
        **fields,
    )
    return msgspec.structs.replace(line, **changes)


GOOD = json.loads(write_line(line_of(VOCABULARY.draft(GapNoted(id="g1", text="x")))))


@pytest.mark.parametrize(
    "change",
    [
        *({"n": -1}, {"n": "1"}, {"n": True}, {"n": None}, {"v": 0}, {"v": "1"}, {"extra": 1}),
        *(
            {"at": "2026-11-22"},
            {"at": "2026-11-22T10:00:00Z"},
            {"at": "1969-12-31T23:59:59.000000Z"},
        ),
        *({"at": "2026-13-01T10:00:00.000000Z"}, {"at": "2026-11-22T24:00:00.000000Z"}, {"at": 1}),
        *({"at": "2026-11-22T10:00:60.000000Z"}, {"at": "2026-11-22T10:00:00.000000+00:00"}),
        *({"at": "2026-02-30T10:00:00.000000Z"}, {"at": "2027-02-29T10:00:00.000000Z"}),
        *(
            {"by": ""},
            {"by": "a\nb"},
            {"by": "a\x7f"},
            {"by": "a\x85"},
            {"by": "x" * 201},
            {"by": 1},
        ),
        *({"type": ""}, {"type": "Gap"}, {"type": "gap_noted"}, {"type": "a:b:c"}, {"type": "1a"}),
        *({"keys": []}, {"keys": ["b", "a"]}, {"keys": ["a", "a"]}, {"keys": [""]}, {"keys": [1]}),
        *({"keys": ["a b"]}, {"keys": "a"}, {"refs": []}, {"drops": []}, {"refs": ["b", "a"]}),
        *({"sealed": {}}, {"sealed": {"text": "ab" * 32}}, {"sealed": {"quote": "AB" * 32}}),
        *({"sealed": {"quote": "ab" * 31}}, {"sealed": ["quote"]}, {"data": []}, {"data": "x"}),
    ],
    ids=repr,
)
def test_lines_that_break_a_rule(change: dict[str, Any]) -> None:
    """A line with a field that is not of the format is Invalid."""
    value = {name: item for name, item in (GOOD | change).items() if item is not None}
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(Invalid):
        check_line(text)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_lines_that_lack_a_field(name: str) -> None:
    """Each field but the names is needed; without its keys a line is still one."""
    text = canonical({field: value for field, value in GOOD.items() if field != name})
    if name == "keys":
        assert check_line(text)[0].keys == ()
    else:
        with pytest.raises(Invalid):
            check_line(text)


@given(st.binary(max_size=60) | json_values().map(canonical))
def test_any_bytes_are_no_line(text: bytes) -> None:
    """Bytes that are no line are Invalid to whoever reads them, and no other error."""
    for read in (check_line, read_line):
        with pytest.raises(Invalid):
            read(text)


def test_longest_line() -> None:
    """A line of 65,535 bytes is written; one byte more is refused, with the advice to attach."""
    room = MAX_LINE - len(write_line(line_of(VOCABULARY.draft(GapNoted(id="g1", text="x"))))) + 2
    text = write_line(line_of(VOCABULARY.draft(GapNoted(id="g1", text="x" * room))))
    assert len(check_line(text[:-1])[0].data) > MAX_LINE - 300
    assert len(text) == MAX_LINE + 1
    with pytest.raises(Invalid, match=r"65,536 bytes, the limit is 65,535; .*attachment"):
        write_line(line_of(VOCABULARY.draft(GapNoted(id="g1", text="x" * (room + 1)))))
    with pytest.raises(Invalid, match="longer than 65,535"):
        check_line(b" " * (MAX_LINE + 1))


# -- events ------------------------------------------------------------------------------


def evolved(event: Any, **changes: Any) -> Any:
    """Return an event with other values; to type checkers events are no attrs classes."""
    return attrs.evolve(event, **changes)


def normal(value: Any) -> Any:
    """Return an event as it is after writing: each locator in its normal form, and once."""
    changes: dict[str, Any] = {}
    for name in ("locators", "mentions", "locators_added", "locators_dropped"):
        if hasattr(value, name):
            found = dict.fromkeys(normalise(locator) for locator in getattr(value, name))
            changes[name] = tuple(found)
    if getattr(value, "notice", None):
        changes["notice"] = normalise(value.notice)
    return evolved(value, **changes)


@pytest.mark.parametrize("cls", builtin_events(), ids=lambda cls: cls.type)
@settings(max_examples=EACH)
@given(st.data())
def test_events_round_trip(cls: type[Event], data: st.DataObject) -> None:
    """Every event, drafted, written, checked and read, is the event it was."""
    before = data.draw(events(cls))
    draft = VOCABULARY.draft(before)
    text = write_line(line_of(draft))
    line, _ = check_line(text.removesuffix(b"\n"))
    kind = VOCABULARY.type_of(cls.type)
    assert kind is not None
    kind.check(line)
    given = {name: kind.convert(name, json.loads(v)[2]) for name, v in draft.sealed.items()}
    assert VOCABULARY.event(line, given) == normal(before)


@pytest.mark.parametrize("cls", builtin_events(), ids=lambda cls: cls.type)
@settings(max_examples=EACH)
@given(st.data())
def test_drafts_hold_each_field_once(cls: type[Event], data: st.DataObject) -> None:
    """Each field that is not None is either in the data or sealed, never in both."""
    before = data.draw(events(cls))
    draft = VOCABULARY.draft(before)
    open_fields = json.loads(draft.data).keys()
    present = {a.name for a in attrs.fields(cls) if getattr(before, a.name) is not None}  # type: ignore[arg-type]
    assert open_fields | draft.sealed.keys() == present
    assert open_fields.isdisjoint(draft.sealed)
    assert draft.data == canonical(json.loads(draft.data))


@given(events(SourceAdded), st.sets(st.sampled_from(["venue", "url", "basis", "mentions"])))
def test_callers_seal_more(source: SourceAdded, fields: set[str]) -> None:
    """A caller seals any field that is no key and no ref; what is absent needs no seal."""
    draft = VOCABULARY.draft(seal(source, *fields))
    wanted = {name for name in fields if getattr(source, name) is not None}
    assert draft.sealed.keys() >= wanted
    openings = {name: json.loads(value) for name, value in draft.sealed.items()}
    assert {tuple(o[:2]) for o in openings.values()} == {("source-added", n) for n in openings}


@pytest.mark.parametrize("field", ["id", "locators", "nonsense"])
def test_names_cannot_be_sealed(field: str) -> None:
    """A key, a ref, or what is no field at all, cannot be sealed."""
    source = SourceAdded(id="s1", kind="review", title="A")
    with pytest.raises(Invalid, match=f"{field}' is not a field that can be sealed"):
        VOCABULARY.draft(seal(source, field))


def sealed_of(value: Event) -> set[str]:
    """Return what is sealed of an event without anybody asking."""
    return set(VOCABULARY.draft(value).sealed)


def test_what_is_sealed_by_default() -> None:
    """Quotes, askers, messages, and the authors and titles of social posts are sealed."""
    capture = Attachment(digest="ab" * 32, size=1, media_type="text/html")
    paper = SourceAdded(id="s1", kind="review", title="A", authors=("B",), capture=capture)
    claim = ClaimTagged(id="c1", source="s1", text="A", tier="human", stance="mixed", quote="B")
    found = [
        sealed_of(paper),
        sealed_of(evolved(paper, platform="reddit")),
        sealed_of(claim),
        sealed_of(QuestionCreated(id="q1", text="A", asker="B")),
        sealed_of(QuestionCreated(id="q1", text="A", channel="sms")),
    ]
    assert found == [set(), {"title", "authors", "capture"}, {"quote"}, {"asker"}, {"text"}]


# -- strictness --------------------------------------------------------------------------

SOURCE = {"id": "s1", "kind": "review", "title": "A"}
CLAIM = {"id": "c1", "source": "s1", "text": "A", "tier": "human", "stance": "mixed"}


@pytest.mark.parametrize(
    ("kind", "data", "named"),
    [
        ("source-added", SOURCE | {"title": 7}, "title"),
        ("source-added", SOURCE | {"title": None}, "title"),
        ("source-added", SOURCE | {"title": True}, "title"),
        ("source-added", SOURCE | {"title": ["A"]}, "title"),
        ("source-added", SOURCE | {"author_count": "7"}, "author_count"),
        ("source-added", SOURCE | {"author_count": True}, "author_count"),
        ("source-added", SOURCE | {"author_count": 7.0}, "author_count"),
        ("source-added", SOURCE | {"authors": [7]}, "authors"),
        ("source-added", SOURCE | {"authors": [None]}, "authors"),
        ("source-added", SOURCE | {"authors": "A"}, "authors"),
        ("source-added", SOURCE | {"authors": {"a": 1}}, "authors"),
        ("source-added", SOURCE | {"kind": "paper"}, "kind"),
        ("source-added", SOURCE | {"sex": "f"}, "sex"),
        ("source-added", {"id": "s1", "kind": "review"}, "title"),
        ("source-added", SOURCE | {"capture": {"digest": "x", "size": "7"}}, "size"),
        ("claim-tagged", CLAIM | {"about": {"components": [1]}}, "about"),
        ("claim-tagged", CLAIM | {"about": {"colour": "red"}}, "colour"),
        ("claim-tagged", CLAIM | {"about": "x"}, "about"),
        ("claim-tagged", [], "claim-tagged"),
        ("claim-tagged", None, "claim-tagged"),
        ("claim-tagged", "x", "claim-tagged"),
        ("nonsense", {}, "nonsense"),
    ],
    ids=repr,
)
def test_structuring_is_strict(kind: str, data: Any, named: str) -> None:
    """Plain data of another shape is refused, and the message names the field."""
    with pytest.raises(Invalid, match=named):
        VOCABULARY.structure(kind, data)


@pytest.mark.parametrize("cls", builtin_events(), ids=lambda cls: cls.type)
@settings(max_examples=EACH)
@given(st.data())
def test_structuring_gives_the_event(cls: type[Event], data: st.DataObject) -> None:
    """An event's own plain data is structured into that event."""
    before: Any = data.draw(events(cls))
    plain_data = msgspec.json.decode(msgspec.json.encode(attrs.asdict(before)))
    wanted = _without_none(plain_data)
    assert VOCABULARY.structure(cls.type, wanted) == before


def _without_none(value: Any) -> Any:
    if is_object(value):
        return {name: _without_none(item) for name, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if is_list(value) else value


@pytest.mark.parametrize("cls", builtin_events(), ids=lambda cls: cls.type)
@settings(max_examples=EACH)
@given(st.data())
def test_malformed_data_is_invalid(cls: type[Event], data: st.DataObject) -> None:
    """Whatever stands in place of the data, or of one of its fields, is taken or Invalid."""
    anything = json_values(8) | st.none() | st.floats(allow_nan=False) | st.just([None])
    good = _without_none(msgspec.json.decode(msgspec.json.encode(data.draw(events(cls)))))
    name = data.draw(st.sampled_from([*good, "nonsense"]))
    bad = data.draw(anything | anything.map(lambda value: good | {name: value}))
    try:
        made = VOCABULARY.structure(cls.type, bad)
    except Invalid:
        return
    assert type(made) is cls


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (GapNoted(id="g1", text=7), "text"),  # type: ignore[arg-type]
        (GapNoted(id="g1", text=None), "text"),  # type: ignore[arg-type]
        (GapNoted(id="g1", text=""), "text"),
        (GapNoted(id="g1", text=b"x"), "text"),  # type: ignore[arg-type]
        (GapNoted(id="G1", text="x"), "id"),
        (GapNoted(id="g1\n", text="x"), "id"),
        (GapNoted(id=1, text="x"), "id"),  # type: ignore[arg-type]
        (GapNoted(id="g1", text="\ud800"), "gap-noted"),
        (SourceAdded(id="s1", kind="x", title="A"), "kind"),  # type: ignore[arg-type]
        (SourceAdded(id="s1", kind="review", title="A", authors=("",)), "authors"),
        (SourceAdded(id="s1", kind="review", title="A", authors=("x",) * 201), "authors"),
        (SourceAdded(id="s1", kind="review", title="A", authors=("x", 1)), "authors"),  # type: ignore[arg-type]
        (SourceAdded(id="s1", kind="review", title="A", author_count=True), "author_count"),
        (SourceAdded(id="s1", kind="review", title="A", author_count=1.0), "author_count"),  # type: ignore[arg-type]
        (SourceAdded(id="s1", kind="review", title="A", author_count=-1), "author_count"),
        (SourceAdded(id="s1", kind="review", title="A", author_count=2**53), "author_count"),
        (SourceAdded(id="s1", kind="review", title="A", published="2018-13"), "published"),
        (SourceAdded(id="s1", kind="review", title="A", locators=("nonsense",)), "nonsense"),
        (SourceAdded(id="s1", kind="review", title="A", locators=(5,)), "locators"),  # type: ignore[arg-type]
        (SourceAdded(id="s1", kind="review", title="A", locators=5), "locators"),  # type: ignore[arg-type]
        (SourceAdded(id="s1", kind="review", title="A", locators=None), "locators"),  # type: ignore[arg-type]
        (ClaimTagged(**CLAIM, about={"colour": "red"}), "about"),  # type: ignore[arg-type]
        (ClaimTagged(**CLAIM, about=About(components=("",))), "components"),  # type: ignore[arg-type]
        (ComponentMapped(id="k1", component="a", layer="b", sibling="Not a slug"), "sibling"),
    ],
    ids=lambda value: repr(value)[:300],
)
def test_drafting_is_strict(wrong: Event, named: str) -> None:
    """An event with a value of another type is refused when it is drafted, and the field named."""
    with pytest.raises(Invalid, match=named):
        VOCABULARY.draft(wrong)


@pytest.mark.parametrize("both", [{"claim": "c1", "source": "s1"}, {}], ids=["both", "none"])
def test_link_joins_exactly_one(both: dict[str, Any]) -> None:
    """A link with both a claim and a source, or with neither, cannot be made."""
    with pytest.raises(Invalid, match="exactly one"):
        EvidenceLinked(question="q1", relation="answers", **both)
    with pytest.raises(Invalid, match="exactly one"):
        VOCABULARY.structure("evidence-linked", {"question": "q1", "relation": "answers", **both})


# -- classes of others -------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Well:
    """A value within an event, with names of its own."""

    label: Text = key("well")  # noqa: RUF009  # a field, not a shared default
    plate: Ref | None = ref("plate", default=None)  # noqa: RUF009  # the same
    reads: tuple[int, ...] = ()


@event("mylab:plate-run")
class PlateRun(Event):
    """An event with every mark there is."""

    id: Id = identity("run", "r")
    plate: Id = key("plate", letters="p", replaces=True)
    source: Ref = ref("source")
    wells: tuple[Well, ...] = ()
    control: Well | None = None
    operator: Text | None = sealed(default=None)
    protocol: Text = key("protocol", parts=("source", "protocol"))
    retired: tuple[Text, ...] = drop("well", default=())
    seen_at: tuple[Text, ...] = plain(locator=True, default=())
    notes: dict[str, Any] | None = None


@event("mylab:dose-given", version=3)
class DoseGiven(Event):
    """An event whose shape has changed twice."""

    source: Ref = ref("source")
    micrograms: int


def dose_2(data: dict[str, Any]) -> dict[str, Any]:
    """Take version 1, which had milligrams as text."""
    return {"source": data["source"], "ug": int(data["milligrams"]) * 1000}


def dose_3(data: dict[str, Any]) -> dict[str, Any]:
    """Take version 2, which had a shorter name."""
    return {"source": data["source"], "micrograms": data["ug"]}


UPCASTERS = {("mylab:dose-given", 1): dose_2, ("mylab:dose-given", 2): dose_3}
MINE = Vocabulary([PlateRun, DoseGiven], UPCASTERS)


def test_names_of_a_downstream_class() -> None:
    """Nested classes, tuples, parts, replaced and dropped names all reach the line."""
    wells = (Well(label="a1", plate="p0"), Well(label="a2", reads=(1, 2)))
    run = PlateRun(
        id="r4",
        plate="p7",
        source="s1",
        wells=wells,
        control=Well(label="z9"),
        protocol="elisa",
        retired=("b1",),
        operator="me",
        seen_at=("https://doi.org/10.1000/X",),
    )
    draft = MINE.draft(run)
    keys = ("plate:p7", "protocol:s1/elisa", "run:r4", "well:a1", "well:a2", "well:z9")
    assert draft.names == Names(keys, ("plate:p0", "source:s1"), ("plate:p7", "well:b1"))
    assert (set(draft.sealed), draft.ids) == ({"operator"}, {"run:r": 4, "plate:p": 7})
    line, _ = check_line(write_line(line_of(draft)).removesuffix(b"\n"))
    kind = MINE.type_of("mylab:plate-run")
    assert kind is not None
    kind.check(line)
    expected = evolved(run, operator=Hidden.WITHHELD, seen_at=("doi:10.1000/x",))
    assert MINE.event(line, {"operator": Hidden.WITHHELD}) == expected


@settings(max_examples=60)
@given(events(PlateRun))
def test_downstream_events_round_trip(run: PlateRun) -> None:
    """A downstream event, with free JSON within, is read back as it was."""
    draft = MINE.draft(run)
    line, _ = check_line(write_line(line_of(draft)).removesuffix(b"\n"))
    kind = MINE.type_of(draft.type)
    assert kind is not None
    kind.check(line)
    given = {name: json.loads(value)[2] for name, value in draft.sealed.items()}
    assert MINE.event(line, given) == normal_of(run)


def normal_of(run: PlateRun) -> Any:
    """Return the run with normal locators."""
    return evolved(run, seen_at=tuple(dict.fromkeys(map(normalise, run.seen_at))))


@pytest.mark.parametrize(
    "notes", [{"a": 1.0}, {"a": None}, {"é": 1}, {"a": 2**53}, {"a": "\ud800"}]
)
def test_free_fields_keep_to_the_format(notes: dict[str, Any]) -> None:
    """A field of any JSON cannot bring in what the format forbids."""
    run = PlateRun(id="r4", plate="p7", source="s1", protocol="elisa", notes=notes)
    with pytest.raises(Invalid, match="mylab:plate-run"):
        MINE.draft(run)


def old_line(version: int, data: dict[str, Any]) -> Line:
    """Return a line of some version of a dose."""
    draft = Draft(
        "mylab:dose-given", version, canonical(data), Names((), ("source:s1",), ()), {}, {}
    )
    return line_of(draft)


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, {"source": "s1", "milligrams": "3"}),
        (2, {"source": "s1", "ug": 3000}),
        (3, {"source": "s1", "micrograms": 3000}),
    ],
)
def test_older_versions_are_upcast(version: int, data: dict[str, Any]) -> None:
    """Data of each older version is read as the class is now."""
    assert MINE.event(old_line(version, data)) == DoseGiven(source="s1", micrograms=3000)


@pytest.mark.parametrize(
    ("version", "data"),
    [(1, {"source": "s1"}), (1, {"source": "s1", "milligrams": "many"}), (2, {"ug": "x"})],
)
def test_upcaster_that_fails(version: int, data: dict[str, Any]) -> None:
    """Where an upcaster chokes on malformed data, the data is Invalid; nothing else is raised."""
    with pytest.raises(Invalid, match="mylab:dose-given"):
        MINE.event(old_line(version, data))


def test_unknown_types_and_newer_versions() -> None:
    """What nobody has registered, or a later version of it, is no event here, and no error."""
    newer = old_line(4, {"anything": 1})
    assert (MINE.event(newer), VOCABULARY.event(newer)) == (None, None)


def test_vocabulary_refuses_two_classes_of_one_type() -> None:
    """Two classes that claim one type are an error naming both."""

    @event("mylab:dose-given")
    class Other(Event):
        source: Ref = ref("source")

    with pytest.raises(Invalid, match=re.escape("DoseGiven") + ".*Other"):
        Vocabulary([DoseGiven, Other], UPCASTERS)


def test_vocabulary_wants_every_upcaster() -> None:
    """A class of version 3 needs an upcaster from 1 and from 2."""
    with pytest.raises(Invalid, match="version 3, but nothing upcasts version 2"):
        Vocabulary([DoseGiven], {("mylab:dose-given", 1): dose_2})


def test_class_that_is_not_registered() -> None:
    """An event of a class that no plugin brought is refused, and the message says how to."""
    with pytest.raises(Invalid, match=r"DoseGiven.*come in through a plugin"):
        VOCABULARY.draft(DoseGiven(source="s1", micrograms=1))


@pytest.mark.parametrize("name", ["", "Mylab:x", "mylab:", ":x", "a:b:c", "my lab:x", "x" * 65])
def test_event_names(name: str) -> None:
    """A name that is not of the format makes no event class."""
    with pytest.raises(Invalid, match="expected a name like"):
        event(name)


def test_vocabulary_lists_its_types() -> None:
    """A vocabulary holds the built-in types and those it was given."""
    assert list(MINE) == [*(cls.type for cls in builtin_events()), PlateRun.type, DoseGiven.type]
    assert ("mylab:dose-given" in MINE, "mylab:dose-given" in VOCABULARY) == (True, False)


@given(st.sets(st.integers(1, 10**6)), st.sets(st.integers(1, 10**6)))
@example(set(), set())
def test_counters_from_names(sources: set[int], runs: set[int]) -> None:
    """The highest number of each kind of id is found again among the names that are held."""
    held = [f"source:s{n}" for n in sources] + [f"run:r{n}" for n in runs]
    held += ["source:my-own", "doi:10.1000/s99999999", "tier:human"]
    expected = {"source:s": max(sources, default=0), "run:r": max(runs, default=0)}
    assert MINE.counters_of(held) == {name: n for name, n in expected.items() if n}
