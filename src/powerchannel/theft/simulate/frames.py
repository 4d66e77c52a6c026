"""The tables that a simulated meter would leave behind (仿真数据表)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.simulate.readings import Readings
from powerchannel.theft.simulate.wirings import PHASES, SINGLE_PHASE, Wiring

__all__ = ["Frames", "Span"]

_ZONE = "Asia/Shanghai"
_AREA = "A1"


@frozen(kw_only=True, eq=False)
class Span:
    """The steps of a simulation, and in which of them the fault is there (仿真时段).

    Parameters
    ----------
    at : ndarray of datetime64[us], of shape (n,)
        When each reading is taken, as clocks in Shanghai show it.
    is_faulty : ndarray of bool, of shape (n,)
        Whether the fault is there then.
    """

    at: NDArray[np.datetime64]
    is_faulty: NDArray[np.bool_]

    @property
    def begins(self) -> np.datetime64:
        """The first step with the fault; NaT for none."""
        return self.at[self.is_faulty][0] if self.is_faulty.any() else _NEVER

    @property
    def ends(self) -> np.datetime64:
        """The first step after the fault; NaT while it lasts."""
        after = np.flatnonzero(self.is_faulty)[-1:] + 1
        return self.at[after[0]] if len(after) and after[0] < len(self.at) else _NEVER


@frozen(kw_only=True, eq=False)
class Frames:
    """Makes the tables of one meter (生成数据表).

    Parameters
    ----------
    wiring : Wiring
        Its wiring and ratings.
    span : Span
        The steps.
    customer_id, meter_id : str
        Whose meter, and which; a meter that replaces it is ``<meter_id>-2``.
    is_replaced, has_generation : bool
        Whether another meter goes on when the fault begins; whether the customer generates.
    """

    wiring: Wiring
    span: Span
    customer_id: str
    meter_id: str
    is_replaced: bool
    has_generation: bool

    def phase_readings(self, readings: Readings, *, has_gaps: bool) -> pd.DataFrame:
        """Return the readings by time and phase; without those of the fault if it makes gaps."""
        phases = self.wiring.phases + ("n" if self.wiring.name == SINGLE_PHASE else "")
        kept = np.flatnonzero(~self.span.is_faulty if has_gaps else np.ones_like(self._later))
        columns = [PHASES.index(phase) for phase in self.wiring.phases]
        nothing = np.full(len(kept), np.nan)

        def laid(values: NDArray[np.float64], neutral: NDArray[np.float64]) -> NDArray[np.float64]:
            own = values[kept][:, columns]
            return np.column_stack([own, neutral] if "n" in phases else [own]).reshape(-1)

        at = np.repeat(self.span.at[kept], len(phases))
        meter_ids = np.where(self._later[kept], f"{self.meter_id}-2", self.meter_id)
        return pd.DataFrame(
            {
                "customer_id": _texts([self.customer_id] * len(at)),
                "meter_id": _texts(np.repeat(meter_ids, len(phases)).tolist()),
                "read_at": _times(at),
                "phase": _texts(list(phases) * len(kept)),
                "voltage_v": laid(readings.voltage, nothing),
                "current_a": laid(readings.current, readings.neutral[kept]),
                "active_power_kw": laid(readings.active, nothing),
                "reactive_power_kvar": laid(readings.reactive, nothing),
            }
        )

    def points(self) -> pd.DataFrame:
        """Return the metering point: a row for each meter."""
        meters = [self.meter_id, *([f"{self.meter_id}-2"] if self._later.any() else [])]
        count, wiring = len(meters), self.wiring
        day = self.span.begins.astype("datetime64[D]").astype("datetime64[us]")
        installed = np.array([_NEVER, day][:count], dtype="datetime64[us]")
        removed = np.array([day, _NEVER][-count:], dtype="datetime64[us]")
        return pd.DataFrame(
            {
                "customer_id": _texts([self.customer_id] * count),
                "meter_id": _texts(meters),
                "wiring": _texts([wiring.name] * count),
                "rated_voltage_v": [wiring.rated_voltage_v] * count,
                "rated_current_a": [wiring.rated_current_a] * count,
                "maximum_current_a": [wiring.maximum_current_a] * count,
                "voltage_ratio": [wiring.voltage_ratio] * count,
                "current_ratio": [wiring.current_ratio] * count,
                "area_id": _texts([_AREA] * count),
                "has_generation": [self.has_generation] * count,
                "installed_on": installed,
                "removed_on": removed,
            }
        )

    def events(self, codes: Sequence[str]) -> pd.DataFrame:
        """Return the events that the meter recorded while the fault was there."""
        count = len(codes)
        return pd.DataFrame(
            {
                "customer_id": _texts([self.customer_id] * count),
                "meter_id": _texts([self.meter_id] * count),
                "event": _texts(list(codes)),
                "phase": _texts([None] * count),
                "started_at": _times(np.full(count, self.span.begins)),
                "ended_at": _times(np.full(count, self.span.ends)),
            }
        )

    def outages(self, *, is_outage: bool) -> pd.DataFrame:
        """Return the outage that the grid knows of, if there was one."""
        count = int(is_outage)
        return pd.DataFrame(
            {
                "area_id": _texts([_AREA] * count),
                "started_at": _times(np.full(count, self.span.begins)),
                "ended_at": _times(np.full(count, self.span.ends)),
            }
        )

    @property
    def _later(self) -> NDArray[np.bool_]:
        """The steps of the meter that replaces the first."""
        if not self.is_replaced:
            return np.zeros_like(self.span.is_faulty)
        return np.logical_or.accumulate(self.span.is_faulty)


_NEVER = np.datetime64("NaT", "us")


def _texts(values: Sequence[str | None]) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def _times(values: NDArray[np.datetime64]) -> pd.Series:
    return pd.Series(values.astype("datetime64[us]")).dt.tz_localize(_ZONE)
