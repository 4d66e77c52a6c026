"""A bill as a utility prints it: registers, lines, subtotals, power factor, total (账单说明)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import cast

import pandas as pd
from attrs import frozen

from powerchannel.billing.printing.labels import group_title, line_title, register_title, unit_title
from powerchannel.billing.records import Group, GroupBill, Line, RegisterRow
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import GROUPS
from powerchannel.layout import aligned
from powerchannel.ledger import STATUS_LABELS, LineItem, LineItems, Status
from powerchannel.money import FEN_PER_YUAN, exact_integer, yuan_from_fen
from powerchannel.text import Lang, Text

__all__ = ["Explanation", "GroupExplanation", "reconcile", "replayed_fen"]

_POWER_FACTOR = "power_factor_charge"


def reconcile(bill: GroupBill) -> None:
    """Check that the lines of a bill sum to its total (核对合计).

    Parameters
    ----------
    bill : GroupBill
        One group; `values` hold its ``amount_yuan``.

    Raises
    ------
    ReconciliationError
        When they do not; names the difference.
    """
    total = _total_fen(bill)
    if total != sum(line.amount_fen for line in bill.lines):
        _items(bill).reconcile(total)


def replayed_fen(line: Line) -> int:
    """Return the amount of a line, computed again from its quantity and price (单行重算).

    ``quantity x price``, rounded half up to whole fen; an amount without a quantity or a price was
    given, and stands. [fen]

    Parameters
    ----------
    line : Line
        One printed line.

    Examples
    --------
    >>> from decimal import Decimal
    >>> line = Line(
    ...     account_id="a", code="energy", group="energy", period="total", unit="kWh",
    ...     quantity=Decimal("1001"), price=Decimal("0.4555"), amount_fen=0, rule_id="energy",
    ... )
    >>> replayed_fen(line)
    45596
    """
    if line.quantity is None or line.price is None:
        return line.amount_fen
    exact = Fraction(line.quantity) * Fraction(line.price) * FEN_PER_YUAN
    size = int(abs(exact) + Fraction(1, 2))
    return -size if exact < 0 else size


def _total_fen(bill: GroupBill) -> int:
    total = bill.values.get((bill.group_id, "amount_yuan", "total"), Decimal(0))
    return exact_integer(total, 2, where=f"{bill.group_id} amount_yuan")


def _items(bill: GroupBill, rulebook: Rulebook | None = None) -> LineItems:
    return LineItems(tuple(_item(line, rulebook) for line in bill.lines))


def _item(line: Line, rulebook: Rulebook | None) -> LineItem:
    return LineItem(
        code=line.code,
        label=line_title(line, rulebook),
        quantity=line.quantity,
        unit="" if line.unit == "yuan" else line.unit,
        price=line.price,
        amount_fen=line.amount_fen,
        rule_id=line.rule_id,
        status=_status(line),
        clause=line.clause,
    )


@frozen(eq=False, kw_only=True)
class GroupExplanation:
    """The bill of one group, with the rule and the source of every line (单组账单说明).

    Parameters
    ----------
    group : Group, optional
        What went in; None for a group that has no bill this month.
    bill : GroupBill
        What came out.
    rulebook : Rulebook
        The policy and the tariffs.
    as_of : str
        The month.
    """

    group: Group | None
    bill: GroupBill
    rulebook: Rulebook
    as_of: str

    @property
    def group_id(self) -> str:
        """The group (计费组)."""
        return self.bill.group_id

    @property
    def items(self) -> LineItems:
        """The ledger of the bill (账单明细)."""
        return _items(self.bill, self.rulebook)

    @property
    def total_fen(self) -> int:
        """What is to be paid. [fen] (合计)."""
        return self.items.total_fen

    def replay(self) -> int:
        """Compute the total again from the quantities and prices of the lines (重算).

        Returns
        -------
        int
            Equal to the total of the bill. [fen]
        """
        return sum(replayed_fen(line) for line in self.bill.lines)

    def table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return the lines as a table (明细表).

        Returns
        -------
        DataFrame
            group_id, account_id, group, period, and the columns of `LineItems.table`.
        """
        table = self.items.table(lang)
        for name in ("period", "group", "account_id"):
            cells = [getattr(line, name) for line in self.bill.lines]
            table.insert(0, name, pd.Series(cells, dtype="str"))
        table.insert(0, "group_id", pd.Series([self.group_id] * len(table), dtype="str"))
        return table

    def sentences(self, lang: Lang = "zh") -> list[str]:
        """Return the explanation sentence by sentence (逐句说明)."""
        lines = [self._head().pick(lang)]
        lines += self.items.sentences(lang)
        lines += [told.pick(lang) for told in self._told()]
        lines += [f"{found.id}: {found.message.pick(lang)}" for found in self.bill.findings]
        return [*lines, self._total().pick(lang)]

    def render(self, lang: Lang = "zh") -> str:
        """Return the bill as a utility prints it (账单).

        Parameters
        ----------
        lang : {"zh", "en"}
            The language.
        """
        parts = [self._head().pick(lang)]
        if self.bill.registers:
            parts.append(_register_table(self.bill.registers, lang))
        if self.bill.lines:
            parts.append(self._line_table(lang))
        parts += [told.pick(lang) for told in self._told()]
        parts += [f"! {found.id}: {found.message.pick(lang)}" for found in self.bill.findings]
        parts.append(self._total().pick(lang))
        parts += [f"[{n}] {told.pick(lang)}" for told, n in self._sources().items()]
        return "\n".join(parts)

    def _head(self) -> Text:
        if self.group is None:
            return Text(
                "计费组 {id}：{month} 没有账单（请核对前导零与月份）。",
                "Group {id}: there is no bill in {month} (check leading zeros, and the month).",
            ).fill(id=self.group_id, month=self.as_of)
        accounts = self.group.accounts
        return Text(
            "计费组 {id}，{month}（{start} 至 {end}，不含末日）：电价 {tariffs}",
            "Group {id}, {month} ({start} to before {end}): tariff {tariffs}",
        ).fill(
            id=self.group_id,
            month=self.as_of,
            start=min((a.started_on for a in accounts), default="-"),
            end=max((a.ended_on for a in accounts), default="-"),
            tariffs=", ".join(dict.fromkeys(a.tariff for a in accounts)),
        )

    def _total(self) -> Text:
        if any(found.is_fatal for found in self.bill.findings) or self.group is None:
            return Text("未出账。", "Not billed.")
        return Text("合计：{total} 元", "Total: {total} yuan").fill(total=_money(self.total_fen))

    def _line_table(self, lang: Lang) -> str:
        head = _LINE_HEAD.pick(lang).split(",")
        rows = [row for block in self._blocks() for row in self._block(*block, lang)]
        return aligned([head, *rows], right=(2, 4, 5))

    def _blocks(self) -> Iterator[tuple[str, list[Line]]]:
        """Yield the groups of lines, in the order in which bills print them."""
        found = list(dict.fromkeys(line.group for line in self.bill.lines))
        order = [*(group for group in GROUPS if group in found), *found]
        for group in dict.fromkeys(order):
            yield group, [line for line in self.bill.lines if line.group == group]

    def _block(self, group: str, lines: list[Line], lang: Lang) -> Iterator[tuple[str, ...]]:
        yield from (self._line(line, lang) for line in lines)
        subtotal = _money(sum(line.amount_fen for line in lines))
        title = _SUBTOTAL.fill(group=group_title(group)).pick(lang)
        yield "", title, "", "", "", subtotal, "", "", ""

    def _line(self, line: Line, lang: Lang) -> tuple[str, ...]:
        return (
            line.account_id,
            line_title(line, self.rulebook).pick(lang),
            _number(line.quantity),
            unit_title(line.unit).pick(lang),
            _number(line.price),
            _money(line.amount_fen),
            line.rule_id,
            f"[{self._sources()[_source(line)]}]",
            "" if line.note is None else line.note.pick(lang),
        )

    def _sources(self) -> dict[Text, int]:
        """Return where the rules of the lines come from, numbered as they are printed."""
        lines = (line for _, lines in self._blocks() for line in lines)
        found = dict.fromkeys(_source(line) for line in lines)
        return {source: number for number, source in enumerate(found, start=1)}

    def _told(self) -> Iterator[Text]:
        """Say what no line says: what the power factor was, and what is paid for energy fed in."""
        accounts = dict.fromkeys(a.account_id for a in self.group.accounts) if self.group else {}
        for account_id in accounts:
            yield from self._power_factor(account_id)
            yield from self._feed_in(account_id)

    def _power_factor(self, account_id: str) -> Iterator[Text]:
        rate = self._value(account_id, "power_factor_rate_percent")
        if rate is None:
            return
        actual = self._value(account_id, "power_factor")
        standard = self._standards().get(account_id)
        lines = [one for one in self.bill.lines if _is_power_factor(one, account_id)]
        bases = [one.quantity for one in lines if one.quantity is not None]
        yield _POWER_FACTOR_TOLD.fill(
            account=account_id,
            actual="-" if actual is None else _number(actual),
            standard="-" if standard is None else f"{standard:.2f}",
            rate=_number(rate),
            base=_number(sum(bases, Decimal(0))) if bases else "-",
            charge=_money(sum(one.amount_fen for one in lines)),
        )

    def _feed_in(self, account_id: str) -> Iterator[Text]:
        paid, tax = (self._value(account_id, n) for n in ("feed_in_yuan", "feed_in_vat_yuan"))
        if paid is not None:
            yield _FEED_IN_TOLD.fill(
                account=account_id,
                energy=_number(self._value(account_id, "feed_in_energy_kwh")),
                paid=f"{paid:,}",
                tax=f"{tax:,}",
            )

    def _value(self, an_id: str, name: str) -> Decimal | None:
        return self.bill.values.get((an_id, name, "total"))

    def _standards(self) -> Mapping[str, Decimal]:
        accounts = self.group.accounts if self.group else ()
        return {
            a.account_id: a.power_factor_standard
            for a in accounts
            if a.power_factor_standard is not None
        }


