"""Proving a ledger to anyone: its tree, keys and signatures, proofs, publishing, witnesses.

The mathematics is in :mod:`~evledger.tree`, what is signed in :mod:`~evledger.notes` and
:mod:`~evledger.checkpoints`; here it meets ledgers, files and servers.
"""
