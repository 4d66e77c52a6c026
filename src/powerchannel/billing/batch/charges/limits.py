"""What the tiers of an account depend on: days, households, meters (阶梯分档依据).

The reference is asked, once for each case.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from attrs import evolve, frozen

from powerchannel.billing.batch.columns.cases import by_case, cases
from powerchannel.billing.batch.columns.cells import Choice
from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.printed import FindingColumn
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.splits import Days
from powerchannel.billing.records import Account, AccountEnergy, Group, Meter
from powerchannel.billing.reference.days import months_between
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.reference.tiers import tier_limits
from powerchannel.billing.reference.tiers import unknown_year as told
from powerchannel.billing.tariff import Tariff, Tiers
from powerchannel.tables import NO_DAY, NO_NUMBER

__all__ = ["DECIMALS", "MOST_KWH", "free_kwh", "limits_of", "unknown_year"]

DECIMALS = 6
"""Of energy in tiers."""
MOST_KWH = 10**12
"""More than any account has: higher limits are never reached."""

_EPOCH = date(1970, 1, 1).toordinal()


def limits_of(
    tariff: Tariff, days: Days, whole: Days, chunk: Chunk, rows: Ints, decimals: int
) -> list[Ints]:
    """Return the upper limits of some accounts, a column a tier but the last (分档上限).

    Parameters
    ----------
    tariff : Tariff
        With tiers.
    days, whole : Days
        In which it is in force, and in which the account has tiers at all.
    chunk : Chunk
        With the accounts.
    rows : ndarray of int64
        Which.
    decimals : int
        Of the energy.
    """

    def limits(begins: int, ends: int, first: int, last: int, *more: int) -> list[int]:
        one = _Case.of(tariff, begins, ends, *more)
        segment = one.segment(decimals)
        all_of = evolve(segment, started_on=_on(first), ended_on=_on(last))
        found = tier_limits(one.group, segment, [all_of])
        return [int(min(limit, Decimal(MOST_KWH)).scaleb(DECIMALS)) for limit in found]

    return by_case(
        limits,
        *(days.begins, days.ends, whole.begins, whole.ends),
        *(chunk.meter(c, rows) for c in ("installed_on", "removed_on")),
        chunk.account("household_count", rows),
    )


def unknown_year(tariff: Tariff, days: Days, chunk: Chunk, rows: Ints) -> list[FindingColumn]:
    """Tell whose use of the year before the bill is not known, and taken for nothing (缺少年累计).

    Parameters
    ----------
    tariff : Tariff
        The first edition with tiers.
    days : Days
        In which it is in force.
    chunk, rows
        As for `limits_of`.
    """
    odd = np.flatnonzero(chunk.account("year_to_date_kwh", rows) == NO_NUMBER)
    meters = (chunk.meter(c, rows)[odd] for c in ("installed_on", "removed_on"))
    distinct, at = cases(days.begins[odd], days.ends[odd], *meters)
    each = [_Case.of(tariff, *case) for case in distinct]
    says = [list(told(case.group, case.segment(0))) for case in each]
    found = [finding for findings in says for finding in findings]
    if not found:
        return []
    mask, index = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.int64)
    mask[odd] = np.array([bool(findings) for findings in says])[at]
    index[odd] = np.maximum(np.cumsum([len(findings) for findings in says]) - 1, 0)[at]
    return [
        FindingColumn(
            code=found[0].code,
            zh=Choice(tuple(f.message.zh for f in found), index),
            en=Choice(tuple(f.message.en for f in found), index),
            mask=mask,
        )
    ]


def free_kwh(tiers: Tiers, begins: Ints, ends: Ints, decimals: int) -> Ints:
    """Return what is free in the months of each bill (免费电量).

    Parameters
    ----------
    tiers : Tiers
        The rules.
    begins, ends : ndarray of int64
        The days of the whole bill.
    decimals : int
        Of the result.
    """

    def most(first: int, last: int) -> tuple[int]:
        months = months_between(*(_on(day) for day in (first, last)))
        return (int(half_up(Fraction(tiers.free_kwh) * months, decimals).scaleb(decimals)),)

    return by_case(most, begins, ends)[0]


@frozen(kw_only=True)
class _Case:
    """What some accounts have in common."""

    tariff: Tariff
    account: Account
    group: Group

    @classmethod
    def of(
        cls,
        tariff: Tariff,
        begins: int,
        ends: int,
        installed: int,
        removed: int,
        count: int = NO_NUMBER,
    ) -> _Case:
        meter = Meter(
            meter_id="", account_id="", installed_on=_known(installed), removed_on=_known(removed)
        )
        account = Account(
            account_id="",
            group_id="",
            tariff=tariff.name,
            started_on=_on(begins),
            ended_on=_on(ends),
            household_count=None if count == NO_NUMBER else count,
        )
        group = Group(group_id="", accounts=(account,), meters=(meter,))
        return cls(tariff=tariff, account=account, group=group)

    def segment(self, decimals: int) -> Segment:
        energy = {"total": Decimal(0).scaleb(-decimals)}
        return Segment(
            row=AccountEnergy(account=self.account, energy_kwh=energy),
            tariff=self.tariff,
            started_on=self.account.started_on,
            ended_on=self.account.ended_on,
            energy_kwh=energy,
        )


def _on(day: int) -> date:
    return date.fromordinal(_EPOCH + day)


def _known(day: int) -> date | None:
    return None if day == NO_DAY else _on(day)
