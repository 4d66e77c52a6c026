"""Which accounts share one power factor, and what it is (共力率)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isqrt

from powerchannel.billing.records import Account, AccountEnergy, Group, GroupEnergy, Remainder
from powerchannel.billing.rules import PowerFactorTable
from powerchannel.money import exact_decimal

__all__ = ["factor_of", "pooled_rows", "rate_percent", "shared_factor"]

_NONE = Decimal(0)


def factor_of(active_kwh: Decimal, reactive_kvarh: Decimal) -> Decimal:
    """Return ``A / sqrt(A^2 + R^2)`` to two decimals, half up, exactly (功率因数).

    It reaches c hundredths where ``(200 A)^2 >= (2 c - 1)^2 (A^2 + R^2)``: no root is rounded.

    Parameters
    ----------
    active_kwh, reactive_kvarh : Decimal
        A > 0.

    Examples
    --------
    >>> factor_of(Decimal(511_800), Decimal(110_100))
    Decimal('0.98')
    """
    active, active_unit = active_kwh.as_integer_ratio()
    reactive, reactive_unit = reactive_kvarh.as_integer_ratio()
    a, r = active * reactive_unit, reactive * active_unit
    ratio = (200 * a) ** 2 // (a**2 + r**2)
    return exact_decimal((isqrt(ratio) + 1) // 2, 2)


def pooled_rows(group: Group, energy: GroupEnergy) -> tuple[AccountEnergy, ...]:
    """Return the account rows that share the power factor (共力率的账户段).

    Those with reactive metering, and those taken from them: sub-meters, fixed quantities and
    fixed ratios behind a meter with reactive metering flowed through it. The meter may be one
    that no account has.

    Parameters
    ----------
    group : Group
        With the relations.
    energy : GroupEnergy
        Its energy.
    """
    parents = _parents(group)
    rows = [row for row in energy.accounts if row.reactive_kvarh is not None]
    above: list[tuple[str, Account | Remainder]] = []
    above += [(row.account.account_id, row.account) for row in rows]
    above += [(left.meter_id, left) for left in energy.remainders]
    return tuple(
        row
        for row in energy.accounts
        if row.reactive_kvarh is not None
        or any(
            name in parents.get(row.account.account_id, ()) and _overlap(row.account, measured)
            for name, measured in above
        )
    )


def _parents(group: Group) -> Mapping[str, frozenset[str]]:
    """Return the accounts that each account is taken from, directly or not.

    A meter that no account has stands for itself.
    """
    account_of = {meter.meter_id: meter.account_id or meter.meter_id for meter in group.meters}
    direct = [
        (account_of.get(r.child_id, r.child_id), account_of.get(r.parent_id, r.parent_id))
        for r in group.relations
    ]
    found = {child: {parent for c, parent in direct if c == child} for child, _ in direct}
    for _ in direct:
        for above in found.values():
            above |= {far for near in above for far in found.get(near, ())}
    return {child: frozenset(above) for child, above in found.items()}


def _overlap(one: Account | Remainder, other: Account | Remainder) -> bool:
    return one.started_on < other.ended_on and other.started_on < one.ended_on


def shared_factor(
    rows: tuple[AccountEnergy, ...], remainders: tuple[Remainder, ...] = ()
) -> Decimal | None:
    """Return the power factor of rows together; None where there is no active energy (共力率).

    Parameters
    ----------
    rows : tuple of AccountEnergy
        Energy with losses. The reactive losses of a row that does not measure reactive energy
        count too.
    remainders : tuple of Remainder
        What is left on meters of no account that they are behind.
    """
    pool = [(row.energy_kwh.get("total", _NONE), _kvarh(row)) for row in rows]
    pool += [(left.energy_kwh, left.reactive_kvarh) for left in remainders if pool]
    active = sum((kwh for kwh, _ in pool), start=_NONE)
    reactive = sum((kvarh for _, kvarh in pool), start=_NONE)
    return factor_of(active, reactive) if active > 0 else None


def _kvarh(row: AccountEnergy) -> Decimal:
    return row.unmetered_loss_kvarh if row.reactive_kvarh is None else row.reactive_kvarh


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
    percent = table.percent.get(f"{factor:.2f}")
    if percent is not None:
        return percent
    lowest = min(table.percent)
    return table.percent[lowest] + table.below_step_percent * (Decimal(lowest) - factor) * 100
