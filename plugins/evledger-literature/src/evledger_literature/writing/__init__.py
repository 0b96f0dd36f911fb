"""The other way: a ledger's sources as a bibliography."""
