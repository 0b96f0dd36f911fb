"""Auditing a stored ledger: its pages and records, and all that the store keeps beside them."""

from evledger.auditing.running import audit

__all__ = ["audit"]
