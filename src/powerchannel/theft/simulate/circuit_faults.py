"""Faults of voltage and current circuits: open, weak, shunted, reversed, exchanged (回路故障)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from powerchannel.text import Text
from powerchannel.theft.simulate.effects import Effect, Gain, Gains, Order
from powerchannel.theft.simulate.fault import Fault, Sign
from powerchannel.theft.simulate.wirings import FOUR_WIRE, PHASES, SINGLE_PHASE, THREE_WIRE

__all__ = ["circuit_faults"]

_PAIRS = tuple("".join(pair) for pair in combinations(PHASES, 2))
_WEAK_FRACTION = 0.5
_SHUNTED_FRACTION = 0.4
_WITHOUT_B = Sign(rule="total_voltage_loss", wirings=(THREE_WIRE,))
"""Without the lead of B both elements have half their voltage, which counts as none."""
_WITH_WEAK_B = Sign(rule="voltage_loss", phases="ac", wirings=(THREE_WIRE,))
_SAME: Order = (0, 1, 2)
_FROM_NEXT: Order = (1, 2, 0)
_FROM_LAST: Order = (2, 0, 1)


def circuit_faults() -> Iterator[Fault]:
    """Yield every fault of the circuits between the instrument transformers and the meter."""
    yield from _lost_voltages()
    yield from _lost_currents()
    yield from _reversed_currents()
    yield from _exchanged_currents()
    yield from _exchanged_voltages()
    yield _reversed_sequence()


def _lost_voltages() -> Iterator[Fault]:
    for phase in PHASES:
        yield Fault(
            name=f"voltage_open_{phase}",
            title=Text(f"{_zh(phase)}电压断开", f"voltage circuit of {_en(phase)} open"),
            cause="meter_fault",
            wirings=_wirings_of(phase, three_wire=PHASES),
            effect=Effect(voltage_gain=_gains(phase, 0.0)),
            signs=tuple(_voltage_signs(phase, _WITHOUT_B)),
        )
    for phase in PHASES:
        yield Fault(
            name=f"voltage_weak_{phase}",
            title=Text(f"{_zh(phase)}电压偏低", f"voltage circuit of {_en(phase)} weakened"),
            cause="meter_fault",
            wirings=_wirings_of(phase, three_wire=PHASES),
            effect=Effect(voltage_gain=_gains(phase, None)),
            fraction=_WEAK_FRACTION,
            signs=tuple(_voltage_signs(phase, _WITH_WEAK_B)),
        )
    for pair in _PAIRS:
        yield Fault(
            name=f"voltage_open_{pair}",
            title=Text(f"{_zh(pair)}电压断开", f"voltage circuits of {_en(pair)} open"),
            cause="meter_fault",
            wirings=(FOUR_WIRE,),
            effect=Effect(voltage_gain=_gains(pair, 0.0)),
            signs=(Sign(rule="voltage_loss", phases=pair),),
        )
    yield Fault(
        name="total_voltage_loss",
        title=Text("全失压", "every voltage circuit open"),
        cause="meter_fault",
        wirings=(FOUR_WIRE, THREE_WIRE),
        effect=Effect(voltage_gain=(0.0, 0.0, 0.0), events=("total_voltage_loss",)),
        signs=(Sign(rule="total_voltage_loss"),),
    )


def _voltage_signs(phase: str, of_b: Sign) -> Iterator[Sign]:
    yield Sign(rule="undervoltage", phases="a", wirings=(SINGLE_PHASE,))
    yield Sign(rule="voltage_loss", phases=phase, wirings=(FOUR_WIRE,))
    own = Sign(rule="voltage_loss", phases=phase, wirings=(THREE_WIRE,))
    yield of_b if phase == "b" else own


def _lost_currents() -> Iterator[Fault]:
    for phases in (*PHASES, *_PAIRS):
        yield Fault(
            name=f"current_open_{phases}",
            title=Text(f"{_zh(phases)}电流断开", f"current circuit of {_en(phases)} open"),
            cause="meter_fault",
            wirings=_three_phase(phases),
            effect=Effect(current_gain=_gains(phases, 0.0)),
            signs=(Sign(rule="current_loss", phases=phases),),
        )
    for phase in PHASES:
        yield Fault(
            name=f"current_shunted_{phase}",
            title=Text(f"{_zh(phase)}电流分流", f"current circuit of {_en(phase)} shunted"),
            cause="theft",
            wirings=_three_phase(phase),
            effect=Effect(current_gain=_gains(phase, None)),
            fraction=_SHUNTED_FRACTION,
            signs=(Sign(rule="current_unbalance"),),
        )


def _reversed_currents() -> Iterator[Fault]:
    for phases in (*PHASES, *_PAIRS, PHASES):
        yield Fault(
            name=f"current_reversed_{phases}",
            title=Text(f"{_zh(phases)}电流反接", f"current of {_en(phases)} reversed"),
            cause="wiring_mistake",
            wirings=_wirings_of(phases, three_wire=("a", "c", "ac")),
            effect=Effect(current_gain=_gains(phases, -1.0)),
            signs=(Sign(rule="power_reversal", phases=phases),),
        )


def _exchanged_currents() -> Iterator[Fault]:
    for pair in _PAIRS:
        yield Fault(
            name=f"currents_swapped_{pair}",
            title=Text(f"{_zh(pair)}电流互换", f"currents of {_en(pair)} exchanged"),
            cause="wiring_mistake",
            wirings=(FOUR_WIRE, THREE_WIRE) if pair == "ac" else (FOUR_WIRE,),
            effect=Effect(current_order=_swapped(pair), events=("current_phase_sequence",)),
            signs=(
                Sign(rule="current_phase_sequence"),
                Sign(rule="power_reversal", phases=pair, wirings=(FOUR_WIRE,)),
                Sign(rule="power_reversal", phases="c", wirings=(THREE_WIRE,)),
            ),
        )
    for name, order, zh, en in _turned("currents"):
        yield Fault(
            name=name,
            title=Text(f"电流{zh}", f"currents {en}"),
            cause="wiring_mistake",
            wirings=(FOUR_WIRE,),
            effect=Effect(current_order=order),
            signs=(Sign(rule="power_reversal", phases=PHASES),),
        )


def _exchanged_voltages() -> Iterator[Fault]:
    negative = {"ab": "a", "ac": "a", "bc": "c"}
    for pair in _PAIRS:
        yield Fault(
            name=f"voltages_swapped_{pair}",
            title=Text(f"{_zh(pair)}电压互换", f"voltages of {_en(pair)} exchanged"),
            cause="wiring_mistake",
            wirings=(FOUR_WIRE, THREE_WIRE),
            effect=Effect(voltage_order=_swapped(pair), events=("voltage_phase_sequence",)),
            signs=(
                Sign(rule="voltage_phase_sequence"),
                Sign(rule="power_reversal", phases=pair, wirings=(FOUR_WIRE,)),
                Sign(rule="power_reversal", phases=negative[pair], wirings=(THREE_WIRE,)),
            ),
        )
    for name, order, zh, en in _turned("voltages"):
        elements = "c" if order == _FROM_NEXT else "ac"
        yield Fault(
            name=name,
            title=Text(f"电压{zh}", f"voltages {en}"),
            cause="wiring_mistake",
            wirings=(FOUR_WIRE, THREE_WIRE),
            effect=Effect(voltage_order=order),
            signs=(
                Sign(rule="power_reversal", phases=PHASES, wirings=(FOUR_WIRE,)),
                Sign(rule="power_reversal", phases=elements, wirings=(THREE_WIRE,)),
            ),
        )


def _turned(what: str) -> Sequence[tuple[str, Order, str, str]]:
    return (
        (f"{what}_rotated", _FROM_NEXT, "依次错接为 b、c、a 相", "taken from b, c, a"),
        (f"{what}_rotated_back", _FROM_LAST, "依次错接为 c、a、b 相", "taken from c, a, b"),
    )


def _reversed_sequence() -> Fault:
    events = ("voltage_phase_sequence", "current_phase_sequence")
    return Fault(
        name="phase_sequence_reversed",
        title=Text("电压电流均逆相序", "phase sequence of voltages and currents reversed"),
        cause="wiring_mistake",
        wirings=(FOUR_WIRE, THREE_WIRE),
        effect=Effect(voltage_order=_swapped("ac"), current_order=_swapped("ac"), events=events),
        signs=tuple(Sign(rule=event) for event in events),
    )


def _wirings_of(phases: str, *, three_wire: str | tuple[str, ...]) -> tuple[str, ...]:
    return (
        *((SINGLE_PHASE,) if phases == "a" else ()),
        FOUR_WIRE,
        *((THREE_WIRE,) if phases in three_wire else ()),
    )


def _three_phase(phases: str) -> tuple[str, ...]:
    return (FOUR_WIRE, THREE_WIRE) if phases in ("a", "c") else (FOUR_WIRE,)


def _gains(phases: str, gain: Gain) -> Gains:
    a, b, c = (gain if phase in phases else 1.0 for phase in PHASES)
    return a, b, c


def _swapped(pair: str) -> Order:
    first, second = (PHASES.index(phase) for phase in pair)
    order = list(_SAME)
    order[first], order[second] = second, first
    return order[0], order[1], order[2]


def _zh(phases: str) -> str:
    return "、".join(phase.upper() for phase in phases) + " 相"


def _en(phases: str) -> str:
    word = "phase" if len(phases) == 1 else "phases"
    return f"{word} {', '.join(phases)}"
