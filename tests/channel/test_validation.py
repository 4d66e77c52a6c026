from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel import hits, validation
from powerchannel.channel.rules import Rulebook
from powerchannel.channel.validation import CHECKS, self_check
from powerchannel.errors import ReconciliationError
from uses_around import BOOK, MARKS, USES, Use, result_of, state_of


def with_options(
    combine: str, scope: str, grace: int, cap: int | None, points: int, ratio: int, counting: str
) -> Rulebook:
    own = dict.fromkeys(BOOK.catalogue.codes, Decimal(points) / 10)
    return evolve(
        BOOK,
        bonus=evolve(BOOK.bonus, combine=combine),
        streak=evolve(BOOK.streak, scope=scope, grace_months=grace),
        stock=evolve(BOOK.stock, points=own, cap_per_month=cap),
        preferred=evolve(BOOK.preferred, ratio=Decimal(ratio) / 10),
        complaint=evolve(BOOK.complaint, counting=counting),
    )


BOOKS = st.builds(
    with_options,
    st.sampled_from(["product", "largest"]),
    st.sampled_from(["ending", "any"]),
    st.integers(0, 2),
    st.sampled_from([None, 2, 31]),
    st.integers(0, 15),
    st.integers(0, 10),
    st.sampled_from(["once", "each"]),
)


@settings(max_examples=8)
@given(USES, MARKS, MARKS, MARKS, BOOKS)
def test_every_result_checks_itself(
    uses: list[Use],
    dislikes: list[tuple[str, str, int]],
    complaints: list[tuple[str, str, int]],
    bound: list[tuple[str, str, int]],
    book: Rulebook,
) -> None:
    result = result_of(state_of(uses, dislikes, complaints, bound), book)
    report = self_check(result)
    assert (report.rows, report.customers) == (len(result.table), len(result))


def small() -> channel.Result:
    uses = [("0017", "app", 0, 5), ("0017", "app", -1, 1), ("0017", "hotline", 0, 5)]
    return result_of(state_of([*uses, ("0025", "app", -2, 3), ("0025", "alipay", -2, 3)]))


def nudge(value: float) -> np.float32:
    return np.nextafter(np.float32(value), np.float32(inf))


@pytest.mark.parametrize(
    ("column", "value", "failed"),
    [
        ("score", nudge(small().table["score"][0]), "score"),
        ("score", np.float32(np.nan), "score"),
        ("uses", 6, "stock"),
        ("stock", 6.0, "stock"),
        ("stock", nan, "score"),
        ("latent", 1, "score"),
        ("streak_factor", 1.1, "score"),
        ("frequency_factor", 1.0, "frequency_factor"),
        ("complaint_factor", 0.5, "score"),
        ("is_disliked", True, "score"),
        ("rank", 3, "rank"),
        ("rank", pd.NA, "rank"),
        ("is_first_choice", True, "is_first_choice"),
        ("is_preferred", False, "is_preferred"),
        ("is_tied", True, "is_tied"),
    ],
)
def test_any_change_of_a_row_is_found(column: str, value: object, failed: str) -> None:
    result = small()
    assert self_check(result).rows == 4
    result.table.loc[0, column] = value
    with pytest.raises(ReconciliationError) as caught:
        self_check(result)
    problem = next(p for p in caught.value.problems if p.where == f"result.{failed}")
    assert problem.count == 1
    assert problem.examples[0][0] == 0
    assert "0017 hotline" in problem.render("en")
    assert "1 of 4 rows" in problem.render("en")
    assert "1 / 4 行" in problem.render("zh")


def test_only_the_first_rows_are_named_and_all_are_counted() -> None:
    result = result_of(state_of([(f"{i:04}", "app", 0, 1) for i in range(1500)]))
    result.table["score"] = np.float32(2)
    with pytest.raises(ReconciliationError, match=r"1,500 of 1,500 rows.*row 0: 0000 app: 2"):
        self_check(result)


def test_the_report_prints_well() -> None:
    report = self_check(small())
    shown = (
        "<channel.SelfCheck 4 rows of 2 customers as of 2022-03, hebei-2022: 7 checks, all equal>"
    )
    assert repr(report) == shown
    assert report.table["check"].tolist() == list(CHECKS)
    assert (report.table["equal"] == report.table["rows"]).all()
    assert "得分由各部分按次序重算" in report._repr_html_()


def test_an_empty_result_is_in_order() -> None:
    later = result_of(state_of([("0017", "app", 4, 1)]))
    assert self_check(later).rows == 0


def test_what_is_asked_of_a_result_stands_in_one_place() -> None:
    for name in ("CHOOSERS", "HitRates", "hit_rates", "wilson"):
        assert getattr(validation, name) is getattr(hits, name)
    assert channel.self_check is self_check
    assert channel.hit_rates is hits.hit_rates
