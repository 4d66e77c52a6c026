"""The factor that turns recorded into true energy, K (更正系数)."""

from __future__ import annotations

from math import pi
from typing import overload

import numpy as np
from numpy.typing import NDArray

from powerchannel.text import Text
from powerchannel.theft.recovery.forms import FORMS, RIGHT, ClosedForm
from powerchannel.theft.simulate.catalogue import fault_in
from powerchannel.theft.simulate.wirings import wiring_named

__all__ = ["correction_factor", "correction_formula", "undefined_reason"]

_NOTHING = 1e-12
"""Shares below this are sums of cosines that cancel out but for rounding."""

_NO_USE = Text(
    "此相角下用户没有用电（cosφ ≤ 0），无所谓更正",
    "at this angle nothing is consumed (cos(phi) <= 0), so there is nothing to correct",
)
_NOTHING_RECORDED = Text(
    "电能表没有记录任何电量，更正系数无意义；请按各相电压电流或正常月份电量推算",
    "the meter recorded nothing, so that no factor corrects it; estimate from phase quantities or "
    "from normal months",
)
_BACKWARDS = Text(
    "电能表倒走，记录为负，不能以更正系数追补；请按各相电压电流或正常月份电量推算",
    "the meter ran backwards and recorded a negative amount, which no factor corrects; estimate "
    "from phase quantities or from normal months",
)


@overload
def correction_factor(
    wiring: str, fault: str, phi_rad: float, *, fraction: float | None = None
) -> float: ...


@overload
def correction_factor(
    wiring: str, fault: str, phi_rad: NDArray[np.float64], *, fraction: float | None = None
) -> NDArray[np.float64]: ...


def correction_factor(
    wiring: str,
    fault: str,
    phi_rad: float | NDArray[np.float64],
    *,
    fraction: float | None = None,
) -> float | NDArray[np.float64]:
    """Return true over recorded energy of a wrongly wired meter, K (更正系数).

    Of a balanced load: the same current, lagging its voltage by the same angle, in every phase,
    and symmetrical voltages. A fault under which the meter records what flows has K = 1.
    `correction_formula` prints the formula, such as ``K = 2√3 / (√3 + tanφ)`` for the element of
    U_ab and I_a lost from three-wire metering.

    Parameters
    ----------
    wiring : str
        ``single_phase``, ``three_phase_four_wire`` or ``three_phase_three_wire``.
    fault : str
        One of `powerchannel.theft.simulate.faults`.
    phi_rad : float or ndarray of float
        By which current lags voltage [rad].
    fraction : float, optional
        Of a fault of degree: what still reaches the meter; that of the catalogue by default.

    Returns
    -------
    float or ndarray of float
        NaN where nothing or a negative amount is recorded, or nothing is consumed:
        `undefined_reason` says which.

    Raises
    ------
    UnknownNameError
        For a wiring or a fault that there is not.
    TableError
        For a fault that the wiring cannot have.

    Examples
    --------
    >>> round(correction_factor("three_phase_four_wire", "voltage_open_a", 0.4), 12)
    1.5
    >>> angles = np.array([0.0, 0.5])
    >>> correction_factor("three_phase_three_wire", "current_reversed_a", angles).round(2).tolist()
    [nan, 3.17]
    """
    angle = np.asarray(phi_rad, dtype=np.float64)
    share = _recorded_share(wiring, fault, angle, fraction)
    is_defined = _is_used(angle) & (share > _NOTHING)
    factor = np.divide(1.0, share, out=np.full(angle.shape, np.nan), where=is_defined)
    return factor if factor.ndim else float(factor)


def undefined_reason(
    wiring: str, fault: str, phi_rad: float, *, fraction: float | None = None
) -> Text | None:
    """Return why there is no factor at an angle; None where there is one (更正系数无意义的原因).

    Parameters
    ----------
    wiring, fault, phi_rad, fraction
        As of `correction_factor`.

    Examples
    --------
    >>> undefined_reason("three_phase_four_wire", "currents_swapped_ab", 0.3).en[:26]
    'the meter recorded nothing'
    >>> undefined_reason("three_phase_four_wire", "voltage_open_a", 0.3)
    """
    angle = np.asarray(phi_rad, dtype=np.float64)
    if not _is_used(angle):
        return _NO_USE
    share = float(_recorded_share(wiring, fault, angle, fraction))
    if share > _NOTHING:
        return None
    return _BACKWARDS if share < -_NOTHING else _NOTHING_RECORDED


def correction_formula(wiring: str, fault: str) -> str:
    """Return the formula as it is printed (更正系数公式).

    Parameters
    ----------
    wiring, fault
        As of `correction_factor`.

    Returns
    -------
    str
        Of K; of the recorded power P' where that is nothing or negative at every angle.

    Examples
    --------
    >>> correction_formula("three_phase_three_wire", "voltage_open_a")
    'K = 2√3 / (√3 + tanφ)'
    """
    return _form(wiring, fault)[0].formula


def _form(wiring: str, fault: str) -> tuple[ClosedForm, float | None]:
    """Return the closed form, and the fraction that the catalogue has for the fault."""
    point = wiring_named(wiring)
    found = fault_in(point, fault)
    return FORMS.get((point.name, found.name), RIGHT), found.fraction


def _recorded_share(
    wiring: str, fault: str, angle: NDArray[np.float64], fraction: float | None
) -> NDArray[np.float64]:
    form, usual = _form(wiring, fault)
    passed = (usual or 0.0) if fraction is None else fraction
    constant = form.constant + form.constant_by_fraction * passed
    tangent = form.tangent + form.tangent_by_fraction * passed
    return np.asarray(constant + tangent * np.tan(angle))


def _is_used(angle: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(np.abs(angle) < pi / 2.0)
