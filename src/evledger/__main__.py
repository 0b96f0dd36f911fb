"""``python -m evledger``: the command line."""

from __future__ import annotations

from evledger.cli import main

if __name__ == "__main__":
    main()
