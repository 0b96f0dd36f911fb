"""The built-in rules: what makes a ledger less than it seems, found from the view alone.

Each is linear in the ledger, opens no connection and gives the same for the same view.
``docs/reference/checks.md`` explains them one by one.
"""

from __future__ import annotations

from typing import Final

from evledger.builtin.rules import completeness, independence, privacy, sources, tiers
from evledger.builtin.rules.sources import identifier_title_mismatch
from evledger.checks import Rule

__all__ = ["RULES", "identifier_title_mismatch"]

RULES: Final[tuple[Rule, ...]] = (
    tiers.human_tier_weak_source,
    tiers.tier_text_mismatch,
    sources.retracted_source_counted,
    sources.retracted_source_cited,
    sources.duplicate_counted,
    identifier_title_mismatch(),
    independence.dependent_sources,
    independence.ScoreSaturated(),
    independence.no_contradicting_evidence,
    completeness.claim_without_locator,
    completeness.claim_without_quote,
    completeness.automatic_claims,
    completeness.question_unsupported,
    completeness.section_cites_unknown,
    completeness.unreadable_records,
    privacy.personal_data,
)
