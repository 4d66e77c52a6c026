from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.datasets import Province, province
from powerchannel.datasets.dirt import EFFECTS, dirt_table, file_order
from powerchannel.datasets.names import CHANNELS

CELLS = ["customer_id", "channel", "contacted_at", "business_type", "handling_mode"]
CELLS += ["request_text", "contact", "outcome", "source_system", "source_key"]


@pytest.fixture(scope="module")
def made() -> Province:
    return province(900, 6, seed=9, dirty_ratio=0.2)


@pytest.fixture(scope="module")
def dirt(made: Province) -> pd.DataFrame:
    return made.dirt.astype(dict.fromkeys(CELLS, "str"))


@pytest.fixture(scope="module")
def origin(made: Province, dirt: pd.DataFrame) -> pd.DataFrame:
    """The clean contacts that the dirty rows repeat, rewrite or were made from, as text."""
    rows = made.contacts.iloc[dirt["contacts_row"]].reset_index(drop=True)
    stamps = rows["contacted_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    text = {name: rows[name].astype("object").where(rows[name].notna(), "") for name in CELLS}
    return pd.DataFrame(text | {"contacted_at": stamps}).astype("str")


def test_every_reason_occurs_about_as_often(made: Province) -> None:
    counts = made.dirt["reason"].value_counts()
    assert set(counts.index) == set(EFFECTS)
    share = 0.2 * len(made.contacts) / (len(EFFECTS) + 1)
    assert counts.pop("conflicting_record") == pytest.approx(2 * share, abs=4)
    assert counts.pop("old_channel_name") <= share + 1
    assert counts.to_numpy() == pytest.approx(share, abs=2)


def test_effects_follow_from_reasons(made: Province) -> None:
    pairs = zip(made.dirt["reason"], made.dirt["effect"], strict=True)
    assert all(EFFECTS[reason] == effect for reason, effect in pairs)


def changed(dirt: pd.DataFrame, origin: pd.DataFrame, reason: str) -> set[str]:
    rows = (dirt["reason"] == reason).to_numpy()
    return {name for name in CELLS if (dirt[name] != origin[name])[rows].any()}


@pytest.mark.parametrize(
    ("reason", "columns"),
    [
        ("repeated_record", set()),
        ("conflicting_record", {"outcome", "source_key"}),
        ("unknown_channel", {"channel", "source_key"}),
        ("impossible_time", {"contacted_at", "source_key"}),
        ("year_out_of_range", {"contacted_at", "source_key"}),
        ("empty_customer_id", {"customer_id", "source_key"}),
        ("scientific_customer_id", {"customer_id", "source_key"}),
        ("padded_customer_id", {"customer_id"}),
        ("full_width_customer_id", {"customer_id"}),
        ("old_channel_name", {"channel"}),
    ],
)
def test_nothing_else_is_spoilt(
    dirt: pd.DataFrame, origin: pd.DataFrame, reason: str, columns: set[str]
) -> None:
    assert changed(dirt, origin, reason) == columns


@pytest.mark.parametrize(
    ("reason", "column", "pattern"),
    [
        ("impossible_time", "contacted_at", r"....-02-30 .*|....-13-.*|.{11}25:.*"),
        ("year_out_of_range", "contacted_at", r"(1900|1970|1989|9999)-\d\d-\d\d \d\d:\d\d:\d\d"),
        ("empty_customer_id", "customer_id", r" *"),
        ("scientific_customer_id", "customer_id", r"1(\.\d{11})?E\+11"),
        ("padded_customer_id", "customer_id", r" 01\d{11}|01\d{11}  |　01\d{11}"),
        ("full_width_customer_id", "customer_id", r"０１[０-９]{11}"),
        ("old_channel_name", "channel", r"掌上电力"),
    ],
)
def test_spoilt_cells_look_like_those_of_real_exports(
    dirt: pd.DataFrame, reason: str, column: str, pattern: str
) -> None:
    cells = dirt.loc[dirt["reason"] == reason, column]
    assert len(cells) > 10
    assert [c for c in cells if not re.fullmatch(pattern, c)] == []
    alternatives = pattern.count("|") + 1
    assert cells.nunique() >= alternatives


def test_strange_years_are_otherwise_possible(dirt: pd.DataFrame) -> None:
    stamps = dirt.loc[dirt["reason"] == "year_out_of_range", "contacted_at"].tolist()
    assert all(np.datetime64(stamp.replace(" ", "T")) for stamp in stamps)


def test_a_leap_day_moves_with_the_year() -> None:
    contacts = province(3, 60, seed=0, as_of="2024-02").contacts.iloc[:40].copy()
    contacts["contacted_at"] = np.full(40, "2024-02-29T12:00:00", dtype="M8[us]")
    found = dirt_table(contacts, 1.0, 649, seed=0)
    strange = found.loc[found["reason"] == "year_out_of_range", "contacted_at"]
    assert len(strange) > 2
    assert set(strange.str.slice(4)) == {"-02-28 12:00:00"}


def test_unknown_channels_are_no_channel(dirt: pd.DataFrame) -> None:
    unknown = set(dirt.loc[dirt["reason"] == "unknown_channel", "channel"])
    assert len(unknown) > 1
    assert not unknown & {*CHANNELS, *CHANNELS.values()}


def test_conflicts_come_in_pairs_of_one_key(made: Province, dirt: pd.DataFrame) -> None:
    pairs = dirt[dirt["reason"] == "conflicting_record"].groupby("source_key")
    assert (pairs.size() == 2).all()
    assert (pairs["outcome"].nunique() == 2).all()
    assert (pairs["customer_id"].nunique() == 1).all()
    assert not set(pairs.groups) & set(made.contacts["source_key"])


def test_rejected_rows_have_keys_of_their_own(made: Province, dirt: pd.DataFrame) -> None:
    alone = dirt[(dirt["effect"] == "rejected") & (dirt["reason"] != "conflicting_record")]
    assert alone["source_key"].is_unique
    assert not set(alone["source_key"]) & set(made.contacts["source_key"])


def test_no_row_is_spoilt_twice(made: Province) -> None:
    once = made.dirt[made.dirt["reason"] != "conflicting_record"]
    assert once["contacts_row"].is_unique
    assert made.dirt["row"].is_unique


def test_none_is_dirty_when_none_is_wanted(made: Province) -> None:
    found = dirt_table(made.contacts, 0.0, 626, seed=9)
    assert len(found) == 0
    assert list(found) == ["row", "reason", "effect", "contacts_row", *CELLS]


@given(st.integers(0, 60), st.sampled_from([0.0, 0.1, 0.5]), st.integers(0, 5))
def test_every_clean_row_is_in_the_file_once_and_in_order(
    rows: int, ratio: float, seed: int
) -> None:
    contacts = MANY.iloc[:rows]
    dirt = dirt_table(contacts, ratio, 626, seed=seed)
    clean, dirty = file_order(dirt, rows)
    assert clean[clean >= 0].tolist() == list(range(rows))
    assert sorted(dirty[dirty >= 0].tolist()) == list(range(len(dirt)))
    repaired = (dirt["effect"] == "repaired").to_numpy()
    assert (clean[dirt["row"][repaired]] == dirt["contacts_row"][repaired]).all()
    assert (clean[dirt["row"][~repaired]] == -1).all()
    assert len(clean) == rows + (~repaired).sum()


MANY = province(20, 12, seed=3, dirty_ratio=0).contacts
