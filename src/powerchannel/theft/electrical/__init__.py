"""Electrical rules: what readings and events say is wrong, when, on which phase (电气规则).

- `rules`: the rules as data: conditions, restore, delay, wirings, precedence, filters;
  `catalogue`: what conditions can look at
- `nominal`, `measured`: metering points and readings as columns; `frames`: from data frames
- `quantities`, `conditions`: what is looked at, and where it meets a condition
- `runs`, `precedence`, `scanning`, `finding`: from conditions to episodes; `outages`
- `days`: the same on daily readings: indexes that fall, stop or run away
- `events`: flags that the meter sets; `filters`: what cannot be; `reasons` for both
- `residual`: voltage x current x power factor against the metered power, as evidence
- `reference`: the readable specification, for one meter and one rule
"""

from powerchannel.theft.electrical.days import (
    Days,
    days_of,
    find_day_episodes,
    measured_energy,
)
from powerchannel.theft.electrical.episodes import WHOLE, Episodes
from powerchannel.theft.electrical.events import Events, event_episodes, events_of, judge_events
from powerchannel.theft.electrical.filters import judge_days, judge_readings
from powerchannel.theft.electrical.finding import find_episodes
from powerchannel.theft.electrical.measured import PHASES, Measured, measured_of
from powerchannel.theft.electrical.nominal import Points, points_of
from powerchannel.theft.electrical.outages import Outages, outages_of
from powerchannel.theft.electrical.reasons import REASONS, Reason
from powerchannel.theft.electrical.residual import power_residual
from powerchannel.theft.electrical.rules import (
    Condition,
    ElectricalRules,
    Precedence,
    Restore,
    Rule,
    rule_index,
)
from powerchannel.theft.electrical.runs import Ending

__all__ = [
    "PHASES",
    "REASONS",
    "WHOLE",
    "Condition",
    "Days",
    "ElectricalRules",
    "Ending",
    "Episodes",
    "Events",
    "Measured",
    "Outages",
    "Points",
    "Precedence",
    "Reason",
    "Restore",
    "Rule",
    "days_of",
    "event_episodes",
    "events_of",
    "find_day_episodes",
    "find_episodes",
    "judge_days",
    "judge_events",
    "judge_readings",
    "measured_energy",
    "measured_of",
    "outages_of",
    "points_of",
    "power_residual",
    "rule_index",
]
