"""A bill written down by hand, for tests of what is made of bills."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import evolve

from powerchannel.billing.records import (
    Account,
    Finding,
    Group,
    GroupBill,
    Line,
    RegisterRow,
)
from powerchannel.text import Text

ACCOUNT = Account(
    account_id="p",
    group_id="g",
    tariff="industry",
    started_on=date(2025, 6, 1),
    ended_on=date(2025, 7, 1),
    power_factor_standard=Decimal("0.90"),
)
LIGHT = evolve(ACCOUNT, account_id="l", tariff="lighting", power_factor_standard=None)
GROUP = Group(group_id="g", accounts=(ACCOUNT, LIGHT))


def line(code: str, quantity: str, unit: str, price: str, fen: int, **more: str) -> Line:
    defaults = {"account_id": "p", "group": "catalogue", "period": "total"}
    return Line(
        code=code,
        quantity=Decimal(quantity),
        unit=unit,
        price=Decimal(price),
        amount_fen=fen,
        rule_id=f"tariffs.industry.{code}",
        status="stated",
        clause="a notice",
        **{**defaults, **more},
    )


LINES = (
    line("catalogue", "107700", "kWh", "0.675", 7269750, period="peak"),
    line("catalogue", "321700", "kWh", "0.45", 14476500, period="flat"),
    line("capacity", "5000", "kVA", "15", 7500000, group="capacity"),
    line("power_factor_charge", "222462.50", "yuan", "-0.0075", -166847, group="power_factor"),
    line("catalogue", "2000", "kWh", "0.70", 140000, account_id="l"),
    Line(
        account_id="l",
        code="settlement",
        group="energy",
        period="total",
        quantity=None,
        unit="",
        price=None,
        amount_fen=-1250,
        rule_id="adjustments",
        note=Text("市场结算", "market settlement"),
    ),
)
REGISTERS = (
    RegisterRow(
        meter_id="m",
        account_id="p",
        register="active_peak",
        period="peak",
        previous=Decimal("4639.2"),
        current=Decimal("4675.1"),
        multiplier=Decimal(3000),
        metered_kwh=Decimal("107700.00"),
    ),
    RegisterRow(
        meter_id="m",
        account_id="p",
        register="active_flat",
        period="flat",
        previous=None,
        current=None,
        multiplier=Decimal(3000),
        metered_kwh=Decimal(320000),
        transformer_loss_kwh=Decimal(3000),
        line_loss_kwh=Decimal(700),
        added_kwh=Decimal(-2000),
        is_estimated=True,
    ),
)
NOTICE = Finding(
    code="estimated", id="m", is_fatal=False, message=Text("m 为测算电量", "m was estimated")
)
TOTAL = sum(one.amount_fen for one in LINES)
BILL = GroupBill(
    group_id="g",
    lines=LINES,
    values={
        ("g", "amount_yuan", "total"): Decimal(TOTAL).scaleb(-2),
        ("g", "power_factor", "total"): Decimal("0.98"),
        ("p", "power_factor", "total"): Decimal("0.98"),
        ("p", "power_factor_rate_percent", "total"): Decimal("-0.75"),
        ("p", "billed_energy_kwh", "total"): Decimal(429400),
        ("p", "catalogue", "peak"): Decimal("72697.50"),
        ("p", "catalogue", "total"): Decimal("217462.50"),
        ("p", "catalogue", "flat"): Decimal("144765.0"),
        ("l", "billed_energy_kwh", "total"): Decimal("2E+3"),
    },
    registers=REGISTERS,
    findings=(NOTICE,),
)
MISSING = Finding(
    code="reading_missing",
    id="m9",
    is_fatal=True,
    message=Text("m9 缺少 6 月 1 日的示数", "m9 has no reading of 1 June"),
)
DROPPED = GroupBill(group_id="h", lines=(), values={}, findings=(MISSING,))
