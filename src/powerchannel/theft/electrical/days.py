"""Rules on daily readings: indexes that fall, stop or run away, and energies that stand out.

Days are rows like readings are, so that the same conditions, delays and gaps serve both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve, field, frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.theft.electrical.episodes import Episodes, together
from powerchannel.theft.electrical.finding import chunks_of, gathered
from powerchannel.theft.electrical.frames import (
    need,
    numbers,
    order_by,
    positions,
    refuse,
    times,
)
from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.nominal import PHASES_OF, Points
from powerchannel.theft.electrical.quantities import Meters, Plane
from powerchannel.theft.electrical.rules import ElectricalRules
from powerchannel.theft.electrical.scanning import Plan, scan
from powerchannel.times import NAT, to_local, to_utc

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Days", "days_of", "find_day_episodes", "measured_energy"]

_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000
_HOURS = 24.0
_MICRO = 1e6
_DECIMALS = 9
_LEAST_COVERED_HOURS = 23.0


@frozen(eq=False, kw_only=True)
class Days:
    """Daily readings in rows of one meter on one day (日冻结).

    Parameters
    ----------
    meter : ndarray of int64, shape (n,)
        The row of `Points`, ascending.
    on : ndarray of int64, shape (n,)
        Days since 1970, ascending within a meter, none twice.
    energy_kwh : ndarray of float64, shape (n,)
        Energy of the day; NaN: not known.
    index_kwh : ndarray of float64, shape (n,)
        The index at the end of the day as the meter shows it, before the ratio.
    measured_kwh : ndarray of float64, shape (n,)
        What the power readings of the day add up to, times the ratio.
    check_kwh : ndarray of float64, shape (n,)
        Energy of the day by the check meter.
    """

    meter: NDArray[np.int64]
    on: NDArray[np.int64]
    energy_kwh: NDArray[np.float64]
    index_kwh: NDArray[np.float64] = field()
    measured_kwh: NDArray[np.float64] = field()
    check_kwh: NDArray[np.float64] = field()

    @index_kwh.default
    def _no_index(self) -> NDArray[np.float64]:
        return np.full(len(self.meter), np.nan)

    @measured_kwh.default
    def _not_measured(self) -> NDArray[np.float64]:
        return np.full(len(self.meter), np.nan)

    @check_kwh.default
    def _not_checked(self) -> NDArray[np.float64]:
        return np.full(len(self.meter), np.nan)

    def __attrs_post_init__(self) -> None:
        """Refuse days out of order, which no rule could follow."""
        moved, step = np.diff(self.meter), np.diff(self.on)
        if ((moved < 0) | ((moved == 0) & (step <= 0))).any():
            raise TableError.of(
                "not_in_order",
                "daily.on",
                "请按电表、日期排序，且每日一行",
                "sort by meter and day, with one row a day",
            )

    def __len__(self) -> int:
        return len(self.meter)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Days:
        """Return some days, in their order (取部分日)."""
        return Days(
            meter=self.meter[rows],
            on=self.on[rows],
            energy_kwh=self.energy_kwh[rows],
            index_kwh=self.index_kwh[rows],
            measured_kwh=self.measured_kwh[rows],
            check_kwh=self.check_kwh[rows],
        )


def days_of(daily: pd.DataFrame, points: pd.DataFrame, measured: Days | None = None) -> Days:
    """Take daily readings from the table ``daily`` (由表取日冻结).

    Parameters
    ----------
    daily : DataFrame
        ``meter_id`` or ``customer_id``, ``on``, and what there is of ``energy_kwh``,
        ``reading_kwh`` and ``check_kwh``. In any order; of rows with the same meter and day the
        last one counts.
        A customer with several meters has its energy at the first of them.
    points : DataFrame
        The metering points; the rows are those of `Points`.
    measured : Days, optional
        From `measured_energy`, for the rules that compare the index with the power.

    Raises
    ------
    TableError
        When a column is missing, or a row is of an unknown meter.
    """
    need(daily, "daily", ("on",))
    meter, at = positions(daily, points, "daily", takes_first=True), times(daily, "on")
    unknown = ("用户不在 points 中", "of a customer that points do not have")
    refuse(meter < 0, "unknown_customer", "daily", *unknown)
    refuse(at == NAT, "no_time", "daily", "没有日期", "without a day")
    on = to_local(at) // _DAY_US
    order = order_by(meter, on)
    meter, on = meter[order], on[order]
    last = np.append((np.diff(meter) != 0) | (np.diff(on) != 0), True)[: len(meter)]
    rows = order[last]
    days = Days(
        meter=meter[last],
        on=on[last],
        energy_kwh=numbers(daily, "energy_kwh")[rows],
        index_kwh=numbers(daily, "reading_kwh")[rows],
        check_kwh=numbers(daily, "check_kwh")[rows],
    )
    return _with_measured(days, measured) if measured is not None and len(measured) else days


def _with_measured(days: Days, measured: Days) -> Days:
    first = int(min(days.on.min(initial=0), measured.on.min(initial=0)))
    width = int(max(days.on.max(initial=0), measured.on.max(initial=0))) - first + 1
    wanted = days.meter * width + days.on - first
    known = np.append(measured.meter * width + measured.on - first, -1)
    place = np.searchsorted(known[:-1], wanted)
    found = known[place] == wanted
    values = np.append(measured.energy_kwh, np.nan)[np.where(found, place, len(measured))]
    return evolve(days, measured_kwh=values)


def measured_energy(measured: Measured, points: Points, *, gap_minutes: int) -> Days:
    """Add the power readings up to an energy for each day (功率积分电量).

    Parameters
    ----------
    measured : Measured
        The readings.
    points : Points
        The ratios.
    gap_minutes : int
        Between readings farther apart [min] nothing is added.

    Returns
    -------
    Days
        ``energy_kwh`` is the sum; NaN of a day of which less than 23 h are between readings.

    Notes
    -----
    Trapezoids, each of the Shanghai day in which it begins. What flows out adds nothing.
    """
    has = PHASES_OF[points.wiring[measured.meter]]
    power_kw = np.maximum(np.where(has, measured.power, 0.0).sum(axis=1), 0.0)
    hours = np.diff(measured.at) / _HOUR_US
    energy = (power_kw[1:] + power_kw[:-1]) / 2 * hours
    joined = (np.diff(measured.meter) == 0) & (hours <= gap_minutes / 60) & ~np.isnan(energy)
    meter, on = measured.meter[:-1][joined], to_local(measured.at[:-1][joined]) // _DAY_US
    first = np.flatnonzero(np.append(True, (np.diff(meter) != 0) | (np.diff(on) != 0))[: len(on)])
    added, covered = np.zeros(0), np.zeros(0)
    if len(first):
        added = np.add.reduceat(energy[joined], first)
        covered = np.add.reduceat(hours[joined], first)
    meter, on = meter[first], on[first]
    energy_kwh = np.where(covered >= _LEAST_COVERED_HOURS, added * points.ratio[meter], np.nan)
    return Days(meter=meter, on=on, energy_kwh=energy_kwh)


def find_day_episodes(
    days: Days, points: Points, rules: ElectricalRules, *, threads: int = 1
) -> Episodes:
    """Find all episodes of the rules on daily readings (日数据异常区段).

    Parameters
    ----------
    days : Days
        The days of any number of meters.
    points : Points
        Ratios and contract capacities.
    rules : ElectricalRules
        Those of scope day are looked at.
    threads : int
        How many stretches of meters are looked at at a time; the answer does not depend on it.

    Returns
    -------
    Episodes
        Of the whole meter (phase 3), from the midnight a day begins with.
    """
    plan = Plan.of(rules, ("day",), rules.gap.days * _DAY_US)

    def work(chunk: slice) -> list[Episodes]:
        part = days.take(chunk)
        stretch = DayStretch(days=part, points=points, recent_days=rules.recent_days)
        return [*scan(stretch, plan)]

    return together(gathered(work, chunks_of(days.meter), threads))


@frozen(eq=False, kw_only=True)
class DayStretch:
    """A stretch of days (一段日数据).

    Parameters
    ----------
    days : Days
        Whole meters.
    points : Points
        All points.
    recent_days : int
        With how many a day is compared.
    """

    days: Days
    points: Points
    recent_days: int
    meters: Meters = field(init=False)
    at: NDArray[np.int64] = field(init=False)
    _known: dict[str, Plane] = field(factory=dict)

    @meters.default
    def _found(self) -> Meters:
        return Meters.of(self.days.meter, self.points)

    @at.default
    def _midnights(self) -> NDArray[np.int64]:
        return to_utc(self.days.on * _DAY_US)

    @property
    def meter(self) -> NDArray[np.int64]:
        """The row of `Points` of each row (计量点)."""
        return self.days.meter

    @property
    def place(self) -> NDArray[np.int64]:
        """How many rows of the same meter stand before each (表内行号)."""
        return np.arange(len(self.days)) - np.repeat(self.meters.first, self.meters.counts)

    def quantity(self, name: str) -> Plane:
        """Return a quantity as a plane of one row, computed when first asked for (取被测量)."""
        if name not in self._known:
            rests_on = _RESTS_ON.get(name)
            if rests_on is not None and np.isnan(getattr(self.days, rests_on)).all():
                values = np.full(len(self.days), np.nan)
            else:
                values = np.asarray(np.round(_FORMULAS[name](self), _DECIMALS))
            self._known[name] = values[None]
        return self._known[name]


def _before(stretch: DayStretch) -> NDArray[np.int64]:
    """Return the row of the last index before each row; -1 where there is none."""
    rows = np.arange(len(stretch.days))
    known = np.where(np.isnan(stretch.days.index_kwh), -1, rows)
    before = np.append(-1, np.maximum.accumulate(known)[:-1])[: len(rows)]
    return np.where(before >= rows - stretch.place, before, -1)


def _index_advance(stretch: DayStretch) -> NDArray[np.float64]:
    before, index = _before(stretch), stretch.days.index_kwh
    ratio = stretch.meters.spread(stretch.meters.points.ratio)
    return np.where(before < 0, np.nan, (index - index[before]) * ratio)


def _index_excess(stretch: DayStretch) -> NDArray[np.float64]:
    before, on = _before(stretch), stretch.days.on
    is_next_day = (before >= 0) & (on - on[before] == 1)
    excess = _divided(stretch.quantity("index_advance_kwh")[0], stretch.days.measured_kwh)
    return np.where(is_next_day, excess, np.nan)


def _divided(share: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, share / whole, np.nan)


def _check_difference(stretch: DayStretch) -> NDArray[np.float64]:
    return np.abs(stretch.days.energy_kwh - stretch.days.check_kwh)


def _check_ratio(stretch: DayStretch) -> NDArray[np.float64]:
    return _divided(_check_difference(stretch), np.abs(stretch.days.check_kwh))


def _to_recent(stretch: DayStretch) -> NDArray[np.float64]:
    energy, place = stretch.days.energy_kwh, stretch.place
    known = ~np.isnan(energy)
    # Whole numbers: what other meters stand before must not show in the last bits of a sum.
    micro = np.rint(np.where(known, energy, 0.0) * _MICRO).astype(np.int64)
    rows = np.arange(len(energy))
    first = rows - np.minimum(place, stretch.recent_days)
    total, count = (
        sums[rows] - sums[first]
        for sums in (np.append(0, np.cumsum(micro)), np.append(0, np.cumsum(known)))
    )
    mean = np.where(count * 2 >= stretch.recent_days, _divided(total / _MICRO, count), np.nan)
    return _divided(energy, mean)


def _capacity_use(stretch: DayStretch) -> NDArray[np.float64]:
    capacity = stretch.meters.spread(stretch.meters.points.contract_capacity_kva)
    return _divided(stretch.days.energy_kwh, np.asarray(capacity * _HOURS))


def _fluctuation(stretch: DayStretch) -> NDArray[np.float64]:
    energy, days = stretch.days.energy_kwh, stretch.recent_days
    highest, lowest = _over_window(np.maximum, energy, days), _over_window(np.minimum, energy, days)
    is_whole = stretch.place >= days - 1
    return np.where(is_whole, _divided(highest - lowest, highest), np.nan)


def _over_window(pick: np.ufunc, values: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Return the largest or smallest of each row and those before it, by doubling the window."""
    picked, width = values, 1
    while width < rows:
        step = min(width, rows - width)
        picked = np.append(picked[:step], pick(picked[step:], picked[:-step]))
        width += step
    return picked


_FORMULAS: Mapping[str, Callable[[DayStretch], NDArray[np.float64]]] = {
    "energy_kwh": lambda stretch: stretch.days.energy_kwh,
    "measured_kwh": lambda stretch: stretch.days.measured_kwh,
    "index_advance_kwh": _index_advance,
    "index_excess": _index_excess,
    "check_difference_kwh": _check_difference,
    "check_difference_ratio": _check_ratio,
    "energy_to_recent": _to_recent,
    "capacity_use": _capacity_use,
    "fluctuation": _fluctuation,
}

_RESTS_ON: Mapping[str, str] = {
    "measured_kwh": "measured_kwh",
    "index_advance_kwh": "index_kwh",
    "index_excess": "measured_kwh",
    "check_difference_kwh": "check_kwh",
    "check_difference_ratio": "check_kwh",
}
"""A column without which nothing is known of a quantity; few meters have them."""
