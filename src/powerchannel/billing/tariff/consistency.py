"""Whether the parts of a tariff fit one another (电价条款间的一致)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, localcontext

from powerchannel.billing.tariff.clauses import Component
from powerchannel.billing.tariff.time_of_use import TimeOfUse
from powerchannel.errors import Problem
from powerchannel.rulebook.checks import problem

__all__ = [
    "funds_outside",
    "missing_periods",
    "sum_of_funds",
    "twice",
    "unpriced",
    "without_factors",
]

_EXACT_DIGITS = 200


def twice(components: Sequence[Component]) -> Iterator[Problem]:
    """Yield a problem for each code that an earlier component has, such as a fund (重复计收)."""
    codes = [component.code for component in components]
    for i, code in enumerate(codes):
        if code in codes[:i]:
            yield problem(
                f"$[{i}].code",
                f"{code} 已在 [{codes.index(code)}] 计过；请删去一个，或改 code",
                f"{code} is counted in [{codes.index(code)}] already; remove one, or rename it",
                code="counted_twice",
            )


def without_factors(components: Sequence[Component], rule: TimeOfUse | None) -> Iterator[Problem]:
    """Yield a problem for each component that floats with nothing (无从浮动)."""
    for i, component in enumerate(components):
        if component.floats and rule is None:
            yield problem(
                f"$[{i}].floats",
                "没有 time_of_use 可随之浮动；请补上，或去掉 floats",
                "there is no time_of_use to move with; add it, or remove floats",
            )


def unpriced(components: Sequence[Component], rule: TimeOfUse | None) -> Iterator[Problem]:
    """Yield a problem for each component without a price for some hours (时段缺价)."""
    for i, component in enumerate(components):
        yield from missing_periods(f"$[{i}].prices", component.prices, rule)


def missing_periods(
    where: str, prices: Mapping[str, Decimal], rule: TimeOfUse | None
) -> Iterator[Problem]:
    """Yield a problem where prices by period leave out a period of the calendar (时段缺价).

    Parameters
    ----------
    where : str
        The path of the prices.
    prices : mapping of period to Decimal
        Prices; under ``total`` alone they hold for every hour.
    rule : TimeOfUse, optional
        With the calendar, if there is one.
    """
    calendar = None if rule is None else rule.calendar
    if calendar is None or not set(prices) - {"total"}:
        return
    names = ", ".join(period for period in calendar.periods if period not in prices)
    if names:
        yield problem(
            where,
            f"日历有时段 {names}，此处无价；请补上",
            f"the calendar has {names} without a price here; add it",
            code="missing_price",
        )


def sum_of_funds(components: Sequence[Component]) -> Decimal:
    """Return the sum of all fund prices, exactly [yuan/kWh] (基金合计)."""
    prices = (c.price for c in components if c.group == "fund" and c.price is not None)
    with localcontext(prec=_EXACT_DIGITS):
        return sum(prices, start=Decimal(0))


def funds_outside(
    components: Sequence[Component], published: Sequence[Mapping[str, Decimal]]
) -> Iterator[Problem]:
    """Yield what keeps funds from being inside the published prices (价内基金不符).

    Parameters
    ----------
    components : sequence of Component
        The funds among them are those inside.
    published : sequence of mapping of period to Decimal
        The catalogue prices, or those of each tier.
    """
    if not published:
        yield problem(
            "$",
            "没有目录电价可含基金；请补上 catalogue_price，或去掉此项",
            "there is no catalogue price that could include funds; add it, or remove this",
        )
    for fund in (c for c in components if c.group == "fund"):
        if fund.price is None or fund.floats:
            yield problem(
                "$",
                f"价内基金 {fund.code} 须有单一、不浮动的 price",
                f"the fund {fund.code} inside the catalogue price needs one price "
                "that does not float",
            )
    funds = sum_of_funds(components)
    least = min((price for prices in published for price in prices.values()), default=funds)
    if funds > least:
        yield problem(
            "$",
            f"基金合计 {funds} 高于目录电价 {least}；请核对价格，或目录电价不含基金",
            f"the funds of {funds} are above the catalogue price of {least}; correct the prices, "
            "or say that it does not include them",
            code="funds_above_price",
        )
