"""Account rows with one meter: from its registers to what is billed (单表账户)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.printed import MeterColumn, RegisterColumn
from powerchannel.billing.batch.energy.billed import Billed, rounded
from powerchannel.billing.batch.energy.registers import Energy, Layout, metered
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.meters import Legs
from powerchannel.billing.rules import Readings
from powerchannel.billing.tariff import Rounding

__all__ = ["OneMeter", "plain"]

Bools = NDArray[np.bool_]

_MOST_KW = 1e9
_REVERSE = "reverse_active_"


def plain(layout: Layout, chunk: Chunk, rows: Ints, rounding: Rounding, rules: Readings) -> Billed:
    """Return what account rows with one meter each are billed for (单表账户).

    Parameters
    ----------
    layout : Layout
        Of all of the meters.
    chunk : Chunk
        The rows and the meters.
    rows : ndarray of int64
        Which; all of them `Chunk.is_plain`.
    rounding : Rounding
        Of their tariff.
    rules : Readings
        How readings become energy.
    """
    legs = chunk.first_leg[rows]
    energy = metered(layout, chunk.legs, legs, rounding, rules)
    less = rounding.metered_decimals - rounding.billed_decimals
    billed = {period: rounded(values, less) for period, values in energy.metered.items()}
    if "total" not in billed:
        parts = list(billed.values())
        billed["total"] = sum(parts[1:], start=parts[0])
    reactive, reverse = energy.reactive(), energy.reverse()
    return Billed(
        metered=energy.metered,
        billed=billed,
        metered_reactive=reactive,
        reactive=None if reactive is None else rounded(reactive, less),
        fed_in=None if reverse is None else rounded(reverse, less),
        demand=_demand(layout, chunk.legs, legs, rounding.demand_decimals),
        reasons=energy.reasons,
        source=OneMeter(layout, chunk.legs, legs, energy, rounding),
        notes=energy.notes_of(chunk.legs, legs),
    )


def _demand(layout: Layout, legs: Legs, rows: Ints, decimals: int) -> Ints | None:
    if not layout.has_demand:
        return None
    read, multiplier = legs.demand[rows], legs.of("multiplier", rows)
    is_far = np.abs(read.astype(np.float64)) * multiplier > _MOST_KW * 1e12
    read = np.where(is_far, -1, read)
    multiplier = np.where(is_far, 10**12, multiplier)
    return quotient(read, multiplier, 10 ** (12 - decimals))


@frozen(eq=False)
class OneMeter:
    """One meter an account row (单表电量来源).

    Parameters
    ----------
    layout : Layout
        Of all of the meters.
    legs : Legs
        The meters.
    rows : ndarray of int64
        Which.
    energy : Energy
        What they counted.
    rounding : Rounding
        Of their tariff.
    """

    layout: Layout
    legs: Legs
    rows: Ints
    energy: Energy
    rounding: Rounding

    def where(self, mask: Bools) -> OneMeter:
        """Return that of some of the rows (筛选)."""
        return evolve(self, rows=self.rows[mask], energy=self.energy.where(mask))

    def registers(self, billed: Mapping[str, Ints]) -> Iterator[RegisterColumn]:
        """Yield a row of every period: what rounding adds stands beside what was metered (示数行).

        Parameters
        ----------
        billed : mapping of period to ndarray of int64
            What the rows are billed for.
        """
        decimals, final = self.rounding.metered_decimals, self.rounding.billed_decimals
        most = max(decimals, final)
        order = 0
        for period, energy in self.energy.metered.items():
            added = billed[period] * 10 ** (most - final) - energy * 10 ** (most - decimals)
            yield self._row(f"active_{period}", period, order, Numbers(added, most))
            order += 1
        names = (*self.layout.reactive, *self.layout.reverse)
        for register in sorted(names):
            period = register.removeprefix(_REVERSE) if register.startswith(_REVERSE) else "total"
            yield self._row(register, period, order, None)
            order += 1

    def _row(self, register: str, period: str, order: int, added: Numbers | None) -> RegisterColumn:
        legs, rows = self.legs, self.rows
        is_read = register in self.layout.read
        counted = self.energy.metered[period] if added else self.energy.counted[register]
        return RegisterColumn(
            order=np.full(len(rows), order),
            meter=legs.of("meter_id", rows),
            register=register,
            period=period,
            previous=legs.previous[register][rows] if is_read else None,
            current=legs.current[register][rows] if is_read else None,
            multiplier=legs.of("multiplier", rows),
            metered=Numbers(counted, self.rounding.metered_decimals),
            added=added,
        )

    def meters(self) -> Iterator[MeterColumn]:
        """Yield what each meter counted (各表电量)."""
        decimals = self.rounding.metered_decimals
        meter = self.legs.of("meter_id", self.rows)
        energy, reactive = dict(self.energy.metered), self.energy.reactive()
        if "total" not in energy:
            parts = list(energy.values())
            energy["total"] = sum(parts[1:], start=parts[0])
        for period, values in energy.items():
            cells = Numbers(values, decimals)
            yield MeterColumn(meter=meter, name="metered_energy_kwh", period=period, cells=cells)
        if reactive is not None:
            cells = Numbers(reactive, decimals)
            yield MeterColumn(
                meter=meter, name="metered_reactive_kvarh", period="total", cells=cells
            )
