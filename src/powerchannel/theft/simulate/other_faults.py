"""Bypasses, magnets, covers, the supply, the load, and the data (其他故障与正常情形)."""

from __future__ import annotations

from collections.abc import Iterator

from powerchannel.text import Text
from powerchannel.theft.simulate.effects import Data, Effect
from powerchannel.theft.simulate.fault import Fault, Sign
from powerchannel.theft.simulate.wirings import FOUR_WIRE, PHASES, SINGLE_PHASE, THREE_WIRE

__all__ = ["other_faults"]

_ALL = (SINGLE_PHASE, FOUR_WIRE, THREE_WIRE)
_THREE_PHASE = (FOUR_WIRE, THREE_WIRE)
_HIGH_VOLTAGE = (1.25, 1.25, 1.25)
_LOW_VOLTAGE = (0.7, 0.7, 0.7)
_NONE = (0.0, 0.0, 0.0)


def other_faults() -> Iterator[Fault]:
    """Yield every fault outside the circuits of a three-phase meter, and what is no fault."""
    yield Fault(name="none", title=Text("正常", "nothing wrong"), cause="normal", wirings=_ALL)
    yield from _neutrals()
    yield from _tampering()
    yield from _supply()
    yield from _loads()
    yield from _innocent()
    yield from _data()


def _neutrals() -> Iterator[Fault]:
    mismatch = (Sign(rule="neutral_current_mismatch"),)
    yield Fault(
        name="live_neutral_exchanged",
        title=Text("零火线互换", "live and neutral exchanged"),
        cause="wiring_mistake",
        wirings=(SINGLE_PHASE,),
    )
    yield Fault(
        name="neutral_bypassed",
        title=Text("零线不经电能表", "neutral returns outside the meter"),
        cause="wiring_mistake",
        wirings=(SINGLE_PHASE,),
        effect=Effect(neutral_gain=None),
        fraction=0.0,
        signs=mismatch,
    )
    yield Fault(
        name="live_shunted",
        title=Text("火线分流", "live circuit shunted"),
        cause="theft",
        wirings=(SINGLE_PHASE,),
        effect=Effect(current_gain=(None, 1.0, 1.0)),
        fraction=0.4,
        signs=mismatch,
    )
    yield Fault(
        name="exchanged_and_earthed",
        title=Text("零火线互换并经大地回流", "live and neutral exchanged, return through earth"),
        cause="theft",
        wirings=(SINGLE_PHASE,),
        effect=Effect(current_gain=(None, 1.0, 1.0)),
        fraction=0.0,
        signs=mismatch,
    )


def _tampering() -> Iterator[Fault]:
    yield Fault(
        name="bypassed",
        title=Text("绕越计量", "part of the load connected before the meter"),
        cause="theft",
        wirings=_ALL,
        effect=Effect(current_gain=(None, None, None), neutral_gain=None),
        fraction=0.4,
    )
    yield Fault(
        name="magnet",
        title=Text("强磁干扰", "magnet on the meter"),
        cause="theft",
        wirings=_ALL,
        effect=Effect(
            current_gain=(None, None, None),
            neutral_gain=None,
            events=("magnetic_interference",),
        ),
        fraction=0.5,
        signs=(Sign(rule="magnetic_interference"),),
    )
    for event, zh, en in (
        ("cover_opened", "开表盖", "meter cover opened"),
        ("terminal_cover_opened", "开端钮盒", "terminal cover opened"),
    ):
        yield Fault(
            name=event,
            title=Text(zh, en),
            cause="cannot_tell",
            wirings=_ALL,
            effect=Effect(events=(event,)),
            signs=(Sign(rule=event),),
        )


