from __future__ import annotations

import pytest

from powerchannel import theft
from powerchannel.rulebook import load_rulebook
from theft_months import AS_OF, FAULTS, state_of_month


@pytest.fixture(scope="module")
def result() -> theft.Result:
    return theft.evaluate(state_of_month(), load_rulebook("dlt698-theft"), as_of=AS_OF)


def test_steps_replay_to_the_points_of_the_table(result: theft.Result) -> None:
    told = result.explain(*FAULTS, "0022")
    expected = result.table.set_index("customer_id")["score_points"]
    for customer in told.customers:
        assert customer.replay() == customer.points == expected[customer.customer_id]


def test_it_is_told_in_both_languages(result: theft.Result) -> None:
    zh = str(result.explain("0012", lang="zh"))
    en = str(result.explain("0012", lang="en"))
    assert "失流，B 相，2025-03-10 08:00" in zh
    assert "失流时数为 9.983：0 + 35 = 35" in zh
    assert "current loss, phase B, 2025-03-10 08:00" in en
    assert "kWh not recorded" in en


def test_what_has_no_points_is_not_a_step(result: theft.Result) -> None:
    table = result.explain("0011", "0012", lang="en").table
    assert table["customer_id"].tolist() == ["0011", "0012", "0012"]
