"""What a metering point is rated for: its wiring, its voltages and currents, its ratios."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.theft.electrical.frames import need, numbers, refuse_repeated, times
from powerchannel.theft.electrical.rules import WIRINGS, Condition
from powerchannel.times import NAT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FOUR_WIRE", "PHASES_OF", "SINGLE_PHASE", "THREE_WIRE", "Points", "points_of"]

SINGLE_PHASE, FOUR_WIRE, THREE_WIRE = range(3)
"""Codes of `Points.wiring`: positions in `powerchannel.theft.electrical.rules.WIRINGS`."""

PHASES_OF: NDArray[np.bool_] = np.array(
    [[True, False, False], [True, True, True], [True, False, True]]
)
"""Which of the phases a, b, c each wiring has; a and c of three-wire are U_ab and U_cb."""
PHASES_OF.flags.writeable = False

_WORDS: Mapping[str, int] = {
    **{name: code for code, name in enumerate(WIRINGS)},
    "单相": SINGLE_PHASE,
    "三相四线": FOUR_WIRE,
    "三相三线": THREE_WIRE,
}
_DECIMALS = 9
# Power at full load of the whole meter, as a multiple of that of one voltage and one current.
_ELEMENTS: NDArray[np.float64] = np.array([1.0, 3.0, 3.0**0.5])


@frozen(eq=False, kw_only=True)
class Points:
    """Metering points, a row each (计量点).

    Parameters
    ----------
    wiring : ndarray of uint8, shape (m,)
        Position in `WIRINGS`.
    rated_voltage : ndarray of float64, shape (m,)
        Un [V] as the meter sees it: phase voltage; line voltage of three-wire metering. NaN:
        not known, and no condition that refers to it is ever met.
    rated_current, maximum_current : ndarray of float64, shape (m,)
        In and Imax [A], likewise.
    voltage_ratio, current_ratio : ndarray of float64, shape (m,)
        Of the transformers; what the meter reads times both is the customer's.
    contract_capacity_kva : ndarray of float64, shape (m,)
        NaN: not known.
    installed_at, removed_at : ndarray of int64, shape (m,)
        Microseconds UTC; NAT: not known.
    """

    wiring: NDArray[np.uint8]
    rated_voltage: NDArray[np.float64]
    rated_current: NDArray[np.float64]
    maximum_current: NDArray[np.float64]
    voltage_ratio: NDArray[np.float64] = field()
    current_ratio: NDArray[np.float64] = field()
    contract_capacity_kva: NDArray[np.float64] = field()
    installed_at: NDArray[np.int64] = field()
    removed_at: NDArray[np.int64] = field()

    @voltage_ratio.default
    def _direct_voltage(self) -> NDArray[np.float64]:
        return np.ones(len(self.wiring))

    @current_ratio.default
    def _direct_current(self) -> NDArray[np.float64]:
        return np.ones(len(self.wiring))

    @contract_capacity_kva.default
    def _unknown_capacity(self) -> NDArray[np.float64]:
        return np.full(len(self.wiring), np.nan)

    @installed_at.default
    def _unknown_installation(self) -> NDArray[np.int64]:
        return np.full(len(self.wiring), NAT)

    @removed_at.default
    def _not_removed(self) -> NDArray[np.int64]:
        return np.full(len(self.wiring), NAT)

    def __len__(self) -> int:
        return len(self.wiring)

    @property
    def ratio(self) -> NDArray[np.float64]:
        """Voltage ratio times current ratio: what a reading is multiplied by (倍率)."""
        return self.voltage_ratio * self.current_ratio

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Points:
        """Return some points, in this order (取计量点)."""
        return Points(**{name: getattr(self, name)[rows] for name in _FIELDS})

    def reference(self, name: str) -> NDArray[np.float64]:
        """Return what a ratio refers to, for each point (基准值).

        Parameters
        ----------
        name : str
            One of `powerchannel.theft.electrical.catalogue.REFERENCES`.
        """
        return _REFERENCES[name](self)

    def limits(self, condition: Condition) -> NDArray[np.float64]:
        """Return the limit of a condition for each point, in the unit of its quantity (门限).

        Notes
        -----
        Rounded to nine decimals, so that it is the very number a meter prints: 0.78 x 220 V is
        171.6 V and not the float beside it.
        """
        limit = float(condition.ratio) * self.reference(condition.reference)
        return np.asarray(np.round(limit, _DECIMALS))


_FIELDS = (
    *("wiring", "rated_voltage", "rated_current", "maximum_current", "voltage_ratio"),
    *("current_ratio", "contract_capacity_kva", "installed_at", "removed_at"),
)

_REFERENCES: Mapping[str, Callable[[Points], NDArray[np.float64]]] = {
    "absolute": lambda points: np.ones(len(points)),
    "rated_voltage": lambda points: points.rated_voltage,
    "rated_current": lambda points: points.rated_current,
    "maximum_current": lambda points: points.maximum_current,
    "rated_power": lambda points: points.rated_voltage * points.rated_current / 1000,
    "maximum_power": lambda points: points.rated_voltage * points.maximum_current / 1000,
    "maximum_total_power": lambda points: (
        points.rated_voltage * points.maximum_current / 1000 * _ELEMENTS[points.wiring]
    ),
}


def points_of(points: pd.DataFrame) -> Points:
    """Take metering points from the table ``points`` (由表取计量点).

    Parameters
    ----------
    points : DataFrame
        A row a meter, by ``customer_id`` and ``meter_id``. ``wiring`` is needed; numbers that
        are not there are not known, ratios that are not there are 1.

    Raises
    ------
    TableError
        When a column that is needed is missing, a meter stands twice, or a wiring is unknown.
    """
    need(points, "points", ("wiring",))
    refuse_repeated(points)
    return Points(
        wiring=_wirings(points["wiring"]),
        rated_voltage=numbers(points, "rated_voltage_v"),
        rated_current=numbers(points, "rated_current_a"),
        maximum_current=numbers(points, "maximum_current_a"),
        voltage_ratio=_or_1(numbers(points, "voltage_ratio")),
        current_ratio=_or_1(numbers(points, "current_ratio")),
        contract_capacity_kva=numbers(points, "contract_capacity_kva"),
        installed_at=times(points, "installed_on"),
        removed_at=times(points, "removed_on"),
    )


def _wirings(words: pd.Series) -> NDArray[np.uint8]:
    codes = words.astype(object).map(_WORDS)
    unknown = codes.isna()
    if unknown.any():
        word = words[unknown].iloc[0]
        raise TableError.of(
            "unknown_wiring",
            "points.wiring",
            f"{int(unknown.sum())} 行的接线方式不认得，如 {word}；应为 {', '.join(_WORDS)} 之一",
            f"{int(unknown.sum())} wirings are not known, such as {word}; "
            f"write one of {', '.join(_WORDS)}",
            count=int(unknown.sum()),
        )
    return np.asarray(codes.to_numpy(dtype=np.uint8))


def _or_1(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(values), 1.0, values)