def _supply() -> Iterator[Fault]:
    for phase in PHASES:
        rest = tuple(0.0 if each == phase else 1.0 for each in PHASES)
        dead = (rest[0], rest[1], rest[2])
        yield Fault(
            name=f"phase_dead_{phase}",
            title=Text(f"{phase.upper()} 相断相", f"phase {phase} without supply"),
            cause="outage",
            wirings=(FOUR_WIRE,),
            effect=Effect(supply=dead, load=dead),
            signs=(Sign(rule="phase_loss", phases=phase),),
        )
    yield Fault(
        name="overvoltage",
        title=Text("供电电压偏高", "supply voltage too high"),
        cause="normal",
        wirings=_ALL,
        effect=Effect(supply=_HIGH_VOLTAGE),
        signs=_everywhere("overvoltage"),
    )
    yield Fault(
        name="undervoltage",
        title=Text("空载时供电电压偏低", "supply voltage too low, without load"),
        cause="normal",
        wirings=_ALL,
        effect=Effect(supply=_LOW_VOLTAGE, load=_NONE),
        signs=(*_everywhere("undervoltage"), *_everywhere("current_break")[1:]),
    )


def _loads() -> Iterator[Fault]:
    yield Fault(
        name="overload",
        title=Text("过载", "load above what the meter is made for"),
        cause="normal",
        wirings=_ALL,
        effect=Effect(load_of_maximum=1.4),
        signs=(
            *_everywhere("overcurrent"),
            Sign(rule="overload", phases="a", wirings=(SINGLE_PHASE,)),
            Sign(rule="overload", phases=PHASES, wirings=(FOUR_WIRE,)),
            # U_ab and I_a stand 30 degrees further apart than the load's angle: P_a stays below.
            Sign(rule="overload", phases="c", wirings=(THREE_WIRE,)),
            Sign(rule="demand_over_limit"),
        ),
    )
    for name, least, rule, zh, en in (
        ("unbalanced_load", 0.5, "current_unbalance", "负荷不平衡", "unbalanced load"),
        (
            "severely_unbalanced_load",
            0.06,
            "severe_current_unbalance",
            "负荷严重不平衡",
            "severely unbalanced load",
        ),
    ):
        yield Fault(
            name=name,
            title=Text(zh, en),
            cause="normal",
            wirings=_THREE_PHASE,
            effect=Effect(load=(1.0, (1.0 + least) / 2.0, least)),
            signs=(Sign(rule=rule),),
        )
    yield Fault(
        name="low_power_factor",
        title=Text("功率因数过低", "power factor too low"),
        cause="normal",
        wirings=_ALL,
        effect=Effect(phi_rad=1.35),
        signs=(Sign(rule="low_power_factor"),),
    )


def _innocent() -> Iterator[Fault]:
    yield Fault(
        name="outage",
        title=Text("停电", "outage"),
        cause="outage",
        wirings=_ALL,
        effect=Effect(supply=_NONE, load=_NONE),
        signs=(Sign(rule="outage"),),
    )
    yield Fault(
        name="vacancy",
        title=Text("空置", "nobody uses anything"),
        cause="vacancy",
        wirings=_ALL,
        effect=Effect(load=_NONE),
        signs=_everywhere("current_break")[1:],
    )
    yield Fault(
        name="photovoltaic_export",
        title=Text("光伏上网", "photovoltaic export"),
        cause="photovoltaic",
        wirings=_ALL,
        effect=Effect(is_export=True),
        signs=_everywhere("power_reversal"),
    )
    yield Fault(
        name="meter_replacement",
        title=Text("换表", "meter replaced"),
        cause="meter_replacement",
        wirings=_ALL,
        effect=Effect(replaces_meter=True),
    )


def _data() -> Iterator[Fault]:
    kinds: tuple[tuple[str, Data, str, str], ...] = (
        ("data_stuck", "stuck", "数据不变", "readings stuck"),
        ("data_spikes", "spikes", "数据突跳", "readings with spikes"),
        ("data_gaps", "gaps", "数据缺失", "readings missing"),
    )
    for name, data, zh, en in kinds:
        yield Fault(
            name=name,
            title=Text(zh, en),
            cause="data_fault",
            wirings=_ALL,
            effect=Effect(data=data),
        )


def _everywhere(rule: str) -> tuple[Sign, ...]:
    return (
        Sign(rule=rule, phases="a", wirings=(SINGLE_PHASE,)),
        Sign(rule=rule, phases=PHASES, wirings=(FOUR_WIRE,)),
        Sign(rule=rule, phases="ac", wirings=(THREE_WIRE,)),
    )
