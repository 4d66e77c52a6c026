from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from powerchannel.errors import TableError, UnknownNameError
from powerchannel.theft.labels import count_positive, labels_of
from powerchannel.theft.tables import check
from powerchannel.theft.worklist import worklist
from suspects import many

UNTIL = date(2025, 3, 1)


def inspected(*rows: tuple[str, str, str], **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "inspected_on", "finding"])
    return frame.assign(inspected_on=pd.to_datetime(frame["inspected_on"]), **columns)


@pytest.mark.parametrize(
    ("finding", "label"),
    [
        ("theft", [1]),
        ("breach", [1]),
        ("normal", [0]),
        ("meter_fault", [0]),
        ("wiring_mistake", [0]),
        ("no_access", []),
        (None, []),
    ],
)
def test_each_finding_has_its_label(finding, label):
    found = labels_of(inspected(("A", "2025-02-01", finding)), until=UNTIL)
    assert found["label"].tolist() == label


def test_the_latest_before_the_day_counts_and_no_access_tells_nothing():
    rows = inspected(
        ("A", "2025-02-27", "no_access"),
        ("A", "2025-01-03", "normal"),
        ("A", "2025-02-01", "theft"),
        ("B", "2025-02-28", "normal"),
        ("B", "2025-03-01", "theft"),
    )
    assert labels_of(rows, until=UNTIL)[["customer_id", "label"]].to_numpy().tolist() == [
        ["A", 1],
        ["B", 0],
    ]
    assert labels_of(rows, until=date(2025, 2, 1))["label"].tolist() == [0]
    assert labels_of(rows, until=date(2025, 3, 2))["label"].tolist() == [1, 1]


def test_what_is_positive_can_be_said():
    rows = inspected(("A", "2025-02-01", "wiring_mistake"), ("B", "2025-02-01", "theft"))
    found = labels_of(rows, until=UNTIL, positive=("theft", "wiring_mistake"))
    assert found["label"].tolist() == [1, 1]


def test_how_it_was_chosen_goes_along_and_is_never_made_up():
    rows = inspected(
        ("A", "2025-02-01", "theft"),
        ("B", "2025-02-01", "normal"),
        chosen_by=["random", None],
        propensity=[0.25, np.nan],
    )
    found = labels_of(rows, until=UNTIL)
    assert found["chosen_by"].tolist() == ["random", ""]
    assert found["propensity"].tolist() == pytest.approx([0.25, np.nan], nan_ok=True)
    bare = labels_of(rows.drop(columns=["chosen_by", "propensity"]), until=UNTIL)
    assert bare["propensity"].isna().all()
    assert (bare["chosen_by"] == "").all()


def test_checked_tables_go_in_as_they_are():
    tables = check(
        inspections={
            "户号": ["0100", "0200"],
            "检查日期": ["2025-01-05", "2025-01-06"],
            "结论": ["窃电", "正常"],
            "选取方式": ["随机", ""],
            "抽中概率": ["0.05", "1"],
        }
    )
    found = labels_of(tables.inspections, until=UNTIL)
    assert found["customer_id"].tolist() == ["0100", "0200"]
    assert found["label"].tolist() == [1, 0]
    assert found["chosen_by"].tolist() == ["random", "model"]


@pytest.mark.parametrize("propensity", [0.0, -0.5, 1.5])
def test_a_propensity_beyond_its_bounds_is_refused(propensity):
    rows = inspected(("A", "2025-02-01", "theft"), propensity=[propensity])
    with pytest.raises(TableError, match=r"inspections\.propensity: 1 propensities"):
        labels_of(rows, until=UNTIL)


def test_unknown_findings_and_missing_columns_are_refused():
    with pytest.raises(UnknownNameError, match="theft"):
        labels_of(inspected(("A", "2025-02-01", "thefts")), until=UNTIL)
    with pytest.raises(UnknownNameError, match="theft"):
        labels_of(inspected(("A", "2025-02-01", "theft")), until=UNTIL, positive=("robbery",))
    with pytest.raises(TableError, match="finding"):
        labels_of(pd.DataFrame({"customer_id": [], "inspected_on": []}), until=UNTIL)


def test_the_count_by_propensities_is_without_bias_over_seeds():
    """Thieves are where the model does not look; lists of many seeds tell how many there are."""
    result = many(200, 6)
    thieves = set(result.table.nsmallest(50, "probability")["customer_id"])
    thieves |= set(result.table.nlargest(20, "probability")["customer_id"])
    counts, within = [], 0
    for seed in range(60):
        found = worklist(result, 40, random_share=0.3, seed=seed)
        visits = found.table[["customer_id", "chosen_by", "propensity"]].assign(
            inspected_on=pd.Timestamp("2025-02-01"),
            finding=lambda t: t["customer_id"].isin(thieves).map({True: "theft", False: "normal"}),
        )
        counted = count_positive(labels_of(visits, until=UNTIL))
        counts.append(counted.count)
        within += abs(counted.count - len(thieves)) <= 2 * counted.standard_error
    standard_error = np.std(counts) / np.sqrt(len(counts))
    assert abs(np.mean(counts) - len(thieves)) < 3 * standard_error
    assert standard_error < 8
    assert within > 48


def test_labels_without_a_propensity_count_nothing():
    labels = pd.DataFrame({"label": [1, 1, 0], "propensity": [0.5, np.nan, 1.0]})
    counted = count_positive(labels)
    assert (counted.count, counted.used) == (2, 2)
    assert counted.standard_error == pytest.approx(np.sqrt(2))
