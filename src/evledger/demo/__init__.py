"""The demonstration: a real ledger, built, checked, tampered with and caught, and proven.

The subject is the evidence on a peptide, as a public article gathered it:
43 sources, with one claim each.
"""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from evledger.archive import page_name, verify_archive
from evledger.demo.folder import (
    ARCHIVE,
    COPY,
    NAME,
    PROOF,
    TAMPERED_PAGE,
    VKEY,
    leave_mark,
)
from evledger.events import About, ClaimRetagged, Tier
from evledger.exceptions import Refused
from evledger.notes import SigningKey
from evledger.proofs.keys import ProcessMemory, Signer
from evledger.proofs.verifying import verify_proof
from evledger.rendering import files_of

if TYPE_CHECKING:
    from evledger.checks import CheckReport
    from evledger.importing import ImportReport
    from evledger.ledger import Ledger
    from evledger.proofs.verifying import Proven
    from evledger.scoring import Failure, Score
    from evledger.store import Store
    from evledger.verification import Verification

__all__ = ["Tour", "build", "tamper", "tour"]

BY: Final = "demo-curator"
ORIGIN: Final = "demo.example/semax"

TIERS: Final = (
    Tier(slug="human", label="Human", description="Seen in people, or argued from such studies."),
    Tier(slug="preclinical", label="Preclinical", description="Seen in animals or in tissue."),
    Tier(
        slug="published",
        label="Published",
        description="Stated in print, without a tier of its own.",
    ),
    Tier(
        slug="anecdotal",
        label="Anecdotal",
        description="Told by people of themselves; nobody controlled or measured it.",
    ),
)

FRAME: Final = """
Brain-derived neurotrophic factor (BDNF) keeps nerve cells alive and their connections plastic.
After a stroke, under lasting stress and with age there is less of it.
"""

WHY: Final = """
- In rats it binds in the basal forebrain, and BDNF and its receptor TrkB go up.
- In patients after a stroke, higher BDNF in plasma went with better scores.
- It is taken as a nasal spray, and people report effects within days.
"""

FIT: Final = """
The peptide acts on a growth factor; the growth factor acts on circuits for learning and mood.
Each step has evidence of its own kind, and the claims below keep the steps apart.
"""

SAFETY: Final = """
Most trials were small, and published in one country.
Reports from users are neither blinded nor complete, and products differ.
Nothing here is advice to take anything.
"""

SECTIONS: Final = (
    ("frame", "What is breaking down", FRAME),
    ("why", "Why Semax might help", WHY),
    ("fit", "How these fit together", FIT),
    ("safety", "Safety and limits", SAFETY),
)

COMPONENTS: Final = (
    ("semax", "Semax", "neural / cognitive"),
    ("bdnf", "BDNF", "growth factor signalling"),
    ("trkb", "TrkB", "receptor"),
)


MAIN_SCORER: Final = "quantified-confidence"
"""Whose score the article explains; those of the others stand beside it."""

MAPPED: Final = "Its text names what it is about."


def build(store: Store, name: str = NAME) -> tuple[Ledger, ImportReport]:
    """Build the demonstration's ledger.

    Args:
        store: where to create it.
        name: its name.

    Returns:
        The ledger, and what importing the sources reported.
    """
    ledger = store.create(
        name,
        title="Semax: BDNF, neuroprotection and cognitive recovery",
        subject="What is known of the peptide Semax, and how well.",
        tiers=TIERS,
        by=BY,
    )
    with resources.as_file(resources.files(__name__) / "semax.csv") as path:
        report = ledger.import_file(path, by=BY)
    _write_frame(ledger)
    _map_claims(ledger)
    return ledger, report


def _write_frame(ledger: Ledger) -> None:
    with ledger.batch(by=BY) as batch:
        for section, heading, body in SECTIONS:
            batch.write_section(section, body.strip(), heading=heading)
        for id, component, layer in COMPONENTS:
            batch.map_component(id=id, component=component, layer=layer)
        batch.note_gap("Whether the effect on BDNF in rats is found in healthy people's brains.")
        batch.note_caveat("Posts are single experiences with products of unknown content.")
        question = batch.create_question(text="Does Semax raise BDNF in people, or only in rats?")
        for claim, relation in (("c4", "answers"), ("c1", "partly")):
            batch.link_evidence(question, claim=claim, relation=relation)


def _map_claims(ledger: Ledger) -> None:
    """Say of every claim but the anecdotal ones which components its text names."""
    claims = [each for each in ledger.view().claims.values() if each.tier != "anecdotal"]
    with ledger.batch(by=BY) as batch:
        for claim in claims:
            words = re.findall(r"\w+", str(claim.text))
            named = tuple(id for id, component, _ in COMPONENTS if component in words)
            if named:
                about = About(components=named)
                batch.append(ClaimRetagged(claim=claim.id, about=about, why=MAPPED))


