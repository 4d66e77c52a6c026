"""Bills of many groups at once, in whole numbers: the same cells as the reference (批量计费).

Groups of one account with one meter, one tariff edition and equipment that did not change are
computed on columns, without a loop over customers; every other group is left to
`powerchannel.billing.reference`, with the reason.

- `inputs`, `editions`: the rows of the state as columns, some groups at a time
- `registers`, `pricing`, `tiers`, `capacity`, `power_factor`: the stages; `exact`: what never wraps
- `plans`, `computing`, `bills`: groups that share a plan become a block of bills
- `blocks`, `values`, `frames`: blocks to the tables of a result
- `mixed`: the bills of the batch and those of the reference as one sequence
"""

from powerchannel.billing.batch.bills import Batch, bill, bill_by_chunks
from powerchannel.billing.batch.frames import Tables
from powerchannel.billing.batch.inputs import REASONS
from powerchannel.billing.batch.mixed import Bills, bill_all

__all__ = ["REASONS", "Batch", "Bills", "Tables", "bill", "bill_all", "bill_by_chunks"]
