"""Commands to go on with, as they would be typed where this one was."""

from __future__ import annotations

import os
import shlex

import click
from click.core import ParameterSource

from evledger.cli.options import Settings
from evledger.cli.output import without_secrets

__all__ = ["program", "suggested"]


def suggested(verb: str, *rest: str) -> str:
    """Return a command of this database, which is named where it was named here.

    Args:
        verb: the verb with its options, as a shell takes them: ``ask semax --create``.
        rest: what stands last.
    """
    context = click.get_current_context()
    db = without_secrets(context.ensure_object(Settings).db)
    named = f"--db {shlex.quote(db)}" if _is_given(context, "db") else ""
    return " ".join(filter(None, ("evledger", verb, named, *rest)))


def _is_given(context: click.Context | None, option: str) -> bool:
    """Return whether an option stood in the command, before the verb or after it."""
    while context is not None:
        if context.get_parameter_source(option) is ParameterSource.COMMANDLINE:
            return True
        context = context.parent
    return False


def program() -> str:
    """Return what the command is called here; in a clone only ``uv run`` finds it."""
    return "uv run evledger" if "UV_RUN_RECURSION_DEPTH" in os.environ else "evledger"
