"""What the conditions look at, computed once for a stretch of readings.

Every quantity is a plane of shape (3, n), one row a phase, or (1, n) for the whole meter. Phases
that a wiring does not have are NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.nominal import PHASES_OF, THREE_WIRE, Points

__all__ = ["Meters", "Plane", "Readings", "Stretch"]

Plane: TypeAlias = NDArray[np.float64]
_Value = TypeVar("_Value", bound=np.generic)
_DECIMALS = 9
# Balanced three-wire metering: apparent power is sqrt(3)/2 of the sum of its two elements.
_THREE_WIRE_SHARE = 3.0**0.5 / 2


class Stretch(Protocol):
    """Rows of whole meters that are looked at together, and their quantities (一段数据)."""

    @property
    def meter(self) -> NDArray[np.int64]:
        """The row of `Points` of each row, ascending (计量点)."""

    @property
    def at(self) -> NDArray[np.int64]:
        """Microseconds UTC of each row, ascending within a meter (时刻)."""

    @property
    def meters(self) -> Meters:
        """The meters one by one (各表)."""

    def quantity(self, name: str) -> Plane:
        """Return a quantity as a plane (取被测量)."""


@frozen(eq=False)
class Meters:
    """The meters of a stretch, in order (一段中的各表).

    Parameters
    ----------
    rows : ndarray of int64, shape (m,)
        Their rows of `Points`.
    counts : ndarray of int64, shape (m,)
        How many rows of the stretch each has.
    points : Points
        What they are rated for.
    """

    rows: NDArray[np.int64]
    counts: NDArray[np.int64]
    points: Points

    @classmethod
    def of(cls, meter: NDArray[np.int64], points: Points) -> Meters:
        """Take the meters of a stretch (取各表)."""
        first = np.flatnonzero(np.append(True, meter[1:] != meter[:-1])[: len(meter)])
        rows = meter[first]
        return cls(rows, np.diff(np.append(first, len(meter))), points.take(rows))

    @property
    def first(self) -> NDArray[np.int64]:
        """The first row of each meter in the stretch (各表首行)."""
        return np.cumsum(self.counts) - self.counts

    def take(self, which: NDArray[np.bool_]) -> Meters:
        """Return some of the meters (取部分电表)."""
        return Meters(self.rows[which], self.counts[which], self.points.take(which))

    def spread(self, values: NDArray[_Value]) -> NDArray[_Value]:
        """Return the value of its meter for each row: one for all where they agree (展开)."""
        if (values == values[0]).all():
            return values[:1]
        return np.repeat(values, self.counts)


@frozen(eq=False, kw_only=True)
class Readings:
    """A stretch of readings (一段读数).

    Parameters
    ----------
    measured : Measured
        All readings.
    points : Points
        All points.
    start, stop : int
        The rows that are looked at.
    """

    measured: Measured
    points: Points
    start: int
    stop: int
    meters: Meters = field(init=False)
    _known: dict[str, Plane] = field(factory=dict)

    @meters.default
    def _found(self) -> Meters:
        return Meters.of(self.meter, self.points)

    @property
    def meter(self) -> NDArray[np.int64]:
        """The row of `Points` of each row (计量点)."""
        return self.measured.meter[self.start : self.stop]

    @property
    def at(self) -> NDArray[np.int64]:
        """Microseconds UTC of each row (时刻)."""
        return self.measured.at[self.start : self.stop]

    def quantity(self, name: str) -> Plane:
        """Return a quantity as a plane, computed when it is first asked for (取被测量)."""
        if name not in self._known:
            self._known[name] = _FORMULAS[name](self)
        return self._known[name]

    def has(self, phase: int) -> NDArray[np.bool_]:
        """Tell which rows have a phase by their wiring: one for all where they agree (有无此相)."""
        return self.meters.spread(PHASES_OF[self.meters.points.wiring, phase])

    def of_its_phases(self, columns: Plane) -> Plane:
        """Return columns as a plane, NaN at phases that the wiring does not have (按相取值)."""
        plane = columns[self.start : self.stop].T
        missing = [phase for phase in range(3) if not self.has(phase).all()]
        if missing:
            plane = plane.copy()
        for phase in missing:
            plane[phase, ~np.broadcast_to(self.has(phase), plane.shape[1])] = np.nan
        return plane


def _other_current(readings: Readings) -> Plane:
    a, b, c = readings.quantity("current")
    return np.stack([np.fmax(b, c), np.fmax(a, c), np.fmax(a, b)])


def _complete(readings: Readings, name: str) -> tuple[Plane, Plane, Plane]:
    """Return the phases, where one that the wiring does not have repeats phase a."""
    a, b, c = readings.quantity(name)
    return a, _where(readings.has(1), b, a), _where(readings.has(2), c, a)


def _where(chosen: NDArray[np.bool_], values: Plane, others: Plane | float) -> Plane:
    return values if chosen.all() else np.where(chosen, values, others)


def _highest(readings: Readings, name: str) -> Plane:
    a, b, c = _complete(readings, name)
    return np.maximum(np.maximum(a, b), c)[None]


def _unbalance(readings: Readings, name: str) -> Plane:
    a, b, c = _complete(readings, name)
    highest = readings.quantity(f"highest_{name}")[0]
    lowest = np.minimum(np.minimum(a, b), c)
    return _quotient(highest - lowest, highest)[None]


def _quotient(share: Plane, whole: Plane) -> Plane:
    """Divide; NaN where there is no whole. Rounded, so that 3 of 10 is the very 0.3."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where(whole > 0, share / whole, np.nan)
    return np.asarray(np.round(quotient, _DECIMALS))


