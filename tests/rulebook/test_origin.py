"""Where a result comes from, and whether its rules were in force."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve

import powerchannel
from powerchannel import channel, load_rulebook
from powerchannel.billing.rules import Rulebook as Policy
from powerchannel.errors import NotInForceError, RulebookError
from powerchannel.periods import parse_month
from powerchannel.rulebook import digest, rules
from powerchannel.rulebook.origin import Origin, rulebook_for

BOOK = load_rulebook("hebei-2022")
MARCH = parse_month("2022-03")


def test_an_origin_names_the_rules_and_which_of_them_are_assumed() -> None:
    found = Origin.of(BOOK, as_of="2022-03", state_digest="sha256:1", path="numpy", notes=("n",))
    assert (found.rulebook, found.rulebook_digest) == ("hebei-2022", digest(BOOK))
    assert (found.library_version, found.as_of) == (powerchannel.__version__, "2022-03")
    status = {rule.id: rule.provenance.status for rule in rules(BOOK)}
    assert set(found.assumed) == {i for i, s in status.items() if s == "assumed"}
    assert (found.state_digest, found.path, found.notes) == ("sha256:1", "numpy", ("n",))


def test_a_rulebook_of_another_kind_is_refused() -> None:
    with pytest.raises(RulebookError, match="kind 'billing' is needed, not Rulebook") as caught:
        rulebook_for(BOOK, Policy, kind="billing", month=MARCH)
    assert [(p.code, p.where) for p in caught.value.problems] == [("wrong_kind", "$.kind")]


@pytest.mark.parametrize(
    ("start", "end", "is_in_force"),
    [
        (date(2022, 3, 31), None, True),
        (date(2022, 4, 1), None, False),
        (None, date(2022, 4, 1), True),
        (None, date(2022, 3, 31), False),
        (None, None, True),
    ],
)
def test_the_last_day_of_the_month_decides(start, end, is_in_force) -> None:
    assert isinstance(BOOK, channel.Rulebook)
    book = evolve(BOOK, effective_from=start, effective_to=end)
    if is_in_force:
        assert rulebook_for(book, channel.Rulebook, kind="channel", month=MARCH) is book
        return
    with pytest.raises(NotInForceError, match="2022-03 lies outside its effective dates"):
        rulebook_for(book, channel.Rulebook, kind="channel", month=MARCH)
