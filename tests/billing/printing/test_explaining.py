from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from billing_bills import BILL, DROPPED, GROUP, LINES, TOTAL, line
from powerchannel.billing.printing.explaining import (
    Explanation,
    GroupExplanation,
    reconcile,
    replayed_fen,
)
from powerchannel.errors import ReconciliationError
from powerchannel.rulebook import load_rulebook

BOOK = load_rulebook("sgcc-2024")


def told(bill=BILL, group=GROUP) -> GroupExplanation:
    return GroupExplanation(group=group, bill=bill, rulebook=BOOK, as_of="2025-06")


def cells(text: str, start: str) -> list[str]:
    (found,) = [words for row in text.splitlines() if (words := row.split())[:3] == start.split()]
    return found


def test_the_bill_is_printed_as_a_utility_prints_it() -> None:
    text = told().render("zh")
    rows = text.splitlines()
    assert rows[0].startswith("计费组 g，2025-06（2025-06-01 至 2025-07-01，不含末日）")
    assert "industry, lighting" in rows[0]
    assert rows[1].split() == [
        *("户号", "表号", "示数类型", "上期示数", "本期示数", "倍率"),
        *("抄见电量", "变损", "线损", "加减", "计费电量"),
    ]
    assert cells(text, "p m 有功（峰）")[3:] == [
        *("4639.2", "4675.1", "3000", "107700", "0", "0", "0", "107700")
    ]
    assert cells(text, "p m 有功（平）（测算）")[3:] == [
        *("-", "-", "3000", "320000", "3000", "700", "-2000", "321700")
    ]
    assert "目录电费（峰）" in text
    assert "72,697.50" in text
    assert "小计 容（需）量电费" in text
    assert "实际 0.98，标准 0.90，调整率 -0.75 %，基数 222462.5 元，力调电费 -1,668.47 元" in text
    assert rows[-4] == "! m: m 为测算电量"
    assert rows[-3] == f"合计：{TOTAL / 100:,.2f} 元"
    assert rows[-2] == "[1] 来源载明"


def test_what_is_settled_apart_is_told() -> None:
    paid = {"energy_kwh": Decimal(100), "yuan": Decimal("1240.00"), "vat_yuan": Decimal("4.60")}
    fed = {("p", f"feed_in_{name}", "total"): value for name, value in paid.items()}
    found = told(evolve(BILL, values={**BILL.values, **fed}))
    (row,) = [row for row in found.render("en").splitlines() if "fed in" in row]
    assert "(p): 100 kWh, 1,240.00 yuan, VAT 4.60 yuan inside" in row
    assert any("不在合计内" in row for row in found.sentences("zh"))
    assert found.total_fen == TOTAL


def test_a_given_factor_and_a_rate_without_a_standard_are_told() -> None:
    own = {
        ("l", "power_factor", "total"): Decimal("0.97"),
        ("l", "power_factor_rate_percent", "total"): Decimal(1),
    }
    rows = told(evolve(BILL, values={**BILL.values, **own})).render("en").splitlines()
    (row,) = [row for row in rows if row.startswith("Power factor (l)")]
    assert "actual 0.97, standard -, rate 1 %" in row


def test_every_line_tells_its_rule_its_status_and_its_source() -> None:
    text = told().render("en")
    (row,) = [row for row in text.splitlines() if "tariffs.industry.capacity" in row]
    assert row.endswith("[2]")
    assert text.splitlines()[-2:] == [
        *("[1] stated in the source", "[2] stated in the source: a notice")
    ]
    assert "[1]     market settlement" in text
    table = told().table("en")
    assert table["rule_id"].tolist() == [one.rule_id for one in LINES]
    assert table["clause"].tolist() == [one.clause for one in LINES]
    assert table["amount_fen"].sum() == TOTAL
    assert table.columns[:4].tolist() == ["group_id", "account_id", "group", "period"]


def test_subtotals_sum_to_the_total() -> None:
    rows = told().render("en").splitlines()
    subtotals = [row.split()[-1].replace(",", "") for row in rows if "subtotal" in row]
    heads = [row.split("subtotal ")[1].split("  ")[0] for row in rows if "subtotal" in row]
    assert heads == ["energy", "catalogue charge", "capacity or demand charge", _ADJUSTMENT]
    assert sum(map(Decimal, subtotals)) * 100 == TOTAL


_ADJUSTMENT = "power-factor adjustment"


def test_an_explanation_replays_to_the_very_value() -> None:
    found = Explanation((told(),), "zh")
    assert found.replayed == {"g": TOTAL}
    assert found["g"].replay() == found["g"].total_fen == TOTAL
    altered = evolve(BILL, lines=(evolve(LINES[0], amount_fen=7269751), *LINES[1:]))
    assert told(altered).replay() != told(altered).total_fen


@pytest.mark.parametrize(
    ("quantity", "price", "fen"),
    [("1", "0.005", 1), ("-1", "0.005", -1), ("1", "0.0049", 0), ("3e5", "1", 30000000)],
)
def test_a_line_is_rounded_half_up_by_size(quantity: str, price: str, fen: int) -> None:
    assert replayed_fen(line("x", quantity, "kWh", price, 0)) == fen


@given(st.decimals(-(10**9), 10**9, places=2), st.decimals(-9, 9, places=8))
def test_a_replayed_line_is_within_half_a_fen(quantity: Decimal, price: Decimal) -> None:
    fen = replayed_fen(evolve(LINES[0], quantity=quantity, price=price))
    assert abs(quantity * price * 100 - fen) <= Decimal("0.5")


def test_lines_that_do_not_sum_to_the_total_are_refused() -> None:
    reconcile(BILL)
    with pytest.raises(ReconciliationError):
        reconcile(evolve(BILL, lines=LINES[1:]))


def test_a_group_without_a_bill_is_told_so() -> None:
    dropped = told(DROPPED, evolve(GROUP, group_id="h"))
    assert dropped.render("en").splitlines()[1:] == [
        "! m9: m9 has no reading of 1 June",
        "Not billed.",
    ]
    unknown = told(evolve(DROPPED, group_id="x", findings=()), None)
    assert "没有账单" in unknown.render("zh")
    assert len(unknown.table()) == 0
    both = Explanation((told(), dropped), "en")
    assert str(both).count("\n\n") == 1
    assert both["h"] is dropped
    assert len(both.table) == len(LINES)
    assert len(both.sentences) == len([*told().sentences("en"), *dropped.sentences("en")])
    assert "<table" in both._repr_html_()


def test_sentences_say_how_each_amount_was_made() -> None:
    (first, second, *_, last) = told().sentences("en")
    assert first.startswith("Group g")
    assert second == "catalogue charge (peak): 107700 kWh × 0.675 yuan/kWh = 72697.50 yuan " + (
        "(stated in the source)"
    )
    assert last.startswith("Total: ")
    assert "{" not in "".join(told().sentences("zh") + told().sentences("en"))
