"""The capacity or demand charge of many accounts whose equipment never changed (基本电费)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.blocks import Choice, LineColumn, Numbers
from powerchannel.billing.batch.exact import Ints
from powerchannel.billing.batch.exact import times as scaled
from powerchannel.billing.batch.inputs import Chunk
from powerchannel.billing.batch.inputs import shown_decimals as decimals_of
from powerchannel.billing.batch.pricing import is_exact, plain
from powerchannel.billing.reference.capacity import CAPACITY
from powerchannel.billing.reference.days import days_360, month_chunks
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.tariff import CapacityCharge, Tariff
from powerchannel.tables import NO_NUMBER

__all__ = ["CapacityPlan", "capacity_line", "is_unsteady"]

_EPOCH = date(1970, 1, 1).toordinal()
_DAYS = 30
_KVA_DECIMALS, _CONTRACT_DECIMALS, _QUANTITY_DECIMALS = 4, 6, 6
_MOST_DECIMALS = 9
_MOST = 10**6  # kVA or kW of a group
_MOST_RATIO = 100


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


@frozen(kw_only=True)
class CapacityPlan:
    """The charge of a tariff in whole numbers (基本电费参数).

    Parameters
    ----------
    charge : CapacityCharge
        The rules.
    rule : Rule
        What its line follows from.
    prices : tuple of Decimal
        The price, and what it is for well-used capacity.
    decimals : int
        Of a billed kW, so that it is exact.
    demand_decimals : int
        Of a measured kW.
    """

    charge: CapacityCharge
    rule: Rule
    prices: tuple[Decimal, ...]
    decimals: int
    demand_decimals: int

    @classmethod
    def of(cls, tariff: Tariff) -> CapacityPlan | None:
        """Lay the charge of a tariff out; None where there is none (基本电费参数)."""
        charge = tariff.capacity_charge
        if charge is None or charge.mode == "none":
            return None
        is_kva = charge.mode == "capacity"
        price = charge.price_yuan_per_kva_month if is_kva else charge.price_yuan_per_kw_month
        demand = tariff.rounding.demand_decimals if tariff.rounding else 6
        return cls(
            charge=charge,
            rule=Rule.of(f"{tariff.name}.capacity_charge", charge.provenance),
            prices=(price or Decimal(0), (price or Decimal(0)) * charge.high_use_price_ratio),
            decimals=_decimals(charge, demand),
            demand_decimals=demand,
        )

    @property
    def is_exact(self) -> bool:
        """Whether int64 holds all of it (能否整数计算)."""
        charge = self.charge
        is_small = max(charge.over_limit_ratio, charge.over_limit_multiple) < _MOST_RATIO
        is_fine = self.decimals <= _MOST_DECIMALS and is_small
        return is_fine and all(is_exact(price) for price in self.prices)


def _decimals(charge: CapacityCharge, demand: int) -> int:
    if charge.mode == "capacity":
        return _KVA_DECIMALS
    if charge.mode == "actual_demand":
        return max(demand, _KVA_DECIMALS + _places(charge.actual_demand_floor_ratio))
    base = max(demand, _CONTRACT_DECIMALS, _KVA_DECIMALS + _places(charge.contract_floor_ratio))
    return base + _places(charge.over_limit_ratio) + _places(charge.over_limit_multiple)


def is_unsteady(
    plan: CapacityPlan, chunk: Chunk, rows: Ints, demand: Ints | None
) -> NDArray[np.bool_]:
    """Tell whose charge the batch does not compute: equipment that changed, or lacks (设备变动)."""
    found = ~chunk.is_steady[rows] | (chunk.kva[rows] > _MOST * 10**_KVA_DECIMALS)
    if plan.charge.mode == "capacity":
        return np.asarray(found | (chunk.equipment[rows] == 0))
    if demand is None:
        return np.ones(len(rows), np.bool_)
    found |= (demand < 0) | (demand > _MOST * 10**plan.demand_decimals)
    if plan.charge.mode == "contract_demand":
        contract = chunk.account("contract_demand_kw", rows)
        found |= (contract == NO_NUMBER) | (contract > _MOST * 10**_CONTRACT_DECIMALS)
    return np.asarray(found)


def capacity_line(
    plan: CapacityPlan, chunk: Chunk, rows: Ints, demand: Ints | None, energy: Numbers
) -> tuple[LineColumn, Numbers | None]:
    """Return the line of some accounts, and the demand that it charges (基本电费行).

    Parameters
    ----------
    plan : CapacityPlan
        Of their tariff.
    chunk : Chunk
        With the accounts.
    rows : ndarray of int64
        Which; none of them `is_unsteady`.
    demand : ndarray of int64, optional
        Measured, of `demand_decimals`.
    energy : Numbers
        Billed [kWh].
    """
    if plan.charge.mode == "capacity":
        kva = chunk.kva[rows]
        return _line(plan, chunk, rows, kva, np.zeros(len(rows), np.int64), "kVA"), None
    assert demand is not None
    kw = _billed(plan, chunk, rows, demand)
    tier = _well_used(plan, chunk, rows, energy)
    return _line(plan, chunk, rows, kw.values, tier, "kW"), kw


def _line(
    plan: CapacityPlan, chunk: Chunk, rows: Ints, level: Ints, which: Ints, unit: str
) -> LineColumn:
    """Charge quantity x months; a quantity that does not end is shown without its price."""
    months = level * _thirtieths(plan.charge, chunk, rows)
    base = _DAYS * 10**plan.decimals
    quantity = scaled(months, Fraction(10**_QUANTITY_DECIMALS, base))
    exact = np.zeros(len(rows), np.int64)
    shown = np.zeros(len(rows), np.int64)
    for i, price in enumerate(plan.prices):
        if i and not which.any():
            break
        factor = Fraction(price) * 100 / base
        rounded = Fraction(price) * 100 / 10**_QUANTITY_DECIMALS
        mine = which == i
        np.copyto(exact, scaled(months, factor), where=mine)
        np.copyto(shown, scaled(quantity, rounded), where=mine)
    texts = (*(plain(price) for price in plan.prices), "")
    return LineColumn(
        code=CAPACITY,
        group=CAPACITY,
        period="total",
        quantity=Numbers(quantity, _QUANTITY_DECIMALS, decimals_of(quantity, _QUANTITY_DECIMALS)),
        unit=f"{unit}·month",
        price=Choice(texts, np.where(exact == shown, which, len(plan.prices))),
        amount=exact,
        rule_id=plan.rule.id,
        status=plan.rule.status,
        clause=plan.rule.clause,
    )


def _thirtieths(charge: CapacityCharge, chunk: Chunk, rows: Ints) -> Ints:
    """Return the months of each account in thirtieths."""
    return _by_days(chunk, rows, _actual if charge.day_count == "actual" else days_360)


def _by_days(chunk: Chunk, rows: Ints, count: Callable[[date, date], int]) -> Ints:
    """Count the days of each account; few of them differ."""
    begins, ends = (chunk.account(c, rows) for c in ("started_on", "ended_on"))
    distinct, at = np.unique(begins * 10**7 + (ends - begins), return_inverse=True)
    days = [divmod(code, 10**7) for code in distinct.tolist()]
    counts = [
        count(date.fromordinal(_EPOCH + b), date.fromordinal(_EPOCH + b + length))
        for b, length in days
    ]
    return np.array(counts, np.int64)[at]


def _actual(begins: date, ends: date) -> int:
    return sum(
        _DAYS if is_whole else (last - first).days
        for first, last, is_whole in month_chunks(begins, ends)
    )


def _billed(plan: CapacityPlan, chunk: Chunk, rows: Ints, demand: Ints) -> Numbers:
    """Return the kW that are multiplied by the price, and the decimals that they print."""
    charge, scale = plan.charge, plan.decimals
    measured = demand * 10 ** (scale - plan.demand_decimals)
    kva, kva_shown = chunk.kva[rows], chunk.kva_decimals[rows]
    if charge.mode == "actual_demand":
        ratio = charge.actual_demand_floor_ratio
        floor = _exactly(kva, ratio, scale - _KVA_DECIMALS)
        is_floor = floor > measured
        shown = np.where(is_floor, kva_shown + _places(ratio), plan.demand_decimals)
        return Numbers(np.where(is_floor, floor, measured), scale, shown)
    return _on_contract(plan, chunk.account("contract_demand_kw", rows), kva, kva_shown, measured)


def _exactly(values: Ints, factor: Decimal, decimals: int) -> Ints:
    """Multiply exactly, and move to so many more decimals."""
    return np.asarray(
        values * int(factor.scaleb(_places(factor))) * 10 ** (decimals - _places(factor))
    )


def _on_contract(
    plan: CapacityPlan, contract: Ints, kva: Ints, kva_shown: Ints, measured: Ints
) -> Numbers:
    charge, scale = plan.charge, plan.decimals
    floor = _exactly(kva, charge.contract_floor_ratio, scale - _KVA_DECIMALS)
    agreed = contract * 10 ** (scale - _CONTRACT_DECIMALS)
    is_floor = floor > agreed
    shown = np.where(
        is_floor,
        kva_shown + _places(charge.contract_floor_ratio),
        decimals_of(contract, _CONTRACT_DECIMALS),
    )
    agreed = np.where(is_floor, floor, agreed)
    more, multiple = charge.over_limit_ratio, charge.over_limit_multiple
    limit = agreed * int(more.scaleb(_places(more))) // 10 ** _places(more)
    limit_shown = shown + _places(more)
    over = np.maximum(measured - limit, 0)
    is_above = charge.over_limit_reading == "above_contract"
    below, below_shown = (agreed, shown) if is_above else (limit, limit_shown)
    top = over * int(multiple.scaleb(_places(multiple))) // 10 ** _places(multiple)
    top_shown = np.maximum(limit_shown, plan.demand_decimals) + _places(multiple)
    return Numbers(
        np.where(over > 0, below + top, agreed),
        scale,
        np.where(over > 0, np.maximum(below_shown, top_shown), shown),
    )


def _well_used(plan: CapacityPlan, chunk: Chunk, rows: Ints, energy: Numbers) -> Ints:
    """Tell where the kWh a kVA and month, cut to whole ones, reach the threshold."""
    threshold = plan.charge.high_use_kwh_per_kva
    if threshold is None:
        return np.zeros(len(rows), np.int64)
    days = _by_days(chunk, rows, days_360)
    kva_days = chunk.transformer_kva[rows] * days
    share = Fraction(_DAYS * 10**_KVA_DECIMALS, 10**energy.decimals)
    used = energy.values * share.numerator // np.maximum(kva_days * share.denominator, 1)
    least = ceil(threshold)  # whole numbers reach it where they reach the next whole one
    return np.where(kva_days > 0, used >= least, least <= 0).astype(np.int64)