def tamper(
    archive: Path, copy: Path, *, word: bytes = b"BDNF expression in the hippocampus"
) -> tuple[int, int]:
    """Copy an archive and flip one bit of it, inside a claim.

    Args:
        archive: the sound archive.
        copy: the folder to make.
        word: the first letter of its last occurrence on page 0 is what changes.

    Returns:
        The position of the byte in page 0, and the bit.
    """
    shutil.copytree(archive, copy)
    page = copy / page_name(0)
    text = bytearray(page.read_bytes())
    place = text.rindex(word)
    text[place] ^= 1
    page.write_bytes(text)
    return place, 0


def tamper_page(page: Path, copy: Path) -> None:
    """Copy a page that proves itself, and let claim c4 say the opposite there.

    Args:
        page: the article's page.
        copy: the file to write; what the page is proven by stays as it is.
    """
    shown, bundle, proofs = page.read_bytes().partition(b'id="evl-bundle"')
    forged = shown.replace(b"had higher plasma BDNF", b"had lower plasma BDNF")
    copy.write_bytes(forged + bundle + proofs)


def prove(ledger: Ledger, folder: Path) -> Proven | None:
    """Sign the ledger with a key made on the spot, and prove a claim to whoever has that key.

    Args:
        ledger: the ledger.
        folder: where the proof and the verifier key go; the secret key is not kept.

    Returns:
        What the proof says to somebody who has the two files alone;
        ``None`` where ``cryptography`` is not installed.
    """
    try:
        signer = Signer(SigningKey.generate(ORIGIN), memory=ProcessMemory())
        proof, vkey = folder / PROOF, folder / VKEY
        proof.write_bytes(ledger.prove(proof.stem, signer=signer).data)
        vkey.write_text(f"{signer.verifier}\n", encoding="utf-8", newline="\n")
        return verify_proof(proof.read_bytes(), vkey.read_text(encoding="utf-8"))
    except Refused:
        return None


ARTICLES: Final = ("html", "html-ledger", "markdown")
"""The renderers whose articles are written, as far as they are installed; the first is shown."""


def write_articles(ledger: Ledger, folder: Path) -> tuple[Path, ...]:
    """Write the article in all its forms.

    Args:
        ledger: the ledger, signed where that is possible.
        folder: where the articles go, and where its verifier key is.

    Returns:
        The files, the one to open first at the front.
    """
    plugins = ledger.store.plugins
    files = files_of(plugins.renderers[name] for name in ARTICLES if name in plugins.renderers)
    vkey = folder / VKEY
    keys = [vkey.read_text(encoding="utf-8").strip()] if vkey.exists() else []
    scorers = sorted(plugins.scorers, key=lambda name: name != MAIN_SCORER)
    for name, file in files.items():
        rendered = ledger.render(name, scorers=scorers, beside=files, keys=keys)
        (folder / file).write_bytes(rendered.data)
    return tuple(folder / file for file in files.values())


@attrs.frozen(kw_only=True)
class Tour:
    """What the demonstration did.

    Attributes:
        ledger: the ledger it built.
        imported: what importing reported.
        scores: what every scorer says.
        checked: what the rules found.
        chain, full: verification of the ledger at both levels.
        archive: the folder it was exported to.
        place: the byte of page 0 that was changed in a copy.
        caught: verification of that copy.
        articles: the files with the article and what stands beside it, the one to open first.
        tampered_page: a copy of the page in which one word is another, where there is a page.
        proven: what the proof of a claim says, where it could be signed.
    """

    ledger: Ledger
    imported: ImportReport
    scores: tuple[Score | Failure, ...]
    checked: CheckReport
    chain: Verification
    full: Verification
    archive: Path
    place: int
    caught: Verification
    articles: tuple[Path, ...]
    tampered_page: Path | None
    proven: Proven | None


def tour(store: Store, folder: Path) -> Tour:
    """Build, verify, export, tamper, verify again, write the article, and prove a claim.

    Args:
        store: where the ledger is created.
        folder: where ``archive``, ``tampered``, the articles, a proof and its key go, and the
            mark by which the demonstration is known; none of them is there yet.
    """
    archive, copy = folder / ARCHIVE, folder / COPY
    ledger, imported = build(store)
    head = ledger.export(archive)
    place, _ = tamper(archive, copy)
    proven = prove(ledger, folder)
    articles = write_articles(ledger, folder)
    tampered_page = folder / TAMPERED_PAGE if articles[0].suffix == ".html" else None
    if tampered_page is not None:
        tamper_page(articles[0], tampered_page)
    leave_mark(folder, head)
    return Tour(
        ledger=ledger,
        imported=imported,
        scores=ledger.scores(),
        checked=ledger.check(),
        chain=ledger.verify("chain"),
        full=ledger.verify("full", trust=head),
        archive=archive,
        place=place,
        caught=verify_archive(copy, trust=head),
        articles=articles,
        tampered_page=tampered_page,
        proven=proven,
    )
