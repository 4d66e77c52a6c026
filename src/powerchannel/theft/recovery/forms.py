"""What a wrongly wired meter records of a balanced load, in closed form (错误接线功率表达式).

Recorded over true power is ``constant + tangent tan(phi)``, where phi is the angle by which the
load's current lags the voltage of its phase. K is its reciprocal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import sqrt
from types import MappingProxyType

from attrs import frozen

__all__ = ["FORMS", "RIGHT", "ClosedForm"]

_ROOT = sqrt(3.0)
_PHASES = "abc"
_PAIRS = tuple("".join(pair) for pair in combinations(_PHASES, 2))
_SINGLE, _FOUR, _THREE = "single_phase", "three_phase_four_wire", "three_phase_three_wire"


@frozen
class ClosedForm:
    """Recorded over true power of a balanced load (计量功率与真实功率之比).

    Parameters
    ----------
    formula : str
        As it is printed; f is what still reaches the meter, P' what it records.
    constant, tangent : float
        ``constant + tangent tan(phi)``.
    constant_by_fraction, tangent_by_fraction : float
        What f adds to them.
    """

    formula: str
    constant: float
    tangent: float = 0.0
    constant_by_fraction: float = 0.0
    tangent_by_fraction: float = 0.0


RIGHT = ClosedForm("K = 1", 1.0)
"""The meter records what flows."""

_HALF, _SLOPE = 0.5, 1.0 / (2.0 * _ROOT)
"""P_a = P (1/2 - tan(phi) / 2√3) and P_c = P (1/2 + tan(phi) / 2√3) of three-wire metering."""


def _single() -> Iterator[tuple[str, ClosedForm]]:
    passed = ClosedForm("K = 1 / f", 0.0, constant_by_fraction=1.0)
    yield "voltage_open_a", ClosedForm("P' = 0", 0.0)
    yield "voltage_weak_a", passed
    yield "current_reversed_a", ClosedForm("P' = -P", -1.0)
    yield "live_shunted", passed
    yield "exchanged_and_earthed", passed
    yield "bypassed", passed
    yield "magnet", passed


def _four() -> Iterator[tuple[str, ClosedForm]]:
    passed = ClosedForm("K = 1 / f", 0.0, constant_by_fraction=1.0)
    one_partly = ClosedForm("K = 3 / (2 + f)", 2.0 / 3.0, constant_by_fraction=1.0 / 3.0)
    for phase in _PHASES:
        yield f"voltage_open_{phase}", ClosedForm("K = 3/2", 2.0 / 3.0)
        yield f"current_open_{phase}", ClosedForm("K = 3/2", 2.0 / 3.0)
        yield f"voltage_weak_{phase}", one_partly
        yield f"current_shunted_{phase}", one_partly
        yield f"current_reversed_{phase}", ClosedForm("K = 3", 1.0 / 3.0)
    for pair in _PAIRS:
        yield f"voltage_open_{pair}", ClosedForm("K = 3", 1.0 / 3.0)
        yield f"current_open_{pair}", ClosedForm("K = 3", 1.0 / 3.0)
        yield f"current_reversed_{pair}", ClosedForm("P' = -P / 3", -1.0 / 3.0)
        yield f"voltages_swapped_{pair}", ClosedForm("P' = 0", 0.0)
        yield f"currents_swapped_{pair}", ClosedForm("P' = 0", 0.0)
    yield "current_reversed_abc", ClosedForm("P' = -P", -1.0)
    lagging = ClosedForm("K = 2 / (√3 tanφ - 1)", -_HALF, _ROOT / 2.0)
    leading = ClosedForm("K = -2 / (√3 tanφ + 1)", -_HALF, -_ROOT / 2.0)
    yield "voltages_rotated", lagging
    yield "voltages_rotated_back", leading
    yield "currents_rotated", leading
    yield "currents_rotated_back", lagging
    yield "total_voltage_loss", ClosedForm("P' = 0", 0.0)
    yield "bypassed", passed
    yield "magnet", passed


def _three() -> Iterator[tuple[str, ClosedForm]]:
    passed = ClosedForm("K = 1 / f", 0.0, constant_by_fraction=1.0)
    without_a = ClosedForm("K = 2√3 / (√3 + tanφ)", _HALF, _SLOPE)
    without_c = ClosedForm("K = 2√3 / (√3 - tanφ)", _HALF, -_SLOPE)
    little_a = ClosedForm("K = 2√3 / ((1 + f)√3 + (1 - f)tanφ)", _HALF, _SLOPE, _HALF, -_SLOPE)
    little_c = ClosedForm("K = 2√3 / ((1 + f)√3 - (1 - f)tanφ)", _HALF, -_SLOPE, _HALF, _SLOPE)
    for quantity, degree in (("voltage", "weak"), ("current", "shunted")):
        yield f"{quantity}_open_a", without_a
        yield f"{quantity}_open_c", without_c
        yield f"{quantity}_{degree}_a", little_a
        yield f"{quantity}_{degree}_c", little_c
    yield "voltage_open_b", ClosedForm("K = 2", _HALF)
    yield "voltage_weak_b", ClosedForm("K = 2 / (1 + f)", _HALF, constant_by_fraction=_HALF)
    yield "current_reversed_a", ClosedForm("K = √3 / tanφ", 0.0, 1.0 / _ROOT)
    yield "current_reversed_c", ClosedForm("K = -√3 / tanφ", 0.0, -1.0 / _ROOT)
    yield "current_reversed_ac", ClosedForm("P' = -P", -1.0)
    yield "currents_swapped_ac", ClosedForm("P' = 0", 0.0)
    for pair in _PAIRS:
        yield f"voltages_swapped_{pair}", ClosedForm("P' = 0", 0.0)
    yield "voltages_rotated", ClosedForm("K = 2 / (√3 tanφ - 1)", -_HALF, _ROOT / 2.0)
    yield "voltages_rotated_back", ClosedForm("K = -2 / (√3 tanφ + 1)", -_HALF, -_ROOT / 2.0)
    yield "total_voltage_loss", ClosedForm("P' = 0", 0.0)
    yield "bypassed", passed
    yield "magnet", passed


FORMS: Mapping[tuple[str, str], ClosedForm] = MappingProxyType(
    {
        (wiring, fault): form
        for wiring, forms in ((_SINGLE, _single()), (_FOUR, _four()), (_THREE, _three()))
        for fault, form in forms
    }
)
"""By wiring and fault; what is not here records what flows, `RIGHT`."""
