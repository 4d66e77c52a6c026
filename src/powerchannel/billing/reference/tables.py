"""Looking a loss up in a table (变损表查表)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from powerchannel.billing.records import LossRow, Transformer
from powerchannel.billing.reference.job import Job

__all__ = ["table_row"]


def table_row(
    job: Job, transformer: Transformer, capacity: Decimal, energy: Fraction
) -> LossRow | None:
    """Return the row for a capacity and the energy of 30 days (查变损表).

    The capacity itself or the next larger one; ``above < energy <= up to``, and no energy is in
    the lowest band. What the table does not have is a fatal finding.

    Parameters
    ----------
    job : Job
        With the tables.
    transformer : Transformer
        It names the table.
    capacity : Decimal
        Of all that run in parallel [kVA].
    energy : Fraction
        Of a month of 30 days [kWh].
    """
    rows = [r for r in job.group.loss_tables if r.loss_table == transformer.loss_table]
    sizes = [r.capacity_kva for r in rows if r.capacity_kva >= capacity]
    bands = sorted(
        (r for r in rows if sizes and r.capacity_kva == min(sizes)), key=lambda r: r.above_kwh
    )
    if not energy and bands and bands[0].above_kwh <= 0:
        return bands[0]
    for row in bands:
        if row.above_kwh < energy and (row.up_to_kwh is None or energy <= row.up_to_kwh):
            return row
    job.notes.add(
        "loss_table_gap",
        transformer.transformer_id,
        is_fatal=True,
        table=transformer.loss_table,
        capacity=capacity,
        energy=float(round(energy, 2)),
    )
    return None
