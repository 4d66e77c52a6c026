from __future__ import annotations

import pandas as pd
import pytest

from powerchannel.datasets import Province, province
from powerchannel.datasets.exports import Export, PooledColumn, ValueColumn
from powerchannel.datasets.names import ALIASES, CODES, HEADERS

STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@pytest.fixture(scope="module")
def made() -> Province:
    return province(700, 6, seed=21, dirty_ratio=0.15)


@pytest.fixture(scope="module")
def exported(made: Province) -> pd.DataFrame:
    return made.exported("contacts")


def clean(exported: pd.DataFrame) -> pd.DataFrame:
    """Clean an export of contacts by what can be seen in it, knowing nothing of the truth."""
    codes = {column: {zh: code for code, zh in CODES[column].items()} for column in CODES}
    rows = exported.rename(columns={zh: name for name, zh in HEADERS.items()}).astype("object")
    for column in ("business_type", "handling_mode", "outcome"):
        rows[column] = rows[column].map(codes[column])
    rows["channel"] = rows["channel"].map(codes["channel"] | ALIASES)
    ids = rows["customer_id"].astype("str").str.translate(FULL_WIDTH).str.strip(" 　")
    rows["customer_id"] = ids
    rows["contacted_at"] = pd.to_datetime(
        rows["contacted_at"], format="%Y-%m-%d %H:%M:%S", errors="coerce"
    )
    year = rows["contacted_at"].dt.year
    rows = rows[ids.str.fullmatch(r"\d{13}") & rows["channel"].notna() & year.between(1990, 2023)]
    rows = rows.drop_duplicates()
    return rows[~rows["source_key"].duplicated(keep=False)].reset_index(drop=True)


def listed(cells: pd.Series) -> list[object]:
    return cells.astype("object").where(cells.notna(), "").tolist()


def test_whoever_cleans_the_export_has_the_clean_table_again(
    made: Province, exported: pd.DataFrame
) -> None:
    expected = made.contacts.astype("object").sort_values("source_key", ignore_index=True)
    found = clean(exported).sort_values("source_key", ignore_index=True)
    assert len(found) == len(expected)
    for column in expected:
        assert listed(found[column]) == listed(expected[column])


def test_rows_add_up(made: Province, exported: pd.DataFrame) -> None:
    added = made.dirt["effect"] != "repaired"
    assert len(exported) == len(made.contacts) + added.sum()


def seen(exported: pd.DataFrame) -> dict[str, int]:
    """Count what is wrong with an export by looking at it."""
    rows = exported.astype("object").fillna("").astype("str")
    ids, at, channel = rows["客户编号"], rows["办理时间"], rows["渠道"]
    known = {*CODES["channel"].values(), *ALIASES}
    # No possible date in it: month 13, 30 February, hour 25.
    impossible = at.str.contains("-13-|-02-30| 25:")
    distinct = rows.drop_duplicates()
    return {
        "empty_customer_id": (ids.str.strip() == "").sum(),
        "scientific_customer_id": ids.str.contains("E+", regex=False).sum(),
        "padded_customer_id": ((ids != ids.str.strip(" 　")) & (ids.str.strip() != "")).sum(),
        "full_width_customer_id": ids.str.contains("０").sum(),
        "impossible_time": impossible.sum(),
        "year_out_of_range": (~at.str.slice(0, 4).isin(["2021", "2022"])).sum(),
        "unknown_channel": (~channel.isin(known)).sum(),
        "old_channel_name": channel.isin(ALIASES).sum(),
        "repeated_record": len(rows) - len(distinct),
        "conflicting_record": distinct["来源键"].duplicated(keep=False).sum(),
    }


def test_what_is_seen_in_the_export_is_what_the_truth_says(
    made: Province, exported: pd.DataFrame
) -> None:
    assert seen(exported) == made.dirt["reason"].value_counts().to_dict()


def test_dirty_rows_stand_where_the_truth_says(made: Province, exported: pd.DataFrame) -> None:
    rows = exported.iloc[made.dirt["row"]].astype("object").fillna("")
    for name in ("customer_id", "contacted_at", "request_text", "source_key"):
        assert rows[HEADERS[name]].tolist() == made.dirt[name].tolist()


def test_clean_rows_are_in_order_of_time(made: Province, exported: pd.DataFrame) -> None:
    rest = exported.drop(index=made.dirt["row"])
    assert rest["办理时间"].is_monotonic_increasing
    assert rest["办理时间"].str.fullmatch(STAMP).all()


def test_canonical_headers_come_with_canonical_codes(made: Province) -> None:
    exported = made.exported("contacts", headers="en")
    assert list(exported) == list(made.contacts)
    unknown = made.dirt.loc[
        made.dirt["reason"].isin(["unknown_channel", "old_channel_name"]), "channel"
    ]
    assert set(exported["channel"]) == {*CODES["channel"], *unknown}


def test_without_dirt_times_stay_times(made: Province) -> None:
    export = Export.of(made.contacts, None, "en").frame()
    pd.testing.assert_series_equal(export["contacted_at"], made.contacts["contacted_at"])
    assert export["request_text"].isna().tolist() == made.contacts["request_text"].isna().tolist()


def test_repeated_texts_are_pooled_and_others_are_not(made: Province) -> None:
    kinds = {c.header: type(c) for c in Export.of(made.contacts, made.dirt, "en").columns}
    values = {name for name, kind in kinds.items() if kind is ValueColumn}
    assert values == {"contacted_at", "source_key"}
    assert set(kinds.values()) == {PooledColumn, ValueColumn}


def test_parts_make_the_whole(made: Province) -> None:
    rows = Export.of(made.contacts, made.dirt, "zh").rows
    parts = list(rows.parts(100))
    assert [len(part) for part in parts[:-1]] == [100] * (len(parts) - 1)
    assert [r for part in parts for r in part.clean.tolist()] == rows.clean.tolist()
    assert [r for part in parts for r in part.dirty.tolist()] == rows.dirty.tolist()
