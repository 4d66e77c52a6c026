"""Daily energy from the registers that collection systems freeze at midnight (日电量).

Nothing is filled in unless it is asked for, and then it is marked.
"""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.daily.readings import DailyReadings
from powerchannel.billing.rules import Readings
from powerchannel.errors import TableError
from powerchannel.money import multiply_divide_half_up
from powerchannel.tables import NO_NUMBER
from powerchannel.tables.checked import categorical

__all__ = [
    "DailyEnergy",
    "DayFlag",
    "Limits",
    "daily_energy",
]

_DECIMALS_OF_WH = 3
_MOST_DIGITS = 9
_MOST_CAPACITY_VA = 10**13
_INT64_MAX = int(np.iinfo(np.int64).max)


class DayFlag(IntEnum):
    """What the energy of a day is (日电量标志)."""

    MEASURED = 0
    """The difference of two readings (实测)."""
    INTERPOLATED = 1
    """A day's share of a difference over several days (插值)."""
    MISSING = 2
    """A reading is missing on one side (缺数)."""
    NEGATIVE = 3
    """The register ran backwards (倒走)."""
    ROLLOVER = 4
    """It seems to have run over; a person decides (疑似翻转)."""
    TOO_LARGE = 5
    """More than the capacity can have taken (超容)."""


@frozen(kw_only=True, eq=False)
class Limits:
    """What is known of the meters of some readings, a value a meter (电能表档案).

    Parameters
    ----------
    multiplier : ndarray of int64, shape (meters,)
        With `multiplier_decimals` decimals taken out.
    multiplier_decimals, reading_decimals : int
        Decimals of multipliers and of readings.
    integer_digits : ndarray of int64, shape (meters,), optional
        Digits before the point, 1 to 9; 0 where not known.
    capacity_va : ndarray of int64, shape (meters,), optional
        Capacity; 0 where not known [VA].
    """

    multiplier: NDArray[np.int64]
    multiplier_decimals: int = 0
    reading_decimals: int = 2
    integer_digits: NDArray[np.int64] | None = None
    capacity_va: NDArray[np.int64] | None = None


@frozen(kw_only=True, eq=False)
class DailyEnergy:
    """The energy of each day, and what it is (日电量结果).

    Parameters
    ----------
    readings : DailyReadings
        What it was taken from.
    energy_wh : ndarray of int64, shape (series, days)
        0 where the flag is neither MEASURED nor INTERPOLATED [Wh].
    flags : ndarray of uint8, shape (series, days)
        Values of `DayFlag`.
    difference_wh : ndarray of int64, shape (series,)
        From the first reading there is to the last, rounded once [Wh].
    """

    readings: DailyReadings
    energy_wh: NDArray[np.int64]
    flags: NDArray[np.uint8]
    difference_wh: NDArray[np.int64]

    @property
    def withheld_wh(self) -> NDArray[np.int64]:
        """What of the difference is in no day: gaps and what was rejected (未计入日电量) [Wh]."""
        days: NDArray[np.int64] = self.energy_wh.sum(axis=1)
        return self.difference_wh - days

    @property
    def spans_all_days(self) -> NDArray[np.bool_]:
        """Whether there are readings at both ends, so that the difference is the month's."""
        known = self.readings.readings != NO_NUMBER
        spans: NDArray[np.bool_] = known[:, 0] & known[:, -1]
        return spans

    @property
    def table(self) -> pd.DataFrame:
        """One row a series and day (日电量表)."""
        series, days = self.energy_wh.shape
        dates = self.readings.first_day + np.arange(days)
        names = np.array(self.readings.register_names, dtype=object)
        is_none = self.flags > DayFlag.INTERPOLATED
        flags = [flag.name.lower() for flag in DayFlag]
        return pd.DataFrame(
            {
                "meter_id": np.repeat(self.readings.meters.to_text()[self.readings.meter], days),
                "register": np.repeat(names[self.readings.register], days),
                "day": np.tile(dates.astype("datetime64[s]"), series),
                "energy_wh": pd.arrays.IntegerArray(self.energy_wh.ravel(), is_none.ravel()),
                "flag": categorical(self.flags.ravel(), flags),
            }
        )


