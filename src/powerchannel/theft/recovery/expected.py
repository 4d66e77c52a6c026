"""What a damaged phase should have measured, by each healthy one (应计功率)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.nominal import FOUR_WIRE, SINGLE_PHASE, THREE_WIRE
from powerchannel.theft.recovery.direction import LEAD, Direction, directions

__all__ = ["CODES", "WAYS", "Damage", "expected_power", "row_means"]

Damage: TypeAlias = Literal["voltage", "current", "direction", "neutral"]
"""What a phase lost: its voltage, its current, its sign; or the neutral carries more."""

CODES: Mapping[Damage, int] = {"voltage": 1, "current": 2, "direction": 3, "neutral": 4}
"""Damages as the numbers of a matrix; 0 is healthy."""

WAYS = 2
"""In how many ways a phase may be told: by each of the two others."""

_Floats: TypeAlias = NDArray[np.float64]
_Bools: TypeAlias = NDArray[np.bool_]
_KILO = 1000.0


@frozen(kw_only=True, eq=False)
class _Rows:
    """Readings with what is wrong with them."""

    measured: Measured
    wiring: NDArray[np.uint8]
    damage: NDArray[np.uint8]
    direction: NDArray[np.int8]
    phi_rad: float | None

    def ways(self, phase: int) -> Iterator[_Floats]:
        """Yield the power that a phase should have had, each way to tell it [kW]."""
        yield self._alone(phase, self._by_others(phase, (phase + 1) % 3))
        yield self._by_others(phase, (phase + 2) % 3)

    def _alone(self, phase: int, by_others: _Floats) -> _Floats:
        """By the phase itself, or by the neutral, where that is what is wrong."""
        damage = self.damage[:, phase]
        found = np.where(damage == CODES["direction"], self._by_direction(phase), by_others)
        if phase > 0:
            return found
        is_neutral = (damage == CODES["neutral"]) & (self.wiring == SINGLE_PHASE)
        return np.where(is_neutral, self._by_neutral(), found)

    def _by_direction(self, phase: int) -> _Floats:
        """By the phase itself with the other sign, with its own, or not at all."""
        sign = self.direction[:, phase].astype(np.float64)
        return np.where(sign == Direction.UNTOLD, np.nan, sign * self.measured.power[:, phase])

    def _by_others(self, phase: int, well: int) -> _Floats:
        """By a phase that is healthy, where the damaged one lacks voltage or current."""
        is_voltage = self.damage[:, phase] == CODES["voltage"]
        is_told = is_voltage | (self.damage[:, phase] == CODES["current"])
        is_told &= self.damage[:, well] == 0
        power = np.where(self.wiring == FOUR_WIRE, self._by_phase(is_voltage, phase, well), np.nan)
        if 1 not in (phase, well):
            element = self._by_element(is_voltage, phase, well)
            power = np.where(self.wiring == THREE_WIRE, element, power)
        return np.where(is_told, power, np.nan)

    def _by_phase(self, is_voltage: _Bools, phase: int, well: int) -> _Floats:
        """P of the healthy phase, by the ratio of what the damaged one still measures."""
        kept, its = (
            np.where(is_voltage, self.measured.current[:, p], self.measured.voltage[:, p])
            for p in (phase, well)
        )
        return np.asarray(self.measured.power[:, well] * _ratio(kept, its))

    def _by_element(self, is_voltage: _Bools, phase: int, well: int) -> _Floats:
        """U I cos of the damaged element's own angle, 60 degrees from the healthy one's."""
        voltage, current = self.measured.voltage, self.measured.current
        size = np.where(
            is_voltage,
            voltage[:, well] * current[:, phase],
            voltage[:, phase] * current[:, well],
        )
        phi = self._angle(well) - LEAD[well] if self.phi_rad is None else self.phi_rad
        return np.asarray(size * np.cos(phi + LEAD[phase]) / _KILO)

    def _angle(self, phase: int) -> _Floats:
        """By which the current of an element lags its voltage; NaN without reactive power."""
        if self.measured.reactive is None:
            return np.full(len(self.measured), np.nan)
        return np.arctan2(self.measured.reactive[:, phase], self.measured.power[:, phase])

    def _by_neutral(self) -> _Floats:
        """Power of the neutral's current, at the angle of the live wire's; else the angle given.

        A neutral that carries less returns past the meter, which measures the live wire: nothing
        is lost.
        """
        neutral = self.measured.neutral_current
        if neutral is None:
            return np.full(len(self.measured), np.nan)
        voltage, current = self.measured.voltage[:, 0], self.measured.current[:, 0]
        given = np.nan if self.phi_rad is None else np.cos(self.phi_rad)
        seen = _ratio(self.measured.power[:, 0] * _KILO, voltage * current)
        factor = np.where(current > 0.0, seen, given)
        more = voltage * neutral * factor / _KILO
        return np.where(neutral < current, self.measured.power[:, 0], more)


def expected_power(
    measured: Measured,
    wiring: NDArray[np.uint8],
    damage: NDArray[np.uint8],
    *,
    phi_rad: float | None = None,
) -> NDArray[np.float64]:
    """Return the power that damaged phases should have measured (应计功率).

    A phase of four wires without voltage has ``P_h I / I_h`` by a healthy phase h, one without
    current ``P_h U / U_h``. An element of three wires has ``U I cos(phi + 30°)`` (a) or
    ``cos(phi - 30°)`` (c), what it lacks taken from the other element, and so phi. A reversed
    phase has what it measured with the other sign, where its angle says that it is reversed (see
    `powerchannel.theft.recovery.direction`). A live wire has the current of the neutral
    where that is larger.

    Parameters
    ----------
    measured : Measured
        The readings of any number of meters.
    wiring : ndarray of uint8, of shape (n,)
        Of the meter of each reading, as in `powerchannel.theft.electrical.Points`.
    damage : ndarray of uint8, of shape (n, 3)
        `CODES` of what each phase lost; 0: healthy.
    phi_rad : float, optional
        The load's angle, where the readings do not tell it: three-wire metering without reactive
        power, a live wire without current [rad].

    Returns
    -------
    ndarray of float, of shape (2, n, 3)
        By the next phase and by the one after it [kW]; NaN where that tells nothing.

    Examples
    --------
    >>> measured = Measured(
    ...     meter=np.zeros(1, np.int64),
    ...     at=np.zeros(1, np.int64),
    ...     voltage=np.array([[0.0, 220.0, 220.0]]),
    ...     current=np.array([[4.0, 2.0, 5.0]]),
    ...     power=np.array([[0.0, 0.44, 0.99]]),
    ... )
    >>> lost_voltage = np.array([[1, 0, 0]], dtype=np.uint8)
    >>> ways = expected_power(measured, np.array([FOUR_WIRE], dtype=np.uint8), lost_voltage)
    >>> ways[:, 0, 0].round(3).tolist()
    [0.88, 0.792]
    """
    rows = _Rows(
        measured=measured,
        wiring=wiring,
        damage=damage,
        direction=directions(measured, wiring, damage),
        phi_rad=phi_rad,
    )
    return np.stack([np.stack([*rows.ways(phase)]) for phase in range(3)], axis=2)


def row_means(ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ways with the mean of the others where one tells nothing (补以均值).

    NaN stays where no way tells anything, without a warning.

    Examples
    --------
    >>> row_means(np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])).tolist()
    [[1.0, 5.0, nan], [3.0, 5.0, nan]]
    """
    is_told = ~np.isnan(ways)
    count = is_told.sum(axis=0)
    total = np.where(is_told, ways, 0.0).sum(axis=0)
    mean = np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)
    return np.where(is_told, ways, mean)


def _ratio(above: _Floats, below: _Floats) -> _Floats:
    """Return a ratio; 0 where both are 0: without load there is nothing to lose."""
    nothing = np.where((above == 0.0) & (below == 0.0), 0.0, np.nan)
    return np.divide(above, below, out=nothing, where=below > 0.0)
