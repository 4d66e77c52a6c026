"""All that speaks for or against a customer, gathered for a month (取证).

- `inputs`: the rows of a state, laid out for the rules; `gathering`: what they find, as numbers
- `balances`: areas; `anomalies`: what speaks for each cause; `lost_use`: what use fell by
"""

from powerchannel.theft.evidence.anomalies import decided_causes
from powerchannel.theft.evidence.gathering import Evidence, evidence_names, evidence_of
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.evidence.lost_use import drop_kwh

__all__ = ["Evidence", "Inputs", "decided_causes", "drop_kwh", "evidence_names", "evidence_of"]
