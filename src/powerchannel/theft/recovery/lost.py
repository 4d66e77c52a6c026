"""Energy that was not recorded: from a factor, or from what the healthy phases show (少计电量)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import ArrayLike

from powerchannel.errors import TableError
from powerchannel.text import Text
from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.rules import WIRINGS
from powerchannel.theft.recovery.expected import CODES, Damage, expected_power, row_means
from powerchannel.theft.simulate.wirings import PHASES, wiring_named

__all__ = ["LostEnergy", "lost_by_factor", "lost_by_phases", "same_side"]

Method: TypeAlias = Literal["factor", "phases"]

_CODE: Mapping[str, int] = {name: code for code, name in enumerate(WIRINGS)}
_NOTHING = float("nan")
_NO_FACTOR = Text(
    "更正系数无意义，不能由记录电量推算；请按各相电压电流或正常月份电量推算",
    "there is no factor, so recorded energy tells nothing; estimate from phase quantities or from "
    "normal months",
)
_NO_REFERENCE = Text(
    "没有可作参照的健全相（三相三线还须有无功功率或相角）；请按更正系数或正常月份电量推算",
    "no healthy phase is left to compare with (three-wire metering also needs reactive power or "
    "the angle); estimate by the factor or from normal months",
)


@frozen(kw_only=True)
class LostEnergy:
    """Energy that was not recorded, negative where too much was (少计电量).

    Parameters
    ----------
    kwh, low_kwh, high_kwh : float
        The estimate and its interval; NaN where nothing can be told [kWh].
    method : {"factor", "phases"}
        From a correction factor, or from the quantities of the healthy phases.
    hours : float
        The time that phase quantities tell of; NaN of a factor [h].
    note : Text, optional
        Why nothing can be told.
    """

    kwh: float
    low_kwh: float
    high_kwh: float
    method: Method
    hours: float = _NOTHING
    note: Text | None = None


def lost_by_factor(
    recorded_kwh: float, correction_factor: float, *, balance_ratio: float
) -> LostEnergy:
    """Return ``recorded x (K - 1)`` (按更正系数追补).

    Parameters
    ----------
    recorded_kwh : float
        What was recorded while the fault was there [kWh].
    correction_factor : float
        K of the fault, with the load's usual angle.
    balance_ratio : float
        By which the load may differ from a balanced one, as a share of the true energy.

    Returns
    -------
    LostEnergy
        The interval is that share of the true energy to either side, never across zero.

    Examples
    --------
    >>> lost = lost_by_factor(2000.0, 1.5, balance_ratio=0.02)
    >>> lost.kwh, lost.low_kwh, lost.high_kwh
    (1000.0, 940.0, 1060.0)
    """
    kwh = recorded_kwh * (correction_factor - 1.0)
    if not np.isfinite(kwh):
        return _untold("factor", _NOTHING, _NO_FACTOR)
    margin = abs(recorded_kwh * correction_factor) * balance_ratio
    low, high = same_side(kwh, kwh - margin, kwh + margin)
    return LostEnergy(kwh=kwh, low_kwh=low, high_kwh=high, method="factor")


def lost_by_phases(
    wiring: str,
    measured: Measured,
    damaged: Mapping[str, Damage],
    *,
    hours: ArrayLike,
    ratio: float,
    balance_ratio: float,
    phi_rad: float | None = None,
) -> LostEnergy:
    """Return what damaged phases should have measured, less what they did (按相量追补).

    See `powerchannel.theft.recovery.expected_power`. Each healthy phase gives an estimate: their
    mean is taken, the smallest and the largest are the interval.

    Parameters
    ----------
    wiring : str
        ``single_phase``, ``three_phase_four_wire`` or ``three_phase_three_wire``.
    measured : Measured
        Of one meter, and of the time that it lasted. Where a phase tells nothing, or was not
        read, nothing is counted.
    damaged : mapping of phase to {"voltage", "current", "direction", "neutral"}
        What each damaged phase lost.
    hours : float or array of float, of shape (n,)
        That each reading stands for [h].
    ratio : float
        Voltage ratio x current ratio.
    balance_ratio : float
        By which phases differ even of a balanced load, as a share of the lost energy.
    phi_rad : float, optional
        The load's angle, where the readings do not tell it [rad].

    Returns
    -------
    LostEnergy
        NaN where nothing is left to compare with.

    Raises
    ------
    TableError
        For a phase that the wiring does not measure.

    Examples
    --------
    >>> from powerchannel.theft.electrical import measured_of
    >>> from powerchannel.theft.simulate import meter
    >>> found = meter("34", "voltage_open_a", noise=0.01, random_state=1)
    >>> measured, _ = measured_of(found.phase_readings, found.points)
    >>> lost = lost_by_phases(
    ...     "34", measured, {"a": "voltage"}, hours=1 / 60, ratio=40, balance_ratio=0.02
    ... )
    >>> abs(lost.kwh / found.lost_kwh - 1) < 0.02
    True
    """
    point = wiring_named(wiring)
    _refuse_unmeasured(point.phases, damaged)
    code = [CODES[damaged[phase]] if phase in damaged else 0 for phase in PHASES]
    damage = np.tile(np.array(code, dtype=np.uint8), (len(measured), 1))
    wirings = np.full(len(measured), _CODE[point.name], dtype=np.uint8)
    expected = row_means(expected_power(measured, wirings, damage, phi_rad=phi_rad))
    lacking = (expected - measured.power)[:, :, np.array(code) > 0]
    is_told = ~np.isnan(lacking).any(axis=(0, 2))
    each = np.broadcast_to(np.asarray(hours, dtype=np.float64), len(measured))[is_told]
    if not is_told.any():
        return _untold("phases", 0.0, _NO_REFERENCE)
    energy = ratio * (lacking[:, is_told] * each[:, None]).sum(axis=1)
    kwh = float(energy.mean(axis=0).sum())
    margin = abs(kwh) * balance_ratio
    low, high = same_side(kwh, energy.min(axis=0).sum() - margin, energy.max(axis=0).sum() + margin)
    return LostEnergy(kwh=kwh, low_kwh=low, high_kwh=high, method="phases", hours=float(each.sum()))


def same_side(kwh: float, low: float, high: float) -> tuple[float, float]:
    """Keep an interval on the side of zero that its estimate is on (区间不跨零).

    Examples
    --------
    >>> same_side(5.0, -1.0, 11.0)
    (0.0, 11.0)
    """
    if kwh >= 0.0:
        return max(float(low), 0.0), float(high)
    return float(low), min(float(high), 0.0)


def _untold(method: Method, hours: float, note: Text) -> LostEnergy:
    return LostEnergy(
        kwh=_NOTHING, low_kwh=_NOTHING, high_kwh=_NOTHING, method=method, hours=hours, note=note
    )


def _refuse_unmeasured(phases: str, damaged: Mapping[str, Damage]) -> None:
    if wrong := [phase for phase in damaged if phase not in phases]:
        raise TableError.of(
            "phase_not_measured",
            "damaged",
            f"此接线方式不计量 {wrong} 相；可填：{'、'.join(phases)}",
            f"this wiring does not measure {wrong}; it measures {', '.join(phases)}",
            count=len(wrong),
        )
