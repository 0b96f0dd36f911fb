"""Evidence ledgers: what is known about one subject, in a chain that anyone can check.

>>> import evledger
>>> from evledger import GapNoted
>>> with evledger.open("memory:") as store:
...     semax = store.create("semax", title="Semax and BDNF", by="curator")
...     with semax.batch(by="curator") as batch:
...         paper = batch.add_source(kind="journal-article", title="A trial in stroke")
...         claim = batch.tag_claim(
...             source=paper, tier="human", stance="supports", text="Scores rose."
...         )
...     records = semax.append(GapNoted(id="g1", text="No trial in women."), by="curator")
...     semax.view().claims[claim].text, semax.verify("full").ok
('Scores rose.', True)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evledger.archive import verify_archive
    from evledger.asking import Answer, Prompt
    from evledger.batch import Batch
    from evledger.chain import Head
    from evledger.checkpoints import (
        Checkpoint,
        Cosigned,
        SignedHead,
        Vouched,
        open_checkpoint,
        open_head,
    )
    from evledger.checks import CheckReport, Finding
    from evledger.counting import Counted
    from evledger.events import (
        About,
        Attachment,
        CaveatNoted,
        CaveatWithdrawn,
        ClaimRetagged,
        ClaimTagged,
        ClaimWithdrawn,
        ComponentMapped,
        Event,
        EvidenceLinked,
        EvidenceUnlinked,
        FieldsErased,
        FindingWaived,
        GapClosed,
        GapNoted,
        LedgerDescribed,
        LedgerOpened,
        QuestionClosed,
        QuestionCreated,
        QuestionWithdrawn,
        Reviewed,
        SectionWritten,
        SourceAdded,
        SourceAmended,
        SourceFlagged,
        SourceLinked,
        Tier,
        event,
    )
    from evledger.exceptions import (
        Broken,
        ClockError,
        Conflict,
        Contested,
        DuplicateKey,
        EvledgerError,
        Invalid,
        MissingRef,
        NotFound,
        NotProven,
        NotSupplied,
        PluginError,
        Refused,
        StoreError,
    )
    from evledger.finding import Hit
    from evledger.hookspecs import EventSupply, LocatorScheme, hookimpl
    from evledger.importing import (
        Capture,
        FetchContext,
        Fit,
        ImportReport,
        Item,
        ItemFlag,
        ItemLink,
        Note,
        Rejection,
    )
    from evledger.ledger import Ledger
    from evledger.notes import VerifierKey
    from evledger.plugins import PluginInfo, Plugins
    from evledger.proofs.keys import Signer, new_key
    from evledger.proofs.proving import Consistency, Proof
    from evledger.proofs.publishing import Publication
    from evledger.proofs.verifying import Proven, verify_proof
    from evledger.proofs.witnessing import Witness
    from evledger.ranking import Ranking
    from evledger.record import Record
    from evledger.rendering import Passage, RenderContext, Rendered
    from evledger.schema import Seal, seal
    from evledger.scoring import Caution, Failure, Influence, Outcome, Score, Term
    from evledger.seals import Hidden
    from evledger.store import Store, open
    from evledger.verification import Fault, Verification
    from evledger.view import Change, Counts, View, diff
    from evledger.writing import Appended, Erasure

__all__ = [
    "About",
    "Answer",
    "Appended",
    "Attachment",
    "Batch",
    "Broken",
    "Capture",
    "Caution",
    "CaveatNoted",
    "CaveatWithdrawn",
    "Change",
    "CheckReport",
    "Checkpoint",
    "ClaimRetagged",
    "ClaimTagged",
    "ClaimWithdrawn",
    "ClockError",
    "ComponentMapped",
    "Conflict",
    "Consistency",
    "Contested",
    "Cosigned",
    "Counted",
    "Counts",
    "DuplicateKey",
    "Erasure",
    "Event",
    "EventSupply",
    "EvidenceLinked",
    "EvidenceUnlinked",
    "EvledgerError",
    "Failure",
    "Fault",
    "FetchContext",
    "FieldsErased",
    "Finding",
    "FindingWaived",
    "Fit",
    "GapClosed",
    "GapNoted",
    "Head",
    "Hidden",
    "Hit",
    "ImportReport",
    "Influence",
    "Invalid",
    "Item",
    "ItemFlag",
    "ItemLink",
    "Ledger",
    "LedgerDescribed",
    "LedgerOpened",
    "LocatorScheme",
    "MissingRef",
    "NotFound",
    "NotProven",
    "NotSupplied",
    "Note",
    "Outcome",
    "Passage",
    "PluginError",
    "PluginInfo",
    "Plugins",
    "Prompt",
    "Proof",
    "Proven",
    "Publication",
    "QuestionClosed",
    "QuestionCreated",
    "QuestionWithdrawn",
    "Ranking",
    "Record",
    "Refused",
    "Rejection",
    "RenderContext",
    "Rendered",
    "Reviewed",
    "Score",
    "Seal",
    "SectionWritten",
    "SignedHead",
    "Signer",
    "SourceAdded",
    "SourceAmended",
    "SourceFlagged",
    "SourceLinked",
    "Store",
    "StoreError",
    "Term",
    "Tier",
    "Verification",
    "VerifierKey",
    "View",
    "Vouched",
    "Witness",
    "diff",
    "event",
    "hookimpl",
    "new_key",
    "open",
    "open_checkpoint",
    "open_head",
    "seal",
    "verify_archive",
    "verify_proof",
]

_MODULES: Final = {
    "archive": ("verify_archive",),
    "asking": (
        "Answer",
        "Prompt",
    ),
    "batch": ("Batch",),
    "chain": ("Head",),
    "checks": (
        "CheckReport",
        "Finding",
    ),
    "counting": ("Counted",),
    "events": (
        "About",
        "Attachment",
        "CaveatNoted",
        "CaveatWithdrawn",
        "ClaimRetagged",
        "ClaimTagged",
        "ClaimWithdrawn",
        "ComponentMapped",
        "Event",
        "EvidenceLinked",
        "EvidenceUnlinked",
        "FieldsErased",
        "FindingWaived",
        "GapClosed",
        "GapNoted",
        "LedgerDescribed",
        "LedgerOpened",
        "QuestionClosed",
        "QuestionCreated",
        "QuestionWithdrawn",
        "Reviewed",
        "SectionWritten",
        "SourceAdded",
        "SourceAmended",
        "SourceFlagged",
        "SourceLinked",
        "Tier",
        "event",
    ),
    "exceptions": (
        "Broken",
        "ClockError",
        "Conflict",
        "Contested",
        "DuplicateKey",
        "EvledgerError",
        "Invalid",
        "MissingRef",
        "NotFound",
        "NotProven",
        "NotSupplied",
        "PluginError",
        "Refused",
        "StoreError",
    ),
    "hookspecs": (
        "EventSupply",
        "LocatorScheme",
        "hookimpl",
    ),
    "finding": ("Hit",),
    "checkpoints": (
        "Checkpoint",
        "Cosigned",
        "SignedHead",
        "Vouched",
        "open_checkpoint",
        "open_head",
    ),
    "notes": ("VerifierKey",),
    "proofs.keys": (
        "Signer",
        "new_key",
    ),
    "proofs.proving": (
        "Consistency",
        "Proof",
    ),
    "proofs.publishing": ("Publication",),
    "proofs.verifying": (
        "Proven",
        "verify_proof",
    ),
    "proofs.witnessing": ("Witness",),
    "importing": (
        "Capture",
        "FetchContext",
        "Fit",
        "ImportReport",
        "Item",
        "ItemFlag",
        "ItemLink",
        "Note",
        "Rejection",
    ),
    "ledger": ("Ledger",),
    "plugins": (
        "PluginInfo",
        "Plugins",
    ),
    "ranking": ("Ranking",),
    "record": ("Record",),
    "rendering": (
        "Passage",
        "RenderContext",
        "Rendered",
    ),
    "schema": (
        "Seal",
        "seal",
    ),
    "scoring": (
        "Caution",
        "Failure",
        "Influence",
        "Outcome",
        "Score",
        "Term",
    ),
    "seals": ("Hidden",),
    "store": (
        "Store",
        "open",
    ),
    "verification": (
        "Fault",
        "Verification",
    ),
    "view": (
        "Change",
        "Counts",
        "View",
        "diff",
    ),
    "writing": (
        "Appended",
        "Erasure",
    ),
}
"""Where each name is at home.

Each is imported when it is first asked for, so that a program which only may need evledger,
as pytest does with its fixtures, does not wait for all of it.
"""

_HOMES: Final = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # type checkers would take any name to be here

    def __getattr__(name: str) -> Any:
        """Import a public name, or a module of the package."""
        if name in _HOMES:
            found = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
            globals()[name] = found
            return found
        if not name.startswith("_"):
            try:
                return importlib.import_module(f"{__name__}.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"{__name__}.{name}":
                    raise
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)


def __dir__() -> list[str]:
    return __all__