def daily_energy(
    readings: DailyReadings, limits: Limits, rules: Readings, *, interpolate: bool = False
) -> DailyEnergy:
    """Return the energy of each day as a difference of readings (日电量计算).

    ``E_d = (R_{d+1} - R_d) x multiplier``, as differences of the energy since the first reading,
    so that days sum to the difference of the month to the Wh. Days across a gap are MISSING, or on
    demand INTERPOLATED by equal shares. A difference that is negative, or above capacity x 24 h x
    ``plausible_load_factor``, is rejected with all its days. It is a suspected ROLLOVER where the
    register stood at ``rollover_from_ratio`` of its range, or its energy after running over would
    be plausible.

    Parameters
    ----------
    readings : DailyReadings
        From `collect`.
    limits : Limits
        The archive of ``readings.meters``, in their order.
    rules : Readings
        The policy on readings.
    interpolate : bool
        Whether days between two readings get a share.

    Raises
    ------
    TableError
        When the archive is of another length, or has a value that is out of range.
    OverflowError
        When an energy passes int64.

    Examples
    --------
    >>> from datetime import date
    >>> from powerchannel.billing.daily.readings import collect
    >>> from powerchannel.ids import Ids
    >>> readings = collect(
    ...     Ids.from_text(["0017", "0017"]),
    ...     np.array([0, 0]),
    ...     np.array(["2025-01-01", "2025-01-03"], dtype="datetime64[D]"),
    ...     np.array([10_000, 10_705]),
    ...     np.zeros(2, np.uint8),
    ...     register_names=("active_total",),
    ...     start=date(2025, 1, 1),
    ...     end=date(2025, 1, 3),
    ... )
    >>> from powerchannel.rulebook import Provenance
    >>> rules = Readings(provenance=Provenance(status="assumed", clause="example"))
    >>> limits = Limits(multiplier=np.array([20]))
    >>> daily_energy(readings, limits, rules).energy_wh.tolist()
    [[0, 0]]
    >>> daily_energy(readings, limits, rules, interpolate=True).energy_wh.tolist()
    [[70500, 70500]]
    """
    _check_limits(limits, len(readings.meters))
    spans = _Spans.of(readings, limits)
    flags = np.where(spans.days == 1, DayFlag.MEASURED, DayFlag.MISSING).astype(np.uint8)
    if interpolate:
        flags[spans.days > 1] = DayFlag.INTERPOLATED
    flags[spans.too_large(spans.energy, rules)] = DayFlag.TOO_LARGE
    is_back = spans.step < 0
    flags[is_back] = DayFlag.NEGATIVE
    flags[is_back & spans.may_roll_over(rules)] = DayFlag.ROLLOVER
    shares = np.where(flags <= DayFlag.INTERPOLATED, spans.shares(), 0)
    return DailyEnergy(
        readings=readings, energy_wh=shares, flags=flags, difference_wh=spans.difference
    )


