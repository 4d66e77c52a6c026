"""Losses of transformers, by formula and by table, and who carries them (变损电量)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints, decided
from powerchannel.billing.batch.columns.keys import reduced
from powerchannel.billing.batch.columns.printed import NoteColumn
from powerchannel.billing.batch.columns.sharing import Amounts
from powerchannel.billing.batch.energy.points import Points, Told, unit_of
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.losses.banks import RATIO, TABLE, Banks, States, states_of
from powerchannel.billing.batch.losses.carrying import Pools, carried
from powerchannel.billing.batch.losses.loss_tables import by_table, counted_days
from powerchannel.billing.records import Transformer
from powerchannel.billing.reference.losses import formula_loss, spans
from powerchannel.billing.reference.notes import MESSAGES
from powerchannel.billing.rules import Losses
from powerchannel.billing.tables.words import TRANSFORMER_STATUSES
from powerchannel.billing.tariff import Rounding, Tariff
from powerchannel.memory import Rows
from powerchannel.tables import NO_DAY, NO_NUMBER

__all__ = ["with_transformers"]

Floats = NDArray[np.float64]

_MOST = 1e15
"""Losses beyond so many units go to the reference."""
_NEAR = 1e-12
"""How far an estimate may be off, of itself: float64 is right to some 1e-15 a step."""
_HOURS = 24
_EPOCH = date(1970, 1, 1).toordinal()
_FIELDS = {
    "capacity_kva": 4,
    "no_load_loss_kw": 6,
    "load_loss_kw": 6,
    "no_load_current_percent": 6,
    "short_circuit_voltage_percent": 6,
    "load_shape_factor": 6,
}
"""Decimals of the columns."""


def with_transformers(
    chunk: Chunk,
    points: Points,
    banks: Banks,
    rounding: Rounding,
    rules: Losses,
    tariffs: list[tuple[Tariff, ...]],
    told: list[Told],
) -> Points:
    """Add what the transformers lose to the points behind them (变损分摊).

    Parameters
    ----------
    chunk : Chunk
        With the transformers; groups that cannot be billed get a reason.
    points : Points
        What flows through them.
    banks : Banks
        The transformers that they are behind.
    rounding : Rounding
        Of the tariffs of all of them.
    rules : Losses
        How losses are shared.
    tariffs : list of tuple of Tariff
        The editions of the chunk.
    told : list of Told
        What is said is added to it.

    Returns
    -------
    Points
        Those of groups that can be billed.
    """
    if not len(banks):
        return points
    pools = Pools.by(points.bank)
    found = _Found(chunk, points, pools, banks, rounding, rules.load_loss_ratio)
    found.by_formula()
    if found.is_of_table.any():
        found.by_table(chunk, tariffs)
    is_behind = points.bank >= 0
    is_odd = found.is_odd[np.maximum(points.bank, 0)] & is_behind
    if rules.share_by != "energy":
        is_odd = is_behind
    told += found.notes()
    loss, reactive = found.amounts()
    whole = carried(points, pools, points.bears_transformer, loss, reactive, rounding, rules)
    return evolve(points, transformer=whole).refused(chunk, is_odd, "transformer_loss")


class _Found:
    """The losses of banks while they are computed."""

    def __init__(
        self,
        chunk: Chunk,
        points: Points,
        pools: Pools,
        banks: Banks,
        rounding: Rounding,
        ratio: Decimal,
    ) -> None:
        self._points, self._pools, self._banks = points, pools, banks
        self._rounding, self._unit = rounding, unit_of(rounding)
        place, leg = chunk.legs.hung, points.leg[pools.member]
        is_metered = leg >= 0
        begins = np.where(is_metered, place.begins[leg], np.iinfo(np.int64).max)
        ends = np.where(is_metered, place.ends[leg], np.iinfo(np.int64).min)
        self._of_pool = points.bank[pools.member[pools.starts]]
        self._first = self._by_bank(reduced(np.minimum, begins, pools.starts))
        self._last = self._by_bank(reduced(np.maximum, ends, pools.starts))
        self._table = chunk.tables["transformers"]
        self.states = states_of(self._table, banks, self._first, self._last)
        self.kwh = self._by_bank(pools.summed(points.net.sum(axis=0)))
        self.kvarh = self._by_bank(pools.summed(points.net_reactive))
        self.is_odd = banks.is_odd | ((self.kwh > 0) & (self._running_days() == 0))
        self.is_of_table = ~banks.is_odd & (banks.method == TABLE)
        self._is_ratio = banks.method == RATIO
        self._ratio = Fraction(ratio)
        self.loss = np.zeros((2, len(banks)), np.int64)
        decimals = rounding.metered_decimals, rounding.billed_decimals
        self.shown = np.where(self._is_ratio, decimals[1], decimals[0])

    def _by_bank(self, of_pools: Ints) -> Ints:
        """Put values of pools to their banks; those that have no point any more get 0."""
        found = np.zeros(len(self._banks), np.int64)
        found[self._of_pool] = of_pools
        return found

    def _running_days(self) -> Ints:
        states = self.states
        is_running = np.zeros(len(states.bank), np.bool_)
        is_running[states.state[states.is_running]] = True
        found = np.zeros(len(self._banks), np.int64)
        np.add.at(found, states.bank, np.where(is_running, states.days, 0))
        return found

    def amounts(self) -> tuple[Amounts, Amounts]:
        """Return the losses of active and reactive energy."""
        active, reactive = self.loss[:, self._of_pool]
        shown = self.shown[self._of_pool]
        return Amounts(active, shown), Amounts(reactive, shown)

    def by_formula(self) -> None:
        """Work out what the formula or the ratio gives; where float64 cannot tell, exactly."""
        decimals = self.shown
        mine = ~self.is_odd & ~self.is_of_table
        for i, estimate in enumerate(self._estimates()):
            units = np.where(mine, estimate, 0) * np.power(10.0, decimals)
            is_far = ~(units < _MOST)
            self.is_odd |= is_far
            units = np.where(is_far, 0, units)

            def exact(bank: int, which: int = i) -> Fraction:
                scale = Fraction(10 ** int(decimals[bank]))
                return self._exact(bank, is_reactive=bool(which)) * scale

            found = decided(units, np.where(mine, units * _NEAR + _NEAR, -1), exact)
            self.loss[i] = found * 10 ** (self._unit - decimals)

    def by_table(self, chunk: Chunk, tariffs: list[tuple[Tariff, ...]]) -> None:
        """Look up what tables give."""
        editions = np.zeros(len(tariffs) + 1, np.bool_)
        for place, (first, *_) in enumerate(tariffs):
            charge = first.capacity_charge
            editions[place] = charge is not None and charge.day_count == "actual"
        table, banks = self._table, self._banks
        at = chunk.places("transformers")[banks.rows]
        owner = chunk.row_of(at, table["account_id"][banks.rows])
        is_actual = np.zeros(len(banks), np.bool_)
        is_actual[banks.of] = editions[np.where(owner < 0, -1, chunk.editions[owner])]
        days = counted_days(self.states, is_actual)
        decimals = self._rounding.billed_decimals
        tables = chunk.tables["loss_tables"]
        kwh = np.where(self.is_of_table, self.kwh, 0)
        found, is_odd = by_table(table, tables, banks, self.states, days, kwh, self._unit, decimals)
        mine = self.is_of_table
        self.is_odd |= mine & is_odd
        self.loss[:, mine] = found[:, mine] * 10 ** (self._unit - decimals)
        self.shown[mine] = decimals

    def _estimates(self) -> tuple[Floats, Floats]:
        """Estimate ``P0 x T + K x PK x (A^2 + R^2) / (S^2 x T)`` of active and reactive energy."""
        states, table = self.states, self._table
        own = {name: table[name][states.row] for name in _FIELDS}
        of = states.bank[states.state]
        is_lacking = own["no_load_loss_kw"] == NO_NUMBER
        is_lacking |= (own["load_loss_kw"] == NO_NUMBER) & ~self._is_ratio[of]
        self.is_odd[of[is_lacking]] = True

        def number(name: str, otherwise: float) -> Floats:
            values = own[name] * 10.0 ** -_FIELDS[name]
            return np.where(own[name] == NO_NUMBER, otherwise, values)

        kva, factor = number("capacity_kva", 0), number("load_shape_factor", 1)
        size = states.summed(kva, of_running=True)
        is_on = size > 0
        hours = _HOURS * states.days
        total = _by_bank(states, np.where(is_on, hours, 0), len(self._banks))
        flow = (self.kwh * 10.0**-self._unit) ** 2 + (self.kvarh * 10.0**-self._unit) ** 2
        squared = np.divide(flow, total**2, out=np.zeros_like(total), where=total > 0)
        idle = number("no_load_loss_kw", 0), number("no_load_current_percent", 0) * kva / 100
        load = number("load_loss_kw", 0), number("short_circuit_voltage_percent", 0) * kva / 100
        found, share = [], self.kwh * (10.0**-self._unit * float(self._ratio))
        shares = (share, np.zeros_like(share))
        for still, winding, by_ratio in zip(idle, load, shares, strict=True):
            iron = states.summed(still, of_running=False) * hours
            copper = states.summed(winding * factor, of_running=True) * hours
            copper = np.divide(copper, size**2, out=np.zeros_like(size), where=is_on)
            whole = _by_bank(states, iron, len(self._banks))
            by_formula = squared * _by_bank(states, copper, len(self._banks))
            found.append(whole + np.where(self._is_ratio, by_ratio, by_formula))
        return found[0], found[1]

    def _exact(self, bank: int, *, is_reactive: bool) -> Fraction:
        """Ask the reference."""
        rows = self._banks.rows[self._banks.of == bank].tolist()
        records = [_record(self._table, row) for row in rows]
        days = (date.fromordinal(_EPOCH + int(d[bank])) for d in (self._first, self._last))
        kwh, kvarh = (Fraction(int(v[bank]), 10**self._unit) for v in (self.kwh, self.kvarh))
        if self._is_ratio[bank]:
            more = Fraction(0) if is_reactive else kwh * self._ratio
            kwh = kvarh = Fraction(0)
            iron = formula_loss(spans(records, *days), kwh, kvarh, is_reactive=is_reactive)
            return iron + more
        return formula_loss(spans(records, *days), kwh, kvarh, is_reactive=is_reactive)

    def notes(self) -> list[Told]:
        """Tell where the loss is computed without reactive energy, since nothing measures it."""
        is_by_formula = ~self.is_of_table & ~self._is_ratio & ~self.is_odd & (self.kwh > 0)
        is_bare = self._pools.every(~self._points.is_reactive)
        pool = np.flatnonzero(is_bare & is_by_formula[self._of_pool])
        if not len(pool):
            return []
        first = self._pools.member[self._pools.starts[pool]]
        code = "reactive_unknown"
        note = NoteColumn(
            bill=np.zeros(len(first), np.int64),
            ids=self._points.meter[first],
            code=code,
            messages=MESSAGES[code],
        )
        return [Told(self._points.row[first], note)]


def _by_bank(states: States, values: Floats | Ints, count: int) -> Floats:
    return np.bincount(states.bank, weights=values, minlength=count).astype(np.float64)


def _record(table: Rows, row: int) -> Transformer:
    """Return a transformer with what its loss follows from."""
    numbers = {
        name: None if (value := int(table[name][row])) == NO_NUMBER else _decimal(value, places)
        for name, places in _FIELDS.items()
    }
    status = TRANSFORMER_STATUSES[int(table["status"][row])].code
    return Transformer(
        transformer_id=str(int(table["transformer_id"][row])),
        account_id="",
        status=status,  # type: ignore[arg-type]  # one of the words
        started_on=_day(int(table["started_on"][row])),
        ended_on=_day(int(table["ended_on"][row])),
        **numbers,  # type: ignore[arg-type]  # capacities are always there
    )


def _decimal(value: int, decimals: int) -> Decimal:
    return Decimal(value).scaleb(-decimals)


def _day(value: int) -> date | None:
    return None if value == NO_DAY else date.fromordinal(_EPOCH + value)
