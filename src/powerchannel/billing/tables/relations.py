"""The contract of the table of relations: what is taken off what (主分关系表结构)."""

from __future__ import annotations

from decimal import Decimal

from powerchannel.billing.tables.words import (
    PERIOD_SPLITS,
    RATIO_BASES,
    RELATION_KINDS,
    SUPPLIED_LOADS,
)
from powerchannel.tables import Schema
from powerchannel.tables.building import code, flag, name, number
from powerchannel.text import Text

__all__ = ["RELATIONS"]

RELATIONS = Schema(
    name="relations",
    title=Text("主分关系", "relations"),
    description=Text(
        "分表、定量、定比、转供与其主表", "sub-meters and shares, and what they are taken from"
    ),
    columns=(
        name(
            "child_id",
            Text("分表编号", "child"),
            Text("分表或定量定比户", "the meter or account taken off"),
            *("子表编号", "下级编号"),
            is_required=True,
        ),
        name(
            "parent_id",
            Text("主表编号", "parent"),
            Text("主表或主户", "the meter or account it is taken from"),
            *("总表编号", "上级编号"),
            is_required=True,
        ),
        code(
            "kind",
            Text("关系类型", "kind"),
            Text("分表、定量、定比或转供", "sub-meter, quantity, ratio or through supply"),
            RELATION_KINDS,
            is_required=True,
        ),
        number(
            "quantity_kwh",
            Text("定量值", "quantity"),
            Text("每月定量", "energy a month"),
            "定量",
            unit="kWh",
        ),
        number(
            "ratio",
            Text("定比值", "ratio"),
            Text("定比，如 0.03", "the share, such as 0.03"),
            "定比",
            decimals=10,
            maximum=Decimal(1),
        ),
        code(
            "period_split",
            Text("时段分摊", "period split"),
            Text("从哪些时段扣，空按规则", "which periods it comes from; empty: by the rules"),
            PERIOD_SPLITS,
        ),
        code(
            "ratio_base",
            Text("定比基数", "ratio base"),
            Text("变损前或变损后，空为变损前", "before or after losses; empty: before"),
            RATIO_BASES,
        ),
        flag(
            "bears_transformer_loss",
            Text("是否分摊变损", "bears transformer loss"),
            Text("是否承担变损", "whether it carries its share"),
            "变损分摊标志",
        ),
        flag(
            "bears_line_loss",
            Text("是否分摊线损", "bears line loss"),
            Text("是否承担线损", "whether it carries its share"),
            "线损分摊标志",
        ),
        code(
            "supplied_load",
            Text("转供负荷类别", "supplied load"),
            Text(
                "被转供负荷的类别，定其需量折算小时；空按电价的用电分类",
                "what is supplied through, for the demand it stands for; empty: by its tariff",
            ),
            SUPPLIED_LOADS,
            "生产班次",
        ),
    ),
    key=("child_id", "parent_id", "kind"),
)