def _sum(readings: Readings, plane: Plane) -> Plane:
    a, b, c = plane
    return np.asarray(a + _where(readings.has(1), b, 0.0) + _where(readings.has(2), c, 0.0))


def _total_power(readings: Readings) -> Plane:
    total: Plane = np.abs(_sum(readings, readings.quantity("power")))
    return np.asarray(np.round(total, _DECIMALS))[None]


def _power_factor(readings: Readings) -> Plane:
    apparent = _sum(readings, readings.quantity("voltage") * readings.quantity("current")) / 1000
    is_three_wire = readings.meters.points.wiring == THREE_WIRE
    shares = np.array([1.0, _THREE_WIRE_SHARE])[is_three_wire.astype(np.int64)]
    apparent = apparent * readings.meters.spread(shares)
    return _quotient(readings.quantity("total_power")[0], apparent)[None]


def _neutral_difference(readings: Readings) -> Plane:
    line = readings.quantity("current")[0]
    neutral = _neutral(readings)
    return np.asarray(np.round(np.abs(line - neutral), _DECIMALS))[None]


def _neutral_difference_ratio(readings: Readings) -> Plane:
    largest: Plane = np.maximum(readings.quantity("current")[0], _neutral(readings))
    return _quotient(readings.quantity("neutral_difference")[0], largest)[None]


def _neutral(readings: Readings) -> Plane:
    columns = readings.measured.neutral_current
    if columns is None:
        return np.full(readings.stop - readings.start, np.nan)
    return np.abs(columns[readings.start : readings.stop])


_FORMULAS: Mapping[str, Callable[[Readings], Plane]] = {
    "voltage": lambda readings: readings.of_its_phases(readings.measured.voltage),
    "current": lambda readings: np.abs(readings.of_its_phases(readings.measured.current)),
    "power": lambda readings: readings.of_its_phases(readings.measured.power),
    "other_current": _other_current,
    "highest_voltage": lambda readings: _highest(readings, "voltage"),
    "highest_current": lambda readings: _highest(readings, "current"),
    "voltage_unbalance": lambda readings: _unbalance(readings, "voltage"),
    "current_unbalance": lambda readings: _unbalance(readings, "current"),
    "total_power": _total_power,
    "power_factor": _power_factor,
    "neutral_difference": _neutral_difference,
    "neutral_difference_ratio": _neutral_difference_ratio,
}
