"""Made-up data sets with planted truth, to try things on and to test against (模拟数据集).

`province` makes a whole utility: customers, accounts, facts about channels, contacts with dirty
rows as real exports have them, dislikes and complaints.
`billing_month` makes a month of billing: accounts with the bundled tariffs, meters, readings and
what hangs on them, the month before, and faults that an audit has to find.
`theft_month` makes a month to look for theft in: meters, voltages and currents, daily use, the
supply of transformer areas, and planted cases of every cause. `MadeUp.write` writes export files.
"""

from __future__ import annotations

from powerchannel.datasets.billing_month import TARIFFS, BillingMonth, billing_month
from powerchannel.datasets.made import MadeUp
from powerchannel.datasets.province import Province, province
from powerchannel.datasets.theft import TheftMonth, theft_month

__all__ = [
    "TARIFFS",
    "BillingMonth",
    "MadeUp",
    "Province",
    "TheftMonth",
    "billing_month",
    "province",
    "theft_month",
]