@frozen(eq=False)
class Explanation:
    """The bills of some groups, explained (账单说明).

    ``print`` shows them as a utility prints them; `table` gives the lines as data.
    """

    groups: tuple[GroupExplanation, ...]
    lang: Lang = "zh"

    def __getitem__(self, group_id: str) -> GroupExplanation:
        return next(group for group in self.groups if group.group_id == group_id)

    @property
    def table(self) -> pd.DataFrame:
        """Every line of every bill, with its rule and its source (明细表)."""
        parts = [group.table(self.lang) for group in self.groups]
        return pd.concat(parts, ignore_index=True)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences (逐句说明)."""
        return tuple(line for group in self.groups for line in group.sentences(self.lang))

    @property
    def replayed(self) -> dict[str, int]:
        """The total of each bill, computed again from its lines. [fen] (重算)."""
        return {group.group_id: group.replay() for group in self.groups}

    def __str__(self) -> str:
        return "\n\n".join(group.render(self.lang) for group in self.groups)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        heads = "<br>".join(group.sentences(self.lang)[0] for group in self.groups)
        return f"<p>{heads}</p>{self.table.to_html(index=False)}"


def _source(line: Line) -> Text:
    label = STATUS_LABELS[_status(line)]
    return (
        Text(f"{label.zh}：{line.clause}", f"{label.en}: {line.clause}") if line.clause else label
    )


def _status(line: Line) -> Status:
    return cast(Status, line.status)


def _is_power_factor(line: Line, account_id: str) -> bool:
    return line.account_id == account_id and line.code == _POWER_FACTOR


def _register_table(rows: tuple[RegisterRow, ...], lang: Lang) -> str:
    head = _REGISTER_HEAD.pick(lang).split(",")
    return aligned([head, *(_register_cells(row, lang) for row in rows)], right=range(3, 11))


def _register_cells(row: RegisterRow, lang: Lang) -> tuple[str, ...]:
    title = Text(
        f"{register_title(row.register).zh}{'（测算）' if row.is_estimated else ''}",
        f"{register_title(row.register).en}{' (estimated)' if row.is_estimated else ''}",
    )
    numbers = (
        row.previous,
        row.current,
        row.multiplier,
        row.metered_kwh,
        row.transformer_loss_kwh,
        row.line_loss_kwh,
        row.added_kwh,
        row.billed_kwh,
    )
    names = (row.account_id, row.meter_id, title.pick(lang))
    return (*names, *("-" if n is None else _number(n) for n in numbers))


def _number(value: Decimal | None) -> str:
    """Return a number as bills print it: no zeros behind its last decimal."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _money(fen: int) -> str:
    return f"{yuan_from_fen(fen):,}"


_REGISTER_HEAD = Text(
    "户号,表号,示数类型,上期示数,本期示数,倍率,抄见电量,变损,线损,加减,计费电量",
    "account,meter,register,previous,current,multiplier,metered,transformer loss,line loss,"
    "added,billed",
)
_LINE_HEAD = Text(
    "户号,项目,计费量,单位,单价,金额,规则,出处,说明",
    "account,item,quantity,unit,price,amount,rule,source,note",
)
_SUBTOTAL = Text("小计 {group}", "subtotal {group}")
_FEED_IN_TOLD = Text(
    "上网电量（{account}）：{energy} kWh，电费 {paid} 元，其中税额 {tax} 元，另行结算，不在合计内",
    "Energy fed in ({account}): {energy} kWh, {paid} yuan, VAT {tax} yuan inside; settled apart",
)
_POWER_FACTOR_TOLD = Text(
    "功率因数（{account}）：实际 {actual}，标准 {standard}，调整率 {rate} %，基数 {base} 元，"
    "力调电费 {charge} 元",
    "Power factor ({account}): actual {actual}, standard {standard}, rate {rate} %, "
    "base {base} yuan, charge {charge} yuan",
)
