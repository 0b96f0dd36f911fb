"""Asking: who finds what bears on a question, who answers from it, and what to ask.

A retriever finds entries, an answerer writes sentences that cite claims among them,
and every sentence is held to what it cites before anybody reads it.
"""

from __future__ import annotations

from evledger.asking.answering import ask
from evledger.asking.answers import Answer, Cited, Group, Rejected, Sureness
from evledger.asking.citing import check_sentence
from evledger.asking.contracts import Answerer, Match, Retriever, Selective, Sentence
from evledger.asking.prompts import Prompt, suggest

__all__ = [
    "Answer",
    "Answerer",
    "Cited",
    "Group",
    "Match",
    "Prompt",
    "Rejected",
    "Retriever",
    "Selective",
    "Sentence",
    "Sureness",
    "ask",
    "check_sentence",
    "suggest",
]
