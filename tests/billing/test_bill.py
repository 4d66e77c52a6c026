from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from attrs import evolve

from billing_bills import BILL, GROUP, LINES, MISSING
from powerchannel.billing import bill
from powerchannel.billing.bill import bill_group
from powerchannel.billing.records import Given, GroupEnergy
from powerchannel.billing.tariff import from_case
from powerchannel.errors import (
    NotInForceError,
    PowerChannelError,
    ReconciliationError,
    RulebookError,
    UnknownNameError,
)
from powerchannel.rulebook import load_rulebook

BOOK = load_rulebook("sgcc-2024")
NOTHING = GroupEnergy(group_id="g", accounts=())


@pytest.fixture
def halves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put something else in the place of the two halves of the way from readings to lines."""

    def put(energy: object = NOTHING, charges: object = BILL) -> None:
        def give(value: object) -> object:
            if isinstance(value, Exception):
                raise value
            return value

        monkeypatch.setattr(bill, "group_energy", lambda *_: give(energy))
        monkeypatch.setattr(bill, "group_bill", lambda *_: give(charges))

    return put


def test_a_fatal_finding_of_the_energy_ends_the_bill(halves: Callable[..., None]) -> None:
    halves(energy=evolve(NOTHING, findings=(MISSING,)), charges=AssertionError())
    found = bill_group(GROUP, BOOK)
    assert (found.lines, found.findings) == ((), (MISSING,))


def test_a_fatal_finding_of_the_charges_leaves_no_line(halves: Callable[..., None]) -> None:
    halves(charges=evolve(BILL, findings=(MISSING,)))
    found = bill_group(GROUP, BOOK)
    assert (found.lines, dict(found.values), found.findings) == ((), {}, (MISSING,))
    assert found.registers == BILL.registers


@pytest.mark.parametrize("error", [NotInForceError, UnknownNameError, RulebookError])
def test_what_a_group_is_refused_for_is_a_finding(
    halves: Callable[..., None], error: type[PowerChannelError]
) -> None:
    halves(energy=error.of("no_tariff", "accounts.tariff", "没有电价", "there is no tariff"))
    (finding,) = bill_group(GROUP, BOOK).findings
    assert (finding.code, finding.id, finding.is_fatal) == ("no_tariff", "g", True)
    assert finding.message.en == "accounts.tariff: there is no tariff"


def test_what_no_rule_says_how_to_compute_is_refused(halves: Callable[..., None]) -> None:
    halves()
    tiers = {
        "cycle": "year",
        "limits_kwh": ["1"],
        "increments": ["0", "1"],
        "season_limits_kwh": {"7": ["2"]},
    }
    document = {"catalogue_price": "1", "tiers": tiers}
    tariff = from_case(document, name="industry", source="made up")
    (finding,) = bill_group(GROUP, evolve(BOOK, tariffs=(tariff,))).findings
    assert (finding.code, finding.id, finding.is_fatal) == (
        *("tariff_not_supported", "industry", True),
    )
    unused = evolve(BOOK, tariffs=(evolve(tariff, name="other"),))
    assert bill_group(GROUP, unused) is BILL


def test_lines_must_sum_to_the_total(halves: Callable[..., None]) -> None:
    halves(charges=evolve(BILL, lines=LINES[1:]))
    with pytest.raises(ReconciliationError):
        bill_group(GROUP, BOOK)


def test_both_halves_together() -> None:
    tariff = from_case({"catalogue_price": "1"}, name="industry", source="made up")
    book = evolve(BOOK, tariffs=(tariff, evolve(tariff, name="lighting")))
    given = Given(id="p", quantity="billed_energy_kwh", period="total", value=Decimal(100))
    found = bill_group(evolve(GROUP, givens=(given,)), book)
    assert found.values["p", "amount_yuan", "total"] == 100
    assert found.values["g", "amount_yuan", "total"] == 100
