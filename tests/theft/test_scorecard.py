from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import PowerChannelError
from powerchannel.rulebook import Provenance, structure
from powerchannel.text import Text
from powerchannel.theft.scorecard import Card, Evidence, Step

HERE = Provenance(status="assumed", clause="test")
TITLE = Text("证据", "evidence")
VALUES = st.floats(-5, 5) | st.just(float("nan"))


WRITTEN: dict[str, object] = {
    "name": "x",
    "title": {"zh": "证据", "en": "evidence"},
    "edges": [Decimal(0), Decimal(1)],
    "points": [1, 2, 3],
    "provenance": {"status": "assumed", "clause": "test"},
}


def evidence(name: str, edges: list[str], points: list[int], **changes: object) -> Evidence:
    numbers = [Decimal(edge) for edge in edges]
    return structure(
        Evidence, WRITTEN | {"name": name, "edges": numbers, "points": points} | changes
    )


def card(*kinds: Evidence, base: int = 0) -> Card:
    steps = ((0, "0.01"), (20, "0.2"), (60, "0.7"))
    return Card(
        evidence=kinds,
        base_points=base,
        probability=tuple(Step(points=p, probability=Decimal(q)) for p, q in steps),
        provenance=HERE,
    )


DROP = evidence("drop", ["0", "1.5"], [0, 10, 40], direction="rising", missing_points=3)
ZERO = evidence("zero", ["-1", "2"], [30, 5, 0], direction="falling")


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8))
def test_reasons_sum_to_the_points(rows: list[tuple[float, float]]) -> None:
    values = np.array(rows)
    found = card(DROP, ZERO, base=7).score(values)
    assert (found.reasons.sum(axis=1) + 7).tolist() == found.points.tolist()
    one_by_one = [
        card(DROP, ZERO, base=7).score(values[i : i + 1]).points[0] for i in range(len(rows))
    ]
    assert one_by_one == found.points.tolist()


@given(st.floats(-5, 5), st.floats(0, 5))
def test_points_and_probability_go_one_way(value: float, more: float) -> None:
    low, high = np.array([[value, 0.0]]), np.array([[value + more, 0.0]])
    first, last = card(DROP, ZERO).score(low).points, card(DROP, ZERO).score(high).points
    assert first[0] <= last[0]
    table = card(DROP)
    assert table.probability_of(first)[0] <= table.probability_of(last)[0]


def test_an_edge_belongs_above_and_nothing_is_its_own() -> None:
    assert DROP.of(np.array([-0.1, 0.0, 1.4, 1.5, np.nan])).tolist() == [0, 10, 10, 40, 3]


def test_between_two_rows_the_table_is_read_in_proportion() -> None:
    points = np.array([-4, 0, 10, 20, 40, 60, 900])
    expected = [0.01, 0.01, 0.105, 0.2, 0.45, 0.7, 0.7]
    assert card(DROP).probability_of(points).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"edges": [Decimal(1), Decimal(1)]}, "sort them"),
        ({"points": [1, 2]}, "2 edges need 3 points, not 2"),
        ({"points": [4, 2, 9], "direction": "rising"}, "not rising"),
        ({"points": [4, 5, 1], "direction": "falling"}, "not falling"),
        ({"name": " "}, "empty"),
    ],
)
def test_a_card_that_contradicts_itself_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(PowerChannelError, match=said):
        structure(Evidence, WRITTEN | changes)


def test_evidence_stands_once_and_probabilities_rise() -> None:
    with pytest.raises(PowerChannelError, match="drop stands above"):
        card(DROP, DROP)
    step = Step(points=5, probability=Decimal("0.5"))
    less = Step(points=9, probability=Decimal("0.4"))
    with pytest.raises(PowerChannelError, match="must rise"):
        Card(evidence=(DROP,), probability=(step, less), provenance=HERE)
    with pytest.raises(ValueError, match="empty"):
        Card(evidence=(DROP,), probability=(), provenance=HERE)


def test_a_column_too_few_is_told() -> None:
    with pytest.raises(ValueError, match="2 kinds of evidence"):
        card(DROP, ZERO).score(np.zeros((3, 1)))
