from __future__ import annotations

import pickle

import pytest
from attrs.exceptions import FrozenInstanceError

from powerchannel import errors
from powerchannel.errors import PowerChannelError, Problem, TableError, UnknownNameError
from powerchannel.text import Text

LOST_ZEROS = Problem(
    code="number_ids",
    where="contacts.customer_id",
    message=Text(
        "2 个是数字 ({examples}), 请按文本读入", "2 are numbers ({examples}); read as text"
    ),
    count=2,
    examples=((17, "30512"), (18, "7")),
)
NO_CHANNEL = Problem(
    code="missing_column",
    where="contacts.channel",
    message=Text("缺少此列, 请补上", "the column is missing; add it"),
)


def test_a_problem_says_where_what_the_examples_and_the_way_out() -> None:
    assert LOST_ZEROS.render("en") == (
        "contacts.customer_id: 2 are numbers (row 17: 30512; row 18: 7); read as text"
    )
    assert LOST_ZEROS.render("zh") == (
        "contacts.customer_id: 2 个是数字 (第 17 行: 30512; 第 18 行: 7), 请按文本读入"
    )


def test_chinese_is_what_is_said_when_no_language_is_asked_for() -> None:
    assert LOST_ZEROS.render() == LOST_ZEROS.render("zh")
    assert TableError([NO_CHANNEL]).render() == NO_CHANNEL.render("zh")


def test_rows_are_counted_as_in_the_file() -> None:
    assert "row 19: 30512" in LOST_ZEROS.render("en", first_row=2)
    assert "第 20 行: 7" in TableError([LOST_ZEROS]).render("zh", first_row=2)


def test_braces_in_a_value_do_no_harm() -> None:
    odd = Problem(code="x", where="t.c", message=Text("{0}", "{0} {examples}"), examples=[(0, "{")])
    assert odd.render("en") == "t.c: {0} row 0: {"


def test_a_problem_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        LOST_ZEROS.count = 3  # type: ignore[misc]


def test_a_problem_is_one_fault_without_examples_unless_it_says_otherwise() -> None:
    assert (NO_CHANNEL.severity, NO_CHANNEL.count, NO_CHANNEL.examples) == ("fault", 1, ())


def test_an_error_holds_all_problems_and_shows_them_in_both_languages() -> None:
    error = TableError(iter([LOST_ZEROS, NO_CHANNEL]))
    assert error.problems == (LOST_ZEROS, NO_CHANNEL)
    assert str(error).splitlines() == [
        *(p.render("zh") for p in error.problems),
        *(p.render("en") for p in error.problems),
    ]


def test_an_error_of_one_problem() -> None:
    error = UnknownNameError.of("unknown_name", "channel", "没有此名", "no such name", count=4)
    assert type(error) is UnknownNameError
    assert error.problems == (
        Problem(
            code="unknown_name",
            where="channel",
            message=Text("没有此名", "no such name"),
            count=4,
        ),
    )


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("TableError", ValueError),
        ("RulebookError", ValueError),
        ("NotInForceError", LookupError),
        ("MergeError", ValueError),
        ("UnknownNameError", KeyError),
        ("InfeasibleError", ValueError),
        ("ReconciliationError", ArithmeticError),
        ("LeakageError", ValueError),
    ],
)
def test_each_error_is_caught_as_ours_and_as_the_builtin_that_fits(
    name: str, builtin: type[Exception]
) -> None:
    kind = getattr(errors, name)
    for base in (PowerChannelError, builtin):
        with pytest.raises(base, match="the column is missing"):
            raise kind([NO_CHANNEL])


def test_every_error_class_is_among_those_tested() -> None:
    kinds = {e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)}
    assert {k.__name__ for k in kinds} <= set(errors.__all__)
    assert len(kinds) == 9


def test_an_error_survives_the_way_from_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(UnknownNameError([LOST_ZEROS, NO_CHANNEL])))
    assert type(error) is UnknownNameError
    assert error.problems == (LOST_ZEROS, NO_CHANNEL)
