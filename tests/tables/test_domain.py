"""What every domain's check returns: its tables, what was left out, and what was found."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from attrs import frozen
from attrs.exceptions import FrozenInstanceError

from powerchannel.errors import Problem
from powerchannel.tables import CheckedTable, DomainTables, kept
from powerchannel.text import Text

Check = Callable[..., CheckedTable]
Visits = Callable[..., dict[str, object]]
NOTICE = Problem(code="odd", where="visits", message=Text("怪", "odd"), severity="notice")


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class Tables(DomainTables):
    """The tables of a domain with one."""

    domain = "hall"

    visits = kept("visits", "The visits kept (来访).")


@pytest.fixture
def tables(check: Check, visits: Visits) -> Tables:
    table = check(visits(3, customer_id=["0017", "", "0025"]))
    return Tables(checked={"visits": table}, notices=(NOTICE,))


def test_a_table_is_a_frame_of_its_kept_rows_made_once(tables: Tables) -> None:
    assert tables.visits["customer_id"].tolist() == ["0017", "0025"]
    assert tables.visits is tables.visits
    assert Tables.visits.__doc__ == "The visits kept (来访)."


def test_rows_in_are_rows_kept_and_rejected(tables: Tables) -> None:
    assert tables.counts.values.tolist() == [["visits", 3, 2, 1]]
    assert tables.rejected[["table", "row", "code"]].values.tolist() == [
        ["visits", 1, "missing_value"]
    ]


def test_what_was_found_ends_with_what_is_beyond_single_tables(tables: Tables) -> None:
    assert [p.code for p in tables.found] == ["missing_value", "odd"]
    assert isinstance(tables.problems, pd.DataFrame)
    assert tables.problems["code"].tolist() == ["missing_value", "odd"]


def test_it_prints_what_came(tables: Tables) -> None:
    assert repr(tables) == "<hall.Tables kept/in visits: 2/3; problems: 2>"
    assert "missing_value" in tables._repr_html_()


def test_it_never_changes(tables: Tables) -> None:
    with pytest.raises(FrozenInstanceError):
        tables.notices = ()  # type: ignore[misc]
