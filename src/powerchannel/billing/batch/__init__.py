"""Bills of many groups at once, in whole numbers: the same cells as the reference (批量计费).

Most groups are computed on columns, without a loop over customers: those with several meters,
losses and sub-accounts too, and those of which the price or the equipment changes within the bill;
every other group is left to
`powerchannel.billing.reference`, with the reason.

A month runs through the rooms from the top down:

- `bills`: the month; which groups are taken, and why the others are left
- `inputs`: the rows of the state as columns, some groups at a time
- `energy`: readings to what is billed for; what stands between, where there is more than one meter:
  `submeters`, `losses` and `totals`
- `computing`: bills of one plan, from what they are billed for to their lines, by
  `charges` (energy, tiers, capacity, power factor) and `additions` (amounts given, adjustments,
  late fees)
- `results`: blocks of bills, and the tables of a result
- `mixed`: the bills of the batch and those of the reference as one sequence
- `columns`: what all of it is made of: exact numbers, keys, and what bills print
"""

from powerchannel.billing.batch.bills import bill, bill_by_chunks
from powerchannel.billing.batch.inputs.reasons import REASONS
from powerchannel.billing.batch.mixed import Bills, bill_all
from powerchannel.billing.batch.results.batch import Batch
from powerchannel.billing.batch.results.frames import Tables

__all__ = ["REASONS", "Batch", "Bills", "Tables", "bill", "bill_all", "bill_by_chunks"]
