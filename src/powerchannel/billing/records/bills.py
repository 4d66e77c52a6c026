"""What comes out of the bill of one group: energy, lines, findings (计费结果记录)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from powerchannel.billing.records.inputs import Account, Kwh, Reading
from powerchannel.text import Text

__all__ = [
    "AccountEnergy",
    "Finding",
    "GroupBill",
    "GroupEnergy",
    "Line",
    "Loss",
    "RegisterRow",
    "Remainder",
]


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

    ``previous`` and ``current`` are None where the energy was given, estimated, derived or counted
    by intervals.
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
    unmetered_loss_kvarh : Decimal
        Reactive losses that it carries where nothing measures its reactive energy: they count in
        the power factor that it shares.
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
    unmetered_loss_kvarh: Decimal = Decimal(0)
    demand_kw: Decimal | None = None
    metered_demand_kw: Decimal | None = None
    feed_in_kwh: Decimal = Decimal(0)


@frozen(kw_only=True)
class Remainder:
    """What relations left on a meter of no account, losses included (无户主表余量).

    Parameters
    ----------
    meter_id : str
        A meter that also measures reactive energy.
    started_on, ended_on : date
        The days.
    energy_kwh, reactive_kvarh : Decimal
        What is left; no account is billed for it.
    """

    meter_id: str
    started_on: date
    ended_on: date
    energy_kwh: Decimal
    reactive_kvarh: Decimal


@frozen(kw_only=True)
class GroupEnergy:
    """Everything metered, shared out and lost, before any price (组电量).

    ``estimates`` are what registers without a reading would have shown: read again with them, a
    period is the same, and the next real reading settles them. ``remainders`` are of meters that
    have no account but share the power factor of those behind them.
    """

    group_id: str
    accounts: tuple[AccountEnergy, ...]
    registers: tuple[RegisterRow, ...] = ()
    meters: Mapping[str, Kwh] = field(factory=dict)
    meter_reactive_kvarh: Mapping[str, Decimal] = field(factory=dict)
    remainders: tuple[Remainder, ...] = ()
    estimates: tuple[Reading, ...] = ()
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
    estimates : tuple of Reading
        What estimated registers would have shown: with them the next reading settles the bill.
    """

    group_id: str
    lines: tuple[Line, ...]
    values: Mapping[tuple[str, str, str], Decimal]
    registers: tuple[RegisterRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    estimates: tuple[Reading, ...] = ()
