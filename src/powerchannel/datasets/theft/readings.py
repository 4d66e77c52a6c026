"""Phase readings of the month: ordinary loads, and those that were simulated (分相曲线)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical
from powerchannel.datasets.streams import stream
from powerchannel.datasets.theft.circuits import NOISE, Circuit, load_of
from powerchannel.datasets.theft.days import HOURS, Calendar
from powerchannel.datasets.theft.supply import KINDS, Supply
from powerchannel.theft.simulate.effects import Effect
from powerchannel.theft.simulate.phasors import at_load, at_meter
from powerchannel.theft.simulate.readings import METER_DIGITS, Readings, read
from powerchannel.theft.simulate.wirings import PHASES, SINGLE_PHASE, Wiring, wiring_named

__all__ = ["PHASE_CODES", "readings_table"]

Floats = NDArray[np.float64]

PHASE_CODES = ("a", "b", "c", "n")
_QUANTITIES = ("voltage_v", "current_a", "active_power_kw", "reactive_power_kvar")
_ROWS_AT_ONCE = 200


@frozen(kw_only=True, eq=False)
class _Part:
    """Readings in rows: whose, in which hour of the month, of which phase, and four numbers."""

    row: NDArray[np.int64]
    hour: NDArray[np.int64]
    phase: NDArray[np.int8]
    values: Floats


_NOTHING = _Part(
    row=np.zeros(0, np.int64),
    hour=np.zeros(0, np.int64),
    phase=np.zeros(0, np.int8),
    values=np.zeros((0, len(_QUANTITIES))),
)


def readings_table(
    supply: Supply,
    calendar: Calendar,
    net_kw: Floats,
    rows: NDArray[np.int64],
    circuits: Mapping[int, Circuit],
    is_dark: NDArray[np.bool_],
    *,
    customers: NDArray[np.bytes_],
    meters: NDArray[np.bytes_],
    meter: NDArray[np.int64],
    seed: int,
) -> pd.DataFrame:
    """Return the readings of the last month, hour by hour (分相曲线表).

    Parameters
    ----------
    supply : Supply
        The customers.
    calendar : Calendar
        The days.
    net_kw : ndarray of float, of shape (rows, hours of the month)
        The power of those that were not simulated [kW].
    rows : ndarray of int
        Who they are.
    circuits : mapping of row to Circuit
        Those that were; of them those with readings are told of.
    is_dark : ndarray of bool, of shape (customers, days of the month)
        When there is no supply: no meter reports then.
    customers, meters : ndarray of bytes
        Numbers of customers and of meters.
    meter : ndarray of int, of shape (customers, days of the month)
        Which meter.
    seed : int
        The seed of the month.

    Returns
    -------
    DataFrame
        customer_id, meter_id, read_at, phase, voltage_v, current_a, active_power_kw,
        reactive_power_kvar; by customer, time and phase.
    """
    parts = [
        _NOTHING,
        *_ordinary(supply, rows, net_kw, seed),
        *_simulated(supply, calendar, circuits),
    ]
    row, hour, phase = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "hour", "phase")
    )
    order = np.lexsort((phase, hour, row))
    order = order[~is_dark[row[order], hour[order] // HOURS]]
    row, hour, phase = row[order], hour[order], phase[order]
    values = np.concatenate([part.values for part in parts])[order]
    began = calendar.on[calendar.month].astype("datetime64[s]")
    return pd.DataFrame(
        {
            "customer_id": categorical(row.astype(np.int32), customers),
            "meter_id": categorical(meter[row, hour // HOURS].astype(np.int32), meters),
            "read_at": began + hour.astype("timedelta64[h]"),
            "phase": categorical(phase, PHASE_CODES),
            **{name: values[:, column] for column, name in enumerate(_QUANTITIES)},
        }
    )


def _ordinary(
    supply: Supply, rows: NDArray[np.int64], net_kw: Floats, seed: int
) -> Iterator[_Part]:
    for kind, each in enumerate(KINDS):
        mine = np.flatnonzero(supply.kind[rows] == kind)
        rng = stream(seed, "theft_readings", kind)
        wiring = wiring_named(each.wiring)
        for start in range(0, len(mine), _ROWS_AT_ONCE):
            some = mine[start : start + _ROWS_AT_ONCE]
            load = load_of(supply, rows[some], net_kw[some], rng)
            flows = at_load(wiring, load, Effect())
            seen = at_meter(wiring, flows, Effect())
            found = read(seen, noise=NOISE, resolution=METER_DIGITS, rng=rng)
            yield _laid_out(wiring, rows[some], found)


def _laid_out(wiring: Wiring, rows: NDArray[np.int64], found: Readings) -> _Part:
    """Return readings of shape (rows x hours, 3) as rows, phase by phase."""
    hours = len(found.voltage) // len(rows)
    columns = [PHASES.index(phase) for phase in wiring.phases]
    four = (found.voltage, found.current, found.active, found.reactive)
    values = np.stack(four, axis=2)[:, columns]
    phases = [PHASE_CODES.index(phase) for phase in wiring.phases]
    if wiring.name == SINGLE_PHASE:
        neutral = np.full((len(found.neutral), 1, len(_QUANTITIES)), np.nan)
        neutral[:, 0, 1] = found.neutral
        values = np.concatenate([values, neutral], axis=1)
        phases.append(PHASE_CODES.index("n"))
    return _Part(
        row=np.repeat(rows, hours * len(phases)),
        hour=np.tile(np.repeat(np.arange(hours), len(phases)), len(rows)),
        phase=np.tile(np.array(phases, np.int8), hours * len(rows)),
        values=values.reshape(-1, len(_QUANTITIES)),
    )


def _simulated(
    supply: Supply, calendar: Calendar, circuits: Mapping[int, Circuit]
) -> Iterator[_Part]:
    for row, circuit in circuits.items():
        if not supply.has_readings[row]:
            continue
        frame = circuit.simulated.phase_readings
        each = len(frame) // (len(calendar) * HOURS)
        mine = frame.iloc[calendar.month * HOURS * each :]
        phase = mine["phase"].map(PHASE_CODES.index).to_numpy(np.int8)
        yield _Part(
            row=np.full(len(mine), row),
            hour=np.repeat(np.arange(len(mine) // each), each),
            phase=phase,
            values=mine[list(_QUANTITIES)].to_numpy(np.float64),
        )
