"""What goes into the bill of one group (计费输入记录)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import frozen

__all__ = [
    "PERIODS",
    "Account",
    "Adjustment",
    "Debt",
    "Given",
    "Group",
    "Incident",
    "Interval",
    "Kwh",
    "LossRow",
    "Meter",
    "Period",
    "Reading",
    "Relation",
    "Transformer",
    "WireLine",
]

Period: TypeAlias = Literal["sharp", "peak", "flat", "valley", "deep_valley", "total"]
PERIODS: tuple[Period, ...] = ("sharp", "peak", "flat", "valley", "deep_valley")
"""The periods of time of use (尖峰平谷深谷), in the order in which bills print them."""

Kwh: TypeAlias = Mapping[str, Decimal]
"""Energy by period; ``total`` stands beside the parts, or alone where a meter has one rate."""


@frozen(kw_only=True)
class Account:
    """The part of a billing period in which an account had one tariff (账户计费段).

    Parameters
    ----------
    account_id, group_id, tariff : str
        The account, the metering group it is billed with, and the name of its tariff.
    started_on, ended_on : date
        The days ``[started_on, ended_on)``; an account may have several rows, one after another.
    power_factor_standard : Decimal, optional
        0.90, 0.85 or 0.80.
    is_power_factor_assessed : bool, optional
        Whether the power factor changes its bill; None: where there is a standard.
    year_to_date_kwh : Decimal, optional
        Energy of the year before this row, for tiers by the year.
    household_count : int, optional
        Persons of the household, or households behind a shared meter, as the tariff says.
    contract_demand_kw : Decimal, optional
        The demand agreed.
    """

    account_id: str
    group_id: str
    tariff: str
    started_on: date
    ended_on: date
    power_factor_standard: Decimal | None = None
    is_power_factor_assessed: bool | None = None
    year_to_date_kwh: Decimal | None = None
    household_count: int | None = None
    contract_demand_kw: Decimal | None = None


@frozen(kw_only=True)
class Meter:
    """A meter and where it hangs (计量点).

    Parameters
    ----------
    meter_id, account_id : str
        The meter, and the account it measures; empty for a meter that only measures a group.
    multiplier : Decimal
        CT x PT x the meter's own factor (倍率).
    integer_digits, decimal_digits : int, optional
        Digits of its registers: it runs over at ``10 ** integer_digits``.
    total_policy : {"parts", "total"}
        Whether the parts are billed, or flat is the total less the other parts.
    metering_side : {"low", "high"}
        Low: behind the customer's transformer, whose loss it carries.
    circuit_id, transformer_id, line_id : str
        What feeds it; empty for none.
    installed_on, removed_on : date, optional
        The days ``[installed_on, removed_on)`` that it measured.
    """

    meter_id: str
    account_id: str
    multiplier: Decimal = Decimal(1)
    integer_digits: int | None = None
    decimal_digits: int | None = None
    total_policy: Literal["parts", "total"] = "parts"
    metering_side: Literal["low", "high"] = "high"
    circuit_id: str = ""
    transformer_id: str = ""
    line_id: str = ""
    installed_on: date | None = None
    removed_on: date | None = None


@frozen(kw_only=True)
class Reading:
    """What a register showed at the beginning of a day (示数).

    Parameters
    ----------
    meter_id, register : str
        Registers are ``active_total``, ``active_peak``, ..., ``reverse_active_...``,
        ``reactive_forward``, ``reactive_reverse``, ``reactive_net``, ``max_demand``.
    read_on : date
        The day; for ``max_demand`` the end of the period it belongs to.
    reading : Decimal
        What it showed.
    status : str
        As the collection system has it; empty, ``ok`` or ``late`` for a real reading, and
        ``estimated`` for one that the next real one settles. Others do not count.
    """

    meter_id: str
    register: str
    read_on: date
    reading: Decimal
    status: str = ""


@frozen(kw_only=True)
class Interval:
    """What a meter counted from one moment on, for as long as its intervals are (区间电量).

    Parameters
    ----------
    meter_id : str
        The meter.
    started_at : datetime
        Its beginning as the clock shows it in Shanghai, without a time zone.
    energy_kwh : Decimal
        Active energy: the multiplier of the meter is in it [kWh].
    reactive_kvarh : Decimal, optional
        Reactive energy, likewise [kvarh].
    """

    meter_id: str
    started_at: datetime
    energy_kwh: Decimal
    reactive_kvarh: Decimal | None = None


@frozen(kw_only=True)
class Relation:
    """A sub-account or sub-meter and what it is taken from (主分表、定量定比关系).

    Parameters
    ----------
    child_id, parent_id : str
        Meters or accounts.
    kind : {"sub_meter", "fixed_quantity", "fixed_ratio", "through_supply"}
        分表、定量、定比、转供.
    quantity_kwh, ratio : Decimal, optional
        Of fixed quantities and ratios.
    period_split : str
        ``proportional``, ``flat``, or empty for what the kind usually takes.
    ratio_base : str
        ``before_loss`` or ``after_loss``; empty for before.
    bears_transformer_loss, bears_line_loss : bool, optional
        Whether the child carries its share of the losses.
    supplied_load : str
        Of supply passed on: lighting, one_shift, two_shifts, three_shifts or agriculture; empty
        for what the category of its tariff says.
    """

    child_id: str
    parent_id: str
    kind: Literal["sub_meter", "fixed_quantity", "fixed_ratio", "through_supply"]
    quantity_kwh: Decimal | None = None
    ratio: Decimal | None = None
    period_split: str = ""
    ratio_base: str = ""
    bears_transformer_loss: bool | None = None
    bears_line_loss: bool | None = None
    supplied_load: str = ""


@frozen(kw_only=True)
class Transformer:
    """A transformer, or a motor at high voltage, in one state for some days (受电设备).

    One transformer_id may stand in several rows: its states, or its accounts, one after another.
    """

    transformer_id: str
    account_id: str
    kind: Literal["transformer", "hv_motor"] = "transformer"
    capacity_kva: Decimal
    status: Literal["running", "suspended", "hot_standby", "cold_standby"] = "running"
    interlock_group: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    no_load_loss_kw: Decimal | None = None
    load_loss_kw: Decimal | None = None
    no_load_current_percent: Decimal | None = None
    short_circuit_voltage_percent: Decimal | None = None
    load_shape_factor: Decimal | None = None
    loss_method: Literal["none", "given", "table", "formula", "ratio"] = "none"
    loss_table: str = ""


@frozen(kw_only=True)
class LossRow:
    """A band of a loss table, for a month of 30 days: above < kWh <= up to (变损表行)."""

    loss_table: str
    capacity_kva: Decimal
    above_kwh: Decimal
    up_to_kwh: Decimal | None
    loss_kwh: Decimal
    loss_kvarh: Decimal


@frozen(kw_only=True)
class WireLine:
    """A customer's own line (用户专线)."""

    line_id: str
    loss_ratio: Decimal | None = None
    resistance_ohm: Decimal | None = None
    reactance_ohm: Decimal | None = None
    voltage_kv: Decimal | None = None
    side: str = ""


