from __future__ import annotations

import pandas as pd
import pytest
from attrs import evolve

from planted_bills import THRESHOLDS, Case, found, rulebook
from powerchannel import load_rulebook
from powerchannel.billing.audit import CHECKS, audit
from powerchannel.billing.rules import Rulebook
from powerchannel.errors import RulebookError, TableError, UnknownNameError

SOUND = Case()


def test_sound_bills_pass_every_rule():
    report = SOUND.audit()
    assert found(report) == []
    assert report.not_checked.empty
    assert set(report.verdicts["verdict"]) == {"pass"}


def test_every_rule_of_the_bundled_rulebook_has_its_checks_and_thresholds():
    book = load_rulebook("sgcc-2024")
    assert isinstance(book, Rulebook)
    assert {rule.code for rule in book.audit.rules} == set(CHECKS.names()) == set(THRESHOLDS)
    tables = dict(SOUND.tables)
    months = {name: tables.pop(name) for name in ("previous", "last_year")}
    ours = evolve(book, tariffs=rulebook().tariffs)
    report = audit(tables.pop("bills"), ours, archive=tables, **months)
    assert found(report) == []


@pytest.mark.parametrize(
    "missing", ["previous", "last_year", *sorted(SOUND.tables.keys() - {"bills"})]
)
def test_what_is_not_there_is_not_checked(missing):
    report = SOUND.without(missing).audit()
    assert found(report) == []
    name = missing if missing in ("previous", "last_year") else f"archive.{missing}"
    told = report.not_checked
    assert name in set(told["missing"])
    assert (told.loc[told["missing"] == name, "accounts"] == 5).all()
    assert (report.verdicts["not_checked"] > 0).all()


def test_bills_alone_are_checked_for_what_they_show():
    report = audit(SOUND.value("shop-1", "power_factor", "2").tables["bills"], rulebook())
    assert found(report) == [("shop-1", "PF_RANGE")]
    assert {"SUM", "TIER", "SURGE", "YOY"} <= set(report.not_checked["code"])


def test_several_faults_stand_in_the_order_of_the_rules():
    case = SOUND.value("shop-1", "billed_energy_kwh", "-5").cell("lines", 1, quantity="-5")
    report = case.audit("SUM", "NEGATIVE", "DROP")
    assert found(report) == [("shop-1", "NEGATIVE"), ("shop-1", "NEGATIVE")]
    row = report.verdicts.set_index("id").loc["shop-1"]
    assert (row["verdict"], row["codes"]) == ("block", "NEGATIVE")
    more = case.value("shop-1", "power_factor", "2").audit()
    assert more.verdicts.set_index("id")["codes"]["shop-1"] == "YOY,NEGATIVE,PF_RANGE"


def test_the_order_of_rows_does_not_matter():
    case = SOUND.value("shop-1", "power_factor", "2").value("home-1", "power_factor", "2")
    turned = Case({name: table.iloc[::-1] for name, table in case.tables.items()})
    assert sorted(found(turned.audit())) == sorted(found(case.audit()))


def test_a_rule_without_a_check_is_refused():
    book = rulebook("SUM")
    rule = evolve(book.audit.rules[0], code="SUMM")
    unknown = evolve(book, audit=evolve(book.audit, rules=(rule,)))
    with pytest.raises(UnknownNameError, match="SUM"):
        audit(SOUND.tables["bills"], unknown)


def test_a_rule_without_its_threshold_is_refused():
    book = rulebook("YOY")
    rule = evolve(book.audit.rules[0], thresholds={})
    unset = evolve(book, audit=evolve(book.audit, rules=(rule,)))
    with pytest.raises(RulebookError, match="the threshold ratio is missing"):
        audit(SOUND.tables["bills"], unset, last_year=SOUND.tables["bills"])


def test_a_value_that_is_none_is_refused():
    bills = pd.DataFrame({"id": ["a"], "name": ["amount_yuan"], "period": ["total"], "value": [""]})
    with pytest.raises(TableError, match="1 rows have no value"):
        audit(bills, rulebook())


def test_no_rules_find_nothing():
    book = rulebook("SUM")
    none = evolve(book, audit=evolve(book.audit, rules=()))
    report = audit(SOUND.tables["bills"], none)
    assert found(report) == []
    assert set(report.verdicts["verdict"]) == {"pass"}
