from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.errors import LeakageError
from powerchannel.theft.leakage import audit_leakage
from powerchannel.theft.leakage.copies import repeated_rows
from powerchannel.theft.leakage.signs import separation

Floats = NDArray[np.float64]
ROWS, THIEVES = 500, 60


def clean(seed: int) -> tuple[Floats, NDArray[np.bool_]]:
    rng = np.random.default_rng(seed)
    use = rng.exponential(8, (ROWS, 28)).round(2)
    return use, rng.permutation(np.arange(ROWS) < THIEVES)


def codes(*args: object, **kwargs: object) -> list[str]:
    return audit_leakage(*args, on_leak="report", **kwargs).table["code"].tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(20))
def test_clean_data_has_no_leak(seed: int) -> None:
    use, y = clean(seed)
    use[y] *= 0.4
    found = audit_leakage(
        use.round(2), y, np.arange(ROWS), splits=[(np.arange(250), np.arange(250, 500))]
    )
    assert (found.leaks, found.rows, found.positives) == ((), ROWS, THIEVES)


def test_each_leak_is_found_alone() -> None:
    use, y = clean(0)
    order = np.argsort(~y, kind="stable")
    assert codes(use[order], y[order]) == ["file_order"]
    blocks = np.roll(np.sort(y), 123)
    assert codes(use, blocks) == ["file_order"]
    gaps = np.where(y[:, None] & (np.arange(28) < 3), np.nan, use)
    assert codes(gaps, y) == ["gap_pattern"]
    longer = np.where(y[:, None], use * 0.7213, use)
    assert codes(longer, y) == ["decimals"]
    rng = np.random.default_rng(5)
    pairs = rng.choice(np.flatnonzero(y), (2, 60))
    mixed = use[pairs[0]] + rng.uniform(0.1, 0.9, (60, 1)) * (use[pairs[1]] - use[pairs[0]])
    both, labels = np.vstack([use, mixed]), np.r_[y, np.ones(60, bool)]
    shuffled = rng.permutation(len(both))
    assert "mixed_rows" in codes(both[shuffled], labels[shuffled])
    copied = np.r_[np.arange(ROWS), rng.choice(np.flatnonzero(y), 60)]
    copied = rng.permutation(copied)
    assert codes(use[copied], y[copied]) == ["repeated_rows"]


def test_both_sides_of_a_split_are_kept_apart() -> None:
    use, y = clean(1)
    halves = [(np.arange(250), np.arange(250, 500))]
    customers = np.arange(ROWS) % 400
    assert codes(use, y, customers, splits=halves) == ["customer_overlap"]
    assert codes(use, y, np.arange(ROWS), splits=halves, times=np.arange(ROWS)) == []
    assert codes(use, y, splits=halves, times=np.arange(ROWS)[::-1]) == ["time_overlap"]
    use[300], y[300] = use[3], y[3] = use[3], False
    assert codes(use, y, splits=halves) == ["copy_overlap"]


def test_it_fails_loudly_with_all_leaks_at_once() -> None:
    use, y = clean(2)
    order = np.argsort(y, kind="stable")
    gaps = np.where(y[:, None] & (np.arange(28) > 20), np.nan, use)
    with pytest.raises(LeakageError) as caught:
        audit_leakage(gaps[order], y[order])
    assert [problem.code for problem in caught.value.problems] == ["file_order", "gap_pattern"]
    assert "打乱" in str(caught.value)
    assert "shuffle" in str(caught.value)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=30))
def test_separation_counts_pairs(rows: list[tuple[int, bool]]) -> None:
    sign, y = np.array([r[0] for r in rows], np.float64), np.array([r[1] for r in rows])
    pairs = [(a > b) + (a == b) / 2 for a in sign[y] for b in sign[~y]]
    expected = np.mean(pairs) if pairs else 0.5
    assert separation(sign, y).auc == pytest.approx(max(expected, 1 - expected))


def test_rows_without_use_are_no_copies() -> None:
    use = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, np.nan], [1.0, np.nan]])
    assert repeated_rows(use).tolist() == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("X", "y", "changes", "said"),
    [
        (np.zeros((3, 2)), [0, 1], {}, "one label a row"),
        (np.zeros((3, 2)), [0, 0, 0], {}, "two kinds"),
        (np.zeros((3, 2)), [0, 1, 2], {}, "two kinds"),
        (np.zeros((3, 2)), [0, 1, 0], {"groups": [1, 2]}, "groups of shape"),
    ],
)
def test_what_is_no_labelled_table_is_refused(
    X: Floats,
    y: list[int],
    changes: dict[str, list[int]],
    said: str,
) -> None:
    with pytest.raises(ValueError, match=said):
        audit_leakage(X, y, **changes)
