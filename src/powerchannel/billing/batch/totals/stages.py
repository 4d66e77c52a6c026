"""The energy of account rows that are not plain, stage after stage (计费电量各环节)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.energy.demand import demands
from powerchannel.billing.batch.energy.points import measured
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.reasons import reason
from powerchannel.billing.batch.losses.banks import behind_banks
from powerchannel.billing.batch.losses.lines import behind_lines, with_lines
from powerchannel.billing.batch.losses.transformers import with_transformers
from powerchannel.billing.batch.submeters.deductions import with_relations
from powerchannel.billing.batch.totals.summing import Totals, added_up
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Rounding, Tariff

__all__ = ["totals_of"]


def totals_of(
    chunk: Chunk,
    rows: Ints,
    rounding: Rounding,
    rulebook: Rulebook,
    tariffs: list[tuple[Tariff, ...]],
) -> Totals | None:
    """Take account rows from readings to what they are billed for (计费电量).

    Parameters
    ----------
    chunk : Chunk
        With the account rows; groups that cannot be billed get a reason.
    rows : ndarray of int64
        Which account rows.
    rounding : Rounding
        Of the tariffs of all of them.
    rulebook : Rulebook
        The rules.
    tariffs : list of tuple of Tariff
        The editions of the chunk.

    Returns
    -------
    Totals or None
        None where no account row is left.
    """
    points, told = measured(chunk, rows, rounding, rulebook.readings)
    points, banks = behind_banks(chunk, behind_lines(chunk, points))
    rules, is_two_part = rulebook.allocation, _is_two_part(chunk, tariffs)
    points, taken = with_relations(chunk, points, rows, rounding, rules, is_two_part)
    points = with_transformers(chunk, points, banks, rounding, rulebook.losses, tariffs, told)
    points = with_lines(chunk, points, rounding, rulebook.losses)
    if not len(points):
        return None
    demand = demands(chunk, rounding.demand_decimals)
    found = added_up(chunk, points, rounding, demand, taken, told)
    is_negative = (found.billed < 0).any(axis=0)  # more was taken off for a line than there was
    chunk.refuse(found.rows, np.where(is_negative, reason("lines"), 0).astype(np.uint8))
    return found


def _is_two_part(chunk: Chunk, tariffs: list[tuple[Tariff, ...]]) -> NDArray[np.bool_]:
    """Tell which account rows have a capacity or demand charge on their first day."""
    charges = [first.capacity_charge for first, *_ in tariffs]
    found = np.array([c is not None and c.mode != "none" for c in charges] + [False], np.bool_)
    return found[chunk.editions]
