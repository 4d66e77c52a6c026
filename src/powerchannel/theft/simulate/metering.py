"""A meter with a fault, simulated from phasors, so that the truth is known (电能表仿真)."""

from __future__ import annotations

import numpy as np
from attrs import evolve
from numpy.typing import ArrayLike, NDArray

from powerchannel.errors import TableError
from powerchannel.theft.simulate.catalogue import fault_in
from powerchannel.theft.simulate.effects import Effect
from powerchannel.theft.simulate.fault import Fault
from powerchannel.theft.simulate.frames import Frames, Span
from powerchannel.theft.simulate.phasors import Load, Phasors, at_load, at_meter
from powerchannel.theft.simulate.readings import METER_DIGITS, Resolution, faulty_data, read
from powerchannel.theft.simulate.simulated import Simulated
from powerchannel.theft.simulate.wirings import Wiring, wiring_named

__all__ = ["meter"]

_KILO = 1000.0
_MICROSECONDS_PER_MINUTE = 60_000_000
_MISTAKES = ("meter_fault", "wiring_mistake")
_COVER = "terminal_cover_opened"


def meter(
    wiring: str,
    fault: str = "none",
    *,
    voltage_v: ArrayLike | None = None,
    current_a: ArrayLike | None = None,
    phi_rad: ArrayLike = 0.3,
    unbalance: ArrayLike = 0.0,
    fraction: float | None = None,
    is_tampered: bool = False,
    noise: float = 0.0,
    resolution: Resolution | None = METER_DIGITS,
    minutes: float = 60,
    step_minutes: float = 1,
    fault_from_minutes: float = 0,
    fault_minutes: float | None = None,
    started_at: str = "2025-01-01T00:00",
    customer_id: str = "C1",
    meter_id: str = "M1",
    random_state: int | np.random.Generator | None = None,
) -> Simulated:
    """Simulate the readings of a meter with a fault, and what is true behind them (电能表仿真).

    Every element measures ``P = Re(U I*)`` and ``Q = Im(U I*)`` of the phasors that its circuits
    are given; the register counts the sum of P. Supply voltages are symmetrical and 120 degrees
    apart; load currents lag their phase voltage by `phi_rad`.

    Parameters
    ----------
    wiring : str
        ``single_phase``, ``three_phase_four_wire``, ``three_phase_three_wire``; or ``34``.
    fault : str
        One of `faults`.
    voltage_v : float or array of float, of shape (n,), optional
        At the meter, between phases for three-wire metering; as rated by default [V].
    current_a : float or array of float, of shape (n,), optional
        Of phase a at the meter; as rated by default [A].
    phi_rad : float or array of float, of shape (n,)
        By which current lags voltage; negative for a capacitive load [rad].
    unbalance : float or array of float, of shape (n,)
        (max - min) / max of the currents, 0 to 1.
    fraction : float, optional
        Of a fault of degree: what still reaches the meter, 0 to 1. `Simulated.signs` are those of
        the catalogue's own fraction.
    is_tampered : bool
        Whether somebody did on purpose what else is a fault or a mistake: the terminal cover was
        opened when it began, and the cause is theft.
    noise : float
        The standard deviation of each reading's own relative error.
    resolution : Resolution, optional
        The meter's last digits; None: not rounded.
    minutes, step_minutes : float
        How long, and the time between two readings [min].
    fault_from_minutes, fault_minutes : float
        When the fault begins, and how long it lasts; to the end by default [min].
    started_at : str
        The first reading, as clocks in Shanghai show it.
    customer_id, meter_id : str
        Whose meter, and which.
    random_state : int or Generator, optional
        For the noise.

    Returns
    -------
    Simulated
        Of an outage there are readings of zero. A load that varies tells stuck data from constant.

    Raises
    ------
    UnknownNameError
        For a wiring or a fault that there is not.
    TableError
        For a fault that the wiring cannot have, and for numbers out of range.

    Examples
    --------
    >>> found = meter("34", "current_reversed_b")
    >>> round(found.correction_factor, 9), found.signs[0].rule, found.signs[0].phases
    (3.0, 'power_reversal', 'b')
    >>> round(meter("33", "voltage_open_b", phi_rad=0.5).correction_factor, 9)
    2.0
    """
    point = wiring_named(wiring)
    kind = fault_in(point, fault)
    effect = _effect(kind, fraction, is_tampered=is_tampered)
    _refuse_out_of_range(noise=noise, minutes=minutes, step=step_minutes)
    span = _span(started_at, minutes, step_minutes, fault_from_minutes, fault_minutes)
    load = Load(
        voltage_v=_series(point.rated_voltage_v if voltage_v is None else voltage_v, span),
        current_a=_series(point.rated_current_a if current_a is None else current_a, span),
        phi_rad=_series(phi_rad, span),
        unbalance=_shares(unbalance, span),
    )
    flows, seen = _circuits(point, load, effect, span)
    readings = read(
        seen, noise=noise, resolution=resolution, rng=np.random.default_rng(random_state)
    )
    frames = Frames(
        wiring=point,
        span=span,
        customer_id=customer_id,
        meter_id=meter_id,
        is_replaced=effect.replaces_meter,
        has_generation=effect.is_export,
    )
    shown = faulty_data(readings, span.is_faulty, effect.data)
    return Simulated(
        wiring=point.name,
        fault=fault,
        phase_readings=frames.phase_readings(shown, has_gaps=effect.data == "gaps"),
        points=frames.points(),
        events=frames.events(effect.events if span.is_faulty.any() else ()),
        outages=frames.outages(is_outage=fault == "outage" and bool(span.is_faulty.any())),
        true_kw=_total_kw(flows, point),
        recorded_kw=_total_kw(seen, point),
        is_faulty=span.is_faulty,
        step_minutes=step_minutes,
        signs=kind.signs_in(point.name),
        cause=_cause(kind, is_tampered=is_tampered),
    )


