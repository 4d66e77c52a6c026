"""Which accounts share one power factor, and what it is (共力率)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.energy.billed import Pool
from powerchannel.billing.batch.energy.power_factor import hundredths
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.submeters.deductions import Taken

__all__ = ["pooled"]

Bools = NDArray[np.bool_]


def pooled(
    chunk: Chunk, rows: Ints, kwh: Ints, kvarh: Ints, is_reactive: Bools, taken: Taken
) -> Pool:
    """Return the power factor of the group of each account row (共力率).

    Those with reactive metering share it, and those taken from them.

    Parameters
    ----------
    chunk : Chunk
        With the account rows.
    rows : ndarray of int64
        Which account rows; all of their groups.
    kwh, kvarh : ndarray of int64
        Billed, in one unit; of who does not measure reactive energy the losses alone.
    is_reactive : ndarray of bool
        Which measure reactive energy.
    taken : Taken
        What is taken from what.
    """
    count = len(chunk.owners)
    measures, is_in = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    measures[rows] = is_in[rows] = is_reactive
    is_in[taken.child[measures[taken.parent]]] = True
    mine = is_in[rows]
    owner = chunk.owners[rows]
    active, reactive = np.zeros(len(chunk), np.int64), np.zeros(len(chunk), np.int64)
    np.add.at(active, owner[mine], kwh[mine])
    np.add.at(reactive, owner[mine], kvarh[mine])
    factor = hundredths(active, reactive)
    return Pool(factor=factor[owner], is_known=(active > 0)[owner], is_in=mine)
