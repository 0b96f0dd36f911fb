"""Stores: one database holding many ledgers."""

from evledger.stores.base import Backend, Snapshot, Tip, Transaction, Write

__all__ = ["Backend", "Snapshot", "Tip", "Transaction", "Write"]
