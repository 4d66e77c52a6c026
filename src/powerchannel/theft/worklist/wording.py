"""What causes are called, and what to check on site, by cause and by rule (现场核查要点)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from powerchannel.text import Text
from powerchannel.theft.causes.catalogue import CAUSES as CAUSE_TITLES

__all__ = ["CAUSES", "CAUSE_CHECKS", "CHOSEN_BY", "RULE_CHECKS", "STATUSES", "site_checks"]

CAUSES: Mapping[str, Text] = MappingProxyType(
    {str(code): title for code, title in CAUSE_TITLES.items()}
    | {"normal": Text("未见异常", "nothing found")}
)
"""What each cause is called (原因名称)."""

CAUSE_CHECKS: Mapping[str, Text] = MappingProxyType(
    {
        "theft": Text(
            "先拍照取证：封印、表箱、进出线；用钳形表比对进线与表计电流，查有无表前接线",
            "photograph seals, box and leads first; compare clamp-meter and meter current, look "
            "for taps before the meter",
        ),
        "wiring_mistake": Text(
            "用相位伏安表测各元件电压、电流与夹角，画相量图核对接线，记录错接方式",
            "measure voltage, current and angle of each element, draw the phasors, note how it "
            "is wired",
        ),
        "meter_fault": Text(
            "用现场校验仪测误差，查互感器变比与二次回路，必要时拆表送检",
            "test the error on site, check transformer ratios and secondary circuits, send the "
            "meter to the laboratory if need be",
        ),
        "data_fault": Text(
            "抄录现场示数与时钟，与主站数据核对，查采集终端通信",
            "read register and clock on site, compare with the head end, check the communication",
        ),
        "meter_replacement": Text(
            "核对表号、装拆示数与工单日期",
            "compare meter number, readings at the exchange and the dates of the work order",
        ),
        "photovoltaic": Text(
            "核对并网容量与并网点，确认正反向电量均已计量",
            "compare the installed capacity and point of connection; see that both directions "
            "are metered",
        ),
        "vacancy": Text(
            "向物业或邻里核实有无人住，看表计脉冲灯是否走字",
            "ask whether it is lived in; see whether the meter turns",
        ),
        "outage": Text(
            "核对停电计划与抢修记录，确认复电后计量正常",
            "compare outage plans and repairs; see that it meters again",
        ),
        "cannot_tell": Text(
            "抄录示数、各相电压电流，查封印与接线，按实际情况记录",
            "read the register, voltages and currents; check seals and wiring; note what you find",
        ),
        "normal": Text(
            "随机抽查：抄录示数、查封印与接线，未见异常也须如实记录",
            "drawn at random: read the register, check seals and wiring; a clean finding counts",
        ),
    }
)
"""What to check where a cause is suspected (按原因)."""

_VOLTAGE = Text(
    "测表尾各相电压，查电压连片、熔断器、电压互感器二次接线有无松动、断开或人为脱开",
    "measure voltages at the terminals; check links, fuses and voltage-transformer leads for "
    "loosening or opening",
)
_CURRENT = Text(
    "钳形表比对各相一、二次电流，查电流互感器二次有无短接、开路、旁路",
    "compare primary and secondary current of each phase; look for a shorted, open or bypassed "
    "current transformer",
)
_LOAD = Text(
    "核对运行容量、互感器变比与实际负荷，查有无私增容量",
    "compare capacity, ratios and actual load; look for load added without notice",
)
_REVERSED = Text(
    "测各相功率方向与相位，查电流互感器极性与进出线；有光伏的核对上网",
    "measure direction and angle of each phase; check transformer polarity and leads, and export "
    "where there is generation",
)
_SEQUENCE = Text("用相序表测相序，核对接线", "measure the phase sequence and check the wiring")
_UNBALANCE = Text(
    "分相测电压电流，分清负荷不平衡与互感器分流",
    "measure each phase; tell unbalanced load from a shunted transformer",
)
_SEALS = Text(
    "查表盖、端钮盒封印编号与完好，核对开盖时间有无工单，查内部有无改动",
    "check seal numbers and their state, compare the time of opening with work orders, look for "
    "changes inside",
)
_CLOCK = Text("核对电能表时钟并记录偏差", "compare the clock of the meter and note the deviation")
_REGISTER = Text(
    "抄录示数并观察脉冲，用秒表法或校验仪核对走字",
    "read the register, watch the pulses, compare its advance with a test meter",
)
_USE = Text(
    "核实用电设备与生产、居住情况，比对实际负荷与记录电量，查有无表前接线",
    "see what is used there, compare the load with the recorded energy, look for taps before the "
    "meter",
)
_LOG = Text(
    "调取表内事件记录，与编程、清零工单核对",
    "read the event log of the meter and compare it with work orders",
)

RULE_CHECKS: Mapping[str, Text] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "voltage_loss",
                "undervoltage",
                "phase_loss",
                "total_voltage_loss",
                "voltage_unbalance",
            ),
            _VOLTAGE,
        ),
        **dict.fromkeys(("current_loss", "current_break"), _CURRENT),
        **dict.fromkeys(
            ("overcurrent", "overload", "demand_over_limit", "above_limit_energy"), _LOAD
        ),
        **dict.fromkeys(("power_reversal", "low_power_factor"), _REVERSED),
        **dict.fromkeys(("voltage_phase_sequence", "current_phase_sequence"), _SEQUENCE),
        **dict.fromkeys(("current_unbalance", "severe_current_unbalance"), _UNBALANCE),
        **dict.fromkeys(("cover_opened", "terminal_cover_opened"), _SEALS),
        **dict.fromkeys(
            ("index_decreased", "energy_mismatch", "index_runaway", "index_stopped"), _REGISTER
        ),
        **dict.fromkeys(("zero_energy", "energy_drop", "fluctuation"), _USE),
        **dict.fromkeys(("programmed", "cleared", "demand_cleared"), _LOG),
        "overvoltage": Text(
            "测进线电压，查中性线与变压器分接头",
            "measure the supply voltage; check the neutral and the tap of the transformer",
        ),
        "outage": CAUSE_CHECKS["outage"],
        "power_failure": CAUSE_CHECKS["outage"],
        "magnetic_interference": Text(
            "查表计周围有无磁铁与磁化痕迹，用校验仪测误差",
            "look for magnets and traces of them near the meter; test its error",
        ),
        "clock_error": _CLOCK,
        "active_differential": Text(
            "抄录主表与副表同一时段的示数，分别校验误差与接线",
            "read both meters over the same time; test the error and the wiring of each",
        ),
        "neutral_current_mismatch": Text(
            "分别钳测火线与零线电流，查有无一线一地、借零线用电",
            "clamp line and neutral apart; look for a return through earth or another neutral",
        ),
    }
)
"""What to check where a rule fired (按规则)."""

CHOSEN_BY: Mapping[str, Text] = MappingProxyType(
    {"model": Text("按排序", "by rank"), "random": Text("随机抽查", "at random")}
)
"""How a customer came onto the list (入选方式)."""

STATUSES: Mapping[str, Text] = MappingProxyType(
    {
        "stated": Text("依据原文", "as its source says"),
        "repaired": Text("依据原文，读法经订正", "as its source is read"),
        "assumed": Text("本库约定，待核实", "assumed, to be confirmed"),
    }
)
"""How far a clause carries (依据状态)."""


def site_checks(cause: str, rules: tuple[str, ...]) -> tuple[Text, ...]:
    """Return what to check on site: by cause, then by each rule, each once (核查要点).

    Parameters
    ----------
    cause : str
        A code of `CAUSES`; any other counts as ``cannot_tell``.
    rules : tuple of str
        The rules that fired; those without a check of their own add none.

    Examples
    --------
    >>> len(site_checks("theft", ("current_loss", "current_break")))
    2
    """
    first = CAUSE_CHECKS.get(cause, CAUSE_CHECKS["cannot_tell"])
    found = [RULE_CHECKS[rule] for rule in rules if rule in RULE_CHECKS]
    return tuple(dict.fromkeys((first, *found)))
