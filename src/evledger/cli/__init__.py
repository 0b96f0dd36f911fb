"""The command line: ``evledger VERB …``.

Each family of verbs has a module; :mod:`~evledger.cli.errors` says how it ends.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli import (
    ask,
    check,
    checkpoint,
    demo,
    find,
    forget,
    imports,
    key,
    message,
    move,
    new_plugin,
    options,
    plugins,
    prove,
    publish,
    question,
    questions,
    read,
    refresh,
    review,
    score,
    show,
    verify,
    write,
)
from evledger.cli.errors import Exit, closing_output, run, trace
from evledger.cli.options import Settings
from evledger.cli.plugins import tell_failures
from evledger.cli.streams import output_kept, output_taken
from evledger.exceptions import PluginError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["evledger", "main"]

_VERBS: Final = (
    write.init,
    read.ledgers,
    write.append,
    imports.import_,
    refresh.refresh,
    review.review,
    message.message,
    questions.questions,
    question.question,
    read.log,
    show.show,
    read.head,
    read.diff,
    find.find,
    ask.ask,
    ask.prompts,
    verify.verify,
    key.key,
    checkpoint.checkpoint,
    prove.prove,
    prove.verify_proof,
    prove.consistency,
    publish.publish,
    publish.mirror,
    check.check,
    check.waive,
    score.score,
    write.erase,
    forget.forget,
    move.export,
    move.restore,
    move.reindex,
    move.render,
    plugins.plugins,
    new_plugin.new_plugin,
    demo.demo,
)


class _Program(click.Group):
    """A group that ends as :mod:`~evledger.cli.errors` says, in verbs' natural order."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002  # click's
        **extra: Any,
    ) -> Any:
        call = partial(super().main, args, prog_name, complete_var, standalone_mode=False, **extra)
        code = run(call)
        if standalone_mode:
            raise SystemExit(code)
        return code

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with closing_output():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        settings = ctx.ensure_object(Settings)
        try:
            with closing_output():
                return super().invoke(ctx)
        except PluginError:
            if settings.loaded_plugins is None:
                raise
            with settings.loaded_plugins.naming():
                raise
        finally:
            tell_failures(settings, ctx.invoked_subcommand)
            for failed in (
                () if settings.loaded_plugins is None else settings.loaded_plugins.failures
            ):
                trace(failed.error)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        _keep_output(cmd)
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


def _keep_output(command: click.Command) -> None:
    """Let a verb, once its arguments are read, have standard output to itself."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _keep_output(each)  # its help is yet to be written when the group's own has run
    elif command.callback is not None:
        command.callback = output_kept()(command.callback)


@click.group(
    cls=_Program,
    invoke_without_command=True,
    subcommand_metavar="VERB [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Exit codes:
  0    done
  1    not sound, not proven, or check found something, or a rule of it failed
  2    wrong use, or bad input
  3    could not finish: refused, locked, full, another plugin failed, or evledger did
  130  interrupted
  141  the reader of the output went away

\b
Example:
  $ export EVLEDGER_DB=evidence.db EVLEDGER_BY=curator
  $ evledger init semax --title 'Semax and BDNF'
  $ evledger import semax library.csv
  $ evledger verify semax --full

EVLEDGER_DEBUG=1 shows where an error came from.""",
)
@options.database
@click.version_option(None, "--version", "-V", package_name="evidence-ledger", prog_name="evledger")
@click.pass_context
def evledger(context: click.Context) -> int:
    """Evidence ledgers: what is known about one subject, in a chain that anyone can check.

    --db may stand before the verb or after it.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        return Exit.WRONG
    return Exit.DONE


for _verb in _VERBS:
    evledger.add_command(_verb)


def main() -> NoReturn:
    """Run the command; the entry point ``evledger``."""
    with output_taken():
        code = evledger.main(prog_name="evledger", standalone_mode=False)
    raise SystemExit(code)
