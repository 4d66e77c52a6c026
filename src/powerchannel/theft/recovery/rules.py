"""What is fixed about making up for what was not recorded: times, shares, intervals (追补规则)."""

from __future__ import annotations

from decimal import Decimal

from attrs import field, frozen

from powerchannel.rulebook import Provenance
from powerchannel.rulebook.checks import above, all_of, between

__all__ = ["Estimate", "Mistake", "RecoveryRules", "UnknownStart"]


_share = between(0, 1)
_hours = all_of(above(0), between(0, 24))


@frozen(kw_only=True)
class UnknownStart:
    """How long a theft is taken to have lasted that nobody can date (窃电时间无法查明).

    Parameters
    ----------
    days : int
        Days before it was found.
    power_hours_per_day, lighting_hours_per_day : Decimal
        Hours a day [h] of power and lighting loads.
    """

    days: int = field(validator=above(0))
    power_hours_per_day: Decimal = field(validator=_hours)
    lighting_hours_per_day: Decimal = field(validator=_hours)
    provenance: Provenance


@frozen(kw_only=True)
class Mistake:
    """For how much of the time an error without fault is corrected (计量差错退补时间).

    Parameters
    ----------
    time_share : Decimal
        Of the time from the last check, or from when the meter went in, until it was put right.
    provenance : Provenance
        Where it comes from.
    """

    time_share: Decimal = field(validator=_share)
    provenance: Provenance


@frozen(kw_only=True)
class Estimate:
    """How sure an amount is (估算区间).

    Parameters
    ----------
    balance_ratio : Decimal
        By which the healthy phases may differ from the lost one, as a share of the energy.
    unbalance_ratio : Decimal
        By how much more, of a phase without current whose share of the load no readings show.
    """

    balance_ratio: Decimal = field(validator=_share)
    unbalance_ratio: Decimal = field(validator=_share)
    provenance: Provenance


@frozen(kw_only=True)
class RecoveryRules:
    """The rules of recovery (追补规则).

    Parameters
    ----------
    unknown_start : UnknownStart
        Of theft.
    wiring_mistake : Mistake
        Wrong wiring (接线错误).
    voltage_fault : Mistake
        A blown fuse or an open voltage circuit (电压互感器保险熔断): the time that was recorded.
    meter_error : Mistake
        A meter or transformer beyond its limit of error (误差超出允许范围).
    estimate : Estimate
        The interval around what was lost.
    """

    unknown_start: UnknownStart
    wiring_mistake: Mistake
    voltage_fault: Mistake
    meter_error: Mistake
    estimate: Estimate
