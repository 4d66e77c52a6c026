"""What comes out: the bill of every group, line by line, and what could not be billed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

import attrs
import pandas as pd
from attrs import frozen

from powerchannel.billing.batch import Bills, Tables, bill_all
from powerchannel.billing.bill import is_fatal, no_bill
from powerchannel.billing.printing.explaining import Explanation, GroupExplanation
from powerchannel.billing.records import GroupBill
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.errors import UnknownNameError
from powerchannel.periods import format_month, parse_month
from powerchannel.rulebook import RulebookRecord
from powerchannel.rulebook.origin import Origin, rulebook_for
from powerchannel.text import Lang

__all__ = ["Result", "evaluate"]


@frozen(eq=False, slots=False, kw_only=True)
class Result:
    """The bills of a month, and their explanations (计费结果).

    Parameters
    ----------
    state : State
        What was remembered.
    rulebook : Rulebook
        The rules and the tariffs.
    month : int
        The month in which the billing periods end, since 1970-01.
    bills : sequence of GroupBill
        One a group, in canonical order; a group that cannot be billed has findings alone. Those
        that were computed many at once become records when they are asked for.
    """

    state: State
    rulebook: Rulebook
    month: int
    bills: Sequence[GroupBill]

    @property
    def as_of(self) -> str:
        """The month (结算月)."""
        return format_month(self.month)

    @cached_property
    def _bills(self) -> Bills:
        if isinstance(self.bills, Bills):
            return self.bills
        return Bills.of_records(self.bills, self.state, self.rulebook, self.as_of)

    @cached_property
    def _tables(self) -> Tables:
        return self._bills.tables

    @property
    def dropped(self) -> tuple[str, ...]:
        """The groups that could not be billed; `findings` say why (未出账的组)."""
        return tuple(bill.group_id for bill in self._bills.others if is_fatal(bill.findings))

    @cached_property
    def origin(self) -> Origin:
        """Where the result comes from (结果来源).

        Its `path` is ``batch`` for many groups at once, ``reference`` one by one, or both; its
        rulebook is with the tariffs.
        """
        return Origin.of(
            self.rulebook,
            as_of=self.as_of,
            state_digest=self.state.digest,
            path=self._bills.path,
            notes=(*self._notes(), *self._bills.notes),
        )

    def _notes(self) -> tuple[str, ...]:
        count, dropped = len(self.bills), len(self.dropped)
        if not dropped:
            return ()
        zh = f"共 {count:,} 个计费组，出账 {count - dropped:,} 个，未出账 {dropped:,} 个"
        en = f"{count:,} groups: {count - dropped:,} billed, {dropped:,} not"
        reasons = Counter(f.code for b in self._bills.others for f in b.findings if f.is_fatal)
        why = ", ".join(f"{code} {times:,}" for code, times in sorted(reasons.items()))
        return (f"{zh} / {en}: {why}",)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every result by its name (结果长表).

        Returns
        -------
        DataFrame
            group_id, id (an account, group, meter or incident), name, period, value (exact decimal
            text), value_fen (null where it is no money). In the order of group, id, name, period.
        """
        return self._tables.values()

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Every line of every bill, as printed; they sum to the bills (账单行).

        Returns
        -------
        DataFrame
            group_id, account_id, code, group, period, quantity, unit, price [yuan per unit],
            amount_fen [fen], rule_id, status, clause. Quantity and price are exact decimal text,
            empty for an amount that was given.
        """
        return self._tables.lines()

    @cached_property
    def registers(self) -> pd.DataFrame:
        """Every printed row of a register: metered + losses + added = billed (示数行).

        Returns
        -------
        DataFrame
            group_id, meter_id, account_id, register, period, previous, current, multiplier,
            metered_kwh, transformer_loss_kwh, line_loss_kwh, added_kwh, billed_kwh (all exact
            decimal text), is_estimated.
        """
        return self._tables.registers()

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What a person should know of the bills, or why there is none (计费提示).

        Returns
        -------
        DataFrame
            group_id, code, id, is_fatal, zh, en.
        """
        return self._tables.findings()

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """What estimated registers would have shown: readings of the next month (测算示数).

        Checked with the real readings of the next month, they settle the estimates: both months
        together are billed for what the real readings say (多退少补).

        Returns
        -------
        DataFrame
            meter_id, register, read_on, reading (exact decimal text), status (``estimated``): the
            columns of the table of readings.
        """
        rows = [row for bill in self._bills.others for row in bill.estimates]
        cells = {
            "meter_id": [row.meter_id for row in rows],
            "register": [row.register for row in rows],
            "read_on": [row.read_on.isoformat() for row in rows],
            "reading": [f"{row.reading.normalize():f}" for row in rows],
            "status": [row.status for row in rows],
        }
        return pd.DataFrame({name: pd.Series(part, dtype="str") for name, part in cells.items()})

    @cached_property
    def wide(self) -> pd.DataFrame:
        """One row an account of a bill (分户宽表).

        Returns
        -------
        DataFrame
            group_id, account_id, billed_energy_kwh (exact decimal text), the subtotal of each group
            of components (``energy_fen``, ``catalogue_fen``, ...), power_factor_charge_fen,
            other_fen, and amount_fen, which is the sum of them. [fen]
        """
        return self._tables.accounts()

    def explain(self, *group_ids: str, lang: Lang = "zh") -> Explanation:
        """Print the bills of some groups as a utility prints them (账单说明).

        Parameters
        ----------
        *group_ids : str
            One or more groups; one that was not billed this month is told so.
        lang : {"zh", "en"}
            The language.
        """
        known = set(self._bills.group_ids)
        told = (
            GroupExplanation(
                group=self.state.group(group_id, self.as_of) if group_id in known else None,
                bill=self._bills.of(group_id) if group_id in known else no_bill(group_id),
                rulebook=self.rulebook,
                as_of=self.as_of,
            )
            for group_id in group_ids
        )
        return Explanation(tuple(told), lang)

    def __getitem__(self, group_ids: Iterable[str]) -> Result:
        """Return the result of some groups (取计费组).

        Raises
        ------
        UnknownNameError
            When a group has no bill this month.
        """
        wanted = {group_ids} if isinstance(group_ids, str) else set(group_ids)
        unknown = sorted(wanted - set(self._bills.group_ids))
        if unknown:
            raise _unknown_groups(unknown, self.as_of)
        state = self.state[sorted(wanted)]
        return attrs.evolve(self, state=state, bills=self._bills.picked(wanted, state))

    def __len__(self) -> int:
        return len(self.bills)

    def __repr__(self) -> str:
        billed = len(self) - len(self.dropped)
        return (
            f"<billing.Result {len(self):,} groups, {billed:,} billed, as of {self.as_of}, "
            f"{self.rulebook.name}>"
        )

    def _repr_html_(self) -> str:
        counts = self.findings["code"].value_counts().to_frame("findings")
        shown = counts.to_html() if len(counts) else ""
        return f"<p>{self!r}</p>{self.wide.head().to_html(index=False)}{shown}"


