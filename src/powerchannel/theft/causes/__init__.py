"""Causes: outage, vacancy, export, replacement, data, wiring, meter, theft, or none (原因判断).

- `catalogue`: the causes, and what can speak for or against them
- `evidence`, `episodes`: that as columns, from daily use, from episodes and outages
- `records`: days without supply, and what the index advanced by; `reversals`: by day or night
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
from powerchannel.theft.causes.records import dark_hours, dark_share, index_differs_days
from powerchannel.theft.causes.reversals import Flows, Spans, reversal_at_night_hours
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
    "Flows",
    "Spans",
    "Test",
    "began_at",
    "daily_evidence",
    "dark_hours",
    "dark_share",
    "decide",
    "episode_hours",
    "index_differs_days",
    "opened_before",
    "outage_share",
    "reversal_at_night_hours",
    "shared_changes",
]
