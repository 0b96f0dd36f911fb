"""The verb ``demo``: what the library is for, in one command."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.formatting import wrap_text

from evledger.demo.folder import PROOF, VKEY
from evledger.scoring import Failure, Score, plain_decimal

if TYPE_CHECKING:
    from evledger.demo import Tour
    from evledger.verification import Verification
    from evledger.view import View

__all__ = ["demo"]

_BAR = 40  # characters of the longest bar
_QUESTION = "Does it raise BDNF in rats?"  # some of its claims say so, and some do not


@click.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    default="evledger-demo",
    type=click.Path(file_okay=False, path_type=Path),
)
def demo(folder: Path) -> None:
    """Build a ledger from 43 real sources, verify it, tamper with a copy, and be caught.

    Everything it makes is in DIR, by default evledger-demo: the database, the archive,
    a tampered copy of it, the article, and the proof of a claim with the key that verifies it.
    A demonstration that nobody has changed is made anew;
    where anything else is in DIR, nothing is touched.

    Example: evledger demo my-demo
    """
    import evledger  # noqa: PLC0415  # the command line starts faster without
    from evledger.demo import tour  # noqa: PLC0415  # the same
    from evledger.demo.folder import DATABASE, make_room  # noqa: PLC0415  # the same

    make_room(folder)
    database = folder / DATABASE
    # An absolute path is never taken for a URL.
    with evledger.open(database.absolute(), plugins=evledger.Plugins.discover()) as store:
        _tell(tour(store, folder), database)


def _tell(done: Tour, database: Path) -> None:
    view = done.ledger.view()
    _tell_article(done)
    click.secho(f"\n{view.title}", bold=True)
    click.echo(f"{view.subject}\n")
    _tell_counts(done, view)
    _tell_scores(done)
    _tell_findings(done)
    _tell_soundness(done)
    _tell_tampering(done)
    _tell_proof(done)
    _tell_next(done, database)


def _tell_article(done: Tour) -> None:
    """Say first of all what there is to look at."""
    article, *others = done.articles
    click.secho(f"The article: {article}", bold=True)
    if article.suffix == ".html":
        click.echo("Open it in a browser: it checks itself there, and needs no network.")
    else:
        click.echo("As a page that checks itself in a browser, it needs 'evledger-html'.")
    if others:
        click.echo(f"Beside it: {', '.join(path.name for path in others)}")


def _tell_counts(done: Tour, view: View) -> None:
    imported = done.imported
    click.echo(
        f"Imported {imported.sources} sources and {imported.claims} claims from "
        f"{imported.read} rows, {len(imported.rejected)} rejected."
    )
    click.echo("Claims by tier of evidence, strongest first:\n")
    tiers = {tier.slug: tier.label for tier in view.tiers}
    counts = view.counts.claims_by_tier
    most = max(counts.values(), default=1)
    for slug, count in counts.items():
        bar = "█" * max(1, round(count * _BAR / most))
        click.echo(f"  {tiers.get(slug, slug):<12} {count:>3}  {click.style(bar, fg='cyan')}")
    click.echo(f"  {'in all':<12} {view.counts.counted:>3}\n")
    stances = view.counts.claims_by_stance
    shares = ", ".join(f"{stances[stance]} {stance}" for stance in sorted(stances))
    click.echo(f"Their stances: {shares}.\n")


def _tell_scores(done: Tour) -> None:
    """Give the score of the article term by term, and what other scorers say in a line each."""
    from evledger.demo import MAIN_SCORER  # noqa: PLC0415  # the command line starts faster without

    for score in sorted(done.scores, key=lambda score: _name(score) != MAIN_SCORER):
        if isinstance(score, Failure):
            click.echo(f"{score.name}: failed: {score.reason}")
            continue
        value = "" if score.value is None else f"{plain_decimal(score.value)}, "
        click.echo(f"{click.style(score.scorer, bold=True)}: {value}{score.label}")
        if score.scorer == MAIN_SCORER:
            click.echo(wrap_text(score.formula, 96, "  ", "  "))
    click.echo()


def _name(score: Score | Failure) -> str:
    return score.name if isinstance(score, Failure) else score.scorer


def _tell_findings(done: Tour) -> None:
    rules = Counter(finding.rule for finding in done.checked.findings)
    if not rules:
        return
    found = ", ".join(f"{rule} ({count})" for rule, count in rules.most_common())
    click.echo(f"Worth a second look, as rules of its own say: {found}.\n")


def _tell_soundness(done: Tour) -> None:
    for report in (done.chain, done.full):
        click.echo(f"{_verdict(report)}  {report.level:<5}  {', '.join(report.checked)}")
    click.echo(f"Head: {done.full.head}")
    click.echo(f"Merkle root: {done.full.root}\n")


def _tell_tampering(done: Tour) -> None:
    click.echo(f"Then one bit of a copy was flipped: byte {done.place} of page 0, in a claim.")
    fault = done.caught.fault
    click.echo(f"{_verdict(done.caught)}  {fault}")
    click.echo("Whoever kept the head of the sound ledger sees it, whoever changed the copy.\n")
    if done.tampered_page is not None:
        click.echo("One word of claim c4 was changed, too, in a copy of the page.")
        click.echo(f"Open {done.tampered_page}#claim:c4 in a browser, and see which mark turns.\n")


def _tell_proof(done: Tour) -> None:
    proven = done.proven
    if proven is None:
        click.echo("A proof of a claim needs 'evidence-ledger[sign]'.\n")
        return
    click.echo("Then a claim was proven, to anyone who has two small files and nothing else.")
    said = f"record {proven.n} of the ledger signed by {', '.join(proven.vouched.signers)}"
    click.echo(f"{click.style('PROVEN   ', fg='green', bold=True)}  {said}:")
    click.echo(wrap_text(str(proven.data["text"]), 96, " " * 11, " " * 11) + "\n")


def _verdict(report: Verification) -> str:
    if report.ok:
        return click.style("SOUND    ", fg="green", bold=True)
    return click.style("NOT SOUND", fg="red", bold=True)


def _tell_next(done: Tour, database: Path) -> None:
    folder = database.parent
    click.echo(f"The archive: {done.archive} (b3sum of each page is what the next one says)")
    click.echo("Go on with:")
    for line in (
        f"evledger prompts semax --answers --db {database}",
        f"evledger ask semax {_QUESTION!r} --db {database}",
        f"evledger log semax --db {database}",
        f"evledger show semax c4 --db {database}",
        f"evledger score semax --influence --db {database}",
        f"evledger check semax --db {database}",
        f"evledger verify semax --full --head {done.full.head} --db {database}",
        f"evledger verify-proof {folder / PROOF} --vkey {folder / VKEY}",
    ):
        click.echo(f"  {line}")
