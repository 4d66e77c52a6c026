"""The capacity or demand charge of many accounts whose equipment never changed (基本电费)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.charges.capacity_plans import (
    CONTRACT_DECIMALS,
    KVA_DECIMALS,
    MONTH,
    CapacityPlan,
    Span,
    lacking_of,
    places_of,
)
from powerchannel.billing.batch.charges.pricing import plain
from powerchannel.billing.batch.columns.cases import by_case
from powerchannel.billing.batch.columns.cells import Choice, Numbers
from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.exact import shown_decimals as decimals_of
from powerchannel.billing.batch.columns.exact import times as scaled
from powerchannel.billing.batch.columns.printed import FindingColumn, LineColumn
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.splits import Days
from powerchannel.billing.reference.capacity import CAPACITY
from powerchannel.billing.reference.days import days_360, month_chunks
from powerchannel.tables import NO_NUMBER

__all__ = ["capacity_lines", "is_unsteady", "lacking"]

_EPOCH = date(1970, 1, 1).toordinal()
_DAYS = 30
_QUANTITY_DECIMALS = 6
_MOST = 10**6  # kVA or kW of a group


def is_unsteady(
    plan: CapacityPlan, chunk: Chunk, rows: Ints, demand: Ints | None
) -> NDArray[np.bool_]:
    """Tell whose charge the batch does not compute (设备变动或缺需量).

    Equipment that is interlocked, suspended when it was new, or of which the months are counted by
    calendar days; a floor under the demand that changed with it; no demand, and no contract.
    """
    charge, kva = plan.charge, chunk.kva[rows]
    odd = ~chunk.is_steady[rows]
    found = (kva > _MOST * 10**KVA_DECIMALS) | (odd & chunk.states.is_odd[rows])
    if charge.mode == "capacity":
        is_new = charge.suspended_charge_ratio > 0 and charge.recent_connection_months > 0
        by_calendar = charge.day_count == "actual"
        is_recent = is_new & chunk.states.is_suspended(rows)
        return np.asarray(found | (odd & (by_calendar | is_recent)))
    if charge.mode == "actual_demand":
        if demand is None:
            return np.ones(len(rows), np.bool_)
        ratio, base, decimals = charge.actual_demand_floor_ratio, demand, plan.demand_decimals
    else:
        ratio, decimals = charge.contract_floor_ratio, CONTRACT_DECIMALS
        base = chunk.account("contract_demand_kw", rows)
        found |= (base == NO_NUMBER) | (base > _MOST * 10**CONTRACT_DECIMALS)
    if demand is not None:
        found |= (demand < 0) | (demand > _MOST * 10**plan.demand_decimals)
    floor = _exactly(np.where(found, 0, kva), ratio, plan.decimals - KVA_DECIMALS)
    base = np.where(found, 0, base) * 10 ** (plan.decimals - decimals)
    return np.asarray(found | (odd & (floor > base)))


def lacking(
    spans: Sequence[Span], chunk: Chunk, rows: Ints, demand: Ints | None
) -> list[FindingColumn]:
    """Tell who has no equipment, or no demand, to be charged for (缺设备或需量).

    Parameters
    ----------
    spans : sequence of Span
        Of their tariff.
    chunk : Chunk
        With the accounts.
    rows : ndarray of int64
        Which.
    demand : ndarray of int64, optional
        Measured.
    """
    if not spans:
        return []
    is_kva = spans[0].plan.charge.mode == "capacity"
    mask = chunk.equipment[rows] == 0 if is_kva else np.full(len(rows), demand is None)
    return [
        FindingColumn(code=f.code, zh=f.message.zh, en=f.message.en, mask=mask)
        for f in (lacking_of(spans[0].tariff) if mask.any() else ())
    ]


def capacity_lines(
    spans: Sequence[Span],
    days: Sequence[Days],
    chunk: Chunk,
    rows: Ints,
    demand: Ints | None,
    energy: Numbers,
) -> tuple[list[LineColumn], Numbers | None]:
    """Return the lines of some accounts, and the largest demand that they charge (基本电费行).

    Parameters
    ----------
    spans : sequence of Span
        Of their tariff; not empty.
    days : sequence of Days
        Of each edition.
    chunk : Chunk
        With the accounts.
    rows : ndarray of int64
        Which; none of them `is_unsteady`.
    demand : ndarray of int64, optional
        Measured, of `demand_decimals`.
    energy : Numbers
        Billed [kWh].
    """
    lines, most = [], None
    for span in spans:
        months = _months(spans, span, days)
        if span.plan.charge.mode == "capacity":
            which = np.zeros(len(rows), np.int64)
            level = chunk.kva[rows]
            if (odd := np.flatnonzero(~chunk.is_steady[rows])).size:
                level = level * months
                level[odd] = _by_states(span, days, chunk, rows, odd)
                months = np.ones(len(rows), np.int64)
            lines.append(_line(span.plan, level, months, which, "kVA"))
        else:
            measured = np.zeros(len(rows), np.int64) if demand is None else demand
            kw = _billed(span.plan, chunk, rows, measured)
            which = _well_used(span.plan, chunk, rows, energy)
            lines.append(_line(span.plan, kw.values, months, which, "kW"))
            most = kw if most is None else _larger(most, kw)
    return lines, most


def _by_states(span: Span, days: Sequence[Days], chunk: Chunk, rows: Ints, odd: Ints) -> Ints:
    """Return capacity x months of what did not run throughout, in `MONTH`-ths."""
    mine = Days(begins=days[span.first].begins[odd], ends=days[span.last].ends[odd])
    return chunk.states.charged(span.plan.charge, rows[odd], mine) * (MONTH // _DAYS)


def _larger(one: Numbers, other: Numbers) -> Numbers:
    is_more = other.values > one.values
    assert one.shown is not None
    assert other.shown is not None
    return Numbers(
        np.where(is_more, other.values, one.values),
        one.decimals,
        np.where(is_more, other.shown, one.shown),
    )


def _line(plan: CapacityPlan, level: Ints, months: Ints, which: Ints, unit: str) -> LineColumn:
    """Charge quantity x months; a quantity that does not end is shown without its price."""
    base = MONTH * 10**plan.decimals
    quantity = _times(level, months, Fraction(10**_QUANTITY_DECIMALS, base))
    exact = np.zeros(len(level), np.int64)
    shown = np.zeros(len(level), np.int64)
    for i, price in enumerate(plan.prices):
        if i and not which.any():
            break
        factor = Fraction(price) * 100 / base
        rounded = Fraction(price) * 100 / 10**_QUANTITY_DECIMALS
        mine = which == i
        np.copyto(exact, _times(level, months, factor), where=mine)
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


def _times(level: Ints, months: Ints, factor: Fraction) -> Ints:
    first = int(months[0])
    if (months == first).all():
        return scaled(level, first * factor)
    return quotient(level, months * factor.numerator, factor.denominator)


def _months(spans: Sequence[Span], span: Span, days: Sequence[Days]) -> Ints:
    """Return the months of a span, in `MONTH`-ths: the same for all bills of the same days."""
    count = _actual if spans[0].plan.charge.day_count == "actual" else _thirtieths
    columns = (days[0].begins, days[-1].ends, days[span.first].begins, days[span.last].ends)
    return by_case(lambda *case: (count(*map(_on, case)),), *columns)[0]


def _on(day: int) -> date:
    return date.fromordinal(_EPOCH + day)


def _thirtieths(_: date, __: date, begins: date, ends: date) -> int:
    return days_360(begins, ends) * (MONTH // _DAYS)


def _actual(started_on: date, ended_on: date, begins: date, ends: date) -> int:
    """Count calendar days, of a whole month as parts of it."""
    return sum(
        max((min(last, ends) - max(first, begins)).days, 0)
        * (MONTH // ((last - first).days if is_whole else _DAYS))
        for first, last, is_whole in month_chunks(started_on, ended_on)
    )


def _billed(plan: CapacityPlan, chunk: Chunk, rows: Ints, demand: Ints) -> Numbers:
    """Return the kW that are multiplied by the price, and the decimals that they print."""
    charge, scale = plan.charge, plan.decimals
    measured = demand * 10 ** (scale - plan.demand_decimals)
    kva, kva_shown = chunk.kva[rows], chunk.kva_decimals[rows]
    if charge.mode == "actual_demand":
        ratio = charge.actual_demand_floor_ratio
        floor = _exactly(kva, ratio, scale - KVA_DECIMALS)
        is_floor = floor > measured
        decimals = np.where(measured == 0, 0, plan.demand_decimals)
        shown = np.where(is_floor, kva_shown + places_of(ratio), decimals)
        return Numbers(np.where(is_floor, floor, measured), scale, shown)
    return _on_contract(plan, chunk.account("contract_demand_kw", rows), kva, kva_shown, measured)


def _exactly(values: Ints, factor: Decimal, decimals: int) -> Ints:
    """Multiply exactly, and move to so many more decimals."""
    return np.asarray(
        values * int(factor.scaleb(places_of(factor))) * 10 ** (decimals - places_of(factor))
    )


def _on_contract(
    plan: CapacityPlan, contract: Ints, kva: Ints, kva_shown: Ints, measured: Ints
) -> Numbers:
    charge, scale = plan.charge, plan.decimals
    floor = _exactly(kva, charge.contract_floor_ratio, scale - KVA_DECIMALS)
    agreed = contract * 10 ** (scale - CONTRACT_DECIMALS)
    is_floor = floor > agreed
    shown = np.where(
        is_floor,
        kva_shown + places_of(charge.contract_floor_ratio),
        decimals_of(contract, CONTRACT_DECIMALS),
    )
    agreed = np.where(is_floor, floor, agreed)
    more, multiple = charge.over_limit_ratio, charge.over_limit_multiple
    limit = agreed * int(more.scaleb(places_of(more))) // 10 ** places_of(more)
    limit_shown = shown + places_of(more)
    over = np.maximum(measured - limit, 0)
    is_above = charge.over_limit_reading == "above_contract"
    below, below_shown = (agreed, shown) if is_above else (limit, limit_shown)
    top = over * int(multiple.scaleb(places_of(multiple))) // 10 ** places_of(multiple)
    top_shown = np.maximum(limit_shown, plan.demand_decimals) + places_of(multiple)
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
    columns = (chunk.account(c, rows) for c in ("started_on", "ended_on"))
    (days,) = by_case(lambda a, b: (days_360(_on(a), _on(b)),), *columns)
    kva_days = chunk.transformer_kva[rows] * days
    if (odd := np.flatnonzero(~chunk.is_steady[rows])).size:
        begins, ends = (chunk.account(c, rows[odd]) for c in ("started_on", "ended_on"))
        kva_days[odd] = chunk.states.installed(rows[odd], Days(begins=begins, ends=ends))
    share = Fraction(_DAYS * 10**KVA_DECIMALS, 10**energy.decimals)
    used = energy.values * share.numerator // np.maximum(kva_days * share.denominator, 1)
    least = ceil(threshold)  # whole numbers reach it where they reach the next whole one
    return np.where(kva_days > 0, used >= least, least <= 0).astype(np.int64)
