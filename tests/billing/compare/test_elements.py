from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from planted_bills import rulebook
from powerchannel.billing.compare import STAGES, TOLERANCES, Tolerances, compare, stage_of
from powerchannel.billing.rules import Provenance
from powerchannel.billing.tariff import GROUPS, Component
from powerchannel.errors import TableError

NAMES = (
    "metered_energy_kwh",
    "transformer_loss_kwh",
    "line_loss_kwh",
    "billed_energy_kwh",
    "retail",
    "tier_2",
    "energy_charge_yuan",
    "capacity",
    "power_factor",
    "power_factor_charge",
    "fund",
    "amount_yuan",
    "average_price_yuan_per_kwh",
)
BILL = [("a", name, "total", "100.00") for name in NAMES]

values = st.integers(-(10**11), 10**11).map(lambda fen: f"{Decimal(fen).scaleb(-2):f}")
tables = st.dictionaries(
    st.tuples(
        st.sampled_from(["0017", "17", "b"]),
        st.sampled_from(NAMES),
        st.sampled_from(["total", "peak"]),
    ),
    values,
    min_size=1,
).map(lambda found: [(*key, value) for key, value in found.items()])


def table(rows: list[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["id", "name", "period", "value"])


def changed(name: str, value: str) -> pd.DataFrame:
    return table([(i, n, p, value if n == name else v) for i, n, p, v in BILL])


@given(tables)
def test_a_bill_is_the_same_as_itself(rows):
    found = compare(table(rows), table(rows[::-1]))
    assert found.is_same
    assert set(found.elements["verdict"]) == {"matched"}
    assert (found.accounts["first_stage"] == "").all()
    assert found.accounts["matched"].sum() == len(rows)


@given(tables, st.data())
def test_one_changed_element_is_found_with_its_stage(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    an_id, name, period, value = rows[place]
    other = [*rows]
    other[place] = (an_id, name, period, f"{Decimal(value) + 1000:f}")
    found = compare(table(rows), table(other))
    bad = found.elements[found.elements["verdict"] != "matched"]
    assert bad[["id", "name", "period", "verdict"]].values.tolist() == [
        [an_id, name, period, "mismatch"]
    ]
    assert Decimal(bad["difference"].iloc[0]) == -1000
    account = found.accounts.set_index("id").loc[an_id]
    assert (account["verdict"], account["first_stage"]) == ("mismatch", stage_of(name))
    assert (account["first_name"], account["first_period"]) == (name, period)
    assert (found.accounts.set_index("id")["mismatch"].drop(an_id) == 0).all()


@given(tables, tables)
def test_what_differs_one_way_differs_the_other(one, other):
    there, back = compare(table(one), table(other)), compare(table(other), table(one))
    turned = {"missing_ours": "missing_other", "missing_other": "missing_ours"}
    assert back.elements["verdict"].replace(turned).tolist() == there.elements["verdict"].tolist()
    assert there.accounts["first_stage"].tolist() == back.accounts["first_stage"].tolist()


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("billed_energy_kwh", "100.001", "mismatch"),
        ("power_factor", "100.01", "mismatch"),
        ("retail", "100.01", "within_tolerance"),
        ("retail", "100.02", "mismatch"),
        # Three lines: retail, tier_2 and the power-factor charge.
        ("capacity", "100.03", "within_tolerance"),
        ("capacity", "100.04", "mismatch"),
        ("amount_yuan", "100.03", "within_tolerance"),
        ("amount_yuan", "99.97", "within_tolerance"),
        ("amount_yuan", "100.04", "mismatch"),
        ("average_price_yuan_per_kwh", "100.000005", "within_tolerance"),
        ("average_price_yuan_per_kwh", "100.000006", "mismatch"),
    ],
)
def test_every_class_has_its_tolerance(name, value, verdict):
    found = compare(table(BILL), changed(name, value)).elements
    assert found.loc[found["name"] == name, "verdict"].tolist() == [verdict]
    assert (found.loc[found["name"] != name, "verdict"] == "matched").all()


def test_differences_are_told_exactly():
    found = compare(table(BILL), changed("amount_yuan", "80.00")).elements
    row = found[found["name"] == "amount_yuan"].iloc[0]
    assert row[["ours", "other", "difference", "tolerance"]].tolist() == [
        "100.00",
        "80.00",
        "20.00",
        "0.03",
    ]
    assert row["relative"] == 0.25
    assert row["tolerance_class"] == "sum"


def test_tolerances_are_for_the_caller():
    strict = evolve(TOLERANCES, line_yuan=Decimal(0))
    found = compare(table(BILL), changed("retail", "100.01"), tolerances=strict)
    assert not found.is_same
    assert Tolerances() == TOLERANCES


def test_what_is_missing_on_either_side():
    found = compare(table(BILL[:-1]), table(BILL[1:]))
    told = found.elements.set_index("name")
    assert told["verdict"]["metered_energy_kwh"] == "missing_other"
    assert told["verdict"]["average_price_yuan_per_kwh"] == "missing_ours"
    assert told["other"].isna()["metered_energy_kwh"]
    assert told["difference"].isna()["metered_energy_kwh"]
    assert found.accounts[["verdict", "first_stage"]].values.tolist() == [
        ["missing_other", "metered"]
    ]
    assert repr(found) == (
        "<billing.Comparison 1 ids: 11 matched, 1 missing_ours, 1 missing_other>"
    )


def test_a_difference_goes_before_what_is_missing():
    found = compare(table(BILL[1:]), changed("fund", "7.00")).accounts
    assert found[["verdict", "first_stage"]].values.tolist() == [["mismatch", "funds"]]


def test_the_first_stage_is_the_earliest():
    other = [(i, n, p, "1.00" if n in ("fund", "line_loss_kwh") else v) for i, n, p, v in BILL]
    found = compare(table(BILL), table(other)).accounts
    assert found[["first_stage", "mismatch", "matched"]].values.tolist() == [["line_loss", 2, 11]]


def test_stages():
    assert stage_of("line_loss") == "energy_charge"
    assert stage_of("line_loss_kwh") == "line_loss"
    assert {stage_of(group) for group in GROUPS} == {"energy_charge", "capacity_charge", "funds"}
    assert {stage_of(name) for name in NAMES} | {"deductions"} == set(STAGES)


def test_a_tariff_tells_the_stage_of_its_components():
    fund = Component(
        code="rural_grid",
        group="fund",
        price=Decimal("0.02"),
        provenance=Provenance(status="assumed", clause="test"),
    )
    book = rulebook()
    book = evolve(book, tariffs=(evolve(book.tariffs[1], components=(fund,)), *book.tariffs[2:]))
    rows = [("a", "rural_grid", "total", "2.00")]
    other = [("a", "rural_grid", "total", "3.00")]
    assert stage_of("rural_grid") == "energy_charge"
    assert stage_of("rural_grid", book) == "funds"
    found = compare(table(rows), table(other), rulebook=book).accounts
    assert found["first_stage"].tolist() == ["funds"]


def test_tables_that_cannot_be_compared_are_refused():
    with pytest.raises(TableError, match="elements stand twice"):
        compare(table([*BILL, BILL[0]]), table(BILL))
    with pytest.raises(TableError, match=r"other\.value.*not in whole fen"):
        compare(table(BILL), changed("amount_yuan", "100.001"))


def test_nothing_is_the_same_as_nothing():
    found = compare(table([]), table([]))
    assert found.is_same
    assert len(found.accounts) == 0
