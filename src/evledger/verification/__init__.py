"""Verification: is this text a sound ledger, and what does the answer stand on?

Two levels.
``chain`` compares every page's header with the bytes it must be, counts lines and hashes in bulk.
``full`` also holds every line to the format's rules, recomputes what it says about names,
checks that names are introduced before they are relied on, opens the seals that can be opened,
and rebuilds the Merkle root, all from the same bytes in the same pass.

Damage is never raised; it is a :class:`Fault` in the report.
Without a head or a checkpoint that was kept elsewhere, a report shows internal consistency only:
whoever can rewrite the store can rewrite the chain.
"""

from evledger.verification.records import Records
from evledger.verification.reports import (
    Fault,
    FaultKind,
    Level,
    Verification,
    check_level,
    unreadable,
)
from evledger.verification.running import verify_volume
from evledger.verification.trees import GrowingTree
from evledger.verification.trust import Trust, trust_of
from evledger.verification.volumes import Volume

__all__ = [
    "Fault",
    "FaultKind",
    "GrowingTree",
    "Level",
    "Records",
    "Trust",
    "Verification",
    "Volume",
    "check_level",
    "trust_of",
    "unreadable",
    "verify_volume",
]
