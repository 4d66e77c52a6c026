from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from attrs import evolve

from planted_bills import TARIFFS, Case, rulebook
from powerchannel.billing.audit.inputs import (
    Inputs,
    Limits,
    Unable,
    has_tariff,
    is_known,
    scaled_by,
)
from powerchannel.billing.compare.sheets import read_values, sheets_of
from powerchannel.errors import RulebookError, TableError
from powerchannel.tables import NO_NUMBER

SOUND = Case()


def inputs_of(case: Case) -> Inputs:
    tables = dict(case.tables)
    bills = read_values(tables.pop("bills"), "bills")
    return Inputs(
        rulebook=rulebook(),
        bills=bills,
        previous=None,
        last_year=None,
        archive=sheets_of(tables, "archive"),
    )


def by_id(inputs: Inputs, column: np.ndarray) -> dict[str, object]:
    return dict(zip(inputs.ids, column.tolist(), strict=True))


def test_capacity_of_accounts_and_groups():
    found = by_id(inputs_of(SOUND), inputs_of(SOUND).capacity // 10**8)
    assert (found["works-1"], found["mill-1"], found["g"]) == (1000, 800, 1800)
    assert not is_known(inputs_of(SOUND).capacity)[0]


def test_a_transformer_in_two_states_counts_once():
    case = SOUND.row(
        "transformers",
        transformer_id="t-1",
        account_id="works-1",
        capacity_kva="1000",
        status="suspended",
        interlock_group="",
    )
    found = by_id(inputs_of(case), inputs_of(case).capacity // 10**8)
    assert found["works-1"] == 1000


def test_days_of_accounts_and_groups():
    case = SOUND.cell("accounts", 2, ended_on="2025-03-11")
    found = by_id(inputs_of(case), inputs_of(case).days)
    assert (found["works-1"], found["mill-1"], found["g"]) == (10, 31, 31)


def test_categories():
    inputs = inputs_of(SOUND)
    assert by_id(inputs, inputs.categories) == {
        "home-1": "residential",
        "shop-1": "commerce_industry",
        "works-1": "commerce_industry",
        "mill-1": "commerce_industry",
        "g": "commerce_industry",
    }
    assert by_id(inputs, inputs.is_high_voltage)["g"] is True
    assert by_id(inputs, inputs.is_high_voltage)["shop-1"] is False


def test_the_category_of_the_tariff_goes_before_that_of_the_archive():
    inputs = evolve(
        inputs_of(SOUND),
        rulebook=evolve(rulebook(), tariffs=(evolve(TARIFFS[1], category="agriculture"),)),
    )
    found = by_id(inputs, inputs.categories)
    assert (found["shop-1"], found["home-1"]) == ("agriculture", "")


def test_which_accounts_have_a_meter():
    inputs = inputs_of(SOUND)
    has = by_id(inputs, inputs.has_meter)
    assert [an_id for an_id, is_so in has.items() if is_so] == ["works-1", "mill-1", "g"]
    assert inputs_of(SOUND.without("meters")).has_meter.all()


def test_what_is_not_there_is_named():
    inputs = inputs_of(SOUND)
    with pytest.raises(Unable, match="previous"):
        inputs.amounts("previous", "amount_yuan")
    with pytest.raises(Unable, match=r"archive\.meters\.colour"):
        inputs.sheet("meters", "meter_id", "colour")
    assert not is_known(inputs.amounts("bills", "no such name")).any()


def test_meters_are_those_of_accounts():
    found = inputs_of(SOUND).account_of(np.array(["m-sub", "shop-1"], dtype=object))
    assert found.tolist() == ["mill-1", "shop-1"]


def test_ratios_are_exact():
    units = np.array([300_000_000, -1, 10**17])
    assert scaled_by(units, Decimal("0.3")).tolist() == [90_000_000, 0, 3 * 10**16]
    with pytest.raises(TableError, match="ratio"):
        scaled_by(units, Decimal("0.33333"))


def test_thresholds_by_name():
    limits = Limits(rulebook("YOY").audit.rules[0])
    assert limits["ratio"] == Decimal("0.5")
    assert limits.get("most") is None
    with pytest.raises(RulebookError, match="there are: ratio"):
        limits["most"]


def test_no_number_is_known_as_none():
    assert is_known(np.array([0, NO_NUMBER]), np.array([1, 1])).tolist() == [True, False]


def test_accounts_by_their_tariff():
    inputs = inputs_of(SOUND)
    found = by_id(inputs, has_tariff(inputs, lambda tariff: tariff.tiers is not None))
    assert [an_id for an_id, is_so in found.items() if is_so] == ["home-1"]
