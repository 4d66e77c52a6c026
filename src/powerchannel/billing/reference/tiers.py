"""Residential tiers: free energy, limits by month or year, and what each tier costs (阶梯电价)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from attrs import evolve

from powerchannel.billing.records import Finding, Group, Kwh
from powerchannel.billing.reference.days import add_months, months_between
from powerchannel.billing.reference.prices import CATALOGUE, charges_by_period, is_one_price
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.reference.segments import Segment, parts_of
from powerchannel.billing.reference.stage import Rule, Stage, joined, priced, remark
from powerchannel.billing.tariff import Tiers

__all__ = ["less_free", "tier_charges", "tier_energy", "tier_limits", "unknown_year"]

_YEAR = 12


def less_free(parts: Sequence[Segment]) -> tuple[Segment, ...]:
    """Take the free energy of low-income households off, the earliest days first (扣除免费电量).

    It is taken from the periods by their shares, and bears no charge at all.

    Parameters
    ----------
    parts : sequence of Segment
        All of one account, one after another.
    """
    months, used, found = _months(parts), Decimal(0), []
    for segment in parts:
        tiers = segment.tariff.tiers
        allowed = (
            half_up(Fraction(tiers.free_kwh) * months, _decimals(segment)) if tiers else Decimal(0)
        )
        free = max(min(allowed - used, segment.energy_kwh["total"]), Decimal(0))
        used += free
        found.append(evolve(segment, energy_kwh=_less(segment, free)) if free else segment)
    return tuple(found)


def _less(segment: Segment, free_kwh: Decimal) -> Kwh:
    (taken,) = _split(parts_of(segment.energy_kwh), [free_kwh], _decimals(segment), 0)
    rest = {period: kwh - taken[period] for period, kwh in parts_of(segment.energy_kwh).items()}
    return {**rest, "total": sum(rest.values(), start=Decimal(0))}


def tier_charges(group: Group, parts: Sequence[Segment], given: Collection[str]) -> Stage:
    """Charge the tiers of an account (阶梯电费).

    Energy fills the tiers in the order of days: ``F(cum + E) - F(cum)``. With increments each tier
    has a line for what it adds to the first; with a table, a line for each tier and period.

    Parameters
    ----------
    group : Group
        With the meters, which tell when the account was connected or closed.
    parts : sequence of Segment
        All of one account, one after another, less free energy.
    given : collection of str
        Codes and groups whose amount comes from outside.
    """
    tiered = [segment for segment in parts if segment.tariff.tiers is not None]
    if not tiered or CATALOGUE in given:
        return Stage()
    stages: list[Stage] = [Stage(findings=tuple(unknown_year(group, tiered[0])))]
    used, before = Decimal(0), tiered[0]
    for segment in tiered:
        used = _used_before(segment, before, used)
        energy = segment.energy_kwh["total"]
        limits = tier_limits(group, segment, tiered)
        reached = bisect_left(limits, used)
        stages.append(_tiers(segment, tier_energy(used, energy, limits), reached, given))
        used, before = used + energy, segment
    return joined(stages)


def tier_energy(
    used_kwh: Decimal, energy_kwh: Decimal, limits_kwh: Sequence[Decimal]
) -> list[Decimal]:
    """Return how much of some energy falls into each tier (各档电量).

    Parameters
    ----------
    used_kwh : Decimal
        Used before in the cycle.
    energy_kwh : Decimal
        The energy; what is given back comes off the tiers that it was in.
    limits_kwh : sequence of Decimal
        Upper limits of all tiers but the last; a limit belongs to its tier.

    Examples
    --------
    >>> limits = [Decimal(3120), Decimal(4800)]
    >>> [str(kwh) for kwh in tier_energy(Decimal(3000), Decimal(200), limits)]
    ['120', '80', '0']
    >>> [str(kwh) for kwh in tier_energy(Decimal(3200), Decimal(-200), limits)]
    ['-120', '-80', '0']
    """
    end = used_kwh + energy_kwh
    least, most = min(end, used_kwh, Decimal(0)), max(end, used_kwh, *limits_kwh, Decimal(0))
    return [
        min(max(end, lower), upper) - min(max(used_kwh, lower), upper)
        for lower, upper in pairwise([least, *limits_kwh, most])
    ]


def tier_limits(group: Group, segment: Segment, tiered: Sequence[Segment]) -> list[Decimal]:
    """Return the upper limits that hold for a segment (分档上限).

    A year's limits are shortened to the months in which the account was connected; limits of a
    month are multiplied by the months of the bill. Households of many persons have more on every
    limit; without a number of persons in the tariff, `household_count` households share a meter.

    Parameters
    ----------
    group : Group
        With the meters.
    segment : Segment
        With the tiers.
    tiered : sequence of Segment
        All segments of the account that have tiers.
    """
    tiers = segment.tariff.tiers
    assert tiers is not None
    count = segment.account.household_count or 0
    households = 1 if tiers.persons_from is not None else max(count, 1)
    is_large = tiers.persons_from is not None and count >= tiers.persons_from
    more = tiers.more_kwh if is_large else Decimal(0)
    if tiers.cycle == "year":
        months = _months_connected(group, segment, tiers)
        limits = [
            Fraction(limit) * months / _YEAR + Fraction(more) * months for limit in tiers.limits_kwh
        ]
    else:
        limits = [
            sum(
                (Fraction(limit[i] + more) * w for limit, w in _by_month(tiers, tiered)), Fraction()
            )
            for i in range(len(tiers.limits_kwh))
        ]
    return [half_up(limit * households, _decimals(segment)) for limit in limits]


def _by_month(
    tiers: Tiers, tiered: Sequence[Segment]
) -> Iterator[tuple[tuple[Decimal, ...], Fraction]]:
    """Yield the limits of each month of the bill and their weight, the last month first."""
    left = _months(tiered)
    month = _settled_in(tiered[-1].ended_on)
    while left > 0:
        weight = min(left, Fraction(1)) if tiers.partial_month == "days" else Fraction(1)
        yield tiers.season_limits_kwh.get(str(month.month), tiers.limits_kwh), weight
        month, left = add_months(month, -1), left - 1


def _settled_in(ended_on: date) -> date:
    """Return the month in which a bill ends; one that ends on the 1st is of the month before."""
    return date.fromordinal(ended_on.toordinal() - 1).replace(day=1)


def _months(parts: Sequence[Segment]) -> Fraction:
    return months_between(parts[0].started_on, parts[-1].ended_on)


def _months_connected(group: Group, segment: Segment, tiers: Tiers) -> Fraction:
    """Return the months of the year in which any meter of the account was there."""
    begins, ends = _connected(group, segment)
    if tiers.partial_month == "days":
        return months_between(begins, ends)
    begins, ends = begins.replace(day=1), add_months(_settled_in(ends), 1)
    return months_between(begins, ends)


def _connected(group: Group, segment: Segment) -> tuple[date, date]:
    """Return the days of the year in which any meter of the account was there.

    A meter that is taken away later does not change a bill before.
    """
    year = segment.started_on.year
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    mine = [meter for meter in group.meters if meter.account_id == segment.account_id]
    first = min((meter.installed_on or begins for meter in mine), default=begins)
    last = max((meter.removed_on or ends for meter in mine), default=ends)
    begins = max(begins, first) if first < segment.ended_on else begins
    return begins, min(ends, last) if begins < last <= segment.ended_on else ends


def _used_before(segment: Segment, before: Segment, used: Decimal) -> Decimal:
    """Return what the cycle had used up when a segment begins."""
    tiers, starts_row = segment.tariff.tiers, segment.started_on == segment.account.started_on
    if tiers is None or tiers.cycle == "month":
        return used
    if starts_row and segment.account.year_to_date_kwh is not None:
        return segment.account.year_to_date_kwh
    return used if segment.started_on.year == before.started_on.year else Decimal(0)


def unknown_year(group: Group, segment: Segment) -> Iterable[Finding]:
    """Tell that 0 is taken for the months before, unless there were none (缺少年累计).

    There are none in January, and none before the first meter of the account.

    Parameters
    ----------
    group : Group
        With the meters.
    segment : Segment
        The first of an account that has tiers.
    """
    account, tiers, begins = segment.account, segment.tariff.tiers, segment.started_on
    if tiers is None or tiers.cycle == "month" or account.year_to_date_kwh is not None:
        return
    if begins.month > 1 and _connected(group, segment)[0] < begins:
        yield remark(
            "year_to_date_missing",
            account.account_id,
            f"年度阶梯缺少 {begins.year} 年 {begins} 之前的已用电量，按 0 计，账单可能偏低；"
            "请补充 year_to_date_kwh",
            f"tiers by the year need what was used in {begins.year} before {begins}; 0 is taken, "
            "so the bill may be too low; add year_to_date_kwh",
        )


def _tiers(
    segment: Segment, energy: Sequence[Decimal], reached: int, given: Collection[str]
) -> Stage:
    tariff, tiers = segment.tariff, segment.tariff.tiers
    assert tiers is not None
    rule = Rule.of(f"{tariff.name}.tiers", tiers.provenance)
    codes = [f"tier_{k + 1}" for k in range(len(energy))]
    if tiers.model == "adder":
        charges = tuple(
            priced(
                segment,
                code=code,
                group=CATALOGUE,
                period="total",
                quantity=kwh,
                price=increment,
                rule=rule,
            )
            for code, kwh, increment in zip(codes, energy, tiers.increments, strict=True)
            if code not in given
        )
        return Stage(charges=charges)
    prices = tariff.tier_prices()
    split = _split(parts_of(segment.energy_kwh), energy, _decimals(segment), reached)
    return joined(
        charges_by_period(
            segment,
            {"total": kwh} if is_one_price(price) else parts,
            price,
            code=code,
            group=CATALOGUE,
            rule=rule,
        )
        for code, kwh, parts, price in zip(codes, energy, split, prices, strict=True)
        if code not in given
    )


def _split(
    parts_kwh: Mapping[str, Decimal], tiers_kwh: Sequence[Decimal], decimals: int, current: int
) -> list[dict[str, Decimal]]:
    """Split tiers by the periods' shares; what does not divide is peak.

    The tiers together have in each period what the period has: shares are differences of rounded
    sums. Periods that cancel one another stay in the tier reached before.
    """
    whole = sum(parts_kwh.values(), start=Decimal(0))
    if not whole and any(parts_kwh.values()):
        nothing = dict.fromkeys(parts_kwh, Decimal(0))
        return [dict(parts_kwh) if k == current else nothing for k in range(len(tiers_kwh))]
    rest = "peak" if "peak" in parts_kwh else next(iter(parts_kwh))
    found, reached, so_far = [], dict.fromkeys(parts_kwh, Decimal(0)), Decimal(0)
    for kwh in tiers_kwh:
        so_far += kwh
        share = Fraction(so_far) / Fraction(whole) if whole else Fraction()
        now = {p: half_up(Fraction(e) * share, decimals) for p, e in parts_kwh.items()}
        now[rest] = so_far - sum((e for p, e in now.items() if p != rest), start=Decimal(0))
        found.append({period: now[period] - reached[period] for period in parts_kwh})
        reached = now
    return found


def _decimals(segment: Segment) -> int:
    """Return the decimals that its energy is billed with, or more where it has more."""
    rounding = segment.tariff.rounding
    exponents = [kwh.as_tuple().exponent for kwh in segment.energy_kwh.values()]
    finest = max((-e for e in exponents if isinstance(e, int)), default=0)
    return max(rounding.billed_decimals if rounding else 0, finest)
