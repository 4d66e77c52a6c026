"""What each kWh costs: the lines of components and of the catalogue price (电度电费)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints, times
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.reference.prices import CATALOGUE
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.tariff import Tariff

__all__ = [
    "Priced",
    "charge_all",
    "charged",
    "energy_lines",
    "fen_per_unit",
    "is_exact",
    "plain",
    "priced",
]

_MOST_PRICE = 10_000
_MOST = 2**62


@frozen(kw_only=True)
class Priced:
    """A line that charges the energy of a period (计价行).

    Parameters
    ----------
    code, group, period : str
        Of the line.
    price : Decimal
        [yuan/kWh]
    rule : Rule
        What it follows from.
    """

    code: str
    group: str
    period: str
    price: Decimal
    rule: Rule


def energy_lines(
    tariff: Tariff, periods: Sequence[str]
) -> tuple[tuple[Priced, ...], frozenset[str]]:
    """Return the lines that a tariff makes of some periods, and the periods without a price.

    Those may not have energy (电度电费行).

    Parameters
    ----------
    tariff : Tariff
        The edition.
    periods : sequence of str
        ``total`` alone for a single rate.
    """
    found: list[Priced] = []
    missing: set[str] = set()
    for lines, unpriced in _all(tariff, periods):
        found += lines
        missing |= unpriced
    return tuple(found), frozenset(missing)


def _all(tariff: Tariff, periods: Sequence[str]) -> Iterator[tuple[list[Priced], set[str]]]:
    for component in tariff.components:
        if not component.given:
            rule = Rule.of(f"{tariff.name}.{component.code}", component.provenance)
            prices = tariff.period_prices(component)
            is_one = set(prices) == {"total"} and not component.by_period
            wanted = ("total",) if is_one else periods
            yield priced(prices, wanted, code=component.code, group=component.group, rule=rule)
    if prices := tariff.base_prices():
        rule = Rule.of(f"{tariff.name}.catalogue_price", tariff.provenance)
        wanted = ("total",) if set(prices) == {"total"} else periods
        yield priced(prices, wanted, code=CATALOGUE, group=CATALOGUE, rule=rule)


def priced(
    prices: Mapping[str, Decimal], periods: Sequence[str], *, code: str, group: str, rule: Rule
) -> tuple[list[Priced], set[str]]:
    """Return a line for each period that has a price, and those that have none (分时段计价行).

    Parameters
    ----------
    prices : mapping of period to Decimal
        ``total`` alone holds for every period.
    periods : sequence of str
        Of the energy.
    code, group, rule
        Of the lines.
    """
    if set(prices) == {"total"}:
        prices = dict.fromkeys(periods, prices["total"])
    known = {p: prices[p] for p in periods if p in prices}
    lines = [
        Priced(code=code, group=group, period=p, price=price, rule=rule)
        for p, price in known.items()
    ]
    return lines, set(periods) - set(known)


def is_exact(price: Decimal) -> bool:
    """Tell whether a price can be multiplied in whole numbers (能否整数计价)."""
    factor = Fraction(price) * 100 / 10**6
    return abs(price) < _MOST_PRICE and abs(factor.numerator) < _MOST and factor.denominator < _MOST


def fen_per_unit(price: Decimal, decimals: int) -> Fraction:
    """Return a price in fen for ``10**-decimals`` of what it prices (单位价).

    Examples
    --------
    >>> fen_per_unit(Decimal("0.1515"), 0)
    Fraction(303, 20)
    """
    numerator, denominator = price.as_integer_ratio()
    return Fraction(numerator * 100, denominator * 10**decimals)


def charged(line: Priced, quantity: Numbers) -> LineColumn:
    """Charge a quantity, each bill rounded once (计价).

    Parameters
    ----------
    line : Priced
        The line.
    quantity : Numbers
        [kWh]
    """
    return LineColumn(
        code=line.code,
        group=line.group,
        period=line.period,
        quantity=quantity,
        unit="kWh",
        price=plain(line.price),
        amount=times(quantity.values, fen_per_unit(line.price, quantity.decimals)),
        rule_id=line.rule.id,
        status=line.rule.status,
        clause=line.rule.clause,
    )


def charge_all(
    lines: Sequence[Priced], energy: Mapping[str, Ints], decimals: int
) -> list[LineColumn]:
    """Charge the energy of each line's period (逐行计价)."""
    quantities = {period: Numbers(values, decimals) for period, values in energy.items()}
    return [charged(line, quantities[line.period]) for line in lines]


def plain(value: Decimal) -> str:
    """Return a number as results write it (小数文本)."""
    return f"{value:f}"
