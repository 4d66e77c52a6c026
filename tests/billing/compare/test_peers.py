from __future__ import annotations

from decimal import Decimal
from statistics import median

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.compare.peers import compare_with_peers
from powerchannel.errors import TableError


def bills(values: list[str], name: str = "billed_energy_kwh") -> pd.DataFrame:
    ids = [f"{i:04}" for i in range(len(values))]
    return pd.DataFrame({"id": ids, "name": name, "period": "total", "value": values})


def kinds(of: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"{i:04}" for i in range(len(of))], "tariff": of, "band": "100"})


cents = st.integers(-(10**6), 10**6).map(lambda n: f"{Decimal(n).scaleb(-2):f}")


@given(st.lists(st.tuples(cents, st.sampled_from(["shop", "home"])), min_size=1, max_size=12))
def test_it_is_the_median_and_three_times_the_mad(rows):
    values, of = [v for v, _ in rows], [k for _, k in rows]
    found = compare_with_peers(bills(values), kinds(of))
    for value, kind, row in zip(values, of, found.itertuples(), strict=True):
        group = [Decimal(v) for v, k in rows if k == kind]
        middle = median(group)
        mad = median(abs(v - middle) for v in group)
        is_usual = abs(Decimal(value) - middle) <= 3 * mad
        assert Decimal(row.median) == middle
        assert Decimal(row.mad) == mad
        assert row.peers == len(group)
        assert row.verdict == ("usual" if is_usual else "unusual")


def test_elements_are_not_mixed():
    both = pd.concat([bills(["1", "1"]), bills(["900", "900"], "amount_yuan")])
    found = compare_with_peers(both, kinds(["shop", "shop"]))
    assert found["verdict"].tolist() == ["usual"] * 4
    assert found["median"].tolist() == ["1", "1", "900", "900"]


def test_the_spread_is_for_the_caller():
    rows, of = bills(["98", "100", "102", "106"]), kinds(["shop"] * 4)
    assert compare_with_peers(rows, of)["verdict"].tolist() == ["usual"] * 4
    narrow = compare_with_peers(rows, of, spread="1.5")["verdict"].tolist()
    assert narrow == ["usual", "usual", "usual", "unusual"]


def test_who_is_of_no_kind_has_no_peers():
    found = compare_with_peers(bills(["1", "2", "3"]), kinds(["shop", "shop"]))
    assert found["verdict"].tolist()[2] == "no_peers"
    assert found["peers"].tolist() == [2, 2, 0]
    assert found["median"].isna().tolist() == [False, False, True]


def test_a_kind_must_be_told_once():
    with pytest.raises(TableError, match="no column besides id"):
        compare_with_peers(bills(["1"]), {"id": ["0000"]})
    with pytest.raises(TableError, match="an id stands twice"):
        compare_with_peers(bills(["1"]), pd.concat([kinds(["shop"]), kinds(["home"])]))


def test_no_rows():
    assert len(compare_with_peers(bills([]), kinds(["shop"]))) == 0
