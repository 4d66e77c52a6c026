"""Cases of bills: tariffs and rules inside the file, and what drops out is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from powerchannel.errors import PowerChannelError
from powerchannel.testing import CaseError, CaseReport, run_case

CASE = """
format = "case/1"
domain = "billing"
name = "a-bill"
source = "made up"
as_of = "2025-06"

[tables.accounts]
columns = ["account_id", "group_id", "tariff", "started_on", "ended_on"]
rows = [["a", "g", "main", "2025-06-01", "2025-07-01"]]

[tables.meters]
columns = ["meter_id", "account_id", "multiplier"]
rows = [["m", "a", "20"]]

[tables.readings]
columns = ["meter_id", "register", "read_on", "reading"]
rows = [["m", "active_total", "2025-06-01", "100"], ["m", "active_total", "2025-07-01", "150"]]

[tariffs.main]
kind = "tariff"
catalogue_price = "0.50"
components = [{ code = "dams", group = "fund", price = "0.002" }]

[expect]
columns = ["id", "name", "period", "value"]
rows = [["a", "amount_yuan", "total", "502.00"]]
"""
PRICE = 'catalogue_price = "0.50"'
ROW = '["a", "amount_yuan", "total", "502.00"]'
LAST = ', ["m", "active_total", "2025-07-01", "150"]'


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., CaseReport]:
    """Run the case with some of its text replaced, each replacement in exactly one place."""

    def make(*changes: tuple[str, str]) -> CaseReport:
        text = CASE
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "case.toml"
        path.write_text(text, encoding="utf-8")
        return run_case(path)

    return make


def test_accounts_groups_and_meters_are_named(run: Callable[..., CaseReport]) -> None:
    rows = ", ".join(
        (
            ROW,
            '["g", "amount_yuan", "total", "502.00"]',
            '["m", "metered_energy_kwh", "total", "1000"]',
            '["g", "fund", "total", "2.00"]',
            '["a", "dams", "total", "2.00"]',
        )
    )
    run((ROW, rows)).confirm()
    report = run((ROW, rows.replace("1000", "1001").replace('"2.00"', '"2.01"', 1)))
    assert [p.where for p in report.mismatches] == ["$.expect.rows[2]", "$.expect.rows[3]"]


def test_what_was_not_charged_is_zero_and_a_slip_is_no_zero(
    run: Callable[..., CaseReport],
) -> None:
    run((ROW, '["a", "capacity", "total", "0.00"], ["g", "line_loss", "peak", "0"]')).confirm()
    (problem,) = run((ROW, '["a", "capacty", "total", "0.00"]')).mismatches
    assert "did you mean capacity?" in problem.render("en")


def test_editions_of_a_tariff_are_a_list(run: Callable[..., CaseReport]) -> None:
    first = f'effective_to = "2025-06-11"\n{PRICE}'
    second = (
        '[[tariffs.main]]\nkind = "tariff"\neffective_from = "2025-06-11"\n'
        'catalogue_price = "0.80"\n'
    )
    changes = (
        ("[tariffs.main]", "[[tariffs.main]]"),
        (PRICE, first),
        ("[expect]", f"{second}\n[expect]"),
        # 333.33 -> 333 kWh at 0.50, 667 at 0.80; the fund is of the first edition alone
        (ROW, '["a", "catalogue", "total", "700.10"]'),
    )
    run(*changes).confirm()
    assert len(run(*changes).case.rulebook.tariffs) == 2


def test_rules_may_be_changed_and_are_in_force_at_any_time(
    run: Callable[..., CaseReport],
) -> None:
    book = run(("[expect]", "[rulebook.theft]\nunknown_days = 90\n[expect]")).case.rulebook
    assert (book.theft.unknown_days, book.theft.provenance.status) == (90, "stated")
    assert book.theft.provenance.clause == "made up"
    assert (book.effective_from, book.effective_to) == (None, None)


def test_faults_of_rules_and_tariffs_are_told_at_once(run: Callable[..., CaseReport]) -> None:
    with pytest.raises(CaseError) as caught:
        run(
            (PRICE, 'catalogue_prise = "0.50"'),
            ("[expect]", "[tariffs]\nother = 7\n[rulebook.thef]\nx = 1\n[expect]"),
            ('as_of = "2025-06"', "as_of = 2025"),
        )
    assert {p.where.removeprefix("case.toml ") for p in caught.value.problems} >= {
        *("$.tariffs.main.catalogue_prise", "$.tariffs.other", "$.rulebook.thef", "$.as_of")
    }


def test_tariffs_must_be_tables(run: Callable[..., CaseReport]) -> None:
    tariff = CASE[CASE.index("[tariffs.main]") : CASE.index("[expect]")]
    with pytest.raises(CaseError) as caught:
        run((tariff, ""), ('as_of = "2025-06"', 'as_of = "2025-06"\ntariffs = "none"'))
    assert [p.where for p in caught.value.problems] == ["case.toml $.tariffs"]


def test_why_a_value_is_not_there_is_told(run: Callable[..., CaseReport]) -> None:
    with pytest.raises(CaseError) as caught:
        run((LAST, ""))
    assert "reading_missing" in {p.code for p in caught.value.problems}
    with pytest.raises(CaseError) as caught:
        run(('["m", "a", "20"]', '["m", "a", "twenty"]'))
    assert "not_a_number" in {p.code for p in caught.value.problems}


def test_a_finding_can_be_expected(run: Callable[..., CaseReport]) -> None:
    run((LAST, ""), (ROW, '["m", "reading_missing", "total", "1"]')).confirm()
    run(
        ('["m", "a", "20"]', '["m", "a", "twenty"]'), (ROW, '["", "not_a_number", "total", "1"]')
    ).confirm()


def test_a_tariff_that_is_not_there_is_told(run: Callable[..., CaseReport]) -> None:
    with pytest.raises(PowerChannelError, match="'man'"):
        run(('["a", "g", "main",', '["a", "g", "man",'))