@frozen(kw_only=True)
class Given:
    """The output of a stage, known from outside; it replaces the stage (外部给定值)."""

    id: str
    quantity: str
    period: str
    value: Decimal


@frozen(kw_only=True)
class Adjustment:
    """An amount that is added to the bill (调整项)."""

    account_id: str
    code: str
    group: str
    amount_yuan: Decimal


@frozen(kw_only=True)
class Incident:
    """Theft or a breach of the supply contract, as found (窃电、违约用电)."""

    incident_id: str
    account_id: str
    kind: Literal["theft", "higher_priced_load", "excess_capacity", "sealed_equipment"]
    load_kind: Literal["power", "lighting"] | None = None
    load_kw: Decimal | None = None
    load_tariff: str = ""
    capacity_kva: Decimal | None = None
    started_on: date | None = None
    found_on: date | None = None


@frozen(kw_only=True)
class Debt:
    """An amount that was paid late, or is still owed (欠费)."""

    account_id: str
    amount_yuan: Decimal
    due_on: date
    paid_on: date | None = None


@frozen(kw_only=True)
class Group:
    """All that the bill of one group depends on (计费组)."""

    group_id: str
    accounts: tuple[Account, ...]
    meters: tuple[Meter, ...] = ()
    readings: tuple[Reading, ...] = ()
    relations: tuple[Relation, ...] = ()
    transformers: tuple[Transformer, ...] = ()
    loss_tables: tuple[LossRow, ...] = ()
    lines: tuple[WireLine, ...] = ()
    givens: tuple[Given, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    incidents: tuple[Incident, ...] = ()
    debts: tuple[Debt, ...] = ()
    intervals: tuple[Interval, ...] = ()
