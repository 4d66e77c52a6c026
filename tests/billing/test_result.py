from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd
import pytest
from attrs import evolve, frozen

from billing_bills import BILL, DROPPED, GROUP, TOTAL
from powerchannel.billing.records import Group
from powerchannel.billing.result import Result, evaluate
from powerchannel.billing.state import State, aggregate
from powerchannel.billing.tables import check
from powerchannel.billing.tariff import load_tariff
from powerchannel.errors import (
    NotInForceError,
    RulebookError,
    UnknownNameError,
)
from powerchannel.periods import parse_month
from powerchannel.rulebook import digest, load_rulebook

BOOK = load_rulebook("sgcc-2024")
OTHER = evolve(GROUP, group_id="h")


@frozen
class Memory:
    """A state of two groups."""

    groups: tuple[Group, ...] = (GROUP, OTHER)
    digest: str = "sha256:0"

    def group_ids(self, as_of: str) -> tuple[str, ...]:
        return tuple(g.group_id for g in self.groups) if as_of == "2025-06" else ()

    def group(self, group_id: str, as_of: str) -> Group:
        assert as_of == "2025-06"
        return next(g for g in self.groups if g.group_id == group_id)

    def __getitem__(self, group_ids: Iterable[str]) -> Memory:
        wanted = set(group_ids)
        return Memory(tuple(g for g in self.groups if g.group_id in wanted))


def result() -> Result:
    return Result(
        state=Memory(), rulebook=BOOK, month=parse_month("2025-06"), bills=(BILL, DROPPED)
    )


def test_one_bad_group_drops_out_and_the_counts_add_up() -> None:
    found = result()
    assert len(found) == 2
    assert found.dropped == ("h",)
    assert set(found.table["group_id"]) == set(found.lines["group_id"]) == {"g"}
    assert found.findings["group_id"].tolist() == ["g", "h"]
    (note,) = found.origin.notes
    assert "2 groups: 1 billed, 1 not: reading_missing 1" in note
    assert repr(found) == "<billing.Result 2 groups, 1 billed, as of 2025-06, sgcc-2024>"
    assert found._repr_html_().count("<table") == 2


def test_a_result_knows_where_it_comes_from() -> None:
    origin = result().origin
    assert (origin.rulebook, origin.as_of) == ("sgcc-2024", "2025-06")
    assert (origin.path, origin.state_digest) == ("reference", "sha256:0")
    assert origin.rulebook_digest == digest(BOOK)
    assert "estimation" in origin.assumed
    assert result()["g"].origin.notes == ()


def test_some_groups_of_a_result() -> None:
    found = result()[["h"]]
    assert [bill.group_id for bill in found.bills] == ["h"]
    assert found.state.groups == (OTHER,)
    assert len(result()[[]]) == 0
    with pytest.raises(UnknownNameError, match="'x'"):
        result()[["g", "x"]]


def test_all_tables_are_of_the_same_bills() -> None:
    found = result()
    assert found.lines["amount_fen"].sum() == found.wide["amount_fen"].sum() == TOTAL
    assert len(found.registers) == len(BILL.registers)


def test_explanations_of_what_is_there_and_what_is_not() -> None:
    told = result().explain("g", "h", "x", lang="en")
    assert told.replayed == {"g": TOTAL, "h": 0, "x": 0}
    assert "Total" in told["g"].render("en")
    assert "m9 has no reading" in told["h"].render("en")
    assert "there is no bill in 2025-06" in told["x"].render("en")


def test_rules_of_another_kind_or_time_are_refused() -> None:
    with pytest.raises(RulebookError, match="billing"):
        evaluate(Memory(), load_rulebook("hebei-2022"), as_of="2025-06")
    old = evolve(BOOK, effective_from=None, effective_to=date(2025, 6, 30))
    with pytest.raises(NotInForceError, match="2025-06"):
        evaluate(Memory(), old, as_of="2025-06")
    assert len(evaluate(State.empty(), evolve(old, effective_to=None), as_of="2025-07")) == 0


def test_estimates_are_readings_of_the_next_month() -> None:
    """June is estimated at 290 kWh; with what that leaves, both months come to 1100 - 300."""
    june, july = ("2026-06-01", "2026-07-01"), ("2026-07-01", "2026-08-01")
    read = {"2026-05-01": "1200", "2026-06-01": "1500"}
    first = month_of(june, read)
    assert first.estimates.to_dict("records") == [
        {
            "meter_id": "m",
            "register": "active_total",
            "read_on": "2026-07-01",
            "reading": "1790",
            "status": "estimated",
        }
    ]
    second = month_of(july, {"2026-08-01": "2300"}, first.estimates)
    assert second.estimates.empty
    assert list(second.estimates) == list(first.estimates)
    energy = [found.wide["billed_energy_kwh"].item() for found in (first, second)]
    assert energy == ["290", "510"]


def month_of(
    days: tuple[str, str], read: Mapping[str, str], before: pd.DataFrame | None = None
) -> Result:
    """Bill one meter of a shop for some days."""
    readings = pd.DataFrame({"read_on": list(read), "reading": list(read.values())})
    readings = readings.assign(meter_id="m", register="active_total", status="ok")
    tables = check(
        accounts={
            "account_id": ["a"],
            "tariff": ["commerce-single-part"],
            "started_on": [days[0]],
            "ended_on": [days[1]],
        },
        meters={"meter_id": ["m"], "account_id": ["a"]},
        readings=pd.concat([readings, before]) if before is not None else readings,
    )
    book = evolve(BOOK, tariffs=(load_tariff("commerce-single-part"),))
    return evaluate(aggregate(tables), book, as_of=days[0][:7])
