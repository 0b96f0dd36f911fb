"""What readers see of titles and abstracts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Final

import pytest
from evledger_literature.formulas import formula
from evledger_literature.markup import paragraphs, plain, plain_element
from evledger_literature.scripts import is_of_figures, lowered, raised
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

INLINE: Final = (
    "i",
    "b",
    "em",
    "strong",
    "u",
    "scp",
    "italic",
    "jats:italic",
    "jats:anything",
    "I",
)
BLOCKS: Final = ("p", "div", "jats:p", "jats:sec", "li", "section")
HOSTILE: Final = (
    *("<", "<i ", "<sup>1", "<sup>" * 9 + "1", "<!--", "<!", "<?x", "<math>", "<math><mrow>x"),
    *("<mfrac>x", "<math></math><tex-math>", "<title>", "<title> ", "<p> ", "&amp;", "&a", "&#0"),
    *("</sup>", "</i>", "<i a", "<i a=", "\n \n", "<a:b:c>", "]]>", "&", "<title>x</title>\n"),
)

# Words, and signs that are no markup wherever they stand.
PIECES = st.sampled_from(
    ("rats", "p < 0.05", "n>3", "a<b", "IL-2", "R&D", "β", "x_1", "5 > 3 < 7", "<5", "<<", "é", "2")
)
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map(" ".join)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, str]:
    """Return a text with inline markup, and what readers see of it."""
    parts = draw(st.lists(st.tuples(TEXTS, st.sampled_from(("", *INLINE))), min_size=1, max_size=5))
    attributes = draw(st.sampled_from(("", ' class="a"', " title='1'")))
    markup = [f"<{tag}{attributes}>{text}</{tag}>" if tag else text for text, tag in parts]
    return " ".join(markup), " ".join(text for text, _ in parts)


@given(TEXTS)
def test_signs(text: str) -> None:
    """Signs that are meant stay."""
    assert plain(text) == text
    assert paragraphs(text) == text


@given(marked(), st.integers(0, 3))
def test_inline_markup(pair: tuple[str, str], times: int) -> None:
    """Markup vanishes and the text stays, however often all of it was escaped."""
    markup, text = pair
    for _ in range(times):
        markup = html.escape(markup)
    assert plain(markup) == text
    assert paragraphs(markup) == text


@given(marked())
def test_words_stay_whole(pair: tuple[str, str]) -> None:
    """Inline markup within a word does not part it, and a line's break does."""
    markup, text = pair
    assert plain(f"x<i>{markup}</i>y") == f"x{text}y"
    assert plain(f"x<br/>{markup}<p>y</p>") == f"x {text} y"


@given(st.text() | st.lists(st.sampled_from(HOSTILE)).map("".join))
@example("\ud800&#xD800;&#0;&#x1F;\x07\u202e\ufeff")
@example("<sup><sup>1</sup></sup></sup>")
def test_any_text(text: str) -> None:
    """Of any text a line is left that can be shown and stored, or lines."""
    line, lines = plain(text), paragraphs(text)
    for seen in (line, *lines.splitlines()):
        assert seen == " ".join(seen.split())
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", seen)
    assert "\n\n" not in lines


@pytest.mark.parametrize("read", [plain, paragraphs])
@pytest.mark.parametrize("piece", HOSTILE)
def test_much_of_the_same(piece: str, read: Callable[[str], str]) -> None:
    """What begins again and again and never ends is read to its end; so it is where it ends."""
    read(piece * 20_000)
    read(f"<math>{piece * 8_000}</math>{'</sup>' * 8_000}")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Ca<sup>2+</sup> and H<sub>2</sub>O", "Ca²⁺ and H₂O"),
        ("10<sup>−3</sup> to 10<sup>-6</sup> M", "10⁻³ to 10⁻⁶ M"),
        ("<sup>99m</sup>Tc, CD4<sup>+</sup>, CD4<sup>lo</sup>", "⁹⁹mTc, CD4⁺, CD4lo"),
        ("Apoe<sup>-/-</sup> and T<sub>max</sub>, IC<sub>50</sub>", "Apoe⁻/⁻ and Tmax, IC₅₀"),
        ("CO<inf>2</inf> <ce:inf>3</ce:inf> <jats:sub>4</jats:sub>", "CO₂ ₃ ₄"),
        ("H<sub><i>2</i></sub>O", "H₂O"),
        ("10&lt;sup&gt;-3", "10-3"),
        ("a<sup/>2<sub />3", "a23"),
        ("AT&amp;amp;amp;T &copy; &#150; &#x3b2; &nosuch; &ampere", "AT&T © – β &nosuch; &ampere"),
        ("IL-6 <p and q> of <foo> and <x:i>", "IL-6 <p and q> of <foo> and <x:i>"),
        ("<!-- no --><![CDATA[yes]]><?pi no?>", "yes"),
        ('He said <q>no</q> <a href="http://a/b?c=d">here</a>', "He said “no” here"),
        ("soft\xadhyphen\ufeff and \u200bmarks\u202e", "softhyphen and marks"),
        ("A&nbsp;B\u2028C\u3000D\x85E", "A B C D E"),
        ("<jats:title>Abstract</jats:title><jats:p>A</jats:p>", "Abstract A"),
        ("", ""),
    ],
)
def test_titles(markup: str, text: str) -> None:
    """Titles as publishers write them are read as their readers see them."""
    assert plain(markup) == text


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(BLOCKS))
def test_blocks(parts: list[str], tag: str) -> None:
    """Each block is a paragraph, and line breaks within it are blanks."""
    markup = "".join(f"<{tag}>{part.replace(' ', chr(10))}</{tag}>\n" for part in parts)
    assert paragraphs(markup) == "\n".join(parts)
    assert plain(markup) == " ".join(parts)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(("\n", "\r\n", "\n\n", " \n\t\n")))
