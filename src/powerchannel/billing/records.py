"""What goes into the bill of one group, and what comes out, as plain records (单户计费记录).

Numbers are Decimal: these records are for reading, explaining and holding the batch against. A
batch over many customers works on arrays of whole Wh, fen and 1e-8 yuan.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import field, frozen

from powerchannel.text import Text

__all__ = [
    "PERIODS",
    "Account",
    "AccountEnergy",
    "Adjustment",
    "Debt",
    "Finding",
    "Given",
    "Group",
    "GroupBill",
    "GroupEnergy",
    "Incident",
    "Line",
    "Loss",
    "LossRow",
    "Meter",
    "Period",
    "Reading",
    "RegisterRow",
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
        As the collection system has it; empty or ``ok`` for a reading that counts.
    """

    meter_id: str
    register: str
    read_on: date
    reading: Decimal
    status: str = ""


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


@frozen(kw_only=True)
class Finding:
    """Something a person should know of a bill, or why there is none (计费提示).

    Parameters
    ----------
    code : str
        Such as ``reading_missing``.
    id : str
        The meter, account, transformer or incident.
    is_fatal : bool
        Whether the group drops out of the run.
    message : Text
        What, where, and the way out.
    """

    code: str
    id: str
    is_fatal: bool
    message: Text


@frozen(kw_only=True)
class RegisterRow:
    """One printed row of a register (示数行): metered + losses + added = billed.

    ``previous`` and ``current`` are None where the energy was given, estimated or derived.
    """

    meter_id: str
    account_id: str
    register: str
    period: str
    previous: Decimal | None
    current: Decimal | None
    multiplier: Decimal
    metered_kwh: Decimal
    transformer_loss_kwh: Decimal = Decimal(0)
    line_loss_kwh: Decimal = Decimal(0)
    added_kwh: Decimal = Decimal(0)
    is_estimated: bool = False

    @property
    def billed_kwh(self) -> Decimal:
        """What is billed (计费电量)."""
        return self.metered_kwh + self.transformer_loss_kwh + self.line_loss_kwh + self.added_kwh


@frozen(kw_only=True)
class Loss:
    """A loss that a meter or account carries (损耗)."""

    id: str
    kind: Literal["transformer", "line"]
    active_kwh: Kwh
    reactive_kvarh: Decimal


@frozen(kw_only=True)
class AccountEnergy:
    """What one row of an account is billed for (账户电量).

    Parameters
    ----------
    account : Account
        The row.
    energy_kwh : mapping of period to Decimal
        Billed energy; always with ``total``, which is the sum of the parts where there are parts.
    metered_kwh : mapping of period to Decimal
        What its meters measured.
    transformer_loss_kwh, line_loss_kwh, added_kwh : mapping of period to Decimal
        The rest of the sum.
    reactive_kvarh : Decimal, optional
        ``|forward| + |reverse|``, losses included; None where nothing measures it.
    metered_reactive_kvarh, transformer_loss_kvarh : Decimal, optional
        Its parts.
    demand_kw : Decimal, optional
        The maximum demand to be billed, six decimals; metered_demand_kw before it was shared out.
    feed_in_kwh : Decimal
        Reverse energy that is bought.
    """

    account: Account
    energy_kwh: Kwh
    metered_kwh: Kwh = field(factory=dict)
    transformer_loss_kwh: Kwh = field(factory=dict)
    line_loss_kwh: Kwh = field(factory=dict)
    added_kwh: Kwh = field(factory=dict)
    reactive_kvarh: Decimal | None = None
    metered_reactive_kvarh: Decimal | None = None
    transformer_loss_kvarh: Decimal | None = None
    demand_kw: Decimal | None = None
    metered_demand_kw: Decimal | None = None
    feed_in_kwh: Decimal = Decimal(0)


@frozen(kw_only=True)
class GroupEnergy:
    """Everything metered, shared out and lost, before any price (组电量)."""

    group_id: str
    accounts: tuple[AccountEnergy, ...]
    registers: tuple[RegisterRow, ...] = ()
    meters: Mapping[str, Kwh] = field(factory=dict)
    meter_reactive_kvarh: Mapping[str, Decimal] = field(factory=dict)
    findings: tuple[Finding, ...] = ()


@frozen(kw_only=True)
class Line:
    """One printed line of a bill (账单行).

    Parameters
    ----------
    account_id : str
        Whose line it is.
    code, group : str
        The component, and the group whose subtotal it is in.
    period : str
        ``total`` or a period.
    quantity, unit, price : Decimal, str, Decimal, optional
        What was multiplied; None for a given amount.
    amount_fen : int
        The amount, rounded once.
    rule_id, status, clause : str
        The rule or component it follows from, and what its provenance says.
    note : Text, optional
        Why it is what it is, where the product does not say it: days, share, rate.
    """

    account_id: str
    code: str
    group: str
    period: str
    quantity: Decimal | None
    unit: str
    price: Decimal | None
    amount_fen: int
    rule_id: str
    status: str = "stated"
    clause: str = ""
    note: Text | None = None


@frozen(kw_only=True)
class GroupBill:
    """The bill of one group (组账单).

    Parameters
    ----------
    group_id : str
        The group.
    lines : tuple of Line
        All lines of all accounts; they sum to the total.
    values : mapping of (id, name, period) to Decimal or int
        Every result by the names of the billing contract; ``_yuan`` names are exact decimals.
    registers : tuple of RegisterRow
        As printed.
    findings : tuple of Finding
        What a person should know; with a fatal one there are no lines.
    """

    group_id: str
    lines: tuple[Line, ...]
    values: Mapping[tuple[str, str, str], Decimal]
    registers: tuple[RegisterRow, ...] = ()
    findings: tuple[Finding, ...] = ()
