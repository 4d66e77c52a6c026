from __future__ import annotations

import math
from decimal import Decimal
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import ReconciliationError
from powerchannel.ledger import (
    STATUS_LABELS,
    LineItem,
    LineItems,
    Operation,
    Status,
    Steps,
)
from powerchannel.text import Text

RUN = Text("连续使用 3 个月", "used 3 months running")
USED = Text("半年内使用 6 次", "6 uses in half a year")

numbers = st.floats(allow_nan=False)
steps = st.lists(st.tuples(st.sampled_from(get_args(Operation)), numbers), max_size=8)


def _record(operations: list[tuple[Operation, float]]) -> Steps:
    ledger = Steps()
    for operation, operand in operations:
        ledger = getattr(ledger, operation)(operand, rule_id="r", label=RUN, status="stated")
    return ledger


def _scored() -> Steps:
    used = Steps().add(6, rule_id="stock", label=USED, status="repaired", clause="2.2")
    return used.multiply(1.2, rule_id="streak", label=RUN, status="stated", clause="2.2")


def _line(amount_fen: int, quantity: str | None = None, price: str | None = None) -> LineItem:
    return LineItem(
        code="energy_flat",
        label=Text("目录电度电费", "catalogue energy charge"),
        quantity=None if quantity is None else Decimal(quantity),
        unit="kWh",
        price=None if price is None else Decimal(price),
        amount_fen=amount_fen,
        rule_id="prices.flat",
        status="stated",
        clause="3",
    )


def _bill() -> LineItems:
    return LineItems((_line(52000, "1000", "0.5200"), _line(-5)))


def test_no_step_is_worth_nothing() -> None:
    assert Steps().value == 0.0
    assert Steps().replay() == 0.0


def test_each_operation_does_what_float64_does() -> None:
    ledger = _record([("add", 0.1), ("add", 0.2), ("multiply", 1.1), ("cap", 0.3), ("set", 0.0)])
    assert [step.after for step in ledger.items] == [0.1, 0.1 + 0.2, (0.1 + 0.2) * 1.1, 0.3, 0.0]
    assert [step.before for step in ledger.items] == [0.0, *(s.after for s in ledger.items[:-1])]


def test_a_cap_above_the_value_changes_nothing() -> None:
    assert _record([("add", 5), ("cap", 6)]).value == 5


def test_a_step_leaves_the_steps_it_was_added_to() -> None:
    first = _record([("add", 1)])
    first.add(1, rule_id="r", label=RUN, status="stated")
    assert len(first.items) == 1


def test_operands_become_float64() -> None:
    (step,) = Steps().add(np.float32(0.1), rule_id="r", label=RUN, status="stated").items
    assert type(step.operand) is float
    assert type(step.after) is float


@given(steps)
def test_a_replay_gives_the_value_to_the_bit(operations: list[tuple[Operation, float]]) -> None:
    ledger = _record(operations)
    assert ledger.replay().hex() == ledger.value.hex()


@given(steps.filter(len), st.data())
def test_a_replay_finds_every_altered_value(
    operations: list[tuple[Operation, float]], data: st.DataObject
) -> None:
    items = list(_record(operations).items)
    at = data.draw(st.integers(0, len(items) - 1))
    side = data.draw(st.sampled_from(["before", "after"]))
    old = getattr(items[at], side)
    items[at] = evolve(items[at], **{side: 1.0 if math.isnan(old) else math.nextafter(old, 1e9)})
    with pytest.raises(ReconciliationError) as caught:
        Steps(tuple(items)).replay()
    assert [problem.where for problem in caught.value.problems] == [f"steps[{at}]"]


def test_an_altered_operand_shows_in_every_later_step() -> None:
    first, second = _scored().items
    with pytest.raises(ReconciliationError) as caught:
        Steps((evolve(first, operand=7.0), second)).replay()
    assert len(caught.value.problems) == 2
    assert "step 1 (stock) is recorded as 0.0 -> 6.0, its operands give 0.0 -> 7.0" in str(
        caught.value
    )
    assert "第 1 步（stock）" in str(caught.value)


def test_a_negative_zero_is_not_a_zero() -> None:
    (step,) = _record([("set", 0.0)]).items
    with pytest.raises(ReconciliationError):
        Steps((evolve(step, after=-0.0),)).replay()


def test_a_nan_replays_as_itself() -> None:
    assert math.isnan(_record([("add", math.inf), ("add", -math.inf)]).replay())


@pytest.mark.parametrize("field", ["operation", "status"])
def test_a_step_refuses_words_it_does_not_know(field: str) -> None:
    with pytest.raises(ValueError, match="guessed"):
        evolve(_scored().items[0], **{field: "guessed"})


def test_the_steps_as_a_table() -> None:
    expected = pd.DataFrame(
        {
            "step": [1, 2],
            "rule_id": ["stock", "streak"],
            "operation": ["add", "multiply"],
            "operand": [6.0, 1.2],
            "before": [0.0, 6.0],
            "after": [6.0, 6 * 1.2],
            "label": ["6 uses in half a year", "used 3 months running"],
            "status": ["repaired", "stated"],
            "clause": ["2.2", "2.2"],
        }
    )
    pd.testing.assert_frame_equal(_scored().table("en"), expected, check_exact=True)
    assert _scored().table("zh")["label"].tolist() == [USED.zh, RUN.zh]


