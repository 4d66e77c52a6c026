"""What goes into the bill of one group, and what comes out, as plain records (单户计费记录).

Numbers are Decimal: these records are for reading, explaining and holding the batch against. A
batch over many customers works on arrays of whole Wh, fen and 1e-8 yuan.

- `inputs`: what a group is, was read, owes and did
- `bills`: its energy, its lines, and what is to be said of them
"""

from powerchannel.billing.records.bills import (
    AccountEnergy,
    Finding,
    GroupBill,
    GroupEnergy,
    Line,
    Loss,
    RegisterRow,
    Remainder,
)
from powerchannel.billing.records.inputs import (
    PERIODS,
    Account,
    Adjustment,
    Debt,
    Given,
    Group,
    Incident,
    Interval,
    Kwh,
    LossRow,
    Meter,
    Period,
    Reading,
    Relation,
    Transformer,
    WireLine,
)

__all__ = [
    "PERIODS",
    "Account",
    "AccountEnergy",
    "Adjustment",
    "Debt",
    "Finding",
    "Given",
    "Group",
    "GroupBill",
    "GroupEnergy",
    "Incident",
    "Interval",
    "Kwh",
    "Line",
    "Loss",
    "LossRow",
    "Meter",
    "Period",
    "Reading",
    "RegisterRow",
    "Relation",
    "Remainder",
    "Transformer",
    "WireLine",
]