def _effect(fault: Fault, fraction: float | None, *, is_tampered: bool) -> Effect:
    effect = fault.effect
    if fraction is not None:
        _refuse_fraction(fault, fraction)
    if (filled := fault.fraction if fraction is None else fraction) is not None:
        effect = effect.at(filled)
    if is_tampered and _COVER not in effect.events:
        effect = evolve(effect, events=(*effect.events, _COVER))
    return effect


def _cause(fault: Fault, *, is_tampered: bool) -> str:
    return "theft" if is_tampered and fault.cause in _MISTAKES else fault.cause


def _span(
    started_at: str, minutes: float, step: float, fault_from: float, fault_minutes: float | None
) -> Span:
    past = np.arange(round(minutes / step)) * step
    lasts = np.inf if fault_minutes is None else fault_minutes
    micros = np.rint(past * _MICROSECONDS_PER_MINUTE).astype("timedelta64[us]")
    # A step of one second is no exact share of a minute: compare what the clock shows.
    begins, ends = (
        np.rint(np.minimum(edge, minutes) * _MICROSECONDS_PER_MINUTE).astype("timedelta64[us]")
        for edge in (fault_from, fault_from + lasts)
    )
    return Span(
        at=np.datetime64(started_at, "us") + micros,
        is_faulty=(micros >= begins) & (micros < ends),
    )


def _series(values: ArrayLike, span: Span) -> NDArray[np.float64]:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim and given.shape != span.at.shape:
        raise TableError.of(
            "wrong_length",
            "load",
            f"共 {len(span.at)} 个时刻，而数组形状为 {given.shape}；请给出一个数或同长的一维数组",
            f"there are {len(span.at)} steps, and an array of shape {given.shape}; give one "
            "number, or one for each step",
        )
    return np.array(np.broadcast_to(given, span.at.shape))


def _shares(values: ArrayLike, span: Span) -> NDArray[np.float64]:
    found = _series(values, span)
    if ((found < 0.0) | (found > 1.0)).any():
        raise TableError.of(
            "not_a_share",
            "unbalance",
            "不平衡率须在 0 与 1 之间；它是（最大－最小）/最大",
            "unbalance is (max - min) / max, between 0 and 1",
        )
    return found


def _circuits(wiring: Wiring, load: Load, effect: Effect, span: Span) -> tuple[Phasors, Phasors]:
    """Return what flows and what the meter is given, with the effect while the fault is there."""
    flows = at_load(wiring, load, Effect())
    seen = at_meter(wiring, flows, Effect())
    other = at_load(wiring, load, effect)
    return (
        _chosen(span.is_faulty, other, flows),
        _chosen(span.is_faulty, at_meter(wiring, other, effect), seen),
    )


def _chosen(is_faulty: NDArray[np.bool_], yes: Phasors, no: Phasors) -> Phasors:
    return Phasors(
        voltage=np.where(is_faulty[:, None], yes.voltage, no.voltage),
        current=np.where(is_faulty[:, None], yes.current, no.current),
        neutral=np.where(is_faulty, yes.neutral, no.neutral),
    )


def _total_kw(phasors: Phasors, wiring: Wiring) -> NDArray[np.float64]:
    return np.asarray(phasors.power.real.sum(axis=1) * wiring.ratio / _KILO)


def _refuse_fraction(fault: Fault, fraction: float) -> None:
    if fault.fraction is None:
        raise TableError.of(
            "no_fraction",
            "fraction",
            f"故障 {fault.name} 不分程度；请去掉 fraction",
            f"the fault {fault.name} is not one of degree; leave fraction out",
        )
    if not 0.0 <= fraction <= 1.0:
        raise TableError.of(
            "not_a_share",
            "fraction",
            f"须在 0 与 1 之间，实为 {fraction}",
            f"must be between 0 and 1, found {fraction}",
        )


def _refuse_out_of_range(*, noise: float, minutes: float, step: float) -> None:
    for name, value, is_right in (
        ("noise", noise, noise >= 0.0),
        ("step_minutes", step, step > 0.0),
        ("minutes", minutes, step > 0.0 and minutes >= step),
    ):
        if not is_right:
            raise TableError.of(
                "out_of_range",
                name,
                f"{name} = {value} 超出范围：noise 不为负，时长不短于一步",
                f"{name} = {value} is out of range: noise is not negative, and there is at least "
                "one step",
            )
