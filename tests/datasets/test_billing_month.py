from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from attrs import evolve

from powerchannel import billing, load_rulebook
from powerchannel.billing.audit import AuditReport, audit
from powerchannel.billing.result import Result
from powerchannel.datasets import TARIFFS, BillingMonth, billing_month
from powerchannel.datasets.billing_month import BILLED_TABLES
from powerchannel.datasets.faults import FAULTS
from powerchannel.errors import PowerChannelError, UnknownNameError
from powerchannel.files import read_table

NOW = date(2025, 12, 31)
EVERY = (*BILLED_TABLES, "previous", "last_year", "previous_accounts", "truth")
BLOCKED = {"MULTIPLIER", "TOU_SUM", "DEDUCT", "TIER", "SUM", "REPEAT"}


def billed(month: BillingMonth) -> tuple[Result, AuditReport]:
    book = evolve(load_rulebook("sgcc-2024"), tariffs=tuple(map(billing.load_tariff, TARIFFS)))
    state = billing.aggregate(billing.check(**month.tables, now=NOW))
    result = billing.evaluate(state, book, as_of=month.as_of)
    archive = month.archive(lines=result.lines, registers=result.registers)
    months = {"previous": month.previous, "last_year": month.last_year}
    return result, audit(result.table, book, **months, archive=archive)


@pytest.fixture(scope="module", params=["2025-03", "2025-01"])
def month(request) -> BillingMonth:
    return billing_month(100, seed=1, as_of=request.param, faults=2)


@pytest.fixture(scope="module")
def held(month: BillingMonth) -> tuple[Result, AuditReport]:
    return billed(month)


def test_the_audit_finds_every_planted_fault_by_its_rule(month, held) -> None:
    _, report = held
    audited = month.truth[month.truth["rule"] != "reading_missing"]
    assert set(audited["fault"]) == set(FAULTS) - {"missing_reading"}
    planted = set(zip(audited["account_id"], audited["rule"].astype(str), strict=True))
    assert planted <= set(zip(report.findings["id"], report.findings["code"], strict=True))


def test_a_bill_whose_reading_is_missing_is_not_made_and_told(month, held) -> None:
    planted = month.truth.loc[month.truth["fault"] == "missing_reading", "account_id"]
    assert set(held[0].dropped) == set(planted)
    fatal = held[0].findings[held[0].findings["is_fatal"]]
    assert set(fatal["code"]) == {"reading_missing"}


def test_each_bill_that_blocks_has_a_fault_that_blocks(month, held) -> None:
    findings = held[1].findings
    blocked = findings[findings["verdict"] == "block"]
    truth = month.truth[month.truth["rule"].isin(BLOCKED)].astype(str)
    planted = set(zip(truth["account_id"], truth["rule"], strict=True))
    assert set(zip(blocked["id"], blocked["code"], strict=True)) == planted


def test_nothing_is_blocked_in_a_month_without_faults() -> None:
    result, report = billed(billing_month(60, seed=4, faults=0))
    assert not result.dropped
    assert set(report.verdicts["verdict"]) <= {"pass", "review"}
    assert not report.findings["code"].isin({"SURGE", "DROP", "ZERO_USE", "ROLLOVER", "YOY"}).any()


def test_clean_tables_pass_the_door_without_a_word(month) -> None:
    assert billing.check(**month.tables, now=NOW).problems.empty


@pytest.mark.parametrize("name", EVERY)
def test_the_same_arguments_give_the_same_tables(name: str) -> None:
    one, other = (billing_month(40, seed=3, faults=1) for _ in range(2))
    pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_another_seed_gives_another_month() -> None:
    one, other = (billing_month(40, seed=seed).exported("readings") for seed in (1, 2))
    assert not one.equals(other)


def test_the_same_bytes_with_every_version_of_numpy_and_pandas(tmp_path: Path) -> None:
    """A change of the digest is a change of every month: say so in the change log."""
    paths = billing_month(60, seed=7).write(tmp_path, format="csv", tables=EVERY)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    assert digest == "d3bb3dcee5d5593fd2754666465aa5e19e7b3ebd352d5a65ca364f9d2c9e7091"


@pytest.mark.parametrize("headers", ["zh", "en"])
def test_files_are_read_back_as_the_same_tables(tmp_path: Path, headers: str) -> None:
    made = billing_month(40, seed=1)
    paths = made.write(tmp_path, format="csv", headers=headers, tables=BILLED_TABLES)
    read = {path.stem: read_table(path, where=path.stem) for path in paths}
    from_files, in_memory = (billing.check(**t, now=NOW) for t in (read, made.tables))
    assert from_files.problems.empty
    for name in BILLED_TABLES:
        pd.testing.assert_frame_equal(getattr(from_files, name), getattr(in_memory, name))


def test_files_are_named_after_their_tables(tmp_path: Path) -> None:
    paths = billing_month(20).write(tmp_path / "new", format="csv", encoding="gb18030")
    assert [path.stem for path in paths] == [n for n in EVERY if n != "truth"]
    assert paths[0].read_text("gb18030").startswith("户号,计费组,电价,")


def test_an_issued_bill_is_changed_in_one_line_of_each_planted_account(month, held) -> None:
    lines = held[0].lines
    issued = month.issued(lines)
    changed = issued["amount_fen"] != lines["amount_fen"]
    planted = month.truth.loc[month.truth["fault"] == "changed_line", "account_id"]
    assert sorted(lines.loc[changed, "account_id"]) == sorted(planted)
    assert set((issued["amount_fen"] - lines["amount_fen"])[changed]) == {1000}


@pytest.mark.parametrize("accounts", [1, 18, 19])
def test_few_accounts_will_do(accounts: int) -> None:
    made = billing_month(accounts, seed=0, faults=0)
    result, _ = billed(made)
    assert not result.dropped


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"accounts": 0}, "accounts"),
        ({"accounts": 10_000_001}, "10,000,000"),
        ({"seed": -1}, "seed"),
        ({"faults": -1}, "faults"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        billing_month(**({"accounts": 10} | arguments))


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(PowerChannelError):
        billing_month(10, as_of="2025-13")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [({"tables": ["acounts"]}, "accounts"), ({"format": "cvs"}, "csv"), ({"headers": "cn"}, "zh")],
)
def test_unknown_names_are_refused_before_anything_is_written(
    tmp_path: Path, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(UnknownNameError, match=said):
        billing_month(10).write(tmp_path / "out", **({"format": "csv"} | arguments))
    assert not (tmp_path / "out").exists()


def test_it_prints_what_it_holds() -> None:
    said = repr(billing_month(20, seed=3, faults=0))
    assert said.startswith("BillingMonth(as_of='2025-03', seed=3; accounts: 20, meters: 19, ")
    assert said.endswith("truth: 0)")
