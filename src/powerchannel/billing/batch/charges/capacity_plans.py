"""The capacity or demand charge of some editions, laid out in whole numbers (基本电费参数)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm

from attrs import evolve, frozen

from powerchannel.billing.batch.charges.pricing import is_exact
from powerchannel.billing.records import Account, AccountEnergy, Finding, Group, GroupEnergy
from powerchannel.billing.reference.capacity import capacity_charges
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.tariff import CapacityCharge, Tariff
from powerchannel.rulebook import Provenance

__all__ = [
    "CONTRACT_DECIMALS",
    "KVA_DECIMALS",
    "MONTH",
    "CapacityPlan",
    "Span",
    "lacking_of",
    "places_of",
    "spans_of",
]

KVA_DECIMALS, CONTRACT_DECIMALS = 4, 6
MONTH = lcm(28, 29, 30, 31)
"""So many parts has a month of which the days of any month are whole multiples."""

_MOST_MONTHS, _LIMIT = 10**3, 2**62
_MOST_DECIMALS, _MOST_RATIO = 9, 100


def places_of(value: Decimal) -> int:
    """Return the decimals that a number shows (小数位).

    Examples
    --------
    >>> places_of(Decimal("1.050"))
    3
    """
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
        return is_fine and all(is_exact(price) and self._fits(price) for price in self.prices)

    def _fits(self, price: Decimal) -> bool:
        """Tell whether fen of months of a kVA are whole numbers in int64."""
        factor = Fraction(price) * 100 / int(MONTH * 10**self.decimals)
        return factor.numerator * MONTH * _MOST_MONTHS < _LIMIT and factor.denominator < _LIMIT


def _decimals(charge: CapacityCharge, demand: int) -> int:
    if charge.mode == "capacity":
        return KVA_DECIMALS
    if charge.mode == "actual_demand":
        return max(demand, KVA_DECIMALS + places_of(charge.actual_demand_floor_ratio))
    base = max(demand, CONTRACT_DECIMALS, KVA_DECIMALS + places_of(charge.contract_floor_ratio))
    return base + places_of(charge.over_limit_ratio) + places_of(charge.over_limit_multiple)


@frozen(kw_only=True)
class Span:
    """Editions one after another of which the charge is the same (同一计收条件的期间).

    Parameters
    ----------
    plan : CapacityPlan
        Of the first.
    first, last : int
        The places of the editions among those of the bill.
    tariff : Tariff
        The first edition.
    """

    plan: CapacityPlan
    first: int
    last: int
    tariff: Tariff


def spans_of(tariffs: Sequence[Tariff]) -> tuple[Span, ...] | None:
    """Lay out what is charged through some editions; None where the batch cannot (基本电费分段).

    That is where one mode follows another, and where a month may be whole for one charge and not
    for the other.

    Parameters
    ----------
    tariffs : sequence of Tariff
        Editions one after another.
    """
    plans = [CapacityPlan.of(tariff) for tariff in tariffs]
    known = [plan for plan in plans if plan is not None]
    if not known:
        return ()
    if len(known) < len(plans) or len({plan.charge.mode for plan in known}) > 1:
        return None
    charges = [plan.charge for plan in known]
    is_by_day = charges[0].mode == "capacity" or charges[0].day_count == "thirty_360"
    if not is_by_day and len({_but_price(charge) for charge in charges}) > 1:
        return None
    decimals = max(plan.decimals for plan in known)
    starts = [i for i, charge in enumerate(charges) if not i or charge != charges[i - 1]]
    found = tuple(
        Span(
            plan=evolve(known[i], decimals=decimals),
            first=i,
            last=end - 1,
            tariff=tariffs[i],
        )
        for i, end in pairwise([*starts, len(charges)])
    )
    return found if all(span.plan.is_exact for span in found) else None


def lacking_of(tariff: Tariff) -> tuple[Finding, ...]:
    """Return what the reference says of an account without equipment and demand (缺设备或需量).

    Parameters
    ----------
    tariff : Tariff
        With a capacity or demand charge.
    """
    day = date(2000, 1, 1)
    account = Account(
        account_id="",
        group_id="",
        tariff=tariff.name,
        started_on=day,
        ended_on=day,
        contract_demand_kw=Decimal(0),
    )
    row = AccountEnergy(account=account, energy_kwh={})
    segment = Segment(row=row, tariff=tariff, started_on=day, ended_on=day, energy_kwh={})
    group, energy = Group(group_id="", accounts=(account,)), GroupEnergy(group_id="", accounts=())
    return capacity_charges(group, energy, (segment,), ()).findings


def _but_price(charge: CapacityCharge) -> CapacityCharge:
    return evolve(
        charge,
        price_yuan_per_kw_month=Decimal(0),
        high_use_kwh_per_kva=None,
        provenance=Provenance(status="assumed", clause="-"),
    )