def _unknown_groups(unknown: Sequence[str], as_of: str) -> UnknownNameError:
    return UnknownNameError.of(
        "unknown_group",
        "result",
        f"{len(unknown)} 个计费组在 {as_of} 没有账单（如 {unknown[0]!r}）；请核对前导零与月份",
        f"{len(unknown)} groups have no bill in {as_of} (first: {unknown[0]!r}); "
        "check leading zeros, and the month",
        count=len(unknown),
    )


def evaluate(state: State, rulebook: RulebookRecord, *, as_of: str) -> Result:
    """Bill every group whose billing period ends in a month (计费).

    Metered energy, deductions, losses, energy charges, capacity charge, power-factor adjustment and
    the rest, stage by stage; each printed line is rounded once and the bill is the sum of its
    lines. A group that cannot be billed keeps its findings, and the others go on.

    Parameters
    ----------
    state : State
        From `aggregate`.
    rulebook : Rulebook
        The policy, such as ``load_rulebook("sgcc-2024")``, with the tariffs of the accounts.
    as_of : str
        The month of settlement, such as ``"2025-01"``.

    Returns
    -------
    Result
        Depends on each group alone: ``evaluate(state[groups]) == evaluate(state)[groups]``.

    Raises
    ------
    RulebookError
        When the rulebook is of another kind.
    NotInForceError
        When the rulebook is not in force in that month.
    ReconciliationError
        When the lines of a bill do not sum to its total.

    Examples
    --------
    >>> from attrs import evolve
    >>> from powerchannel import billing, load_rulebook
    >>> home = {"account_id": ["0017"], "tariff": ["shanghai-residential-tiers"]}
    >>> june = {"started_on": ["2025-06-01"], "ended_on": ["2025-07-01"]}
    >>> readings = {
    ...     "meter_id": ["m1"] * 4,
    ...     "register": ["active_peak", "active_peak", "active_valley", "active_valley"],
    ...     "read_on": ["2025-06-01", "2025-07-01"] * 2,
    ...     "reading": ["1000", "1120", "500", "540"],
    ... }
    >>> tables = billing.check(
    ...     accounts={**home, **june},
    ...     meters={"meter_id": ["m1"], "account_id": ["0017"]},
    ...     readings=readings,
    ... )
    >>> prices = (billing.load_tariff("shanghai-residential-tiers"),)
    >>> rulebook = evolve(load_rulebook("sgcc-2024"), tariffs=prices)
    >>> result = billing.evaluate(billing.aggregate(tables), rulebook, as_of="2025-06")
    >>> result.lines[["code", "period", "quantity", "price", "amount_fen"]].head(2).values.tolist()
    [['tier_1', 'peak', '120', '0.617', 7404], ['tier_1', 'valley', '40', '0.307', 1228]]
    """
    month = parse_month(as_of)
    used = rulebook_for(rulebook, Rulebook, kind="billing", month=month)
    shown = format_month(month)
    bills = bill_all(state, used, shown)
    return Result(state=state, rulebook=used, month=month, bills=bills)
