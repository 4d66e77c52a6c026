"""All that speaks for or against a customer, gathered for a month (取证).

- `blocks`: whole areas of a state, some at a time; `inputs`: their rows, laid out for the rules
- `gathering`: what is found, as numbers; `balances`: areas; `anomalies`: what speaks for each
  cause; `lost_use`: what use fell by; `unread_days`: what was lost before anything was read
- `assessment`: points, cause and lost energy of a block; `findings`: what is kept of it
"""

from powerchannel.theft.evidence.anomalies import decided_causes
from powerchannel.theft.evidence.assessment import Assessment
from powerchannel.theft.evidence.blocks import Block, blocks_of
from powerchannel.theft.evidence.findings import Findings, assessed, findings_of
from powerchannel.theft.evidence.gathering import Evidence, evidence_names, evidence_of
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.evidence.lost_use import drop_kwh

__all__ = [
    "Assessment",
    "Block",
    "Evidence",
    "Findings",
    "Inputs",
    "assessed",
    "blocks_of",
    "decided_causes",
    "drop_kwh",
    "evidence_names",
    "evidence_of",
    "findings_of",
]
