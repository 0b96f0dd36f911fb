"""The verbs publish and mirror: a ledger as static files, and back from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evledger.cli import options
from evledger.cli.documents import checkpoint_document, vouched_document
from evledger.cli.options import Settings
from evledger.cli.output import count, progress, without_secrets, write_json, write_lines
from evledger.exceptions import Refused
from evledger.proofs.keys import Signer
from evledger.proofs.mirroring import open_log
from evledger.proofs.targets import open_source, open_target

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from evledger.checkpoints import Vouched
    from evledger.ledger import Ledger
    from evledger.notes import VerifierKey
    from evledger.proofs.publishing import Publication
    from evledger.proofs.witnessing import Witness

__all__ = ["mirror", "publish"]

_ARTICLES: Final = ("markdown", "json", "html", "html-ledger", "atom")
"""Which articles are published where none are named: of these, those that there are."""


# -- publish -----------------------------------------------------------------------------


@options.verb(
    "publish",
    "publish semax public --key semax.key",
    "publish semax s3://evidence-example-org/semax --key semax.key --article markdown --proofs",
    "publish semax public --key semax.key --witness https://witness.example.org witness.vkey",
)
@click.argument("ledger")
@click.argument("target")
@options.signing_key
@options.witness_services
@click.option(
    "--article",
    "articles",
    multiple=True,
    metavar="NAME",
    help="A renderer whose article is published beside the log; may be given again; by default "
    "markdown, json, html, html-ledger and atom, as far as they are installed: --article markdown.",
)
@click.option(
    "--no-article",
    is_flag=True,
    help="Publish no article: it shows sealed values, and the log does not.",
)
@click.option("--proofs", is_flag=True, help="Publish the proof of every claim, too.")
@options.common
@click.pass_obj
def publish(
    settings: Settings,
    *,
    ledger: str,
    target: str,
    key: str,
    witnesses: tuple[Witness, ...],
    articles: tuple[str, ...],
    no_article: bool,
    proofs: bool,
) -> None:
    """Publish a ledger as static, signed files.

    TARGET is a folder, or the address of an object store that fsspec has a driver for.
    What was published there before is brought up to date.
    Nothing of the log is deleted, and the file 'checkpoint' is written last of all;
    an article that was there and is not published this time is taken away.
    Whatever is published is public for good.
    """
    if no_article and articles:
        msg = "--no-article and --article do not go together"
        raise click.UsageError(msg)
    article, signer = settings.article, Signer.open(key)
    with open_target(target) as place, settings.open() as store, progress("publishing") as bar:
        _check_apart(target, Path(key), settings.file())
        source = store.ledger(ledger)
        done = source.publish(
            place,
            signer,
            witnesses=witnesses,
            articles=() if no_article else articles or _installed(store.plugins.renderers),
            proofs=proofs,
            scorers=article.scorers,
            ranker=article.ranker,
            first=article.first,
            contact=article.contact,
            links=article.proofs,
            progress=bar,
        )
    if settings.json:
        write_json(_publication_document(ledger, done))
    else:
        write_lines(_publication_lines(ledger, done))


def _installed(renderers: Container[str]) -> tuple[str, ...]:
    return tuple(name for name in _ARTICLES if name in renderers)


def _check_apart(target: str, *files: Path | None) -> None:
    """Refuse to publish a folder that the key or the database lies in."""
    folder = Path(target.removeprefix("file://")).resolve()
    for file in filter(None, files):
        if folder in file.resolve().parents:
            msg = f"{file} lies in {target}, where anyone could fetch it; name another folder"
            raise Refused(msg)


def _publication_document(ledger: str, done: Publication) -> dict[str, Any]:
    return {
        "ledger": ledger,
        "target": done.target,
        "checkpoint": checkpoint_document(done.checkpoint),
        "written": done.written,
        "bytes": done.bytes,
        "removed": list(done.removed),
    }


def _publication_lines(ledger: str, done: Publication) -> Iterator[str]:
    events = count(done.checkpoint.size, "event")
    yield f"published {events} of {ledger} at {done.target} as {done.checkpoint.origin}"
    if done.written:
        yield f"wrote {count(done.written, 'file')}, {count(done.bytes, 'byte')}"
    elif not done.removed:
        yield "nothing was new"
    if done.removed:
        yield f"took away {', '.join(done.removed)}, which may show what was erased"


# -- mirror ------------------------------------------------------------------------------


@options.verb(
    "mirror",
    "mirror https://example.org/semax --vkey semax.vkey",
    "mirror public --as semax-copy --vkey semax.vkey --witness witness.vkey",
)
@click.argument("source", metavar="URL|DIR")
@click.option("--as", "alias", metavar="ALIAS", help="The name to list it under: --as semax-copy.")
@options.vkeys
@options.witness_keys
@options.common
@click.pass_obj
def mirror(
    settings: Settings,
    *,
    source: str,
    alias: str | None,
    vkeys: tuple[VerifierKey, ...],
    witnesses: tuple[VerifierKey, ...],
    quorum: int | None,
) -> None:
    """Take a ledger in from where it is published, byte for byte.

    Everything is verified: the signature, every hash, every record.
    Sealed values are not published, so they are withheld in the copy.
    The database is created where there is none.
    The exit code is 1, and nothing is taken in, where the log is not what the key signed.
    """
    given: dict[str, Any] = {"witnesses": witnesses, "quorum": quorum}
    with open_source(source) as place:
        vouched = open_log(place, vkeys, **given)  # or else an empty database would be left behind
        with settings.create() as store, progress("mirroring") as bar:
            ledger = store.mirror(place, alias, keys=vkeys, found=vouched, progress=bar, **given)
            _tell(settings, place.name, ledger, vouched)


def _tell(settings: Settings, source: str, ledger: Ledger, vouched: Vouched) -> None:
    head, db = str(ledger.head()), without_secrets(settings.db)
    if settings.json:
        document = {"ledger": ledger.name, "head": head, "db": db, "source": source}
        write_json({**document, "vouched": vouched_document(vouched)})
        return
    witnesses = [each.witness for each in vouched.witnesses]
    write_lines(
        [
            f"mirrored {ledger.name} from {source} in {db}, head {head}",
            f"signed by: {', '.join(vouched.signers)}",
            *([f"witnessed by: {', '.join(witnesses)}"] if witnesses else []),
        ]
    )
