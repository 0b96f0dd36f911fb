"""Templates: a folder may replace any of them, and what is wrong with one is said plainly."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from evledger_html import ArticlePage
from evledger_html.pages import policy

from evledger import GapNoted, Invalid, PluginError, Plugins, RenderContext
from evledger.rendering import render
from evledger.testing import Story

PLUGINS: Final = Plugins.builtin()
CONTEXT: Final = RenderContext(scorers=(), ranker=PLUGINS.ranker("tier"))
STORY: Final = Story(events=(GapNoted(id="g1", text="No trial in <women>."),))


def rendered(folder: Path) -> str:
    """Render by the templates of a folder, as a configuration file asks for it."""
    page = ArticlePage().configured({"templates": str(folder)})
    return render(page, STORY.view(), CONTEXT).text


def test_one_block_is_replaced(tmp_path: Path) -> None:
    """A template that extends the one it replaces changes one block, and all else stands."""
    (tmp_path / "article.html").write_text(
        '{% extends "standard/article.html" %}\n'
        "{% block disclaimer %}<p>By us: {{ article.unknown.gaps[0].text }}</p>{% endblock %}\n"
    )
    standard = ArticlePage().render(STORY.view(), CONTEXT).text
    own = rendered(tmp_path)
    assert "<p>By us: No trial in &lt;women&gt;.</p>" in own
    assert "no medical or other advice" in standard
    assert "no medical or other advice" not in own
    assert "What we do not know" in own


def test_one_macro_is_replaced(tmp_path: Path) -> None:
    """A macro is replaced by a file that takes the others over."""
    names = ("claim_card", "component", "folded", "question", "source_card")
    kept = "".join(f"{{% set {name} = standard.{name} %}}\n" for name in names)
    (tmp_path / "parts.html").write_text(
        f'{{% import "standard/parts.html" as standard %}}\n{kept}'
        "{% macro note(kind, note, places, anchors) %}<p>{{ kind }} of ours</p>{% endmacro %}\n"
    )
    assert "<p>gap of ours</p>" in rendered(tmp_path)


def test_a_style_is_added(tmp_path: Path) -> None:
    """A style of an operator's comes after ours, and the policy allows exactly the two."""
    (tmp_path / "own.css").write_bytes(b":root { --evl-link: rebeccapurple }\r\n")
    page = rendered(tmp_path)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert style[1].endswith(":root { --evl-link: rebeccapurple }\n")
    assert f'content="{policy(style[1], "")}"'.replace("'", "&#39;") in page


def test_nothing_is_configured() -> None:
    """Without parameters a page is as it was."""
    page = ArticlePage()
    assert page.configured({}) is page


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"templates": "/nowhere/at/all"}, "/nowhere/at/all is no folder"),
        ({"templates": 7}, "templates is 7; expected a path"),
        ({"templates": ""}, "templates is ''; expected a path"),
        ({"colour": "red"}, "there is no parameter 'colour'; known are: templates"),
    ],
)
def test_parameters_of_no_use(parameters: dict[str, object], words: str) -> None:
    """What cannot be configured is refused, with what can be."""
    with pytest.raises(Invalid, match=re.escape(words)):
        ArticlePage().configured(parameters)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one\n{% block x %}\n{% if %}", "line 3"),
        ("one\n{{ article.nothing }}", "line 2: 'evledger.article.values.Article object' has no"),
        ("one\n\n{{ 1 / 0 }}", "line 3: ZeroDivisionError"),
        ("{{ 7|nonsense }}", "line 1: No filter named 'nonsense'"),
        ('{% include "other.html" %}', "there is no template 'other.html'"),
    ],
)
def test_a_broken_template_is_named(tmp_path: Path, text: str, words: str) -> None:
    """Whatever is wrong with a template, file and line are named."""
    (tmp_path / "article.html").write_text(text)
    with pytest.raises(PluginError, match=r"article\.html") as caught:
        rendered(tmp_path)
    assert words in str(caught.value)


def test_a_style_that_is_no_text(tmp_path: Path) -> None:
    """A style in another encoding is refused by its name."""
    (tmp_path / "own.css").write_bytes(b"\xff\xfe")
    with pytest.raises(PluginError, match=r"own\.css of the templates is no UTF-8"):
        rendered(tmp_path)


# -- slips -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("artcle.html", "", "takes the place of nothing; call it 'article.html'"),
        ("embed/cards.html", "", "takes the place of nothing; call it 'embed/card.html'"),
        ("owm.css", "", "takes the place of nothing; call it 'own.css'"),
        (
            "article.html",
            '{% extends "standard/article.html" %}\n{% block disclamer %}{% endblock %}',
            "article.html, line 2: nothing shows a block 'disclamer'; did you mean 'disclaimer'?",
        ),
        (
            "changes.html",
            '{% extends "page.html" %}{% block x7 %}{% endblock %}',
            "nothing shows a block 'x7'; known: body, footer, head, header, main, title",
        ),
        ("article.html", '{% extends "article.html" %}', "extends itself; what it replaces is"),
        ("page.html", '{% extends "article.html" %}', "extends itself; what it replaces is"),
    ],
)
def test_a_slip_is_told(tmp_path: Path, file: str, text: str, words: str) -> None:
    """What would be passed over in silence, or never end, is refused with what was meant."""
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    with pytest.raises(Invalid, match=re.escape(words)):
        ArticlePage().configured({"templates": str(tmp_path)})


def test_more_than_replacements(tmp_path: Path) -> None:
    """Files that own templates take in may have any name, and blocks of theirs may be new."""
    (tmp_path / "articles.html").write_text("<p>Ours.</p>")
    (tmp_path / "article.html.bak").write_text("")
    (tmp_path / "notes.html").write_text("{% if %}")
    (tmp_path / "article.html").write_text(
        '{% extends "standard/article.html" %}{% block disclaimer %}'
        '{% block ours %}{% include "articles.html" %}{% endblock %}{% endblock %}'
    )
    assert "<p>Ours.</p>" in rendered(tmp_path)


def test_a_macro_that_takes_in_its_own_file(tmp_path: Path) -> None:
    """A file of macros that imports itself is told how to reach the one that it replaces."""
    (tmp_path / "parts.html").write_text('{% import "parts.html" as parts %}')
    with pytest.raises(PluginError, match=r"over and over; what it replaces is in 'standard/'"):
        rendered(tmp_path)
