"""Bills of many groups at once, in whole numbers: the same cells as the reference (批量计费).

Most groups are computed on columns, without a loop over customers: those with several meters,
losses and sub-accounts too, and those of which the price or the equipment changes within the bill;
every other group is left to
`powerchannel.billing.reference`, with the reason.

- `inputs`, `editions`: the rows of the state as columns, some groups at a time
- `meters`, `registers`, `cuts`, `splits`: energy by readings, and by days where the price changes
- `accounts`: accounts with one meter; `stages`: those with several, with losses or relations, by
  `points`, `deductions`, `losses`, `line_losses`, `demand`, `totals` and `pools`
- `pricing`, `tiers`, `limits`, `capacity`, `equipment`, `charges`, `after`, `givens`,
  `debts`, `power_factor`: the stages of charges; `exact`: what never wraps; `cases`: what bills
  share
- `plans`, `computing`, `bills`: groups that share a plan become a block of bills
- `blocks`, `values`, `group_values`, `printed`, `frames`: blocks to the tables of a result
- `mixed`: the bills of the batch and those of the reference as one sequence
"""

from powerchannel.billing.batch.bills import Batch, bill, bill_by_chunks
from powerchannel.billing.batch.frames import Tables
from powerchannel.billing.batch.inputs import REASONS
from powerchannel.billing.batch.mixed import Bills, bill_all

__all__ = ["REASONS", "Batch", "Bills", "Tables", "bill", "bill_all", "bill_by_chunks"]
