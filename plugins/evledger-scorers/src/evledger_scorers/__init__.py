"""More scorers for evidence ledgers: a harmonic sum, and a balance of the two sides.

The third, GRADE, brings an event of its own and is a plugin of its own:
:mod:`evledger_scorers.grade`.
"""

from __future__ import annotations

from collections.abc import Iterable

from evledger import hookimpl
from evledger.scoring import Scorer
from evledger_scorers.balance import Balance, disputedness
from evledger_scorers.harmonic import Harmonic, harmonic_sum

__all__ = ["EVLEDGER_API", "Balance", "Harmonic", "disputedness", "harmonic_sum", "scorers"]

EVLEDGER_API = 1


@hookimpl.scorers
def scorers() -> Iterable[Scorer]:
    """Return the scorers that need no events of their own."""
    return [Balance(), Harmonic()]
