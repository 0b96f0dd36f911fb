"""Checks: rules that look for what is wrong, weak or unfair in a ledger.

``findings`` has the values and what a rule is, ``running`` lets rules look, and ``making`` makes
a rule of a function that yields what it finds.
"""

from evledger.checks.findings import CheckReport, Finding, Judging, Rule
from evledger.checks.making import NamedRule, Spot, rule, shown, word
from evledger.checks.running import check

__all__ = [
    "CheckReport",
    "Finding",
    "Judging",
    "NamedRule",
    "Rule",
    "Spot",
    "check",
    "rule",
    "shown",
    "word",
]
