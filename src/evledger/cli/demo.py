"""The verb ``demo``: what the library is for, in one command."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.formatting import wrap_text

from evledger.cli import options
from evledger.cli.streams import own_output
from evledger.cli.suggesting import program
from evledger.demo.folder import PROOF, VKEY
from evledger.scoring import Failure, Score, plain_decimal

if TYPE_CHECKING:
    from evledger.demo import Tour
    from evledger.verification import Verification
    from evledger.view import View

__all__ = ["demo"]

_BAR = 40  # characters of the longest bar
_QUESTION = "Does it raise BDNF in rats?"  # some of its claims say so, and some do not


@options.verb("demo", "demo", "demo my-demo")
@click.argument(
    "folder",
    metavar="[DIR]",
    default="evledger-demo",
    type=click.Path(file_okay=False, path_type=Path),
)
def demo(folder: Path) -> None:
    """Build a real ledger, verify it, tamper with a copy, and be caught.

    The ledger is the evidence on a peptide, of 43 sources with a claim each.
    Everything it makes is in DIR, by default evledger-demo: the database, the archive,
    a tampered copy of it, the article, and the proof of a claim with the key that verifies it.
    A demonstration that nobody has changed is made anew;
    where anything else is in DIR, nothing is touched.
    """
    import evledger  # noqa: PLC0415  # the command line starts faster without
    from evledger.demo import tour  # noqa: PLC0415  # the same
    from evledger.demo.folder import DATABASE, make_room  # noqa: PLC0415  # the same

    make_room(folder)
    database = folder / DATABASE
    # An absolute path is never taken for a URL.
    with evledger.open(database.absolute(), plugins=evledger.Plugins.discover()) as store:
        _tell(tour(store, folder), database)


def _say(text: str = "", *, bold: bool = False) -> None:
    click.secho(text, own_output(), bold=bold or None)


def _tell(done: Tour, database: Path) -> None:
    view = done.ledger.view()
    _tell_article(done)
    _say(f"\n{view.title}", bold=True)
    _say(f"{view.subject}\n")
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
    _say(f"The article: {article}", bold=True)
    if article.suffix == ".html":
        _say("Open it in a browser: it checks itself there, and needs no network.")
    else:
        _say("As a page that checks itself in a browser, it needs 'evledger-html'.")
    if others:
        _say(f"Beside it: {', '.join(path.name for path in others)}")


def _tell_counts(done: Tour, view: View) -> None:
    imported = done.imported
    _say(
        f"Imported {imported.sources} sources and {imported.claims} claims from "
        f"{imported.read} rows, {len(imported.rejected)} rejected."
    )
    _say("Claims by tier of evidence, strongest first:\n")
    tiers = {tier.slug: tier.label for tier in view.tiers}
    counts = view.counts.claims_by_tier
    most = max(counts.values(), default=1)
    for slug, count in counts.items():
        bar = "█" * max(1, round(count * _BAR / most))
        _say(f"  {tiers.get(slug, slug):<12} {count:>3}  {click.style(bar, fg='cyan')}")
    _say(f"  {'in all':<12} {view.counts.counted:>3}\n")
    stances = view.counts.claims_by_stance
    shares = ", ".join(f"{stances[stance]} {stance}" for stance in sorted(stances))
    _say(f"Their stances: {shares}.\n")


def _tell_scores(done: Tour) -> None:
    """Give the score of the article term by term, and what other scorers say in a line each."""
    from evledger.demo import MAIN_SCORER  # noqa: PLC0415  # the command line starts faster without

    for score in sorted(done.scores, key=lambda score: _name(score) != MAIN_SCORER):
        if isinstance(score, Failure):
            _say(f"{score.name}: failed: {score.reason}")
            continue
        value = "" if score.value is None else f"{plain_decimal(score.value)}, "
        _say(f"{click.style(score.scorer, bold=True)}: {value}{score.label}")
        if score.scorer == MAIN_SCORER:
            _say(wrap_text(score.formula, 96, "  ", "  "))
    _say()


def _name(score: Score | Failure) -> str:
    return score.name if isinstance(score, Failure) else score.scorer


def _tell_findings(done: Tour) -> None:
    rules = Counter(finding.rule for finding in done.checked.findings)
    if not rules:
        return
    found = ", ".join(f"{rule} ({count})" for rule, count in rules.most_common())
    _say(f"Worth a second look, as rules of its own say: {found}.\n")


def _tell_soundness(done: Tour) -> None:
    for report in (done.chain, done.full):
        _say(f"{_verdict(report)}  {report.level:<5}  {', '.join(report.checked)}")
    _say(f"Head: {done.full.head}")
    _say(f"Merkle root: {done.full.root}\n")


def _tell_tampering(done: Tour) -> None:
    _say(f"Then one bit of a copy was flipped: byte {done.place} of page 0, in a claim.")
    fault = done.caught.fault
    _say(f"{_verdict(done.caught)}  {fault}")
    _say("Whoever kept the head of the sound ledger sees it, whoever changed the copy.\n")
    if done.tampered_page is not None:
        _say("One word of claim c4 was changed, too, in a copy of the page.")
        _say(f"Open {done.tampered_page}#claim:c4 in a browser, and see which mark turns.\n")


def _tell_proof(done: Tour) -> None:
    proven = done.proven
    if proven is None:
        _say("A proof of a claim needs 'evidence-ledger[sign]'.\n")
        return
    _say("Then a claim was proven, to anyone who has two small files and nothing else.")
    said = f"record {proven.n} of the ledger signed by {', '.join(proven.vouched.signers)}"
    _say(f"{click.style('PROVEN   ', fg='green', bold=True)}  {said}:")
    _say(wrap_text(str(proven.data["text"]), 96, " " * 11, " " * 11) + "\n")


def _verdict(report: Verification) -> str:
    if report.ok:
        return click.style("SOUND    ", fg="green", bold=True)
    return click.style("NOT SOUND", fg="red", bold=True)


def _tell_next(done: Tour, database: Path) -> None:
    folder, db = database.parent, f"--db {shlex.quote(str(database))}"
    proof, vkey = (shlex.quote(str(folder / name)) for name in (PROOF, VKEY))
    verify = [] if done.proven is None else [f"verify-proof {proof} --vkey {vkey}"]
    _say(f"The archive: {done.archive} (b3sum of each page is what the next one says)")
    _say("Go on with:")
    for line in (
        f"prompts semax --answers {db}",
        f"ask semax {shlex.quote(_QUESTION)} {db}",
        f"log semax {db}",
        f"show semax c4 {db}",
        f"score semax --influence {db}",
        f"check semax {db}",
        f"verify semax --full --head {done.full.head} {db}",
        *verify,
    ):
        _say(f"  {program()} {line}")
