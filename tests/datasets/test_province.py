from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.datasets import Province, province
from powerchannel.datasets.province import FIRST_MONTH, TABLES
from powerchannel.errors import PowerChannelError, UnknownNameError

EVERY = (*TABLES, "truth", "dirt")


@pytest.fixture(scope="module")
def made() -> Province:
    return province(800, 7, seed=13)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with text for categories, so that unused ones do not matter."""
    names = [n for n in table if isinstance(table[n].dtype, pd.CategoricalDtype)]
    return table.assign(**{n: table[n].astype("object") for n in names}).reset_index(drop=True)


@pytest.mark.parametrize("name", EVERY)
def test_the_same_arguments_give_the_same_tables(made: Province, name: str) -> None:
    again = province(800, 7, 13, as_of="2022-03", dirty_ratio=0.01)
    pd.testing.assert_frame_equal(getattr(made, name), getattr(again, name))


@pytest.mark.parametrize("name", EVERY)
def test_another_seed_gives_another_province(made: Province, name: str) -> None:
    assert not plain(getattr(made, name)).equals(plain(getattr(province(800, 7, seed=14), name)))


def test_the_same_bytes_with_every_version_of_numpy_and_pandas(tmp_path: Path) -> None:
    """A change of the digest is a change of every province: say so in the change log."""
    paths = province(300, 3, seed=7, dirty_ratio=0.05).write(tmp_path, format="csv", tables=EVERY)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    assert digest == "f6c7d19c535c440b3f122bfc4693d7faf0e384aa2f48efc1d29f8d5d2070391f"


@settings(max_examples=8)
@given(st.integers(1, 700), st.integers(0, 3))
def test_a_customer_is_the_same_in_a_province_of_any_size(fewer: int, seed: int) -> None:
    small, large = province(fewer, 2, seed), province(701, 2, seed)
    last = small.customers["customer_id"].iloc[-1]
    for name in (*TABLES, "truth"):
        table = plain(getattr(large, name))
        same = table[table["customer_id"] <= last].reset_index(drop=True)
        pd.testing.assert_frame_equal(plain(getattr(small, name)), same, check_dtype=False)


def test_customers_are_the_same_beyond_the_first_block() -> None:
    small, large = province(16_390, 1, seed=6), province(16_500, 1, seed=6)
    rows = plain(large.contacts)
    same = rows[rows["customer_id"] <= "0100000016390"].reset_index(drop=True)
    pd.testing.assert_frame_equal(plain(small.contacts), same, check_dtype=False)
    assert (same["customer_id"] > "0100000016384").any()


def test_a_month_later_is_this_month_and_one_more(made: Province) -> None:
    later = province(800, 8, seed=13, as_of="2022-04")
    for name, at in [
        ("contacts", "contacted_at"),
        ("complaints", "complained_at"),
        ("dislikes", "disliked_at"),
    ]:
        rows = plain(getattr(later, name))
        columns = [column for column in rows if column != "withdrawn_at"]
        before = rows.loc[rows[at] < "2022-04-01", columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(before, plain(getattr(made, name))[columns])
        assert len(rows) > len(before)
    pd.testing.assert_frame_equal(later.customers, made.customers)


@pytest.mark.parametrize("name", ["accounts", "facts", "contacts", "dislikes", "complaints"])
def test_every_clean_row_is_of_a_customer(made: Province, name: str) -> None:
    ids = set(getattr(made, name)["customer_id"].astype("object"))
    assert ids
    assert ids <= set(made.customers["customer_id"])


def test_months_are_covered(made: Province) -> None:
    months = made.contacts["contacted_at"].dt.strftime("%Y-%m").unique().tolist()
    expected = ["2021-09", "2021-10", "2021-11", "2021-12", "2022-01", "2022-02", "2022-03"]
    assert months == expected
    assert (made.months, made.as_of, made.seed) == (7, "2022-03", 13)


def test_the_seed_may_stand_third() -> None:
    assert province(5, 1, 77).seed == province(5, 1, seed=77).seed == 77


def test_a_tenth_of_a_percent_to_half_may_be_dirty() -> None:
    for ratio in (0.0, 0.001, 0.5):
        found = province(300, 6, seed=13, dirty_ratio=ratio)
        assert len(found.dirt) / len(found.contacts) == pytest.approx(ratio, rel=0.2, abs=2e-3)


def test_a_province_of_one_customer_is_whole() -> None:
    tiny = province(1, 1, seed=0)
    assert len(tiny.customers) == len(tiny.truth) == 1
    for name in TABLES:
        assert list(tiny.exported(name, headers="en")) == list(getattr(tiny, name))


def test_the_first_month_there_can_be() -> None:
    earliest = province(200, 1, seed=0, as_of=FIRST_MONTH)
    assert set(earliest.contacts["contacted_at"].dt.strftime("%Y-%m")) == {FIRST_MONTH}
    assert earliest.facts["since"].max() < pd.Timestamp("2015-02-01")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"customers": 0}, "customers"),
        ({"customers": 80_000_001}, "80,000,000"),
        ({"months": 0}, "months"),
        ({"seed": -1}, "seed"),
        ({"dirty_ratio": 0.51}, "dirty_ratio"),
        ({"dirty_ratio": float("nan")}, "dirty_ratio"),
        ({"as_of": "2014-12"}, "2015-01"),
        ({"months": 88}, "2015-01"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        province(**({"customers": 10, "months": 2, "seed": 1} | arguments))


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(PowerChannelError):
        province(10, 2, seed=1, as_of="2022-13")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"tables": ["contacs"]}, "contacts"),
        ({"format": "cvs"}, "csv"),
        ({"encoding": "gbk"}, "gb18030"),
        ({"headers": "cn"}, "zh"),
    ],
)
def test_unknown_names_are_refused_before_anything_is_written(
    made: Province, tmp_path: Path, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(UnknownNameError, match=said):
        made.write(tmp_path / "out", **({"format": "csv"} | arguments))
    assert not (tmp_path / "out").exists()


def test_files_are_named_after_their_tables(made: Province, tmp_path: Path) -> None:
    paths = made.write(tmp_path / "new" / "folder", format="csv")
    assert [path.name for path in paths] == [f"{name}.csv" for name in TABLES]
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == sorted(
        path.name for path in paths
    )


def test_truth_has_canonical_names_in_every_export(made: Province) -> None:
    assert list(made.exported("truth")) == list(made.truth)
    assert list(made.exported("dirt")) == list(made.dirt)


def test_it_prints_what_it_holds(made: Province) -> None:
    said = repr(made)
    assert said.startswith("Province(months=7, as_of='2022-03', seed=13; customers: 800, ")
    assert f"contacts: {len(made.contacts):,}" in said


CODE_OF_REASON = {
    "repeated_record": "duplicate",
    "conflicting_record": "conflict",
    "unknown_channel": "unknown_code",
    "impossible_time": "impossible_time",
    "year_out_of_range": "year_out_of_range",
    "empty_customer_id": "missing_value",
    "scientific_customer_id": "scientific_id",
}


def test_the_door_of_the_channel_domain_finds_exactly_the_planted_dirt() -> None:
    made = province(600, 6, seed=5, dirty_ratio=0.1)
    side = {name: made.exported(name) for name in ("facts", "dislikes", "complaints")}
    tables = channel.check(contacts=made.exported("contacts"), **side)
    planted = made.dirt["reason"].astype("str").map(CODE_OF_REASON).value_counts()
    assert tables.rejected["code"].value_counts().to_dict() == planted.to_dict()
    assert set(tables.rejected["table"]) == {"contacts"}
    assert sorted(tables.contacts["source_key"]) == sorted(made.contacts["source_key"])
    repaired = made.dirt["reason"].isin(["padded_customer_id", "full_width_customer_id"])
    found = tables.problems.set_index("code")["count"]
    assert found["normalised_id"] == repaired.sum()


def test_clean_tables_pass_the_door_without_a_word() -> None:
    made = province(600, 6, seed=5)
    tables = channel.check(
        contacts=made.contacts,
        facts=made.facts,
        dislikes=made.dislikes,
        complaints=made.complaints,
    )
    assert tables.problems.empty
    assert len(tables.contacts) == len(made.contacts)
