"""The parts of an account row in which one edition of its tariff is in force (计费分段)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from attrs import frozen

from powerchannel.billing.records import PERIODS, Account, AccountEnergy, Kwh
from powerchannel.billing.reference.rounding import share
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Tariff

__all__ = ["Segment", "by_account", "cut", "parts_of", "pieces", "segments"]

_BILLED_DECIMALS = 0


@frozen(kw_only=True)
class Segment:
    """Days of an account row with one edition of its tariff, and their energy (计费段).

    Parameters
    ----------
    row : AccountEnergy
        The row it is a part of.
    tariff : Tariff
        The edition in force.
    started_on, ended_on : date
        The days ``[started_on, ended_on)``.
    energy_kwh : mapping of period to Decimal
        Its share of the billed energy, always with ``total``.
    """

    row: AccountEnergy
    tariff: Tariff
    started_on: date
    ended_on: date
    energy_kwh: Kwh

    @property
    def account(self) -> Account:
        """The row of the account (账户计费段)."""
        return self.row.account

    @property
    def account_id(self) -> str:
        """The account (户号)."""
        return self.row.account.account_id

    @property
    def days(self) -> int:
        """Calendar days (日历天数)."""
        return (self.ended_on - self.started_on).days


def segments(row: AccountEnergy, rulebook: Rulebook) -> tuple[Segment, ...]:
    """Split an account row where the price changes (按电价版本分段).

    Energy is shared by days, each period for itself: the shares sum to what is shared.

    Parameters
    ----------
    row : AccountEnergy
        The row and its energy.
    rulebook : Rulebook
        With the tariffs.

    Raises
    ------
    UnknownNameError
        When there is no such tariff.
    NotInForceError
        When no edition of it is in force on the first or the last day.
    """
    account = row.account
    parts = pieces(rulebook, account.tariff, account.started_on, account.ended_on)
    days = [(ends - begins).days for _, begins, ends in parts]
    return tuple(
        Segment(row=row, tariff=tariff, started_on=begins, ended_on=ends, energy_kwh=energy)
        for (tariff, begins, ends), energy in zip(
            parts, _shared(row.energy_kwh, days, _decimals(parts[0][0])), strict=True
        )
    )


def pieces(
    rulebook: Rulebook, name: str, started_on: date, ended_on: date
) -> tuple[tuple[Tariff, date, date], ...]:
    """Return the editions in force on some days, each with its days (期间内的电价版本).

    Parameters
    ----------
    rulebook : Rulebook
        With the tariffs.
    name : str
        The tariff.
    started_on, ended_on : date
        The days ``[started_on, ended_on)``.

    Raises
    ------
    UnknownNameError, NotInForceError
        When the tariff is not there, or not in force on the first or the last day.
    """
    shelf = rulebook.shelves.get(name)
    changes = [book.effective_from for book in shelf.books if book.effective_from is not None]
    spans = tuple(cut(started_on, ended_on, changes))
    shelf.at(max(started_on, date.fromordinal(ended_on.toordinal() - 1)))
    return tuple((shelf.at(begins), begins, ends) for begins, ends in spans)


def cut(started_on: date, ended_on: date, changes: Iterable[date]) -> list[tuple[date, date]]:
    """Cut the days ``[started_on, ended_on)`` where something changes (按变更日切分).

    Examples
    --------
    >>> [ends.day for _, ends in cut(date(2025, 1, 1), date(2025, 1, 31), [date(2025, 1, 9)])]
    [9, 31]
    """
    inside = {day for day in changes if started_on < day < ended_on}
    return list(pairwise(sorted({started_on, ended_on, *inside}))) or [(started_on, ended_on)]


def parts_of(energy_kwh: Kwh) -> dict[str, Decimal]:
    """Return energy by period, or under ``total`` where it has no periods (分时电量)."""
    parts: dict[str, Decimal] = {p: energy_kwh[p] for p in PERIODS if p in energy_kwh}
    return parts or {"total": energy_kwh.get("total", Decimal(0))}


def by_account(parts: Iterable[Segment]) -> Mapping[str, tuple[Segment, ...]]:
    """Return the segments of each account, one after another (各账户的计费段)."""
    found: dict[str, list[Segment]] = {}
    for segment in sorted(parts, key=lambda s: (s.account_id, s.started_on, s.ended_on)):
        found.setdefault(segment.account_id, []).append(segment)
    return {account_id: tuple(parts) for account_id, parts in found.items()}


def _decimals(tariff: Tariff) -> int:
    return tariff.rounding.billed_decimals if tariff.rounding else _BILLED_DECIMALS


def _shared(energy_kwh: Kwh, days: Sequence[int], decimals: int) -> list[Kwh]:
    """Share energy by days; a total is the sum of its parts."""
    parts = parts_of(energy_kwh)
    if len(days) == 1:
        return [{**parts, "total": sum(parts.values(), start=Decimal(0))}]
    shared = {period: share(kwh, days, decimals) for period, kwh in parts.items()}
    rows = [{period: shared[period][i] for period in parts} for i in range(len(days))]
    return [{**row, "total": sum(row.values(), start=Decimal(0))} for row in rows]
