"""One group cut into slices of days, and what its stages look up (计算上下文)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from attrs import field, frozen

from powerchannel.billing.records import PERIODS, Account, Group, Interval, Kwh, Meter, Reading
from powerchannel.billing.reference.notes import Notes
from powerchannel.billing.reference.rounding import share
from powerchannel.billing.rules import Rulebook, tariff_at
from powerchannel.billing.tariff import Rounding, Tariff
from powerchannel.errors import NotInForceError, UnknownNameError
from powerchannel.rulebook import Provenance

__all__ = ["FIXED", "Job", "Slice", "slices"]

FIXED = ("fixed_quantity", "fixed_ratio")
"""Relations whose child has no meter (定量、定比)."""

_DEFAULT = Rounding(provenance=Provenance(status="assumed", clause="powerchannel"))


@frozen(kw_only=True)
class Slice:
    """Days in which no account of the group changes: losses and shares are computed in it (计算片).

    Parameters
    ----------
    number : int
        Its place.
    started_on, ended_on : date
        The days ``[started_on, ended_on)``.
    rows : mapping of account_id to Account
        The rows that hold in it.
    """

    number: int
    started_on: date
    ended_on: date
    rows: dict[str, Account]

    @property
    def days(self) -> int:
        """Calendar days (日历天数)."""
        return (self.ended_on - self.started_on).days


def slices(group: Group) -> tuple[Slice, ...]:
    """Cut the period of a group wherever a row of an account begins or ends (切片).

    Examples
    --------
    >>> rows = [(date(2025, 1, 1), date(2025, 1, 12)), (date(2025, 1, 12), date(2025, 2, 1))]
    >>> group = Group(group_id="a", accounts=tuple(Account(account_id="a", group_id="a",
    ...     tariff="t", started_on=first, ended_on=last) for first, last in rows))
    >>> [s.days for s in slices(group)]
    [11, 20]
    """
    days = sorted({d for row in group.accounts for d in (row.started_on, row.ended_on)})
    spans = [
        (first, last, {r.account_id: r for r in group.accounts if _holds(r, first)})
        for first, last in pairwise(days)
    ]
    return tuple(
        Slice(number=number, started_on=first, ended_on=last, rows=rows)
        for number, (first, last, rows) in enumerate(s for s in spans if s[2])
    )


def _holds(row: Account, day: date) -> bool:
    return row.started_on <= day < row.ended_on


def _stood(meter: Meter, part: Slice) -> bool:
    first, last = meter.installed_on or date.min, meter.removed_on or date.max
    if meter.account_id and meter.account_id not in part.rows:
        return False
    return first < part.ended_on and part.started_on < last


@frozen(kw_only=True, eq=False, slots=False)
class Job:
    """A group, the rules, and the findings so far (计算任务)."""

    group: Group
    rulebook: Rulebook
    notes: Notes = field(factory=Notes)

    @cached_property
    def slices(self) -> tuple[Slice, ...]:
        """The slices of its period, in order (计算片)."""
        return slices(self.group)

    @cached_property
    def account_ids(self) -> tuple[str, ...]:
        """Its accounts (户号)."""
        return tuple(sorted({row.account_id for row in self.group.accounts}))

    @cached_property
    def meters(self) -> tuple[Meter, ...]:
        """The legs that measured, in the order of their ids and days (计量段).

        An account whose energy or loss is given, and that has neither a meter nor a fixed share,
        gets a meter on its transformers to which that belongs.
        """
        placed = {meter.account_id for meter in self.group.meters}
        placed.update(r.child_id for r in self.group.relations if r.kind in FIXED)
        made = [
            Meter(meter_id=account, account_id=account, metering_side="low")
            for account in self.account_ids
            if account not in placed and any(self.given(account, name) for name in _MEASURED)
        ]
        legs = (*self.group.meters, *made)
        return tuple(sorted(legs, key=lambda m: (m.meter_id, m.installed_on or date.min)))

    @cached_property
    def readings(self) -> dict[str, dict[str, list[Reading]]]:
        """The readings of each meter and register (示数)."""
        found: dict[str, dict[str, list[Reading]]] = {}
        for reading in self.group.readings:
            rows = found.setdefault(reading.meter_id, {}).setdefault(reading.register, [])
            rows.append(reading)
        return found

    @cached_property
    def intervals(self) -> dict[str, list[Interval]]:
        """The intervals of each meter (区间电量)."""
        found: dict[str, list[Interval]] = {}
        for interval in self.group.intervals:
            found.setdefault(interval.meter_id, []).append(interval)
        return found

    def slices_of(self, account_id: str) -> tuple[Slice, ...]:
        """Return the slices in which an account has a row; all for a meter without one (所在片)."""
        return tuple(s for s in self.slices if not account_id or account_id in s.rows)

    def slices_at(self, where: str) -> tuple[Slice, ...]:
        """Return the slices in which a meter stood or an account has a row (所在片)."""
        legs = [m for m in self.meters if m.meter_id == where]
        if not legs:
            return self.slices_of(where if where in self.account_ids else "")
        return tuple(s for s in self.slices if any(_stood(leg, s) for leg in legs))

    def runs(self, account_id: str) -> tuple[tuple[date, date], ...]:
        """Return the days of an account without a gap between them (连续期间)."""
        spans: list[tuple[date, date]] = []
        for part in self.slices_of(account_id):
            if spans and spans[-1][1] == part.started_on:
                spans[-1] = (spans[-1][0], part.ended_on)
            else:
                spans.append((part.started_on, part.ended_on))
        return tuple(spans)

    def tariff_of(self, row: Account) -> Tariff | None:
        """Return the tariff on the first day of a row, None where there is none (电价)."""
        try:
            return tariff_at(self.rulebook, row.tariff, row.started_on)
        except (UnknownNameError, NotInForceError):
            return None

    def rounding(self, account_id: str) -> Rounding:
        """Return how the energy of an account is rounded (取整规则)."""
        return self._roundings.get(account_id, _DEFAULT)

    @cached_property
    def _roundings(self) -> dict[str, Rounding]:
        rows = sorted(self.group.accounts, key=lambda row: row.started_on, reverse=True)
        tariffs = {row.account_id: self.tariff_of(row) for row in rows}
        return {a: t.rounding for a, t in tariffs.items() if t is not None and t.rounding}

    def given(self, where: str, quantity: str) -> dict[str, Decimal]:
        """Return what is given for a meter, transformer, account or group, by period (给定值).

        Parts, or ``total`` where there are none; empty where nothing is given. What is given for
        a group of one account is given for the account.
        """
        if not where or quantity not in self.quantities:
            return {}
        found = self._givens.get((where, quantity), {})
        if not found and self.account_ids == (where,):
            found = self._givens.get((self.group.group_id, quantity), {})
        if not found:
            return {}
        self.notes.add("given", where, quantity=quantity)
        parts: dict[str, Decimal] = {p: found[p] for p in PERIODS if p in found}
        return parts or {"total": found["total"]}

    @cached_property
    def quantities(self) -> frozenset[str]:
        """What is given at all, of whatever it is (给定的数值名称)."""
        return frozenset(given.quantity for given in self.group.givens)

    @cached_property
    def _givens(self) -> dict[tuple[str, str], dict[str, Decimal]]:
        found: dict[tuple[str, str], dict[str, Decimal]] = {}
        for given in self.group.givens:
            found.setdefault((given.id, given.quantity), {})[given.period] = given.value
        return found

    def amount(self, where: str, quantity: str) -> Decimal | None:
        """Return a given quantity that has no periods (给定总量)."""
        found = self.given(where, quantity)
        return sum(found.values(), Decimal(0)) if found else None

    def portions(
        self, energy: Kwh, spans: Iterable[int], decimals: int
    ) -> list[dict[str, Decimal]]:
        """Share a given energy over days, each period for itself (给定值按天数分摊)."""
        days = list(spans)
        shared = {period: share(value, days, decimals) for period, value in energy.items()}
        return [{period: s[i] for period, s in shared.items()} for i in range(len(days))]

    def portion(self, part: Slice, where: str, quantity: str) -> dict[str, Decimal]:
        """Return what is given for one slice: the whole of it shared by days (片内给定值).

        Parameters
        ----------
        part : Slice
            A slice in which the meter stood, or the account has a row.
        where, quantity : str
            What is given, and of what.
        """
        given = self.given(where, quantity)
        if not given:
            return {}
        parts = self.slices_at(where)
        decimals = self.rounding(where).metered_decimals
        return self.portions(given, (s.days for s in parts), decimals)[parts.index(part)]

    def check_givens(self) -> None:
        """Tell of what was given for a group and cannot be told apart (检查给定值)."""
        is_one = len(self.account_ids) == 1 or self.group.group_id in self.account_ids
        if is_one:
            return
        for given in self.group.givens:
            if given.id == self.group.group_id and given.quantity in _BY_ACCOUNT:
                self.notes.add("given_for_group", given.id, is_fatal=True, quantity=given.quantity)


_MEASURED = (
    "metered_energy_kwh",
    "metered_reactive_kvarh",
    "transformer_loss_kwh",
    "transformer_loss_kvarh",
    "line_loss_kwh",
    "line_loss_kvarh",
)
_BY_ACCOUNT = frozenset(
    {
        "metered_energy_kwh",
        "billed_energy_kwh",
        "metered_reactive_kvarh",
        "billed_reactive_kvarh",
        "metered_demand_kw",
        "billed_demand_kw",
    }
)
