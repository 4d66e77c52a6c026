"""What is planted in a made-up theft month: the kinds of cases (植入情形)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen

from powerchannel.text import Text

__all__ = ["CASES", "Case", "Way"]

Way: TypeAlias = Literal[
    "circuit",
    "attack",
    "bypass",
    "stopped",
    "empty",
    "dark",
    "panels",
    "replaced",
    "gaps",
    "stuck",
    "spike",
]
"""How a case is planted: by the simulator, an attack, what is used, the meter, or the data."""

_FOUR, _THREE, _ONE = "three_phase_four_wire", "three_phase_three_wire", "single_phase"
_ENOUGH_KWH = 6.0


@frozen(kw_only=True)
class Case:
    """A kind of case (植入情形).

    Parameters
    ----------
    title : Text
        What it is, for people.
    cause : str
        A code of `powerchannel.theft.causes.CAUSES`.
    way : str
        How it is planted.
    kinds : tuple of str
        The kinds of customers that may have it.
    rule : str
        The electrical rule that must fire; empty where none need.
    faults : mapping of wiring to tuple of str
        Of ``circuit``: faults of `powerchannel.theft.simulate`, one of which is drawn. Of
        ``attack``: the attack, whatever the wiring.
    fraction : float, optional
        Of a fault of degree.
    is_tampered : bool
        Whether a cover was opened for it.
    needs_readings : bool
        Whether only customers with phase readings may have it.
    least_kwh : float
        What they use in a day at least, so that the rule's least current is reached [kWh].
    begins : {"window", "month", "before"}
        In the middle of the window, early in its last month, or before the window.
    longest_days : int, optional
        For how long it lasts at most; to the end by default [d].
    """

    title: Text
    cause: str
    way: Way
    kinds: tuple[str, ...] = ("home",)
    rule: str = ""
    faults: Mapping[str, tuple[str, ...]] = field(factory=dict)
    fraction: float | None = None
    is_tampered: bool = False
    needs_readings: bool = False
    least_kwh: float = 0.0
    begins: Literal["window", "month", "before"] = "window"
    longest_days: int | None = None

    @property
    def is_of_metering(self) -> bool:
        """Whether less may be recorded than is used (是否影响计量)."""
        return self.cause in ("theft", "meter_fault", "wiring_mistake")


def _phases(name: str, three_wire: str = "ac") -> dict[str, tuple[str, ...]]:
    return {
        _FOUR: tuple(f"{name}_{phase}" for phase in "abc"),
        _THREE: tuple(f"{name}_{phase}" for phase in three_wire),
    }


def _everywhere(fault: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys((_ONE, _FOUR, _THREE), (fault,))


def _circuit(
    zh: str,
    en: str,
    rule: str,
    faults: Mapping[str, tuple[str, ...]],
    *,
    cause: str = "theft",
    is_tampered: bool = False,
    begins: Literal["month", "before"] = "month",
    longest_days: int | None = None,
) -> Case:
    is_single = _ONE in faults
    kinds = ("home",) if is_single else ("shop", "works", "mill")
    return Case(
        title=Text(zh, en),
        cause=cause,
        way="circuit",
        kinds=kinds if is_single or _THREE in faults else kinds[:2],
        rule=rule,
        faults=faults,
        is_tampered=is_tampered,
        needs_readings=True,
        least_kwh=_ENOUGH_KWH if is_single else 0.0,
        begins=begins,
        longest_days=longest_days,
    )


def _attack(kind: str, zh: str, en: str) -> Case:
    return Case(
        title=Text(zh, en),
        cause="theft",
        way="attack",
        kinds=("home", "shop"),
        faults={_ONE: (kind,), _FOUR: (kind,)},
    )


def _data(way: Way, zh: str, en: str, rule: str = "") -> Case:
    return Case(title=Text(zh, en), cause="data_fault", way=way, kinds=("home", "shop"), rule=rule)


CASES: Mapping[str, Case] = {
    "current_shunted": _circuit(
        "一相电流分流，开过端钮盒",
        "current of one phase shunted, terminal cover opened",
        "current_unbalance",
        _phases("current_shunted"),
        is_tampered=True,
    ),
    "current_opened": _circuit(
        "一相电流被断开，开过端钮盒",
        "current circuit of one phase opened on purpose",
        "current_loss",
        _phases("current_open"),
        is_tampered=True,
    ),
    "voltage_opened": _circuit(
        "一相电压被断开，开过端钮盒",
        "voltage circuit of one phase opened on purpose",
        "voltage_loss",
        _phases("voltage_open"),
        is_tampered=True,
    ),
    "current_turned": _circuit(
        "一相电流被反接，开过端钮盒",
        "current of one phase reversed on purpose",
        "power_reversal",
        _phases("current_reversed", three_wire="a"),
        is_tampered=True,
    ),
    "live_shunted": _circuit(
        "火线分流", "live circuit shunted", "neutral_current_mismatch", {_ONE: ("live_shunted",)}
    ),
    "magnet": Case(
        title=Text("强磁干扰", "magnet on the meter"),
        cause="theft",
        way="circuit",
        kinds=("home", "shop"),
        rule="magnetic_interference",
        faults=_everywhere("magnet"),
        begins="window",
    ),
    "scaled": _attack("h1", "按固定比例少计（h1）", "a fixed share is recorded (h1)"),
    "switched_off": _attack("h2", "一段时间不计量（h2）", "nothing recorded for a while (h2)"),
    "scaled_each_day": _attack("h3", "每日按不同比例少计（h3）", "another share each day (h3)"),
    "scaled_mean": _attack("h4", "按均值的不同比例上报（h4）", "shares of the mean (h4)"),
    "flat": _attack("h5", "每日上报均值（h5）", "the mean every day (h5)"),
    "bypassed": Case(
        title=Text("绕越电能表", "all load connected before the meter"),
        cause="theft",
        way="bypass",
        rule="zero_energy",
    ),
    "current_circuit_failed": _circuit(
        "一相电流回路断开",
        "current circuit of one phase failed",
        "current_loss",
        _phases("current_open"),
        cause="meter_fault",
    ),
    "voltage_circuit_failed": _circuit(
        "一相电压回路断开",
        "voltage circuit of one phase failed",
        "voltage_loss",
        _phases("voltage_open"),
        cause="meter_fault",
    ),
    "index_stopped": Case(
        title=Text("电能表停走", "the register stands still"),
        cause="meter_fault",
        way="stopped",
        kinds=("shop", "works"),
        rule="index_stopped",
        begins="month",
    ),
    "sequence_reversed": _circuit(
        "逆相序",
        "voltages and currents in reversed sequence",
        "voltage_phase_sequence",
        dict.fromkeys((_FOUR, _THREE), ("phase_sequence_reversed",)),
        cause="wiring_mistake",
    ),
    "reversed_since_installation": _circuit(
        "装表时一相电流反接",
        "current of one phase reversed since installation",
        "power_reversal",
        _phases("current_reversed", three_wire="a"),
        cause="wiring_mistake",
        begins="before",
    ),
    "neutral_outside": _circuit(
        "零线不经电能表",
        "neutral returns outside the meter",
        "neutral_current_mismatch",
        {_ONE: ("neutral_bypassed",)},
        cause="wiring_mistake",
        begins="before",
    ),
    "phase_dead": _circuit(
        "供电缺一相",
        "one phase of the supply is gone",
        "phase_loss",
        {_FOUR: tuple(f"phase_dead_{phase}" for phase in "abc")},
        cause="outage",
        longest_days=2,
    ),
    "area_dark": Case(
        title=Text("整个台区停电", "the whole area without supply"),
        cause="outage",
        way="dark",
        rule="zero_energy",
        begins="month",
        longest_days=9,
    ),
    "vacant": Case(
        title=Text("空置", "nobody lives there"), cause="vacancy", way="empty", rule="zero_energy"
    ),
    "exporting": Case(
        title=Text("光伏上网", "photovoltaic export"),
        cause="photovoltaic",
        way="panels",
        rule="power_reversal",
        needs_readings=True,
        begins="before",
    ),
    "exporting_unregistered": Case(
        title=Text("光伏上网，档案未注明", "photovoltaic export, the archive does not say"),
        cause="photovoltaic",
        way="panels",
        rule="power_reversal",
        needs_readings=True,
        begins="before",
    ),
    "replaced": Case(
        title=Text("换表", "meter replaced"),
        cause="meter_replacement",
        way="replaced",
        kinds=("home", "shop"),
        rule="index_decreased",
    ),
    "gaps": _data("gaps", "大量缺测", "many days not read"),
    "stuck": _data("stuck", "多日数值相同", "the same value for days"),
    "spike": _data("spike", "单日数值突跳", "a spike of one day", "index_decreased"),
    "opened_only": Case(
        title=Text("仅开过端钮盒", "terminal cover opened, and nothing else"),
        cause="cannot_tell",
        way="circuit",
        kinds=("home", "shop"),
        rule="terminal_cover_opened",
        faults=_everywhere("terminal_cover_opened"),
        longest_days=1,
    ),
    "magnet_only": Case(
        title=Text("仅有磁场干扰", "a magnetic field, and no less recorded"),
        cause="cannot_tell",
        way="circuit",
        kinds=("home", "shop"),
        rule="magnetic_interference",
        faults=_everywhere("magnet"),
        fraction=1.0,
        longest_days=1,
    ),
    "unbalanced_and_fallen": Case(
        title=Text(
            "专变用户电流不平衡且用电下降",
            "unbalanced currents and less use, where no area's meter tells more",
        ),
        cause="cannot_tell",
        way="circuit",
        kinds=("mill",),
        rule="current_unbalance",
        faults={_THREE: ("unbalanced_load",)},
        needs_readings=True,
        begins="month",
    ),
}
"""Every kind of case by name."""
