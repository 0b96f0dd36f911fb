"""What is asked of a host, and what comes back."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import attrs

from evledger import EvledgerError, Invalid
from evledger.importing import Document, documents

__all__ = ["Answer", "NoAnswer", "Request", "document"]


class NoAnswer(EvledgerError):
    """A host gave no answer that can be used; the message says why, and what to do.

    It never holds an address's query, what was sent, or what came back: keys may be among them.
    """


@attrs.frozen(kw_only=True)
class Request:
    """What is asked.

    Attributes:
        url: where.
        params: the query.
        form: fields to send in the body, by POST; where keys belong.
        pause: seconds from one request to a host to the next.
        largest: bytes of an answer that are read.
        cut: whether an answer that is larger is given as far as it was read.
        hint: what to do where the host refuses.

    >>> Request(url="https://example.org/", form={"api_key": "secret"})
    Request(url='https://example.org/', pause=1.0, largest=33554432, cut=False)
    """

    url: str
    params: Mapping[str, str] | None = attrs.field(default=None, repr=False)
    form: Mapping[str, str] | None = attrs.field(default=None, repr=False)
    pause: float = 1.0
    largest: int = 1 << 25
    cut: bool = False
    hint: str = attrs.field(default="check the address", repr=False)


@attrs.frozen(kw_only=True)
class Answer:
    """What came back.

    Attributes:
        url: where it was found in the end.
        headers: by their names in any case.
        body: as it was unpacked.
        whole: whether that is all of it.

    >>> answer = Answer(
    ...     url="https://example.org/", headers={"content-type": "Text/HTML; charset=utf-8"}
    ... )
    >>> answer.media_type, answer.charset
    ('text/html', 'utf-8')
    """

    url: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    whole: bool = True

    @property
    def media_type(self) -> str:
        """What the server says that it is, or nothing."""
        name = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return name if re.fullmatch(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}", name) else ""

    @property
    def charset(self) -> str:
        """The encoding that the server says its text is in, or nothing."""
        found = re.search(
            r"charset\s*=\s*[\"']?([\w.:-]{1,40})", self.headers.get("content-type", "")
        )
        return found[1] if found else ""


def document(answer: Answer) -> Any:
    """Read an answer in JSON.

    Raises:
        Invalid: it is none.
    """
    for found in documents(io.BytesIO(answer.body)):
        if isinstance(found, Document):
            return found.value
    raise Invalid("it is no JSON")