@pytest.mark.parametrize("ledger", [Steps(), LineItems()])
def test_an_empty_table_has_the_columns_and_types_of_a_full_one(ledger: Steps | LineItems) -> None:
    full = _scored() if isinstance(ledger, Steps) else _bill()
    pd.testing.assert_series_equal(ledger.table().dtypes, full.table().dtypes)
    assert len(ledger.table()) == 0


@pytest.mark.parametrize(
    ("operations", "zh", "en"),
    [
        ([("add", 6)], "0 + 6 = 6", "0 + 6 = 6"),
        ([("add", 6), ("multiply", 1.2)], "6 × 1.2 = 7.2", "6 × 1.2 = 7.2"),
        ([("add", 3), ("add", -0.5)], "3 - 0.5 = 2.5", "3 - 0.5 = 2.5"),
        ([("add", 7.2), ("set", 0)], "由 7.2 改为 0", "set from 7.2 to 0"),
        ([("add", 8), ("cap", 6)], "8，上限 6，取 6", "8, at most 6: 6"),
        ([("add", 0.1), ("add", 0.2)], "0.1 + 0.2 = 0.3", "0.1 + 0.2 = 0.3"),
        ([("add", 12345678)], "0 + 12345678 = 12345678", "0 + 12345678 = 12345678"),
        ([("set", -0.0)], "由 0 改为 0", "set from 0 to 0"),
        ([("add", math.inf)], "0 + inf = inf", "0 + inf = inf"),
    ],
)
def test_a_step_in_words(operations: list[tuple[Operation, float]], zh: str, en: str) -> None:
    ledger = _record(operations)
    assert ledger.sentences("zh")[-1] == f"连续使用 3 个月：{zh}（来源载明）"
    assert ledger.sentences("en")[-1] == f"used 3 months running: {en} (stated in the source)"


@given(st.floats(width=32, min_value=2**-10, max_value=2**20, exclude_min=True))
def test_a_float32_score_is_told_by_seven_digits(score: float) -> None:
    (told,) = _record([("set", score)]).sentences("en")
    number = told.removeprefix("used 3 months running: set from 0 to ").split(" ")[0]
    assert len(number.replace(".", "").lstrip("0")) <= 7
    assert float(number) == pytest.approx(score, rel=5e-7)


def test_every_status_has_words() -> None:
    assert set(STATUS_LABELS) == set(get_args(Status))


def test_every_step_has_its_sentence() -> None:
    assert _scored().sentences("en") == [
        "6 uses in half a year: 0 + 6 = 6 (source incomplete, repaired)",
        "used 3 months running: 6 × 1.2 = 7.2 (stated in the source)",
    ]


def test_there_are_two_languages() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        _scored().sentences("fr")  # type: ignore[arg-type]


def test_lines_sum_to_the_total() -> None:
    assert _bill().total_fen == 51995
    assert LineItems().total_fen == 0
    _bill().reconcile(51995)


def test_a_total_that_is_not_the_sum_is_told_the_difference() -> None:
    with pytest.raises(ReconciliationError) as caught:
        _bill().reconcile(52000)
    assert "2 lines sum to 519.95 yuan, not 520.00 yuan: a difference of -0.05 yuan" in str(
        caught.value
    )
    assert "2 行明细合计 519.95 元，应为 520.00 元，相差 -0.05 元" in str(caught.value)


@given(st.lists(st.integers(-(10**15), 10**15)))
def test_a_total_is_exact(amounts: list[int]) -> None:
    lines = LineItems(tuple(_line(amount) for amount in amounts))
    lines.reconcile(sum(amounts))
    with pytest.raises(ReconciliationError):
        lines.reconcile(sum(amounts) + 1)


def test_an_amount_is_a_whole_number_of_fen() -> None:
    assert type(_line(np.int64(5)).amount_fen) is int  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        _line(5.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        (
            ("52000", "1000", "0.5200"),
            "1000 kWh × 0.5200 元/kWh = 520.00 元",
            "1000 kWh × 0.5200 yuan/kWh = 520.00 yuan",
        ),
        (
            ("17363", "333", "0.5214"),
            "333 kWh × 0.5214 元/kWh ≈ 173.63 元",
            "333 kWh × 0.5214 yuan/kWh ≈ 173.63 yuan",
        ),
        (
            ("700000", "500", "28"),
            "500 kWh，28 元/kWh，7000.00 元",
            "500 kWh, 28 yuan/kWh, 7000.00 yuan",
        ),
        (("700", "500", None), "500 kWh，7.00 元", "500 kWh, 7.00 yuan"),
        (("-5", None, None), "-0.05 元", "-0.05 yuan"),
    ],
)
def test_a_line_in_words(line: tuple[str, str | None, str | None], zh: str, en: str) -> None:
    amount, quantity, price = line
    lines = LineItems((_line(int(amount), quantity, price),))
    assert lines.sentences("zh") == [f"目录电度电费：{zh}（来源载明）"]
    assert lines.sentences("en") == [f"catalogue energy charge: {en} (stated in the source)"]


def test_the_lines_as_a_table() -> None:
    expected = pd.DataFrame(
        {
            "line": [1, 2],
            "code": ["energy_flat", "energy_flat"],
            "label": ["catalogue energy charge", "catalogue energy charge"],
            "quantity": ["1000", ""],
            "unit": ["kWh", "kWh"],
            "price": ["0.5200", ""],
            "amount_fen": [52000, -5],
            "amount_yuan": ["520.00", "-0.05"],
            "rule_id": ["prices.flat", "prices.flat"],
            "status": ["stated", "stated"],
            "clause": ["3", "3"],
        }
    )
    pd.testing.assert_frame_equal(_bill().table("en"), expected)
