"""What comes out: its tables, its origin, and what is refused."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.rules import Rulebook
from powerchannel.errors import NotInForceError, RulebookError, TableError, UnknownNameError
from powerchannel.rulebook import digest
from strategies import AS_OF, MONTH, Export, crowd, exports, hebei, moment, rulebooks

CATALOGUE = hebei().catalogue
COLUMNS = [
    *("customer_id", "channel", "uses", "stock", "latent", "streak_factor", "frequency_factor"),
    *("complaint_factor", "is_disliked", "score", "rank", "is_first_choice", "is_preferred"),
    "is_tied",
]
STAMP = moment(MONTH)


def use(customer: str, code: str = "app", times: int = 1) -> Export:
    return Export(contacts=((customer, code, STAMP, None, None, None),) * times)


def evaluate(export: Export, book: Rulebook | None = None) -> channel.Result:
    book = hebei() if book is None else book
    return channel.evaluate(export.state(book.catalogue), book, as_of=AS_OF)


SMALL = (
    use("0017", "app", 2)
    + use("0017", "hall")
    + Export(
        complaints=(("0018", "bank", STAMP),),
        dislikes=(("0019", "sms", STAMP, None),),
        facts=(
            ("0020", "wechat", "followed", None, None),
            ("0021", "hall", "followed", None, None),
        ),
    )
)


def test_a_row_stands_where_there_is_evidence() -> None:
    table = evaluate(SMALL).table
    assert table.columns.tolist() == COLUMNS
    assert table[["customer_id", "channel", "score"]].values.tolist() == [
        ["0017", "hall", 1.0],
        ["0017", "app", 2.0],
        ["0018", "bank", 0.0],
        ["0019", "sms", 0.0],
        ["0020", "wechat", 1.0],
    ]
    assert table["rank"].isna().tolist() == [False, False, True, True, False]
    assert table["is_disliked"].tolist() == [False, False, False, True, False]


def test_the_types_of_the_table() -> None:
    table = evaluate(SMALL).table
    assert table["score"].dtype == np.float32
    assert table["rank"].dtype == "Int64"
    assert table["channel"].cat.categories.tolist() == list(CATALOGUE.codes)
    for name in ("uses", "latent"):
        assert table[name].dtype == np.int64
    for name in ("stock", "streak_factor", "frequency_factor", "complaint_factor"):
        assert table[name].dtype == np.float64
    for name in ("is_disliked", "is_first_choice", "is_preferred", "is_tied"):
        assert table[name].dtype == np.bool_
    assert pd.api.types.is_string_dtype(table["customer_id"])


def test_the_wide_table_has_every_customer_once() -> None:
    wide = evaluate(SMALL).wide
    assert wide.columns.tolist() == ["customer_id", "first_choice", *CATALOGUE.codes]
    assert wide["customer_id"].tolist() == ["0017", "0018", "0019", "0020", "0021"]
    assert wide["first_choice"].isna().tolist() == [False, True, True, False, True]
    assert wide["app"].tolist() == [2.0, 0.0, 0.0, 0.0, 0.0]
    assert all(wide[code].dtype == np.float32 for code in CATALOGUE.codes)


def test_first_choices_with_runner_up_and_margin() -> None:
    table = evaluate(SMALL).first_choices
    first = table.iloc[0]
    assert (first["first_choice"], first["score"], first["runner_up"], first["margin"]) == (
        *("app", 2.0, "hall", 1.0),
    )
    assert table["reasons"].tolist() == [
        *("most_used", "no_evidence", "no_evidence", "only_channel latent_only", "no_evidence")
    ]
    assert table["runner_up"].isna().tolist() == [False, True, True, True, True]
    assert table["margin"].tolist() == [1.0, 0.0, 0.0, 1.0, 0.0]


@settings(max_examples=6)
@given(rulebooks(), st.integers(0, 999))
def test_the_tables_tell_the_same(book: Rulebook, seed: int) -> None:
    result = evaluate(crowd(book.catalogue, seed, 25), book)
    table, wide, choices = result.table, result.wide, result.first_choices
    spread = table.pivot(index="customer_id", columns="channel", values="score")
    codes = list(book.catalogue.codes)
    spread = spread.reindex(index=wide["customer_id"], columns=codes).fillna(0)
    np.testing.assert_array_equal(spread.to_numpy(np.float32), wide[codes].to_numpy())
    first = table[table["is_first_choice"]].set_index("customer_id")["channel"].astype(str)
    expected = first.reindex(wide["customer_id"]).fillna("").tolist()
    for found in (wide, choices):
        assert found["first_choice"].astype(object).fillna("").tolist() == expected
    assert (choices["first_choice"].isna() == (choices["score"] == 0)).all()
    assert (table["rank"].notna() == (table["score"] > 0)).all()
    assert (table["is_first_choice"] == (table["rank"] == 1).fillna(value=False)).all()
    product = (table["stock"] + table["latent"]) * table["streak_factor"]
    product = product * table["frequency_factor"] * table["complaint_factor"]
    product = product.where(~table["is_disliked"], 0.0).astype(np.float32)
    np.testing.assert_array_equal(product.to_numpy(), table["score"].to_numpy())


@settings(max_examples=5)
@given(st.data())
def test_the_order_of_rows_changes_nothing(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    export = data.draw(exports(book.catalogue))
    shuffled = Export(
        **{
            name: tuple(data.draw(st.permutations(getattr(export, name))))
            for name in ("contacts", "facts", "dislikes", "complaints")
        }
    )
    a, b = evaluate(export, book), evaluate(shuffled, book)
    assert a.origin == b.origin
    pd.testing.assert_frame_equal(a.table, b.table)
    pd.testing.assert_frame_equal(a.first_choices, b.first_choices)


def test_contacts_after_the_month_do_not_count_yet() -> None:
    later = Export(contacts=(("0017", "app", moment(MONTH + 1, 1), None, None, None),))
    now = evaluate(use("0017") + later)
    assert now.table["uses"].tolist() == [1]
    then = channel.evaluate(now.state, hebei(), as_of="2022-07")
    assert then.table["uses"].tolist() == [2]


def scores(result: channel.Result, code: str) -> pd.Series:
    return result.wide.set_index("customer_id")[code]


@settings(max_examples=8)
@given(rulebooks(), st.integers(0, 999))
def test_a_use_never_harms_a_complaint_never_helps_and_a_dislike_gives_0(
    book: Rulebook, seed: int
) -> None:
    export = crowd(book.catalogue, seed, 25)
    code = book.catalogue.codes[seed % len(book.catalogue.codes)]
    month = MONTH - seed % book.window.months
    before = evaluate(export, book)

    one_more = tuple((c, code, moment(month), None, None, None) for c in export.customers)
    used = evaluate(export + Export(contacts=one_more), book)
    assert (scores(used, code) >= scores(before, code)).all()

    complaints = tuple((c, code, moment(month)) for c in export.customers)
    complained = evaluate(export + Export(complaints=complaints), book)
    ranks = [
        r.table[r.table["channel"] == code].set_index("customer_id")["rank"].fillna(99)
        for r in (before, complained)
    ]
    assert (ranks[1] >= ranks[0].reindex(ranks[1].index, fill_value=99)).all()
    others = [c for c in book.catalogue.codes if c != code]
    pd.testing.assert_frame_equal(complained.wide[others], before.wide[others])

    late = moment(MONTH, 28, hour=23, minute=59)
    dislikes = tuple((c, code, late, None) for c in export.customers)
    disliked = evaluate(export + Export(dislikes=dislikes), book)
    assert (scores(disliked, code) == 0).all()
    rows = disliked.table[disliked.table["channel"] == code]
    assert rows["customer_id"].tolist() == export.customers
    assert rows["is_disliked"].all()


def test_a_complaint_may_cost_the_first_choice() -> None:
    export = use("0017", "app", 3) + use("0017", "hall", 2)
    assert evaluate(export).wide["first_choice"].tolist() == ["app"]
    complained = export + Export(complaints=(("0017", "app", STAMP),))
    assert evaluate(complained).wide["first_choice"].tolist() == ["hall"]


def test_the_origin_says_how_to_make_it_again() -> None:
    result = evaluate(SMALL)
    origin = result.origin
    assert origin.library_version == version("powerchannel")
    assert (origin.rulebook, origin.rulebook_digest) == ("hebei-2022", digest(hebei()))
    assert (origin.as_of, origin.state_digest) == (AS_OF, result.state.digest)
    assert "latent" in origin.assumed
    assert "frequency" not in origin.assumed
    assert origin.notes == ()
    assert "255" in evaluate(use("1", times=255)).origin.notes[0]


def test_some_customers_of_a_result() -> None:
    result = evaluate(SMALL)
    assert result[["0020", "0017"]].table["customer_id"].tolist() == ["0017", "0017", "0020"]
    assert (len(result), len(result[["0017"]])) == (5, 1)
    with pytest.raises(UnknownNameError):
        result[["9"]]


def test_nothing_in_no_rows_out() -> None:
    result = evaluate(Export())
    assert result.table.columns.tolist() == COLUMNS
    assert (len(result.table), len(result.wide), len(result.first_choices)) == (0, 0, 0)
    assert result.table["score"].dtype == np.float32
    assert result.wide.columns.tolist() == ["customer_id", "first_choice", *CATALOGUE.codes]


def test_it_prints_well() -> None:
    result = evaluate(SMALL)
    assert repr(result) == "<channel.Result 5 customers as of 2022-06, hebei-2022>"
    assert "0017" in result._repr_html_()


def test_a_rulebook_of_another_kind_is_refused() -> None:
    with pytest.raises(RulebookError) as caught:
        channel.evaluate(SMALL.state(CATALOGUE), CATALOGUE, as_of=AS_OF)
    assert caught.value.problems[0].code == "wrong_kind"


def test_a_state_of_another_catalogue_is_refused() -> None:
    fewer = evolve(CATALOGUE, evidence=())
    with pytest.raises(RulebookError) as caught:
        channel.evaluate(SMALL.state(fewer), hebei(), as_of=AS_OF)
    assert caught.value.problems[0].code == "other_catalogue"
    assert "catalogue=rulebook.catalogue" in caught.value.render("en")


@pytest.mark.parametrize(
    ("start", "end", "in_force"),
    [
        (None, None, True),
        (date(2022, 6, 30), None, True),
        (date(2022, 7, 1), None, False),
        (None, date(2022, 7, 1), True),
        (None, date(2022, 6, 30), False),
    ],
)
def test_a_dated_rulebook_must_be_in_force_at_the_end_of_the_month(
    start: date | None, end: date | None, in_force: bool
) -> None:
    book = evolve(hebei(), effective_from=start, effective_to=end)
    if in_force:
        assert len(evaluate(SMALL, book).table) == 5
        return
    with pytest.raises(NotInForceError) as caught:
        evaluate(SMALL, book)
    assert "2022-06" in caught.value.render("zh")


def test_a_month_is_written_as_a_month() -> None:
    with pytest.raises(TableError):
        channel.evaluate(SMALL.state(CATALOGUE), hebei(), as_of="June")
    assert channel.evaluate(SMALL.state(CATALOGUE), hebei(), as_of="2022年6月").as_of == AS_OF
