"""What was not recorded, and how it is made up for (更正与追补).

- `correction_factor`, `correction_formula`, `undefined_reason`: K = true / recorded energy
- `lost_by_factor`, `lost_by_phases`, `lost_in_episodes`: what was not recorded, with an interval
- `expected_power`: what a damaged phase should have measured, by the healthy ones
- `theft_window`, `mistake_window`, `presumed_kwh`: from when, for how long, and what is presumed
- `back_billing`: rows for the tables of billing; a penalty only for a confirmed finding
"""

from __future__ import annotations

from powerchannel.theft.recovery.charges import REASONS, BackBilling, back_billing
from powerchannel.theft.recovery.correction import (
    correction_factor,
    correction_formula,
    undefined_reason,
)
from powerchannel.theft.recovery.episodes import DAMAGE_OF_RULE, EpisodeLosses, lost_in_episodes
from powerchannel.theft.recovery.expected import Damage, expected_power
from powerchannel.theft.recovery.lost import LostEnergy, lost_by_factor, lost_by_phases
from powerchannel.theft.recovery.rules import Estimate, Mistake, RecoveryRules, UnknownStart
from powerchannel.theft.recovery.windows import (
    Window,
    mistake_window,
    presumed_kwh,
    rated_capacity_kw,
    theft_window,
)

__all__ = [
    "DAMAGE_OF_RULE",
    "REASONS",
    "BackBilling",
    "Damage",
    "EpisodeLosses",
    "Estimate",
    "LostEnergy",
    "Mistake",
    "RecoveryRules",
    "UnknownStart",
    "Window",
    "back_billing",
    "correction_factor",
    "correction_formula",
    "expected_power",
    "lost_by_factor",
    "lost_by_phases",
    "lost_in_episodes",
    "mistake_window",
    "presumed_kwh",
    "rated_capacity_kw",
    "theft_window",
    "undefined_reason",
]
