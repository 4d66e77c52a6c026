"""The tables of a result, made of the bills (结果表).

Every number is exact: decimals as text, money in whole fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.billing.records import PERIODS, GroupBill, Line, RegisterRow
from powerchannel.billing.tariff import GROUPS
from powerchannel.money import exact_integer

__all__ = [
    "account_frame",
    "finding_frame",
    "is_money",
    "line_frame",
    "register_frame",
    "value_frame",
]

_POWER_FACTOR = "power_factor_charge"
_PERIOD_RANK: dict[str, int] = {period: rank for rank, period in enumerate(("total", *PERIODS))}
_QUANTITIES = ("_kwh", "_kvarh", "_kw", "_kvar", "_kva", "_percent", "_per_kwh", "power_factor")
_LINE_COLUMNS = (
    "account_id",
    "code",
    "group",
    "period",
    "quantity",
    "unit",
    "price",
    "amount_fen",
    "rule_id",
    "status",
    "clause",
)
_REGISTER_COLUMNS = (
    "group_id",
    "meter_id",
    "account_id",
    "register",
    "period",
    "previous",
    "current",
    "multiplier",
    "metered_kwh",
    "transformer_loss_kwh",
    "line_loss_kwh",
    "added_kwh",
    "billed_kwh",
    "is_estimated",
)
_SUBTOTALS = (*(f"{group}_fen" for group in GROUPS), f"{_POWER_FACTOR}_fen", "other_fen")


def is_money(name: str) -> bool:
    """Tell whether a result is an amount: its name has no unit of another kind (是否金额).

    Parameters
    ----------
    name : str
        Such as ``"capacity"`` or ``"billed_energy_kwh"``.

    Examples
    --------
    >>> is_money("fund"), is_money("amount_yuan"), is_money("billed_demand_kw")
    (True, True, False)
    """
    return not name.endswith(_QUANTITIES)


def value_frame(bills: Iterable[GroupBill]) -> pd.DataFrame:
    """Return every value by group_id, id, name, period (结果长表).

    Parameters
    ----------
    bills : iterable of GroupBill
        In the order of the rows.

    Raises
    ------
    TableError
        When an amount is not in whole fen.
    """
    rows = [row for bill in bills for row in _value_rows(bill)]
    table = _frame(rows, ("group_id", "id", "name", "period", "value", "value_fen"))
    return table.assign(value_fen=_nullable([row[-1] for row in rows]))


def line_frame(bills: Iterable[GroupBill]) -> pd.DataFrame:
    """Return every line as it is printed (账单行).

    Parameters
    ----------
    bills : iterable of GroupBill
        In the order of the rows.
    """
    pairs = [(bill.group_id, line) for bill in bills for line in bill.lines]
    table = _frame([(g, *_line_cells(line)) for g, line in pairs], ("group_id", *_LINE_COLUMNS))
    return table.assign(amount_fen=_whole(line.amount_fen for _, line in pairs))


def register_frame(bills: Iterable[GroupBill]) -> pd.DataFrame:
    """Return every printed row of a register (示数行).

    Parameters
    ----------
    bills : iterable of GroupBill
        In the order of the rows.
    """
    pairs = [(bill.group_id, row) for bill in bills for row in bill.registers]
    table = _frame([(g, *_register_cells(row)) for g, row in pairs], _REGISTER_COLUMNS)
    return table.assign(is_estimated=_flags(row.is_estimated for _, row in pairs))


def finding_frame(bills: Iterable[GroupBill]) -> pd.DataFrame:
    """Return every finding, in both languages (计费提示).

    Parameters
    ----------
    bills : iterable of GroupBill
        In the order of the rows.
    """
    pairs = [(bill.group_id, found) for bill in bills for found in bill.findings]
    rows = [(g, f.code, f.id, "", f.message.zh, f.message.en) for g, f in pairs]
    table = _frame(rows, ("group_id", "code", "id", "is_fatal", "zh", "en"))
    return table.assign(is_fatal=_flags(found.is_fatal for _, found in pairs))


def account_frame(bills: Iterable[GroupBill]) -> pd.DataFrame:
    """Return one row an account of a bill, with its subtotals in fen (分户宽表).

    Parameters
    ----------
    bills : iterable of GroupBill
        In the order of the rows.
    """
    rows = [row for bill in bills for row in _account_rows(bill)]
    columns = ("group_id", "account_id", "billed_energy_kwh", *_SUBTOTALS, "amount_fen")
    table = _frame(rows, columns)
    return table.assign(
        **{n: _whole(row[i] for row in rows) for i, n in enumerate(columns) if n.endswith("_fen")}
    )


def _frame(rows: Sequence[Sequence[object]], columns: Sequence[str]) -> pd.DataFrame:
    """Return columns of text, which they are without a row as well."""
    cells = {name: [row[i] for row in rows] for i, name in enumerate(columns)}
    return pd.DataFrame({name: pd.Series(part, dtype="str") for name, part in cells.items()})


def _whole(values: Iterable[object]) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)


def _flags(values: Iterable[bool]) -> NDArray[np.bool_]:
    return np.array(list(values), dtype=bool)


def _nullable(values: Sequence[object]) -> pd.api.extensions.ExtensionArray:
    is_null = _flags(value is None for value in values)
    return pd.arrays.IntegerArray(_whole(0 if v is None else v for v in values), is_null)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _value_rows(bill: GroupBill) -> list[tuple[object, ...]]:
    def rank(key: tuple[str, str, str]) -> tuple[str, str, int]:
        return key[0], key[1], _PERIOD_RANK[key[2]]

    found = ((key, bill.values[key]) for key in sorted(bill.values, key=rank))
    return [(bill.group_id, *key, _plain(value), _fen(key[1], value)) for key, value in found]


def _fen(name: str, value: Decimal) -> int | None:
    return exact_integer(value, 2, where=name) if is_money(name) else None


def _line_cells(line: Line) -> tuple[object, ...]:
    shown = attrs.evolve(line, amount_fen=0)
    cells = (getattr(shown, name) for name in _LINE_COLUMNS)
    return tuple(_plain(c) if c is None or isinstance(c, Decimal) else str(c) for c in cells)


def _register_cells(row: RegisterRow) -> tuple[str, ...]:
    cells = (getattr(row, name) for name in _REGISTER_COLUMNS[1:])
    return tuple(c if isinstance(c, str) else _plain(c) for c in cells)


_ENERGY = ("billed_energy_kwh", "total")


def _account_rows(bill: GroupBill) -> list[tuple[object, ...]]:
    accounts = dict.fromkeys(line.account_id for line in bill.lines)
    return [_account_row(bill, account_id) for account_id in sorted(accounts)]


def _account_row(bill: GroupBill, account_id: str) -> tuple[object, ...]:
    sums = dict.fromkeys(_SUBTOTALS, 0)
    for line in bill.lines:
        if line.account_id == account_id:
            name = f"{_POWER_FACTOR if line.code == _POWER_FACTOR else line.group}_fen"
            sums[name if name in sums else "other_fen"] += line.amount_fen
    energy = _plain(_own_energy(bill, account_id))
    return (bill.group_id, account_id, energy, *sums.values(), sum(sums.values()))


def _own_energy(bill: GroupBill, account_id: str) -> Decimal | None:
    """Return what the account itself is billed for; under its group's name stands the group's."""
    energy = bill.values.get((account_id, *_ENERGY))
    if energy is None or account_id != bill.group_id:
        return energy
    others = {i for i, name, _ in bill.values if name == "amount_yuan"} - {account_id}
    return energy - sum((bill.values.get((i, *_ENERGY), Decimal(0)) for i in others), Decimal(0))
