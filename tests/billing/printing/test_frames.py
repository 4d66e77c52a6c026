from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from attrs import evolve

from billing_bills import BILL, DROPPED, LINES, TOTAL
from powerchannel.billing.printing import frames
from powerchannel.errors import TableError

BILLS = (BILL, DROPPED)


def test_values_are_exact_and_in_canonical_order() -> None:
    table = frames.value_frame(BILLS)
    assert list(table) == ["group_id", "id", "name", "period", "value", "value_fen"]
    assert table[["id", "name", "period"]].values.tolist() == [
        ["g", "amount_yuan", "total"],
        ["g", "power_factor", "total"],
        ["l", "billed_energy_kwh", "total"],
        ["p", "billed_energy_kwh", "total"],
        ["p", "catalogue", "total"],
        ["p", "catalogue", "peak"],
        ["p", "catalogue", "flat"],
        ["p", "power_factor", "total"],
        ["p", "power_factor_rate_percent", "total"],
    ]
    found = table.set_index(["id", "name", "period"])
    assert found.loc[("l", "billed_energy_kwh", "total"), "value"] == "2000"
    assert found.loc[("p", "catalogue", "flat"), "value_fen"] == 14476500
    assert found["value_fen"].isna().tolist() == [name not in _MONEY for name in table["name"]]
    assert str(table["value_fen"].dtype) == "Int64"


_MONEY = ("amount_yuan", "catalogue")


def test_an_amount_that_is_no_whole_fen_is_refused() -> None:
    broken = evolve(BILL, values={("g", "fund", "total"): Decimal("0.001")})
    with pytest.raises(TableError, match="fund"):
        frames.value_frame([broken])


def test_lines_as_printed() -> None:
    table = frames.line_frame(BILLS)
    assert table["amount_fen"].tolist() == [one.amount_fen for one in LINES]
    assert str(table["amount_fen"].dtype) == "int64"
    assert table["account_id"].tolist() == ["p", "p", "p", "p", "l", "l"]
    first = table.iloc[0].to_dict()
    assert (first["quantity"], first["unit"], first["price"]) == ("107700", "kWh", "0.675")
    assert (first["status"], first["clause"]) == ("stated", "a notice")
    assert table.iloc[-1][["quantity", "price"]].tolist() == ["", ""]


def test_registers_add_up() -> None:
    table = frames.register_frame(BILLS)
    assert table["billed_kwh"].tolist() == ["107700.00", "321700"]
    assert table["previous"].tolist() == ["4639.2", ""]
    assert table["is_estimated"].tolist() == [False, True]


def test_findings_in_both_languages() -> None:
    table = frames.finding_frame(BILLS)
    assert table[["group_id", "code", "is_fatal"]].values.tolist() == [
        ["g", "estimated", False],
        ["h", "reading_missing", True],
    ]
    assert table["en"].tolist() == ["m was estimated", "m9 has no reading of 1 June"]


def test_subtotals_of_an_account_sum_to_its_amount() -> None:
    table = frames.account_frame(BILLS).set_index("account_id")
    subtotals = [name for name in table if name.endswith("_fen") and name != "amount_fen"]
    assert (table[subtotals].sum(axis=1) == table["amount_fen"]).all()
    assert table["amount_fen"].sum() == TOTAL
    assert table.loc["p", "capacity_fen"] == 7500000
    assert table.loc["p", "power_factor_charge_fen"] == -166847
    assert table.loc["l", ["catalogue_fen", "energy_fen", "other_fen"]].tolist() == [
        *(140000, -1250, 0)
    ]
    assert table.loc["p", "billed_energy_kwh"] == "429400"


def test_what_belongs_to_no_group_of_components_is_other() -> None:
    late = evolve(LINES[0], group="late_fee", amount_fen=77)
    table = frames.account_frame([evolve(BILL, lines=(late,))])
    assert table[["other_fen", "amount_fen"]].values.tolist() == [[77, 77]]


@pytest.mark.parametrize(
    "make",
    [
        frames.value_frame,
        frames.line_frame,
        frames.register_frame,
        frames.finding_frame,
        frames.account_frame,
    ],
)
def test_without_a_bill_the_columns_are_the_same(make) -> None:
    empty, some = make([]), make(BILLS)
    assert len(empty) == 0
    pd.testing.assert_series_equal(empty.dtypes, some.dtypes)


def test_an_account_named_as_its_group_shows_its_own_energy() -> None:
    """Under the common name stand the sums of the group."""
    values = {
        ("p", "billed_energy_kwh", "total"): Decimal(431400),
        ("p", "amount_yuan", "total"): Decimal("327024.56"),
        ("l", "billed_energy_kwh", "total"): Decimal(2000),
        ("l", "amount_yuan", "total"): Decimal("1468.00"),
    }
    table = frames.account_frame([evolve(BILL, group_id="p", values=values)])
    found = table.set_index("account_id")["billed_energy_kwh"]
    assert found.to_dict() == {"l": "2000", "p": "429400"}