@frozen(kw_only=True, eq=False)
class _Spans:
    """For each day the span between the two readings around it; 0 days where there is none."""

    limits: Limits
    meter: NDArray[np.int64]
    days: NDArray[np.int64]
    place: NDArray[np.int64]
    stood: NDArray[np.int64]
    step: NDArray[np.int64]
    energy: NDArray[np.int64]
    difference: NDArray[np.int64]

    @classmethod
    def of(cls, readings: DailyReadings, limits: Limits) -> _Spans:
        value = readings.readings
        known = value != NO_NUMBER
        width = value.shape[1]
        at = np.arange(width)
        before = np.maximum.accumulate(np.where(known, at, -1), axis=1)[:, :-1]
        after = np.minimum.accumulate(np.where(known, at, width)[:, ::-1], axis=1)[:, ::-1][:, 1:]
        is_span = (before >= 0) & (after < width)
        before, after = np.where(is_span, before, 0), np.where(is_span, after, 0)
        stood = np.where(known, value, 0)
        since = np.where(known, stood - _at(stood, known.argmax(axis=1)[:, None]), 0)
        energy = _wh(since, limits, readings.meter)
        last = np.where(known.any(axis=1), width - 1 - known[:, ::-1].argmax(axis=1), 0)
        return cls(
            limits=limits,
            meter=readings.meter,
            days=after - before,
            place=at[:-1] - before,
            stood=_at(stood, before),
            step=_at(stood, after) - _at(stood, before),
            energy=_at(energy, after) - _at(energy, before),
            difference=_at(energy, last[:, None])[:, 0],
        )

    def shares(self) -> NDArray[np.int64]:
        """Return equal shares of each span, by cumulative rounding."""
        days = np.maximum(self.days, 1)
        upper = multiply_divide_half_up(self.energy, self.place + 1, days)
        return upper - multiply_divide_half_up(self.energy, self.place, days)

    def too_large(self, energy: NDArray[np.int64], rules: Readings) -> NDArray[np.bool_]:
        capacity = self.limits.capacity_va
        if capacity is None:
            return np.zeros(energy.shape, np.bool_)
        numerator, denominator = Fraction(rules.plausible_load_factor).as_integer_ratio()
        hours = 24 * numerator * self.days
        most = multiply_divide_half_up(capacity[self.meter][:, None], hours, denominator)
        return (energy > most) & (capacity[self.meter][:, None] > 0)

    def may_roll_over(self, rules: Readings) -> NDArray[np.bool_]:
        if self.limits.integer_digits is None:
            return np.zeros(self.step.shape, np.bool_)
        digits = self.limits.integer_digits[self.meter][:, None]
        turned = self.step + _range(digits, self.limits, Decimal(1))
        is_high = self.stood >= _range(digits, self.limits, rules.rollover_from_ratio)
        if self.limits.capacity_va is not None:
            energy = _wh(np.maximum(turned, 0), self.limits, self.meter)
            has_capacity = self.limits.capacity_va[self.meter][:, None] > 0
            is_high |= has_capacity & ~self.too_large(energy, rules)
        return is_high & (turned >= 0) & (digits > 0)


def _at(values: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.take_along_axis(values, place, axis=1)


def _wh(steps: NDArray[np.int64], limits: Limits, meter: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the energy of register steps, rounded half up to the Wh."""
    decimals = limits.reading_decimals + limits.multiplier_decimals - _DECIMALS_OF_WH
    multiplier = limits.multiplier[meter][:, None] * 10 ** max(-decimals, 0)
    return multiply_divide_half_up(steps, multiplier, 10 ** max(decimals, 0))


def _range(digits: NDArray[np.int64], limits: Limits, ratio: Decimal) -> NDArray[np.int64]:
    """Return a share of the range of registers, in whole last digits, rounded up."""
    places = range(_MOST_DIGITS + 1)
    of_digits = [ceil(ratio * 10 ** (place + limits.reading_decimals)) for place in places]
    return np.array(of_digits, np.int64)[digits]


def _check_limits(limits: Limits, meters: int) -> None:
    columns = {
        "multiplier": (limits.multiplier, 1, _INT64_MAX // 1000),
        "integer_digits": (limits.integer_digits, 0, _MOST_DIGITS),
        "capacity_va": (limits.capacity_va, 0, _MOST_CAPACITY_VA),
    }
    for name, (values, least, most) in columns.items():
        if values is None:
            continue
        if len(values) != meters or (is_bad := (values < least) | (values > most)).any():
            count = abs(len(values) - meters) or int(is_bad.sum())
            raise TableError.of(
                "bad_archive",
                f"limits.{name}",
                f"须有 {meters} 个 {least} 至 {most} 的值，有 {count} 个不符；请核对档案",
                f"{meters} values from {least} to {most} are needed, {count} are not; "
                "check the archive",
                count=count,
            )
