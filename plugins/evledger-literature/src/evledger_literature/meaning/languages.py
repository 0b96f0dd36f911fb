"""Languages, from the codes and names that formats write to the tags that a ledger keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["language"]

# Of each: its code in ISO 639-1, those in ISO 639-2, and its names in English.
_ROWS: Final = """
af afr Afrikaans | ar ara Arabic | az aze Azerbaijani | be bel Belarusian | bg bul Bulgarian
bn ben Bengali | bs bos Bosnian | ca cat Catalan | cs ces cze Czech | cy cym wel Welsh
da dan Danish | de deu ger German | el ell gre Greek | en eng English | eo epo Esperanto
es spa Spanish Castilian | et est Estonian | eu eus baq Basque | fa fas per Persian Farsi
fi fin Finnish | fr fra fre French | ga gle Irish | gl glg Galician | he heb Hebrew
hi hin Hindi | hr hrv scr Croatian | hu hun Hungarian | hy hye arm Armenian | id ind Indonesian
is isl ice Icelandic | it ita Italian | ja jpn Japanese | ka kat geo Georgian | kk kaz Kazakh
ko kor Korean | la lat Latin | lt lit Lithuanian | lv lav Latvian | mk mkd mac Macedonian
ml mal Malayalam | mn mon Mongolian | mr mar Marathi | ms msa may Malay | ne nep Nepali
nl nld dut Dutch Flemish | no nor Norwegian | pl pol Polish | ps pus Pashto | pt por Portuguese
ro ron rum Romanian Moldovan | ru rus Russian | sa san Sanskrit | sk slk slo Slovak
sl slv Slovenian Slovene | sq sqi alb Albanian | sr srp scc Serbian | sv swe Swedish
sw swa Swahili
ta tam Tamil | te tel Telugu | th tha Thai | tr tur Turkish | uk ukr Ukrainian | ur urd Urdu
uz uzb Uzbek | vi vie Vietnamese | zh zho chi Chinese
"""


def _table() -> Mapping[str, str]:
    rows = (row.split() for row in re.split(r"[|\n]", _ROWS) if row.strip())
    return MappingProxyType({name.casefold(): row[0] for row in rows for name in row})


_TAGS: Final = _table()
_UNTOLD: Final = frozenset({"mis", "mul", "und", "zxx"})  # several, not determined, none
_TAG: Final = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{1,8}){0,7})")


def language(written: str | None) -> str | None:
    """Return the BCP 47 tag of a language, or ``None`` where it is not known.

    The shortest code of a language stands for it (RFC 5646 section 2.2.1).

    Args:
        written: a tag, a code of three letters or a name in English.

    >>> language("eng"), language("English"), language("en_US"), language("pt-BR")
    ('en', 'en', 'en-US', 'pt-BR')
    >>> language("und"), language("in translation"), language(None)
    (None, None, None)
    """
    text = (written or "").strip()
    if text.casefold() in _TAGS:
        return _TAGS[text.casefold()]
    found = _TAG.fullmatch(text)
    if found is None or found[1].casefold() in _UNTOLD:
        return None
    main = found[1].casefold()
    return _TAGS.get(main, main) + found[2].replace("_", "-")
