"""Whether the engine can bill with a tariff, told before anything is computed (可计费性)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from powerchannel.billing.tariff.documents import Tariff, Tiers, TimeOfUse
from powerchannel.text import Text

__all__ = ["supported"]


def supported(tariff: Tariff) -> tuple[Text, ...]:
    """Return why the engine cannot bill with a tariff; empty where it can (能否计费).

    A valid tariff may still ask for what no rule says how to compute. Such a tariff is refused,
    never approximated.

    Parameters
    ----------
    tariff : Tariff
        Any tariff.

    Returns
    -------
    tuple of Text
        One text a reason: where, what is not supported, and the way out.

    Examples
    --------
    >>> from powerchannel.billing.tariff.documents import load_tariff
    >>> supported(load_tariff("shanghai-residential-tiers"))
    ()
    """
    return tuple(text for reasons in _REASONS for text in reasons(tariff))


def _seasons_of_a_year(tariff: Tariff) -> Iterator[Text]:
    tiers = tariff.tiers
    if tiers is not None and tiers.cycle == "year" and tiers.season_limits_kwh:
        yield Text(
            "tiers.season_limits_kwh：各月上限不同，只能与 cycle = month 同用；"
            "年周期如何累计没有规定。请改 cycle，或去掉各月上限",
            "tiers.season_limits_kwh: limits by month go with cycle = month; no rule says how a "
            "year accumulates them. Change the cycle, or remove them",
        )


def _tiers_that_would_float(tariff: Tariff) -> Iterator[Text]:
    tiers, rule = tariff.tiers, tariff.time_of_use
    if tiers is None or rule is None or tiers.model == "adder" or not _moves(rule):
        return
    if not _is_by_period(tiers):
        yield Text(
            "tiers.prices：只有 total 一价，而 time_of_use 有系数；各档是否浮动没有规定。"
            "请按时段写各档价格，或去掉系数",
            "tiers.prices: there is one price a tier, under total, but time_of_use has factors; "
            "no rule says whether tiers move with them. Write prices by period, or remove them",
        )


def _discount_without_demand(tariff: Tariff) -> Iterator[Text]:
    charge = tariff.capacity_charge
    if charge is None or charge.high_use_kwh_per_kva is None:
        return
    if charge.mode not in ("contract_demand", "actual_demand"):
        yield Text(
            f"capacity_charge.high_use_kwh_per_kva：只用于需量电价，而 mode = {charge.mode}。"
            "请改 mode，或去掉此项",
            "capacity_charge.high_use_kwh_per_kva: it reduces demand prices alone, but "
            f"mode = {charge.mode}. Change the mode, or remove it",
        )


def _moves(rule: TimeOfUse) -> bool:
    return any(factor != Decimal(1) for factor in rule.factors.values())


def _is_by_period(tiers: Tiers) -> bool:
    return any(set(prices) - {"total"} for prices in tiers.prices)


_REASONS: tuple[Callable[[Tariff], Iterator[Text]], ...] = (
    _seasons_of_a_year,
    _tiers_that_would_float,
    _discount_without_demand,
)
