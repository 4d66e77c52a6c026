"""Causes: outage, vacancy, export, replacement, data, wiring, meter, theft, or none (原因判断).

- `catalogue`: the causes, and what can speak for or against them
- `evidence`, `episodes`: that as columns, from daily use, from episodes and outages
- `rules`: the decision table; `deciding`: the cause of each customer, with reasons
"""

from powerchannel.theft.causes.catalogue import CAUSE_EVIDENCE, CAUSES, EPISODE_RULES, Cause
from powerchannel.theft.causes.deciding import Decided, decide
from powerchannel.theft.causes.episodes import (
    began_at,
    episode_hours,
    opened_before,
    outage_share,
)
from powerchannel.theft.causes.evidence import CauseEvidence, daily_evidence, shared_changes
from powerchannel.theft.causes.rules import CauseRules, Decision, Test

__all__ = [
    "CAUSES",
    "CAUSE_EVIDENCE",
    "EPISODE_RULES",
    "Cause",
    "CauseEvidence",
    "CauseRules",
    "Decided",
    "Decision",
    "Test",
    "began_at",
    "daily_evidence",
    "decide",
    "episode_hours",
    "opened_before",
    "outage_share",
    "shared_changes",
]
