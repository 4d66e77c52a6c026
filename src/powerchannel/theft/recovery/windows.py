"""For how long, and from when, something is made up for (追补时间)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import frozen

from powerchannel.errors import TableError
from powerchannel.rulebook import Provenance
from powerchannel.theft.recovery.rules import Mistake, RecoveryRules
from powerchannel.theft.simulate.wirings import SINGLE_PHASE, THREE_WIRE, wiring_named

__all__ = [
    "LoadKind",
    "MistakeKind",
    "Window",
    "mistake_window",
    "presumed_kwh",
    "rated_capacity_kw",
    "theft_window",
]

LoadKind: TypeAlias = Literal["power", "lighting"]
MistakeKind: TypeAlias = Literal["wiring_mistake", "voltage_fault", "meter_error"]

_KILO = 1000.0
_ROOT = 3.0**0.5


@frozen(kw_only=True)
class Window:
    """The time that is made up for (追补时间).

    Parameters
    ----------
    started_on, ended_on : date
        From the first to before the second.
    hours_per_day : Decimal
        The hours a day [h] that count where nobody knows how long the load ran.
    time_share : Decimal
        The share of the time that counts.
    is_start_known : bool
        Whether somebody knows when it began.
    provenance : Provenance
        The rule.
    """

    started_on: date
    ended_on: date
    hours_per_day: Decimal = Decimal(24)
    time_share: Decimal = Decimal(1)
    is_start_known: bool
    provenance: Provenance

    @property
    def days(self) -> int:
        """Whole days (天数)."""
        return (self.ended_on - self.started_on).days


def theft_window(
    found_on: date, rules: RecoveryRules, *, load_kind: LoadKind, started_on: date | None = None
) -> Window:
    """Return the time of a theft (窃电时间).

    Parameters
    ----------
    found_on : date
        When it was found; the day itself no longer counts.
    rules : RecoveryRules
        With the days and hours where they are not known.
    load_kind : {"power", "lighting"}
        Of the load.
    started_on : date, optional
        When it began, if that is known.

    Raises
    ------
    TableError
        When it began after it was found.

    Examples
    --------
    >>> from powerchannel.rulebook import Provenance
    >>> from powerchannel.theft.recovery.rules import Estimate, UnknownStart
    >>> stated = Provenance(status="stated", clause="103")
    >>> half = Mistake(time_share=Decimal("0.5"), provenance=stated)
    >>> rules = RecoveryRules(
    ...     unknown_start=UnknownStart(
    ...         days=180,
    ...         power_hours_per_day=Decimal(12),
    ...         lighting_hours_per_day=Decimal(6),
    ...         provenance=stated,
    ...     ),
    ...     wiring_mistake=half,
    ...     voltage_fault=half,
    ...     meter_error=half,
    ...     estimate=Estimate(
    ...         balance_ratio=Decimal("0.02"), unbalance_ratio=Decimal("0.2"), provenance=stated
    ...     ),
    ... )
    >>> window = theft_window(date(2025, 7, 1), rules, load_kind="power")
    >>> window.days, window.hours_per_day, window.is_start_known
    (180, Decimal('12'), False)
    """
    unknown = rules.unknown_start
    is_light = load_kind == "lighting"
    begins = found_on - timedelta(days=unknown.days) if started_on is None else started_on
    _refuse_backwards(begins, found_on)
    return Window(
        started_on=begins,
        ended_on=found_on,
        hours_per_day=unknown.lighting_hours_per_day if is_light else unknown.power_hours_per_day,
        is_start_known=started_on is not None,
        provenance=unknown.provenance,
    )


def mistake_window(
    kind: MistakeKind, *, began_on: date, corrected_on: date, rules: RecoveryRules
) -> Window:
    """Return the time of an error that is nobody's theft (计量差错退补时间).

    Parameters
    ----------
    kind : {"wiring_mistake", "voltage_fault", "meter_error"}
        Wrong wiring; an open voltage circuit; a meter or transformer beyond its limit.
    began_on : date
        The last check, or when the meter went in; of a voltage fault when it was recorded.
    corrected_on : date
        When it was put right; the day itself no longer counts.
    rules : RecoveryRules
        With the clause of each.

    Raises
    ------
    TableError
        When it was put right before it began.
    """
    _refuse_backwards(began_on, corrected_on)
    clauses: dict[MistakeKind, Mistake] = {
        "wiring_mistake": rules.wiring_mistake,
        "voltage_fault": rules.voltage_fault,
        "meter_error": rules.meter_error,
    }
    clause = clauses[kind]
    return Window(
        started_on=began_on,
        ended_on=corrected_on,
        time_share=clause.time_share,
        is_start_known=True,
        provenance=clause.provenance,
    )


def rated_capacity_kw(
    wiring: str, *, rated_voltage_v: float, rated_current_a: float, ratio: float = 1.0
) -> float:
    """Return the capacity that a meter's rated current stands for, kVA as kW (标定电流容量).

    ``U I``, four-wire ``3 U I``, three-wire ``√3 U I``, each over 1000 and times the ratios.

    Parameters
    ----------
    wiring : str
        How the meter is connected.
    rated_voltage_v : float
        To neutral; of three-wire metering between phases [V].
    rated_current_a : float
        [A]
    ratio : float
        Voltage ratio x current ratio.

    Examples
    --------
    >>> rated_capacity_kw("34", rated_voltage_v=220, rated_current_a=1.5, ratio=40)
    39.6
    """
    name = wiring_named(wiring).name
    elements = {SINGLE_PHASE: 1.0, THREE_WIRE: _ROOT}.get(name, 3.0)
    return elements * rated_voltage_v * rated_current_a * ratio / _KILO


def presumed_kwh(window: Window, capacity_kw: float, *, billed_kwh: float = 0.0) -> float:
    """Return what a theft is taken to come to where nobody can prove how much (推定窃电量).

    ``capacity x days x hours a day``, less what the meter recorded and was billed for.

    Parameters
    ----------
    window : Window
        Of `theft_window`.
    capacity_kw : float
        Of what was connected, or `rated_capacity_kw` of the meter [kW].
    billed_kwh : float
        What was billed for the same time [kWh].

    Returns
    -------
    float
        Not negative [kWh].

    Examples
    --------
    >>> from powerchannel.rulebook import Provenance
    >>> window = Window(
    ...     started_on=date(2025, 1, 2),
    ...     ended_on=date(2025, 7, 1),
    ...     hours_per_day=Decimal(6),
    ...     is_start_known=False,
    ...     provenance=Provenance(status="stated", clause="103"),
    ... )
    >>> presumed_kwh(window, 2.0, billed_kwh=160.0)
    2000.0
    """
    hours = window.days * float(window.hours_per_day)
    return max(capacity_kw * hours - billed_kwh, 0.0)


def _refuse_backwards(begins: date, ends: date) -> None:
    if begins > ends:
        raise TableError.of(
            "ends_before_it_starts",
            "started_on",
            f"开始于 {begins}，晚于 {ends}；请核对日期",
            f"it starts on {begins}, after {ends}; check the dates",
        )
