"""A post on X, whichever version of its API describes it.

Version 2 has ids and texts alone unless it is asked for more, and authors apart from posts;
version 1.1, and the archive of an account, have all of a post in one object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from evledger_social.dates import day, day_of_number
from evledger_social.posts import Post, X
from evledger_social.reading import identifier, listed, objects, text, under
from evledger_social.texts import unescaped

__all__ = ["Tweet", "is_number", "of_status", "of_v2"]

_NUMBER: Final = re.compile("[1-9][0-9]{0,18}", re.ASCII)
_REPEATED: Final = re.compile(r"RT @\w{1,20}\b", re.ASCII)
_LANGUAGE: Final = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_RENAMED: Final = {"in": "id", "iw": "he"}  # codes that ISO 639 has given up
_NO_LANGUAGE: Final = frozenset({"art", "und", "zxx"})
_WITHHELD: Final = "withheld by X"


def is_number(id: str) -> bool:
    """Return whether a text is the number of a post.

    >>> is_number("1212092628029698048"), is_number("somebody")
    (True, False)
    """
    return _NUMBER.fullmatch(id) is not None


@attrs.frozen(kw_only=True)
class Tweet:
    """A post on X.

    Attributes:
        id: its number; empty where it has none.
        words: its text, the long one where there is one.
        attached: what it asks people to vote for.
        author: the handle of who posted it, without the ``@``.
        published: the day, in UTC.
        language: a BCP 47 tag.
        about: numbers of the posts that it answers or quotes, and of its thread.
        links: addresses that it leads to.
        versions: numbers of its earlier versions.
        repeats: the number of the post that it repeats, being a retweet.
        is_repeat: whether it is a retweet; the original may not be told.
        gone: why its words cannot be read.
        notes: what people must know of how it was read.
    """

    id: str
    words: str
    attached: str = ""
    author: str = ""
    published: str | None = None
    language: str | None = None
    about: Sequence[str] = ()
    links: Sequence[str] = ()
    versions: Sequence[str] = ()
    repeats: str = ""
    is_repeat: bool = False
    gone: str | None = None
    notes: Sequence[str] = ()

    def post(self, place: str) -> Post:
        """Return the post that it is.

        Args:
            place: where in the file, for people.

        >>> Tweet(id="1212092628029698048", words="It helped.").post("post 1").published
        '2019-12-31'
        """
        return Post(
            place=place,
            site=X,
            kind="post",
            locator=f"x:{self.id}",
            url=f"https://x.com/i/status/{self.id}",
            words=self.words,
            attached=self.attached,
            author=f"@{self.author}" if self.author else "",
            published=self.published or day_of_number(self.id),
            language=self.language,
            mentions=[f"x:{id}" for id in self.about if is_number(id)],
            links=self.links,
            versions=[f"x:{id}" for id in self.versions if is_number(id) and id != self.id],
            gone=self.gone,
            notes=self.notes,
        )


def of_v2(data: Mapping[str, Any], handles: Mapping[str, str]) -> Tweet:
    """Read a post of version 2 of the API.

    Args:
        data: the post.
        handles: for the ids of accounts that the file describes, their handles.

    >>> of_v2({"id": "20", "text": "It &amp; I", "author_id": "12"}, {"12": "somebody"}).words
    'It & I'
    """
    words = unescaped(text(under(data, "note_tweet").get("text")) or text(data.get("text")))
    references = objects(data.get("referenced_tweets"))
    repeated = [identifier(r.get("id")) for r in references if r.get("type") == "retweeted"]
    withheld = under(data, "withheld")
    author = identifier(data.get("author_id"))
    return Tweet(
        id=identifier(data.get("id")),
        words=words,
        author=handles.get(author) or text(under(data, "author").get("username")),
        published=day(data.get("created_at")),
        language=_language(data.get("lang")),
        about=_about(references, data),
        links=tuple(_links(data, "note_tweet")),
        versions=[identifier(id) for id in listed(data.get("edit_history_tweet_ids"))],
        repeats=next(iter(repeated), ""),
        # Without `referenced_tweets` only the text shows it.
        is_repeat=bool(repeated) or (not references and _is_repeat(words)),
        gone=_WITHHELD if withheld.get("copyright") is True else None,
        notes=_notes(listed(withheld.get("country_codes"))),
    )


def _about(references: Sequence[Mapping[str, Any]], data: Mapping[str, Any]) -> list[str]:
    answered = [identifier(r.get("id")) for r in references if r.get("type") != "retweeted"]
    return [*answered, identifier(data.get("conversation_id"))]


def of_status(data: Mapping[str, Any]) -> Tweet:
    """Read a post of version 1.1 of the API, or of an account's archive.

    >>> status = {"id_str": "20", "full_text": "It helped.", "user": {"screen_name": "somebody"}}
    >>> of_status(status).author
    'somebody'
    """
    words = _words(data)
    repeated = under(data, "retweeted_status")
    countries = listed(data.get("withheld_in_countries"))
    is_cut = data.get("truncated") is True and "extended_tweet" not in data
    return Tweet(
        id=_number(data, "id"),
        words=words,
        author=text(under(data, "user").get("screen_name")),
        published=day(data.get("created_at")),
        language=_language(data.get("lang")),
        about=[_number(data, "in_reply_to_status_id"), _number(data, "quoted_status_id")],
        links=tuple(_links(data, "extended_tweet")),
        versions=tuple(_versions(data)),
        repeats=_number(repeated, "id"),
        is_repeat=bool(repeated) or _is_repeat(words),
        gone=_WITHHELD if _is_withheld(data, countries) else None,
        notes=(*_notes(countries), *(["its text breaks off in the file"] if is_cut else [])),
    )


def _words(data: Mapping[str, Any]) -> str:
    extended = text(under(data, "extended_tweet").get("full_text"))
    return unescaped(extended or text(data.get("full_text")) or text(data.get("text")))


def _number(data: Mapping[str, Any], name: str) -> str:
    """Return an id, as a text where there is one: numbers lose digits in other languages."""
    return identifier(data.get(f"{name}_str")) or identifier(data.get(name))


def _versions(data: Mapping[str, Any]) -> Iterator[str]:
    info = under(data, "edit_info")
    for control in (
        under(info, "initial", "editControlInitial"),
        under(info, "edit", "editControlInitial"),
        under(info, "initial"),
    ):
        yield from map(identifier, listed(control.get("editTweetIds")))
    yield from map(identifier, listed(under(data, "edit_history").get("edit_tweet_ids")))


def _is_withheld(data: Mapping[str, Any], countries: Sequence[Any]) -> bool:
    """Return what nobody may read: ``XX`` is all countries, ``XY`` a right of others."""
    everywhere = {"XX", "XY"} & {text(country).upper() for country in countries}
    return data.get("withheld_copyright") is True or bool(everywhere)


def _is_repeat(words: str) -> bool:
    return _REPEATED.match(words) is not None


def _links(data: Mapping[str, Any], longer: str) -> Iterator[str]:
    for holder in (data, under(data, longer)):
        for link in objects(under(holder, "entities").get("urls")):
            yield text(link.get("unwound_url")) or text(link.get("expanded_url"))
    yield text(under(data, "quoted_status_permalink").get("expanded"))


def _language(value: Any) -> str | None:
    """Return the language that X found; ``qme`` and the like say why it found none."""
    code = text(value)
    known = _LANGUAGE.fullmatch(code) and code not in _NO_LANGUAGE and not code.startswith("q")
    return _RENAMED.get(code, code) if known else None


def _notes(countries: Sequence[Any]) -> list[str]:
    if not countries:
        return []
    return [f"X withholds it in some countries: {len(countries)} are named"]
