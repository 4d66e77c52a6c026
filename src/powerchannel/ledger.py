"""Ordered steps of a score and line items of a bill: record, replay, reconcile, tell.

A ledger keeps what was done, not what could be worked out again: each step holds its operand and
the value before and after. Replaying the operands must give the recorded values to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from operator import add, index, mul
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from attrs import field, frozen
from attrs.validators import in_

from powerchannel.errors import Problem, ReconciliationError
from powerchannel.money import FEN_PER_YUAN, yuan_from_fen
from powerchannel.text import Lang, Text

__all__ = ["STATUS_LABELS", "LineItem", "LineItems", "Operation", "Status", "Step", "Steps"]

Operation: TypeAlias = Literal["add", "multiply", "set", "cap"]
Status: TypeAlias = Literal["stated", "repaired", "assumed"]

STATUS_LABELS: Mapping[Status, Text] = MappingProxyType(
    {
        "stated": Text("来源载明", "stated in the source"),
        "repaired": Text("来源有缺漏，已补正", "source incomplete, repaired"),
        "assumed": Text("本规则约定", "assumed by this rulebook"),
    }
)
"""How a reader is told where a rule comes from."""

_OPERATIONS: Mapping[Operation, Callable[[float, float], float]] = MappingProxyType(
    {"add": add, "multiply": mul, "set": lambda _before, operand: operand, "cap": min}
)


@frozen(kw_only=True)
class Step:
    """One step of a score: what was done, to what, with what result (计分步骤).

    Parameters
    ----------
    rule_id : str
        The rule of the rulebook, such as ``"streak"``.
    operation : {"add", "multiply", "set", "cap"}
        ``cap`` keeps the smaller of value and operand.
    operand, before, after : float
        The operand, and the value before and after the step.
    label : Text
        The step in words, with its circumstances: "连续使用 3 个月".
    status : {"stated", "repaired", "assumed"}
        Whether the source prints the rule.
    clause : str
        Where the source prints it.
    """

    rule_id: str
    operation: Operation = field(validator=in_(tuple(_OPERATIONS)))
    operand: float = field(converter=float)
    before: float = field(converter=float)
    after: float = field(converter=float)
    label: Text
    status: Status = field(validator=in_(tuple(STATUS_LABELS)))
    clause: str = ""


@frozen
class Steps:
    """The ordered steps of one score, starting from 0 (计分步骤表).

    `add`, `multiply`, `set` and `cap` return new steps with one more, computed in float64 from the
    value so far; they take its operand and those fields of `Step` that say which rule it is.

    Parameters
    ----------
    items : tuple of Step
        In the order they were done.

    Examples
    --------
    >>> used = Text("半年内使用 6 次", "6 uses in half a year")
    >>> steps = Steps().add(6, rule_id="stock", label=used, status="repaired")
    >>> running = Text("连续使用 3 个月", "used 3 months running")
    >>> steps = steps.multiply(1.2, rule_id="streak", label=running, status="stated")
    >>> steps.value
    7.199999999999999
    >>> print(steps.sentences("zh")[1])
    连续使用 3 个月：6 × 1.2 = 7.2（来源载明）
    """

    items: tuple[Step, ...] = ()

    @property
    def value(self) -> float:
        """The value after the last step; 0.0 when there is none (当前值)."""
        return self.items[-1].after if self.items else 0.0

    def add(
        self, operand: float, *, rule_id: str, label: Text, status: Status, clause: str = ""
    ) -> Steps:
        """Return the steps with ``value + operand`` as one more (加)."""
        return self._with("add", operand, rule_id, label, status, clause)

    def multiply(
        self, operand: float, *, rule_id: str, label: Text, status: Status, clause: str = ""
    ) -> Steps:
        """Return the steps with ``value * operand`` as one more (乘)."""
        return self._with("multiply", operand, rule_id, label, status, clause)

    def set(
        self, operand: float, *, rule_id: str, label: Text, status: Status, clause: str = ""
    ) -> Steps:
        """Return the steps with the value replaced by `operand` (置为)."""
        return self._with("set", operand, rule_id, label, status, clause)

    def cap(
        self, operand: float, *, rule_id: str, label: Text, status: Status, clause: str = ""
    ) -> Steps:
        """Return the steps with ``min(value, operand)`` as one more (封顶)."""
        return self._with("cap", operand, rule_id, label, status, clause)

    def replay(self) -> float:
        """Compute the value again from the operands alone (复算).

        Returns
        -------
        float
            The value after the last step, which is `value` to the bit.

        Raises
        ------
        ReconciliationError
            When a recorded value before or after a step is not the one computed; names every such
            step.
        """
        value, problems = 0.0, []
        for number, step in enumerate(self.items, start=1):
            before, value = value, _OPERATIONS[step.operation](value, step.operand)
            if not (_same(step.before, before) and _same(step.after, value)):
                problems.append(_not_replayed(number, step, before, value))
        if problems:
            raise ReconciliationError(problems)
        return value

    def table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return the steps as a table (步骤明细表).

        Parameters
        ----------
        lang : {"zh", "en"}
            The language of the column ``label``.

        Returns
        -------
        pandas.DataFrame
            Columns step (from 1), rule_id, operation, operand, before, after, label, status,
            clause.
        """
        return pd.DataFrame(
            {
                "step": np.arange(1, len(self.items) + 1, dtype=np.int64),
                "rule_id": _texts(step.rule_id for step in self.items),
                "operation": _texts(step.operation for step in self.items),
                "operand": np.array([step.operand for step in self.items], dtype=np.float64),
                "before": np.array([step.before for step in self.items], dtype=np.float64),
                "after": np.array([step.after for step in self.items], dtype=np.float64),
                "label": _texts(step.label.pick(lang) for step in self.items),
                "status": _texts(step.status for step in self.items),
                "clause": _texts(step.clause for step in self.items),
            }
        )

    def sentences(self, lang: Lang = "zh") -> list[str]:
        """Return one sentence a step (逐步说明).

        Parameters
        ----------
        lang : {"zh", "en"}
            The language.
        """
        return [_sentence(step, _step_told(step, lang), lang) for step in self.items]

    def _with(
        self,
        operation: Operation,
        operand: float,
        rule_id: str,
        label: Text,
        status: Status,
        clause: str,
    ) -> Steps:
        operand = float(operand)
        step = Step(
            rule_id=rule_id,
            operation=operation,
            operand=operand,
            before=self.value,
            after=_OPERATIONS[operation](self.value, operand),
            label=label,
            status=status,
            clause=clause,
        )
        return Steps((*self.items, step))


