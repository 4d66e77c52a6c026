"""What each kWh costs: components, the catalogue price, and given amounts (电度电费)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal

from powerchannel.billing.records import Finding, Given, Group
from powerchannel.billing.reference.segments import Segment, parts_of
from powerchannel.billing.reference.stage import (
    Charge,
    Rule,
    Stage,
    fatal,
    given_amounts,
    joined,
    lump,
    priced,
    remark,
)
from powerchannel.billing.tariff import GROUPS, Component

__all__ = [
    "CATALOGUE",
    "ENERGY_CHARGE",
    "all_components",
    "charges_by_period",
    "covered",
    "energy_charges",
    "given_charges",
    "is_one_price",
    "replaced",
]

CATALOGUE = "catalogue"
"""Code and group of the lines of a catalogue price."""

ENERGY_CHARGE = "energy_charge_yuan"
"""All that is charged by the kWh, where its sum is given."""


def energy_charges(segment: Segment, given: Collection[str]) -> Stage:
    """Charge the energy of a segment with every component and the catalogue price (电度电费).

    A component with one price makes one line for all kWh; by periods, with prices or factors of
    their own, one line a period. Each fund is a line of its own.

    Parameters
    ----------
    segment : Segment
        Days with one edition of the tariff.
    given : collection of str
        Codes and groups whose amount comes from outside.
    """
    return joined([*_components(segment, given), _catalogue(segment, given)])


def _components(segment: Segment, given: Collection[str]) -> Iterator[Stage]:
    tariff = segment.tariff
    for component, prices in tariff.component_prices:
        if component.given or component.code in given or component.group in given:
            continue
        yield _charged(
            segment,
            prices,
            code=component.code,
            group=component.group,
            rule=Rule.of(f"{tariff.name}.{component.code}", component.provenance),
            is_by_period=component.by_period,
        )


def _catalogue(segment: Segment, given: Collection[str]) -> Stage:
    tariff, prices = segment.tariff, segment.tariff.base_prices()
    if not prices or CATALOGUE in given:
        return Stage()
    rule = Rule.of(f"{tariff.name}.catalogue_price", tariff.provenance)
    return _charged(segment, prices, code=CATALOGUE, group=CATALOGUE, rule=rule)


def _charged(
    segment: Segment,
    prices: Mapping[str, Decimal],
    *,
    code: str,
    group: str,
    rule: Rule,
    is_by_period: bool = False,
) -> Stage:
    if is_one_price(prices) and not is_by_period:
        energy = {"total": segment.energy_kwh["total"]}
    else:
        energy = parts_of(segment.energy_kwh)
    return charges_by_period(segment, energy, prices, code=code, group=group, rule=rule)


def is_one_price(prices: Mapping[str, Decimal]) -> bool:
    """Tell whether one price holds for all kWh (是否单一电价).

    Examples
    --------
    >>> is_one_price({"total": Decimal(1)}), is_one_price({"total": Decimal(1), "peak": Decimal(2)})
    (True, False)
    """
    return len(prices) == 1 and "total" in prices


def charges_by_period(
    segment: Segment,
    energy_kwh: Mapping[str, Decimal],
    prices: Mapping[str, Decimal],
    *,
    code: str,
    group: str,
    rule: Rule,
) -> Stage:
    """Charge energy by period, each period a line (分时段计费).

    Parameters
    ----------
    segment : Segment
        Whose lines they are.
    energy_kwh : mapping of period to Decimal
        What is charged [kWh].
    prices : mapping of period to Decimal
        ``total`` alone holds for every period [yuan/kWh].
    code, group, rule
        Of the lines.
    """
    charges: list[Charge] = []
    findings: list[Finding] = []
    is_single = is_one_price(prices)
    for period, kwh in energy_kwh.items():
        price = prices.get("total" if is_single else period)
        if price is not None:
            line = priced(
                segment,
                code=code,
                group=group,
                period=period,
                quantity=kwh,
                price=price,
                rule=rule,
            )
            charges.append(line)
        elif kwh:
            findings.append(_unpriced(segment, code, period))
    return Stage(charges=tuple(charges), findings=tuple(findings))


def _unpriced(segment: Segment, code: str, period: str) -> Finding:
    name, kwh = segment.tariff.name, segment.energy_kwh[period]
    return fatal(
        "price_missing",
        segment.account_id,
        f"电价 {name} 的 {code} 没有 {period} 的价格，而电量为 {kwh} kWh；请补充该时段电价",
        f"tariff {name} has no price of {code} for {period}, but there are {kwh} kWh; add it",
    )


def replaced(group: Group, parts: tuple[Segment, ...]) -> Mapping[str, tuple[Given, ...]]:
    """Return the amounts that are given for an account, by code or group (给定金额).

    Parameters
    ----------
    group : Group
        With what is given.
    parts : tuple of Segment
        All of one account.
    """
    given = given_amounts(group, parts[0].account_id)
    codes = {component.code for component in all_components(parts)} | {*GROUPS, ENERGY_CHARGE}
    tiers = {code for code in given if code.startswith("tier_")}
    return {code: _parts(amounts) for code, amounts in given.items() if code in codes | tiers}


def covered(given: Collection[str]) -> frozenset[str]:
    """Return the codes and groups that are not charged, because they are given (被替代的项目).

    Parameters
    ----------
    given : collection of str
        What is given for an account.

    Examples
    --------
    >>> "fund" in covered([ENERGY_CHARGE]), "capacity" in covered([ENERGY_CHARGE])
    (True, False)
    """
    by_kwh = set(GROUPS) - {"capacity"} if ENERGY_CHARGE in given else set()
    return frozenset({*given, *by_kwh})


def _parts(amounts: tuple[Given, ...]) -> tuple[Given, ...]:
    """Return the amounts by period where there are any: a total beside them is their sum."""
    return tuple(given for given in amounts if given.period not in ("", "total")) or amounts


def given_charges(group: Group, parts: tuple[Segment, ...]) -> Stage:
    """Return the lines of amounts from outside, such as a market settlement (给定金额行).

    A component whose amount should be given, but is not, and is no adjustment either, is a
    finding.

    Parameters
    ----------
    group : Group
        With what is given, and adjustments.
    parts : tuple of Segment
        All of one account.
    """
    account_id, known = parts[0].account_id, replaced(group, parts)
    groups: dict[str, str] = {c.code: c.group for c in all_components(parts)}
    is_published = any(segment.tariff.published_prices for segment in parts)
    groups |= {group: group for group in GROUPS}
    groups[ENERGY_CHARGE] = CATALOGUE if is_published else "energy"
    charges = tuple(
        lump(
            account_id,
            code=code.removesuffix("_yuan"),
            group=groups.get(code, CATALOGUE),
            yuan=given.value,
            rule=Rule(id="givens"),
            period=given.period or "total",
        )
        for code, amounts in known.items()
        for given in amounts
    )
    adjusted = {a.code for a in group.adjustments if a.account_id == account_id}
    missing = {
        component.code
        for component in all_components(parts)
        if component.given and not {component.code, component.group} & (covered(known) | adjusted)
    }
    return Stage(
        charges=charges, findings=tuple(_missing(account_id, code) for code in sorted(missing))
    )


def all_components(parts: Sequence[Segment]) -> Iterator[Component]:
    """Yield the components of all tariffs of an account (全部组成)."""
    for segment in parts:
        yield from segment.tariff.components


def _missing(account_id: str, code: str) -> Finding:
    return remark(
        "given_missing",
        account_id,
        f"{code} 的金额应由外部给出，未见，账单未计此项；如有请在 givens 或 adjustments 中补充",
        f"the amount of {code} comes from outside, but there is none, and the bill is without "
        "it; if there was one, add it to givens or adjustments",
    )