def test_lines(parts: list[str], end: str) -> None:
    """Where nothing marks paragraphs, lines are."""
    assert paragraphs(end.join(parts)) == "\n".join(parts)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<jats:title>Abstract</jats:title>A", "A"),
        (
            "<sec><title>Methods</title><p>In rats.</p><p>Twice.</p></sec>",
            "Methods: In rats.\nTwice.",
        ),
        ("<h4>AIM: </h4>To see.<h4>Results.</h4>Seen.", "AIM: To see.\nResults: Seen."),
        ("<title>Why</title>", "Why:"),
        ("<title></title><p>A</p>", "A"),
        ("<title>Why<p>So</p>", "Why\nSo"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<b>Background:</b> A<br>B", "Background: A\nB"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("", ""),
    ],
)
def test_abstracts(markup: str, text: str) -> None:
    """Headings stand before their paragraphs."""
    assert paragraphs(markup) == text


# -- elements ----------------------------------------------------------------------------


@given(st.lists(st.tuples(TEXTS, st.sampled_from((*INLINE[:7], "sup", "new"))), max_size=5), TEXTS)
def test_elements(parts: list[tuple[str, str]], tail: str) -> None:
    """An element is read as its markup is, whatever the elements in it are called."""
    root = etree.Element("Title")
    root.text = "A"
    for text, tag in parts:
        child = etree.SubElement(root, tag)
        child.text, child.tail = text, tail
    known = [(text, "i" if tag == "new" else tag) for text, tag in parts]
    markup = "".join(f"<{tag}>{text}</{tag}>{tail}" for text, tag in known)
    assert plain_element(root) == plain("A" + markup)


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<t>a<!-- no --><?no?>b &lt;i&gt;c&lt;/i&gt; &amp;lt; d</t>", "ab c < d"),
        ("<t xmlns:m='uri:m'>A <m:math><m:msup>x<m:mn>2</m:mn></m:msup></m:math> b</t>", "A x² b"),
        ("<t><math>x<annotation>y</annotation></math><mi>a</mi><mé>b</mé></t>", "xab"),
        ("<t><a href='b'>c</a><sup>2</sup><p>d</p></t>", "c² d"),
        ("<t/>", ""),
    ],
)  # fmt: skip
def test_xml(xml: str, text: str) -> None:
    """Comments and instructions are not seen, formulas are, and what is escaped is read."""
    assert plain_element(etree.fromstring(xml)) == text


# -- superscripts, subscripts and formulas -----------------------------------------------


@given(st.text("0123456789+-−–", min_size=1))
def test_figures(text: str) -> None:
    """Every figure can be raised and lowered, and is told apart from the line's."""
    assert is_of_figures(text)
    assert not set(raised(text)) & set(text)
    assert not set(lowered(text)) & set(text)
    assert len(raised(text)) == len(lowered(text)) == len(text)


@given(st.text())
def test_letters_stay(text: str) -> None:
    """Nothing but figures is changed."""
    for moved in (raised(text), lowered(text)):
        changed = {a for a, b in zip(text, moved, strict=True) if a != b}
        assert changed <= set("0123456789+-−–")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<msup><mn>10</mn><mn>6</mn></msup>", "10⁶"),
        ("<msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup>", "x^(n+1)"),
        ("<msub><mi>V</mi><mi>max</mi></msub><msub><mi>H</mi><mn>2</mn></msub>", "V_maxH₂"),
        ("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>", "x₁²"),
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a+b)/2"),
        ("<msqrt><mi>n</mi></msqrt>", "√n"),
        ("<m:mi>p</m:mi><m:mo>&lt;</m:mo><m:mspace width='1'/><m:mn>5</m:mn>", "p&lt;5"),
        ("<semantics><mi>a</mi><annotation>\\a</annotation></semantics>", "a"),
        ("<mrow><mi>a", "a"),
        ("</mrow>a</mi>", "a"),
    ],
)
def test_formulas(markup: str, text: str) -> None:
    """No number of a formula reads as another."""
    assert formula(markup) == text


def test_formula_beside_tex() -> None:
    """A formula that is written in TeX and in MathML is read once; in TeX alone, as it stands."""
    tex, math = "<tex-math>$$a<b$$</tex-math>", "<mml:math><mml:mi>a</mml:mi></mml:math>"
    both = f"with <alternatives>{tex}{math}</alternatives> and {math}"
    assert plain(both) == "with a and a"
    assert plain(f"with {tex}.") == "with $$a<b$$."
