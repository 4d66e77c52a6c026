"""Which accounts share one power factor, and what it is (共力率)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import isqrt

from powerchannel.billing.records import AccountEnergy, Group, GroupEnergy
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.rules import PowerFactorTable

__all__ = ["factor_of", "pooled_rows", "rate_percent", "shared_factor"]


def factor_of(active_kwh: Decimal | Fraction, reactive_kvarh: Decimal | Fraction) -> Decimal:
    """Return ``A / sqrt(A^2 + R^2)`` to two decimals, half up, exactly (功率因数).

    It reaches c hundredths where ``(200 A)^2 >= (2 c - 1)^2 (A^2 + R^2)``: no root is rounded.

    Parameters
    ----------
    active_kwh, reactive_kvarh : Decimal or Fraction
        A > 0.

    Examples
    --------
    >>> factor_of(Decimal(511_800), Decimal(110_100))
    Decimal('0.98')
    """
    a, r = Fraction(active_kwh), Fraction(reactive_kvarh)
    ratio = (200 * a) ** 2 / (a**2 + r**2)
    return half_up(Fraction((isqrt(int(ratio)) + 1) // 2, 100), 2)


def pooled_rows(group: Group, energy: GroupEnergy) -> tuple[AccountEnergy, ...]:
    """Return the account rows that share the power factor (共力率的账户段).

    Those with reactive metering, and those taken from them: sub-meters, fixed quantities and
    fixed ratios behind a meter with reactive metering flowed through it.

    Parameters
    ----------
    group : Group
        With the relations.
    energy : GroupEnergy
        Its energy.
    """
    parents = _parents(group)
    measured = [row for row in energy.accounts if row.reactive_kvarh is not None]
    return tuple(
        row
        for row in energy.accounts
        if row in measured or any(_is_behind(row, above, parents) for above in measured)
    )


def _parents(group: Group) -> Mapping[str, frozenset[str]]:
    """Return the accounts that each account is taken from, directly or not."""
    account_of = {meter.meter_id: meter.account_id for meter in group.meters}
    direct = [
        (account_of.get(r.child_id, r.child_id), account_of.get(r.parent_id, r.parent_id))
        for r in group.relations
    ]
    found = {child: {parent for c, parent in direct if c == child} for child, _ in direct}
    for _ in direct:
        for above in found.values():
            above |= {far for near in above for far in found.get(near, ())}
    return {child: frozenset(above) for child, above in found.items()}


def _is_behind(
    row: AccountEnergy, above: AccountEnergy, parents: Mapping[str, frozenset[str]]
) -> bool:
    one, other = row.account, above.account
    overlap = one.started_on < other.ended_on and other.started_on < one.ended_on
    return overlap and other.account_id in parents.get(one.account_id, ())


def shared_factor(rows: tuple[AccountEnergy, ...]) -> Decimal | None:
    """Return the power factor of rows together; None where there is no active energy (共力率).

    Parameters
    ----------
    rows : tuple of AccountEnergy
        Energy with losses.
    """
    active = sum((Fraction(row.energy_kwh.get("total", 0)) for row in rows), Fraction())
    reactive = sum((Fraction(row.reactive_kvarh or 0) for row in rows), Fraction())
    return factor_of(active, reactive) if active > 0 else None


def rate_percent(table: PowerFactorTable, factor: Decimal) -> Decimal:
    """Return the rate for a power factor; below the table it goes on by its step (力调系数).

    Parameters
    ----------
    table : PowerFactorTable
        Of one standard.
    factor : Decimal
        Two decimals.

    Returns
    -------
    Decimal
        A minus is a reduction [percent].
    """
    percents = {Decimal(row): percent for row, percent in table.percent.items()}
    lowest = min(percents)
    if factor >= lowest:
        return percents[factor]
    return percents[lowest] + table.below_step_percent * (lowest - factor) * 100
