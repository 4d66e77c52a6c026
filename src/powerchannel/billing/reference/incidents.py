"""Theft and breach of the supply contract: what is billed after the fact (窃电、违约用电追补)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from attrs import frozen

from powerchannel.billing.records import Account, Finding, Group, Incident
from powerchannel.billing.reference.days import next_month
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.reference.segments import pieces
from powerchannel.billing.reference.stage import (
    Key,
    Rule,
    Stage,
    fatal,
    given_amounts,
    joined,
    lump,
    yuan,
)
from powerchannel.billing.rules import Breach, BreachKind, Rulebook, Theft
from powerchannel.billing.tariff import CapacityCharge, Tariff
from powerchannel.errors import PowerChannelError
from powerchannel.rulebook import Provenance
from powerchannel.text import Text

__all__ = ["ENERGY", "PENALTY", "SUPPLEMENT", "breach_months", "incident_charges", "unit_price"]

ENERGY, SUPPLEMENT, PENALTY = "incident_energy_kwh", "supplement", "penalty"

_GROUP = "incident"
_MONTH_DAYS = 30
_ENERGY_DECIMALS = 6


@frozen(kw_only=True)
class _Found:
    """What an incident comes to, before rounding: energy [kWh], supplement and penalty [yuan]."""

    supplement: Fraction
    penalty: Fraction
    provenance: Provenance
    note: Text
    energy_kwh: Fraction | None = None


@frozen(kw_only=True)
class _Case:
    """One incident, whose it is, and the rules."""

    group: Group
    rulebook: Rulebook
    incident: Incident
    account: Account

    @property
    def found_on(self) -> date:
        """The day it was found; without one the end of the bill."""
        return self.incident.found_on or self.account.ended_on

    def tariffs(
        self, name: str, started_on: date, ended_on: date
    ) -> tuple[tuple[Tariff, date, date], ...]:
        """Return the tariffs then; of an unknown time that of the day it was found."""
        if self.incident.started_on is not None:
            return pieces(self.rulebook, name, started_on, ended_on)
        return ((self.tariff(name), started_on, ended_on),)

    def tariff(self, name: str) -> Tariff:
        """Return the tariff on the last day before it was found."""
        last = self.found_on - timedelta(days=1)
        return pieces(self.rulebook, name, last, self.found_on)[0][0]


_Rule: TypeAlias = Callable[[_Case], _Found]


class _MissingError(Exception):
    """A field that an incident cannot do without."""


def incident_charges(group: Group, rulebook: Rulebook) -> Stage:
    """Charge the incidents of a group: supplement and penalty, a line each (追补与违约使用电费).

    Both are rounded once, the penalty from the supplement that is not rounded.

    Parameters
    ----------
    group : Group
        With the incidents, and what is given for them.
    rulebook : Rulebook
        With the rules and the tariffs.
    """
    rows = sorted(group.accounts, key=lambda account: account.started_on)
    accounts = {account.account_id: account for account in rows}
    incidents = sorted(group.incidents, key=lambda incident: incident.incident_id)
    stages = [_charged(group, rulebook, incident, accounts) for incident in incidents]
    return joined([_sums(incidents, stages), *stages])


def _sums(incidents: Sequence[Incident], stages: Sequence[Stage]) -> Stage:
    """Add up the energy of the incidents of each account."""
    found: dict[Key, Decimal] = {}
    for incident, stage in zip(incidents, stages, strict=True):
        energy = stage.values.get((incident.incident_id, ENERGY, "total"))
        if energy is not None:
            key = (incident.account_id, ENERGY, "total")
            found[key] = found.get(key, Decimal(0)) + energy
    return Stage(values=found)


def _charged(
    group: Group, rulebook: Rulebook, incident: Incident, accounts: dict[str, Account]
) -> Stage:
    account = accounts.get(incident.account_id)
    if account is None:
        return Stage(findings=(_incomplete(incident, "account_id"),))
    case = _Case(group=group, rulebook=rulebook, incident=incident, account=account)
    try:
        return _stage(case, _KINDS[incident.kind](case))
    except _MissingError as missing:
        return Stage(findings=(_incomplete(incident, str(missing)),))
    except PowerChannelError as error:
        return Stage(findings=tuple(_untold(incident, p.code, p.message) for p in error.problems))


def _stage(case: _Case, found: _Found) -> Stage:
    incident, account_id = case.incident, case.account.account_id
    given = {name: _given(case, f"{name}_yuan") for name in (SUPPLEMENT, PENALTY)}
    exact = {SUPPLEMENT: found.supplement, PENALTY: found.penalty}
    rule = Rule.of(_rule_id(incident), found.provenance)
    charges = tuple(
        lump(
            account_id,
            code=name,
            group=_GROUP,
            yuan=amount if (known := given[name]) is None else known,
            rule=rule if given[name] is None else Rule(id="givens"),
            note=found.note if given[name] is None else None,
        )
        for name, amount in exact.items()
    )
    values: dict[Key, Decimal] = {
        (incident.incident_id, f"{charge.line.code}_yuan", "total"): yuan(charge.line.amount_fen)
        for charge in charges
    }
    if found.energy_kwh is not None:
        energy = half_up(found.energy_kwh, _ENERGY_DECIMALS)
        values[incident.incident_id, ENERGY, "total"] = energy
    return Stage(charges=charges, values=values)


def _rule_id(incident: Incident) -> str:
    return "theft" if incident.kind == "theft" else f"breach.{incident.kind}"


def _given(case: _Case, quantity: str) -> Decimal | None:
    amounts = given_amounts(case.group, case.incident.incident_id).get(quantity, ())
    return sum((amount.value for amount in amounts), start=Decimal(0)) if amounts else None


def _theft(case: _Case) -> _Found:
    """Charge the energy at the price of the load, and a multiple of it on top."""
    rule, incident = case.rulebook.theft, case.incident
    energy, days = _energy(case, rule)
    load = incident.load_tariff or case.account.tariff
    supplement = _supplement(case, lambda: _priced(case, load, energy, days))
    return _Found(
        energy_kwh=energy,
        supplement=supplement,
        penalty=supplement * Fraction(rule.penalty_multiple),
        provenance=rule.provenance,
        note=_energy_note(energy, days, rule.penalty_multiple),
    )


def _higher_priced_load(case: _Case) -> _Found:
    """Charge the difference of prices on the energy of the load."""
    rule, kind = case.rulebook.breach, case.rulebook.breach.higher_priced_load
    energy, days = _energy(case, rule)
    supplement = _supplement(case, lambda: _difference(case, energy, days))
    return _Found(
        energy_kwh=energy,
        supplement=supplement,
        penalty=supplement * Fraction(kind.penalty_multiple),
        provenance=kind.provenance,
        note=_energy_note(energy, days, kind.penalty_multiple),
    )


def _difference(case: _Case, energy: Fraction, days: int) -> Fraction:
    if not case.incident.load_tariff:
        raise _MissingError("load_tariff")
    higher = _priced(case, case.incident.load_tariff, energy, days)
    return higher - _priced(case, case.account.tariff, energy, days)


def _supplement(case: _Case, computed: Callable[[], Fraction]) -> Fraction:
    """Return the supplement, computed unless it is given; the penalty follows from it."""
    given = _given(case, f"{SUPPLEMENT}_yuan")
    return computed() if given is None else Fraction(given)


def _excess_capacity(case: _Case) -> _Found:
    return _capacity(case, case.rulebook.breach.excess_capacity, timedelta())


def _sealed_equipment(case: _Case) -> _Found:
    """Sealed equipment counts from the day after it was sealed."""
    return _capacity(case, case.rulebook.breach.sealed_equipment, timedelta(days=1))


_KINDS: dict[str, _Rule] = {
    "theft": _theft,
    "higher_priced_load": _higher_priced_load,
    "excess_capacity": _excess_capacity,
    "sealed_equipment": _sealed_equipment,
}


def _energy(case: _Case, rule: Theft | Breach) -> tuple[Fraction, int]:
    """Return the energy, given or rated power x hours x days, and the days."""
    incident, given = case.incident, _given(case, ENERGY)
    begins = incident.started_on
    days = rule.unknown_days if begins is None else max((case.found_on - begins).days, 0)
    if given is not None:
        return Fraction(given), days
    power = incident.load_kw if incident.load_kw is not None else incident.capacity_kva
    if power is None:
        raise _MissingError("load_kw")
    if incident.load_kind is None:
        raise _MissingError("load_kind")
    is_light = incident.load_kind == "lighting"
    hours = rule.lighting_hours_per_day if is_light else rule.power_hours_per_day
    return Fraction(power) * Fraction(hours) * days, days


def _priced(case: _Case, tariff: str, energy: Fraction, days: int) -> Fraction:
    """Return energy at the prices of the days, the first included."""
    if days <= 0:
        return Fraction()
    begins = case.found_on - timedelta(days=days)
    parts = case.tariffs(tariff, begins, case.found_on)
    return sum(
        (energy * (ends - first).days / days * Fraction(unit_price(t)) for t, first, ends in parts),
        Fraction(),
    )


def unit_price(tariff: Tariff) -> Decimal:
    """Return what a kWh without periods costs, funds included (不分时的到户电价).

    Parameters
    ----------
    tariff : Tariff
        Amounts that are given, and tiers above the first, are left out [yuan/kWh].
    """
    prices = [found for _, found in tariff.component_prices]
    prices.append(tariff.base_prices())
    if tariff.tiers is not None and tariff.tiers.model == "table":
        prices.append(tariff.tier_prices()[0])
    return sum((p["total"] for p in prices if "total" in p), start=Decimal(0))


def _capacity(case: _Case, kind: BreachKind, after: timedelta) -> _Found:
    """Two-part: the charge for the capacity and a multiple of it; else an amount a kW."""
    incident = case.incident
    kva = incident.capacity_kva if incident.capacity_kva is not None else incident.load_kw
    if kva is None:
        raise _MissingError("capacity_kva")
    charge = case.tariff(case.account.tariff).capacity_charge
    if charge is None or charge.mode == "none":
        penalty = Fraction(kva) * Fraction(kind.yuan_per_kw)
        note = Text(
            f"{kva} kW，每千瓦 {kind.yuan_per_kw} 元", f"{kva} kW, {kind.yuan_per_kw} yuan each"
        )
        return _Found(supplement=Fraction(), penalty=penalty, provenance=kind.provenance, note=note)
    months = sum(m * Fraction(_month_price(c)) for c, m in _charged_months(case, after))
    supplement = _supplement(case, lambda: Fraction(kva) * months)
    return _Found(
        supplement=supplement,
        penalty=supplement * Fraction(kind.penalty_multiple),
        provenance=kind.provenance,
        note=Text(
            f"{kva} kVA 的基本电费；违约使用电费为其 {kind.penalty_multiple} 倍",
            f"capacity charge for {kva} kVA; the penalty is {kind.penalty_multiple} times it",
        ),
    )


def _charged_months(
    case: _Case, after: timedelta
) -> Iterator[tuple[CapacityCharge | None, Fraction]]:
    """Yield the capacity charges in force, and for how many months."""
    begins, rule = case.incident.started_on, case.rulebook.breach
    if begins is None:
        charge = case.tariff(case.account.tariff).capacity_charge
        yield charge, Fraction(rule.unknown_days, _MONTH_DAYS)
        return
    ends = case.found_on if case.found_on.day == 1 else next_month(case.found_on)
    for tariff, first, end in pieces(case.rulebook, case.account.tariff, begins + after, ends):
        yield tariff.capacity_charge, breach_months(first, end)


def breach_months(started_on: date, ended_on: date) -> Fraction:
    """Return the months ``[started_on, ended_on)`` of a breach (违约用电月数).

    A whole calendar month counts 1, part of a month its calendar days / 30.

    Examples
    --------
    >>> breach_months(date(2025, 8, 25), date(2025, 10, 1))
    Fraction(37, 30)
    """
    months, begins = Fraction(), started_on
    while begins < ended_on:
        ends = min(next_month(begins), ended_on)
        is_whole = begins.day == 1 and ends == next_month(begins)
        months += 1 if is_whole else Fraction((ends - begins).days, _MONTH_DAYS)
        begins = ends
    return months


def _month_price(charge: CapacityCharge | None) -> Decimal:
    if charge is None:
        return Decimal(0)
    by_kva, by_kw = charge.price_yuan_per_kva_month, charge.price_yuan_per_kw_month
    return (by_kva if by_kva is not None else by_kw) or Decimal(0)


def _energy_note(energy: Fraction, days: int, multiple: Decimal) -> Text:
    kwh = f"{half_up(energy, _ENERGY_DECIMALS).normalize():f}"
    return Text(
        f"{days} 天，{kwh} kWh；违约使用电费为追补的 {multiple} 倍",
        f"{days} days, {kwh} kWh; the penalty is {multiple} times the supplement",
    )


def _incomplete(incident: Incident, name: str) -> Finding:
    return fatal(
        "incident_incomplete",
        incident.incident_id,
        f"{incident.kind} 缺少有效的 {name}，无法追补；请填写",
        f"{incident.kind} lacks a valid {name}, so nothing can be billed for it; fill it in",
    )


def _untold(incident: Incident, code: str, message: Text) -> Finding:
    return Finding(code=code, id=incident.incident_id, is_fatal=True, message=message)
