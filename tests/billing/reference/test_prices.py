"""Components, the catalogue price, and amounts from outside."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bills_by_hand import (
    account,
    amounts,
    bill,
    codes,
    given,
    row,
    rulebook,
    tariff,
    total_fen,
    value,
)
from powerchannel.billing.records import Adjustment

PERIODS = {"sharp": "10", "peak": "100", "flat": "200", "valley": "300", "deep_valley": "50"}
TIMES = {"peak_factor": "1.6", "valley_factor": "0.38", "sharp_factor": "1.2"}


def component(**fields: object) -> dict[str, object]:
    return {"code": "x", "group": "energy", **fields}


def test_one_price_is_one_line_for_all_energy() -> None:
    found = bill([row(account(), PERIODS)], rulebook(tariff(components=[component(price="0.15")])))
    (line,) = found.lines
    assert (line.period, line.quantity, line.price) == ("total", Decimal(660), Decimal("0.15"))
    assert (line.rule_id, line.status, line.clause) == ("main.x", "stated", "test")


def test_by_period_is_a_line_a_period_each_rounded() -> None:
    book = rulebook(tariff(components=[component(price="0.333", by_period=True)]))
    found = bill([row(account(), {"peak": "5", "flat": "5", "valley": "5"})], book)
    assert [(line.period, line.amount_fen) for line in found.lines] == [
        ("peak", 167),
        ("flat", 167),
        ("valley", 167),
    ]
    assert total_fen(bill([row(account(), "15")], book)) == 500


def test_floating_prices_compound_and_are_not_rounded() -> None:
    component_ = component(price="0.1515", floats=True)
    found = bill(
        [row(account(), PERIODS)], rulebook(tariff(components=[component_], time_of_use=TIMES))
    )
    prices = {line.period: line.price for line in found.lines}
    assert prices["sharp"] == Decimal("0.29088")
    assert prices["peak"] == Decimal("0.2424")
    assert prices["valley"] == prices["deep_valley"] == Decimal("0.05757")
    single = bill(
        [row(account(), "100")], rulebook(tariff(components=[component_], time_of_use=TIMES))
    )
    assert [(line.period, line.amount_fen) for line in single.lines] == [("total", 1515)]


def test_prices_by_period_and_their_total() -> None:
    prices = {"peak": "0.3", "flat": "0.2", "valley": "0.1"}
    book = rulebook(tariff(components=[component(prices=prices)]))
    assert total_fen(bill([row(account(), "100")], book)) == 2000
    parts = bill([row(account(), {"peak": "1", "flat": "1", "valley": "1"})], book)
    assert value(parts, "x", period="peak") == "0.30"
    assert value(parts, "x") == "0.60"


def test_energy_in_a_period_without_a_price_is_refused() -> None:
    book = rulebook(tariff(components=[component(prices={"peak": "0.3", "valley": "0.1"})]))
    refused = bill([row(account(), {"peak": "1", "flat": "1"})], book)
    assert (codes(refused), refused.lines) == (["price_missing"], ())
    assert codes(bill([row(account(), "1")], book)) == ["price_missing"]
    assert amounts(bill([row(account(), {"peak": "1", "flat": "0"})], book), "x") == [30]


@pytest.mark.parametrize(("funds", "base"), [("0.029694", "0.500306"), ("0.022969", "0.507031")])
def test_funds_inside_a_catalogue_price_are_lines_of_their_own(funds: str, base: str) -> None:
    fund = {"code": "funds", "group": "fund", "price": funds}
    inside = tariff(catalogue_price="0.53", catalogue_includes_funds=True, components=[fund])
    found = bill([row(account(), "1000000")], rulebook(inside))
    assert amounts(found, "catalogue") == [int(Decimal(base) * 10**8)]
    assert total_fen(found) == 53_000_000
    outside = tariff(catalogue_price="0.53", components=[fund])
    assert amounts(bill([row(account(), "100")], rulebook(outside)), "catalogue") == [5300]


def test_a_catalogue_price_moves_with_time_of_use_and_funds_do_not() -> None:
    fund = {"code": "funds", "group": "fund", "price": "0.03"}
    inside = tariff(
        catalogue_price="0.53",
        catalogue_includes_funds=True,
        components=[fund],
        time_of_use={"peak_factor": "1.5", "valley_factor": "0.5"},
    )
    found = bill([row(account(), {"peak": "100", "valley": "100"})], rulebook(inside))
    assert amounts(found, "catalogue") == [7500, 2500]
    assert amounts(found, "funds") == [600]


def test_given_amounts_replace_a_component_or_a_whole_group() -> None:
    components = [component(price="1"), {**component(price="2"), "code": "y"}]
    book, rows = rulebook(tariff(components=components)), [row(account(), "10")]
    one = bill(rows, book, givens=(given("a", "x", "-3.456"),))
    assert (value(one, "x"), value(one, "y"), value(one, "energy")) == ("-3.46", "20.00", "16.54")
    whole = bill(rows, book, givens=(given("a", "energy", "7"),))
    assert [(line.code, line.amount_fen) for line in whole.lines] == [("energy", 700)]
    of_group = bill(rows, book, givens=(given("g", "x", "1"),))
    assert value(of_group, "x") == "1.00"


def test_amounts_by_period_go_before_their_total() -> None:
    book = rulebook(tariff(components=[component(given=True)]))
    givens = [given("a", "x", "1", "peak"), given("a", "x", "2", "flat"), given("a", "x", "3")]
    found = bill([row(account(), "10")], book, givens=tuple(givens))
    assert (value(found, "x"), value(found, "x", period="flat")) == ("3.00", "2.00")


def test_a_component_that_should_be_given_and_is_not_is_told() -> None:
    book, rows = rulebook(tariff(components=[component(given=True)])), [row(account(), "10")]
    assert codes(bill(rows, book)) == ["given_missing"]
    settled = Adjustment(account_id="a", code="x", group="energy", amount_yuan=Decimal("9.99"))
    found = bill(rows, book, adjustments=(settled,))
    assert (codes(found), value(found, "energy")) == ([], "9.99")
    assert codes(bill(rows, book, givens=(given("a", "x", "1"),))) == []


def test_zero_prices_and_ties_away_from_zero() -> None:
    free = bill([row(account(), "10")], rulebook(tariff(components=[component(price="0")])))
    assert [line.amount_fen for line in free.lines] == [0]
    minus = tariff(components=[component(price="-0.005")])
    assert total_fen(bill([row(account(), "1")], rulebook(minus))) == -1


def test_no_customer_is_too_large() -> None:
    book = rulebook(tariff(components=[component(price="0.123456789")]))
    found = bill([row(account(), "300000000000000000")], book)
    assert value(found, "x") == "37037036700000000.00"
