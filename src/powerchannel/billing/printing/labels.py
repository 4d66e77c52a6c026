"""What bills call their registers, groups and lines (账单名称)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from powerchannel.billing.records import Line
from powerchannel.billing.rules import Rulebook
from powerchannel.text import Text

__all__ = ["group_title", "line_title", "period_title", "register_title", "unit_title"]

_PERIODS: Mapping[str, Text] = MappingProxyType(
    {
        "total": Text("总", "total"),
        "sharp": Text("尖", "critical peak"),
        "peak": Text("峰", "peak"),
        "flat": Text("平", "flat"),
        "valley": Text("谷", "valley"),
        "deep_valley": Text("深谷", "deep valley"),
    }
)
_REGISTERS: Mapping[str, Text] = MappingProxyType(
    {
        "reactive_forward": Text("无功（正向）", "reactive, forward"),
        "reactive_reverse": Text("无功（反向）", "reactive, reverse"),
        "reactive_net": Text("无功（净）", "reactive, net"),
        "max_demand": Text("最大需量", "maximum demand"),
    }
)
_ACTIVE: Mapping[str, Text] = MappingProxyType(
    {
        "active_": Text("有功（{period}）", "active, {period}"),
        "reverse_active_": Text("反向有功（{period}）", "reverse active, {period}"),
    }
)
_GROUPS: Mapping[str, Text] = MappingProxyType(
    {
        "energy": Text("上网电费", "energy"),
        "catalogue": Text("目录电费", "catalogue charge"),
        "line_loss": Text("上网环节线损费用", "line-loss fee"),
        "transmission": Text("输配电费", "transmission and distribution"),
        "system_operation": Text("系统运行费用", "system operation"),
        "fund": Text("政府性基金及附加", "government funds and surcharges"),
        "capacity": Text("容（需）量电费", "capacity or demand charge"),
        "power_factor": Text("力调电费", "power-factor adjustment"),
        "power_factor_charge": Text("力调电费", "power-factor adjustment"),
        "feed_in": Text("上网电量结算", "feed-in settlement"),
        "incident": Text("窃电、违约用电", "theft and breach"),
        "late_fee": Text("违约金", "late fee"),
        "adjustment": Text("调整", "adjustments"),
    }
)
_CODES: Mapping[str, Text] = MappingProxyType(
    {
        "energy_charge": Text("电度电费", "energy charge"),
        "interim_settlement": Text("分次结算清算", "settled in interim bills"),
        "supplement": Text("补交电费", "supplement"),
        "penalty": Text("违约使用电费", "penalty"),
    }
)


_UNITS: Mapping[str, Text] = MappingProxyType(
    {
        "yuan": Text("元", "yuan"),
        "kVA·month": Text("kVA·月", "kVA·month"),
        "kW·month": Text("kW·月", "kW·month"),
    }
)


def period_title(period: str) -> Text:
    """Return what bills call a period (时段名称).

    Parameters
    ----------
    period : str
        ``total`` or a period of time of use; another name stands for itself.

    Examples
    --------
    >>> period_title("deep_valley").zh
    '深谷'
    """
    return _PERIODS.get(period, Text(period, period))


def register_title(register: str) -> Text:
    """Return what bills call a register (示数类型名称).

    Parameters
    ----------
    register : str
        Such as ``active_peak``; another name stands for itself.

    Examples
    --------
    >>> register_title("active_peak").zh
    '有功（峰）'
    """
    for prefix, title in _ACTIVE.items():
        if register.startswith(prefix):
            return title.fill(period=period_title(register.removeprefix(prefix)))
    return _REGISTERS.get(register, Text(register, register))


def unit_title(unit: str) -> Text:
    """Return what bills call a unit (单位名称).

    Parameters
    ----------
    unit : str
        Such as ``kVA·month``; another name stands for itself.

    Examples
    --------
    >>> unit_title("kVA·month").zh
    'kVA·月'
    """
    return _UNITS.get(unit, Text(unit, unit))


def group_title(group: str) -> Text:
    """Return what bills call a group of components (电费大类名称).

    Parameters
    ----------
    group : str
        Such as ``transmission``; another name stands for itself.

    Examples
    --------
    >>> group_title("fund").en
    'government funds and surcharges'
    """
    return _GROUPS.get(group, Text(group, group))


def line_title(line: Line, rulebook: Rulebook | None = None) -> Text:
    """Return what a bill calls one of its lines (账单行名称).

    Parameters
    ----------
    line : Line
        The line.
    rulebook : Rulebook, optional
        Where its tariffs give the component a title, that is taken.
    """
    title = _component_title(line.code, rulebook) or _CODES.get(line.code) or _engine_title(line)
    if line.period == "total":
        return title
    period = period_title(line.period)
    return Text(f"{title.zh}（{period.zh}）", f"{title.en} ({period.en})")


def _component_title(code: str, rulebook: Rulebook | None) -> Text | None:
    components = (c for t in (rulebook.tariffs if rulebook else ()) for c in t.components)
    return next((c.title for c in components if c.code == code and c.title is not None), None)


def _engine_title(line: Line) -> Text:
    tier = line.code.removeprefix("tier_")
    if tier != line.code:
        return Text(f"第 {tier} 档", f"tier {tier}")
    return _GROUPS.get(line.code, Text(line.code, line.code))
