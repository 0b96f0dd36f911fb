"""Openers: words that begin a sentence with a capital, and are no names for that.

No word here is first of all the name of a substance, a gene, a person or a place.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from evledger.asking.spelling import key
from evledger.words import stem

__all__ = ["opens", "opens_with_a_word_of"]

_OF_GRAMMAR: Final = """
    a about above across after again against all alone along already also although always among an
    and another any anyone apart are as at away because before being below besides between beyond
    both but by can conversely could despite did do does down due during each earlier early either
    else even ever every everyone except few fewer first for from further furthermore had half has
    have having hence here how however if in indeed inside instead into is it its just last later
    less like likewise little many meanwhile more moreover most mostly much neither nevertheless
    next no nobody none nor not nothing now of off often on once only onto or other others our
    otherwise out outside over overall part per perhaps quite rather regarding same second
    several she should since so some somebody someone something sometimes soon still such than
    thanks that the their them then there thereby therefore these they this those though through
    throughout thus to together too toward towards under unless unlike until up upon versus very
    via what whatever when whenever where whereas wherever whether which whichever while
    who whoever whole whose why with within without would yes yet you your
"""
_OF_THE_FIELD: Final = """
    added adult adverse analyses analysis animal answer article assessed author based benefit
    briefly case cell change child children claim clinical cohort combined common compared
    comparison concern consistent control current daily data dose effect evidence example
    experience experiment expert exposure fewer finding found given good gain greater
    group harm healthy high higher human improved improvement increased individual injection
    investigator large less level long longer low lower lowered mainly man many mean
    measured mechanism men mild mixed moderate nasal new observed oral orally
    outcome paper participant patient people person placebo positive post preclinical pooled
    prior published question raised random rare rat rated reader recent report reported repeated
    research researcher response result review reviewer rise risk rodent safe safety sample
    scientist short side sign significant similar single small smaller source
    stronger student studies study subject summary survey symptom taken taking tested test
    therapy thread tolerance total treated treatment trial tried use used user using
    volunteer weak weaker woman women work worse writer
    acute baseline better bigger blood brain chronic female learning male memory
    mood pain prolonged sceptic skeptic sleep stimulant stress stressed untreated various
"""
_OPENERS: Final = frozenset(map(key, f"{_OF_GRAMMAR} {_OF_THE_FIELD}".split()))
_ADVERB: Final = re.compile(r"\w{3,}(?:ab|al|an?t|ar|ate|ed|ent|ful|ib|ic|ing|ive|less|ous)ly")
"""Words in -ly that are adverbs, and neither Emily nor Italy."""


def opens(word: str) -> bool:
    """Return whether a word may begin a sentence although nothing that it cites has it.

    >>> [opens(word) for word in ("However", "Patients", "Anecdotally", "Italy", "Aspirin", "IT")]
    [True, True, True, False, False, False]
    """
    if len(word) > 1 and not word[1:].islower():
        return False
    return key(word) in _OPENERS or _ADVERB.fullmatch(word) is not None


def opens_with_a_word_of(word: str, held: Collection[str]) -> bool:
    """Return whether a word is another form of one that is held: ``Behavioural`` of ``behaviour``.

    >>> opens_with_a_word_of("Behavioural", {"behaviour"}), opens_with_a_word_of("Mice", {"rat"})
    (True, False)
    """
    if not (word.isascii() and word.isalpha() and word.istitle() and len(word) > _SHORT):
        return False
    wanted = stem(key(word))
    start, longest = wanted[: max(_SHORT, len(wanted) - 1)], len(wanted) + _ENDING
    like = (form for form in held if form.startswith(start) and len(form) <= longest)
    return any(stem(form) == wanted for form in like)


_SHORT: Final = 3
_ENDING: Final = 8  # letters of an ending; taking words apart is slow
