"""Whom to inspect: ranked, explained, costed, and in part at random (隐患问题清单).

- `worklist`: the list within the hours of the crews; `Worklist`, `Record`, `Observation`
- `distribution`, `flag_rates`: where anomalies are and why, and whom the list is about
- `CAUSES`, `CAUSE_CHECKS`, `RULE_CHECKS`: what causes are called, and what to check on site
"""

from powerchannel.theft.worklist.candidates import Findings
from powerchannel.theft.worklist.choosing import Crew
from powerchannel.theft.worklist.distribution import distribution, flag_rates
from powerchannel.theft.worklist.listing import Worklist
from powerchannel.theft.worklist.ranking import worklist
from powerchannel.theft.worklist.records import Observation, Record
from powerchannel.theft.worklist.wording import CAUSE_CHECKS, CAUSES, RULE_CHECKS

__all__ = [
    "CAUSES",
    "CAUSE_CHECKS",
    "RULE_CHECKS",
    "Crew",
    "Findings",
    "Observation",
    "Record",
    "Worklist",
    "distribution",
    "flag_rates",
    "worklist",
]
