"""Bills that follow on bills: cancelled and billed again, or settled in parts (冲红与分次结算)."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from powerchannel.billing.records import GroupBill, Line
from powerchannel.text import Text

__all__ = ["INTERIM", "difference", "interim_settlement"]

INTERIM = "interim_settlement"

_REVERSED = Text("冲红", "reversed")
_AGAIN = Text("另发", "billed again")


def difference(old: GroupBill, new: GroupBill) -> tuple[Line, ...]:
    """Return the lines that turn one bill into another; nothing is overwritten (全减另发).

    Every line of the old bill reversed, then every line of the new one: they sum to what is still
    to be paid or returned.

    Parameters
    ----------
    old : GroupBill
        The closed bill.
    new : GroupBill
        The same group and month, billed again.

    Raises
    ------
    ValueError
        When the bills are of different groups.

    Examples
    --------
    >>> from decimal import Decimal
    >>> def bill(kwh: str, fen: int) -> GroupBill:
    ...     line = Line(account_id="a", code="x", group="energy", period="total",
    ...         quantity=Decimal(kwh), unit="kWh", price=None, amount_fen=fen, rule_id="x")
    ...     return GroupBill(group_id="a", lines=(line,), values={})
    >>> [(line.note.en, str(line.quantity), line.amount_fen)
    ...     for line in difference(bill("100", 5_000), bill("90", 4_500))]
    [('reversed', '-100', -5000), ('billed again', '90', 4500)]
    """
    if old.group_id != new.group_id:
        raise ValueError(
            f"两张账单不属同一计费组：{old.group_id}、{new.group_id} / "
            f"the bills are of different groups: {old.group_id}, {new.group_id}"
        )
    again = (evolve(line, note=_told(_AGAIN, line)) for line in new.lines)
    return (*(_reversed(line) for line in old.lines), *again)


def _reversed(line: Line) -> Line:
    # unary minus rounds to the precision of the context, copy_negate does not
    quantity = None if line.quantity is None else line.quantity.copy_negate()
    return evolve(line, quantity=quantity, amount_fen=-line.amount_fen, note=_told(_REVERSED, line))


def _told(what: Text, line: Line) -> Text:
    if line.note is None:
        return what
    return Text(f"{what.zh}；{line.note.zh}", f"{what.en}; {line.note.en}")


def interim_settlement(month: GroupBill, interim: Iterable[GroupBill]) -> tuple[Line, ...]:
    """Return the bill of a month less what was billed in it before (分次结算清算).

    The whole month is billed anew; each account has one line for each interim bill, of which the
    power factor, tiers and capacity were not final.

    Parameters
    ----------
    month : GroupBill
        The bill of the whole month.
    interim : iterable of GroupBill
        The bills before it, of the same group.

    Raises
    ------
    ValueError
        When a bill is of another group.

    Examples
    --------
    >>> def bill(fen: int) -> GroupBill:
    ...     line = Line(account_id="a", code="x", group="energy", period="total", quantity=None,
    ...         unit="yuan", price=None, amount_fen=fen, rule_id="x")
    ...     return GroupBill(group_id="a", lines=(line,), values={})
    >>> [(line.code, line.amount_fen) for line in interim_settlement(bill(9_000), [bill(2_000)])]
    [('x', 9000), ('interim_settlement', -2000)]
    """
    lines = list(month.lines)
    for bill in interim:
        if bill.group_id != month.group_id:
            raise ValueError(
                f"分次账单 {bill.group_id} 不属计费组 {month.group_id} / "
                f"the interim bill of {bill.group_id} is not of group {month.group_id}"
            )
        for account_id in sorted({line.account_id for line in bill.lines}):
            fen = sum(line.amount_fen for line in bill.lines if line.account_id == account_id)
            lines.append(_settled(account_id, fen))
    return tuple(lines)


def _settled(account_id: str, fen: int) -> Line:
    return Line(
        account_id=account_id,
        code=INTERIM,
        group=INTERIM,
        period="total",
        quantity=None,
        unit="yuan",
        price=None,
        amount_fen=-fen,
        rule_id=INTERIM,
        note=Text("扣减已结算的分次电费", "less what was billed before"),
    )
