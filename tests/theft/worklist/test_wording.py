from __future__ import annotations

import tomllib
from importlib.resources import files

from powerchannel.rulebook.records import Provenance
from powerchannel.theft.worklist.wording import (
    CAUSE_CHECKS,
    CAUSES,
    RULE_CHECKS,
    STATUSES,
    site_checks,
)

BOOK = files("powerchannel.theft") / "rulebooks" / "dlt698-theft.toml"
RULES = {rule["id"] for rule in tomllib.loads(BOOK.read_text("utf-8"))["electrical"]["rules"]}


def test_every_cause_and_every_rule_has_a_check_in_both_languages():
    assert set(CAUSE_CHECKS) == set(CAUSES)
    assert set(RULE_CHECKS) == RULES
    for text in (*CAUSE_CHECKS.values(), *RULE_CHECKS.values(), *CAUSES.values()):
        assert text.zh
        assert text.en
        assert text.en.isascii()


def test_every_status_of_a_clause_has_words():
    for status in STATUSES:
        assert Provenance(status=status, clause="x").status == status


def test_an_unknown_cause_is_one_that_nobody_can_tell():
    assert site_checks("new", ("new_rule",)) == (CAUSE_CHECKS["cannot_tell"],)
    assert site_checks("outage", ("outage", "power_failure")) == (CAUSE_CHECKS["outage"],)
