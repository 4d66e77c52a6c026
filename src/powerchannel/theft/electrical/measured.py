"""Readings as columns by time and phase, as the rules take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.theft.electrical.frames import (
    need,
    numbers,
    order_by,
    positions,
    refuse,
    times,
)
from powerchannel.theft.electrical.nominal import Points, points_of
from powerchannel.times import NAT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PHASES", "Measured", "measured_of"]

PHASES: tuple[str, ...] = ("a", "b", "c", "n")
"""Phases as the table writes them; the neutral has a current alone."""

_NEUTRAL = 3
_TABLE = "phase_readings"


def _columns(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asfortranarray(values, dtype=np.float64)


@frozen(eq=False, kw_only=True)
class Measured:
    """Readings in rows of one meter at one time (量测).

    Parameters
    ----------
    meter : ndarray of int64, shape (n,)
        The row of `Points`, ascending.
    at : ndarray of int64, shape (n,)
        Microseconds UTC, ascending within a meter, none twice.
    voltage, current, power : ndarray of float64, shape (n, 3)
        [V], [A], [kW] of the phases a, b, c as the meter sees them; power is signed. NaN: nothing
        measured. Three-wire: a is U_ab and I_a, c is U_cb and I_c.
    reactive : ndarray of float64, shape (n, 3), optional
        [kvar], signed.
    neutral_current : ndarray of float64, shape (n,), optional
        [A].
    """

    meter: NDArray[np.int64]
    at: NDArray[np.int64]
    voltage: NDArray[np.float64] = field(converter=_columns)
    current: NDArray[np.float64] = field(converter=_columns)
    power: NDArray[np.float64] = field(converter=_columns)
    reactive: NDArray[np.float64] | None = None
    neutral_current: NDArray[np.float64] | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse readings out of order, which no rule could follow."""
        step, moved = np.diff(self.at), np.diff(self.meter)
        wrong = (moved < 0) | ((moved == 0) & (step <= 0))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0]) + 1
            raise TableError.of(
                "not_in_order",
                "measured.at",
                f"第 {row} 行不在前一行之后；请按电表、时间排序，且每个时刻一行",
                f"row {row} does not follow the row before; sort by meter and time, "
                "with one row a time",
                count=int(wrong.sum()),
            )

    def __len__(self) -> int:
        return len(self.meter)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Measured:
        """Return some readings, in their order (取读数).

        Parameters
        ----------
        rows : ndarray
            Ascending positions, or a mask.
        """
        return Measured(
            meter=self.meter[rows],
            at=self.at[rows],
            voltage=self.voltage[rows],
            current=self.current[rows],
            power=self.power[rows],
            reactive=None if self.reactive is None else self.reactive[rows],
            neutral_current=None if self.neutral_current is None else self.neutral_current[rows],
        )


def measured_of(phase_readings: pd.DataFrame, points: pd.DataFrame) -> tuple[Measured, Points]:
    """Take readings and their points from the tables (由表取量测).

    Parameters
    ----------
    phase_readings : DataFrame
        ``meter_id`` or ``customer_id``, ``read_at``, ``phase`` (a, b, c; n for the neutral
        current), and what there is of ``voltage_v``, ``current_a``, ``active_power_kw``,
        ``reactive_power_kvar``. In any order; of rows with the same meter, time and phase the
        last one counts. Times without a zone are Shanghai time.
    points : DataFrame
        As for `points_of`.

    Returns
    -------
    (Measured, Points)
        The readings, and a point for each row of `points`.

    Raises
    ------
    TableError
        When a column is missing, a meter or a phase is unknown, or a time is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({"meter_id": ["M1"], "wiring": ["single_phase"]})
    >>> readings = pd.DataFrame(
    ...     {"meter_id": ["M1"], "read_at": ["2024-05-01 08:00"], "phase": ["a"],
    ...      "voltage_v": [230.0], "current_a": [5.0], "active_power_kw": [1.1]}
    ... )
    >>> measured, _ = measured_of(readings, points)
    >>> measured.voltage
    array([[230.,  nan,  nan]])
    """
    need(phase_readings, _TABLE, ("read_at", "phase"))
    point = points_of(points)
    meter = positions(phase_readings, points, _TABLE)
    at, phase = times(phase_readings, "read_at"), _phases(phase_readings["phase"])
    unknown = ("电表不在 points 中", "of a meter that points do not have")
    refuse(meter < 0, "unknown_meter", _TABLE, *unknown)
    refuse(at == NAT, "no_time", _TABLE, "没有时间", "without a time")
    order = order_by(meter, at)
    meter, at, phase = meter[order], at[order], phase[order]
    new = np.append(True, (np.diff(meter) != 0) | (np.diff(at) != 0))[: len(meter)]
    rows = _Rows(row=np.cumsum(new) - 1, phase=phase, order=order, count=int(new.sum()))
    return _measured(phase_readings, rows, meter[new], at[new]), point


@frozen(eq=False, kw_only=True)
class _Rows:
    """Where each line of the table goes: its row and its phase."""

    row: NDArray[np.int64]
    phase: NDArray[np.int8]
    order: NDArray[np.int64]
    count: int

    def spread(self, frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
        spread = np.full((len(PHASES), self.count), np.nan)
        spread[self.phase, self.row] = numbers(frame, name)[self.order]
        return spread


def _measured(
    frame: pd.DataFrame, rows: _Rows, meter: NDArray[np.int64], at: NDArray[np.int64]
) -> Measured:
    current = rows.spread(frame, "current_a")
    has_reactive = "reactive_power_kvar" in frame.columns
    reactive = rows.spread(frame, "reactive_power_kvar")[:_NEUTRAL].T if has_reactive else None
    has_neutral = bool((rows.phase == _NEUTRAL).any())
    return Measured(
        meter=meter,
        at=at,
        voltage=rows.spread(frame, "voltage_v")[:_NEUTRAL].T,
        current=current[:_NEUTRAL].T,
        power=rows.spread(frame, "active_power_kw")[:_NEUTRAL].T,
        reactive=reactive,
        neutral_current=current[_NEUTRAL] if has_neutral else None,
    )


_PHASE_CODES: Mapping[str, int] = {
    word: code for code, name in enumerate(PHASES) for word in (name, name.upper())
}


def _phases(words: pd.Series) -> NDArray[np.int8]:
    codes, names = words.factorize()
    known = np.array([_PHASE_CODES.get(name, -1) for name in [*names, None]], dtype=np.int8)
    phase = np.asarray(known[codes])
    unknown = ("相别不是 a、b、c、n", "of a phase that is not a, b, c, n")
    refuse(phase < 0, "unknown_phase", _TABLE, *unknown)
    return phase