@frozen(kw_only=True)
class LineItem:
    """One line of a bill (账单明细行).

    Parameters
    ----------
    code : str
        The component, such as ``"energy_flat"``.
    label : Text
        The line in words.
    quantity : Decimal, optional
        What is charged, in `unit`.
    unit : str
        Such as ``"kWh"``.
    price : Decimal, optional
        [yuan per `unit`]
    amount_fen : int
        The rounded amount of the line. [fen]
    rule_id, status, clause
        As in `Step`.
    """

    code: str
    label: Text
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    amount_fen: int = field(converter=index)
    rule_id: str
    status: Status = field(validator=in_(tuple(STATUS_LABELS)))
    clause: str = ""


@frozen
class LineItems:
    """The lines of one bill, which sum to its total (账单明细).

    Parameters
    ----------
    items : tuple of LineItem
        In the order they are printed.
    """

    items: tuple[LineItem, ...] = ()

    @property
    def total_fen(self) -> int:
        """The sum of the lines, in fen (合计)."""
        return sum(item.amount_fen for item in self.items)

    def reconcile(self, total_fen: int) -> None:
        """Check that the lines sum to a total (核对合计).

        Parameters
        ----------
        total_fen : int
            What they must sum to. [fen]

        Raises
        ------
        ReconciliationError
            When they do not; names the difference.
        """
        if self.total_fen != total_fen:
            raise _not_reconciled(self.total_fen, total_fen, len(self.items))

    def table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return the lines as a table (明细表).

        Parameters
        ----------
        lang : {"zh", "en"}
            The language of the column ``label``.

        Returns
        -------
        pandas.DataFrame
            Columns line (from 1), code, label, quantity, unit, price [yuan per unit], amount_fen
            [fen], amount_yuan [yuan], rule_id, status, clause. Quantity, price and yuan are exact
            decimal text, empty where there is none.
        """
        return pd.DataFrame(
            {
                "line": np.arange(1, len(self.items) + 1, dtype=np.int64),
                "code": _texts(item.code for item in self.items),
                "label": _texts(item.label.pick(lang) for item in self.items),
                "quantity": _texts(_plain(item.quantity) for item in self.items),
                "unit": _texts(item.unit for item in self.items),
                "price": _texts(_plain(item.price) for item in self.items),
                "amount_fen": np.array([item.amount_fen for item in self.items], dtype=np.int64),
                "amount_yuan": _texts(str(yuan_from_fen(item.amount_fen)) for item in self.items),
                "rule_id": _texts(item.rule_id for item in self.items),
                "status": _texts(item.status for item in self.items),
                "clause": _texts(item.clause for item in self.items),
            }
        )

    def sentences(self, lang: Lang = "zh") -> list[str]:
        """Return one sentence a line (逐行说明).

        ``=`` stands where quantity and price give the amount exactly, ``≈`` where it was rounded;
        an amount that is not their product is only stated.

        Parameters
        ----------
        lang : {"zh", "en"}
            The language.
        """
        return [_sentence(item, _item_told(item, lang), lang) for item in self.items]


def _same(recorded: float, computed: float) -> bool:
    # hex tells -0.0 from 0.0 and holds a nan equal to itself, which == does not.
    return recorded.hex() == computed.hex()


def _shown(value: float) -> str:
    # A score is kept as float32: seven digits are its value, the rest is float64 noise.
    if value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return f"{value:.7g}"


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _sentence(line: Step | LineItem, told: str, lang: Lang) -> str:
    pattern = Text("{label}：{told}（{status}）", "{label}: {told} ({status})")
    return pattern.fill(label=line.label, told=told, status=STATUS_LABELS[line.status]).pick(lang)


def _step_told(step: Step, lang: Lang) -> str:
    before, operand, after = map(_shown, (step.before, step.operand, step.after))
    match step.operation:
        case "set":
            return Text(f"由 {before} 改为 {after}", f"set from {before} to {after}").pick(lang)
        case "cap":
            limit = Text(f"，上限 {operand}，取", f", at most {operand}:").pick(lang)
            return f"{before}{limit} {after}"
        case "multiply":
            return f"{before} × {operand} = {after}"
        case "add" if step.operand < 0:
            return f"{before} - {_shown(-step.operand)} = {after}"
        case "add":
            return f"{before} + {operand} = {after}"


def _item_told(item: LineItem, lang: Lang) -> str:
    yuan, comma = ("元", "，") if lang == "zh" else ("yuan", ", ")
    amount = f"{yuan_from_fen(item.amount_fen)} {yuan}"
    quantity = f"{_plain(item.quantity)} {item.unit}".strip()
    price = f"{_plain(item.price)} {yuan}/{item.unit}".rstrip("/")
    if item.quantity is None:
        return amount
    if item.price is None:
        return f"{quantity}{comma}{amount}"
    gap = abs(Fraction(item.quantity) * Fraction(item.price) * FEN_PER_YUAN - item.amount_fen)
    if gap > Fraction(1, 2):
        return f"{quantity}{comma}{price}{comma}{amount}"
    return f"{quantity} × {price} {'≈' if gap else '='} {amount}"


def _texts(values: Iterable[str]) -> pd.Series[str]:
    return pd.Series(list(values), dtype="str")


def _not_replayed(number: int, step: Step, before: float, after: float) -> Problem:
    was, now = f"{step.before!r} -> {step.after!r}", f"{before!r} -> {after!r}"
    message = Text(
        f"第 {number} 步（{step.rule_id}）记录为 {was}，按操作数复算为 {now}；"
        "记录已被改动，请用同一规则手册重新计算",
        f"step {number} ({step.rule_id}) is recorded as {was}, its operands give {now}; "
        "the record was altered: evaluate again with the same rulebook",
    )
    return Problem(code="step_not_replayed", where=f"steps[{number - 1}]", message=message)


def _not_reconciled(sum_fen: int, total_fen: int, count: int) -> ReconciliationError:
    total, lines = yuan_from_fen(total_fen), yuan_from_fen(sum_fen)
    gap = yuan_from_fen(sum_fen - total_fen)
    return ReconciliationError.of(
        "total_not_reconciled",
        "line_items",
        f"{count} 行明细合计 {lines} 元，应为 {total} 元，相差 {gap} 元；请检查缺漏或重复的明细行",
        f"{count} lines sum to {lines} yuan, not {total} yuan: a difference of {gap} yuan; "
        "look for a line that is missing or stands twice",
    )
