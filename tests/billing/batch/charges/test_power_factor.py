"""The rates of power factors, and what they change."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from batch_as_reference import assert_same, state_of, why
from customers_at_random import AS_OF, frames, rulebook
from powerchannel.billing.batch.charges.power_factor import Rates, power_factor_line
from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.rules import PowerFactorTable
from powerchannel.billing.tariff import PowerFactor
from powerchannel.rulebook import Provenance

TABLE = PowerFactorTable(
    standard=Decimal("0.90"),
    percent={"1.00": Decimal("-0.75"), "0.95": Decimal("-0.75"), "0.94": Decimal("-0.60")}
    | {f"0.{c}": Decimal(90 - c) / 2 for c in range(70, 91)}
    | {f"0.{c}": Decimal(90 - c) * 15 / 100 for c in range(91, 94)}
    | {f"0.{c}": Decimal("-0.75") for c in range(95, 100)},
    below_step_percent=Decimal(2),
    provenance=Provenance(status="assumed", clause="-"),
)


def test_rates_go_on_below_the_table() -> None:
    rates = Rates.of([TABLE])
    assert rates is not None
    place = rates.place(np.full(4, 90), np.array([100, 94, 69, 0]))
    assert [rates.percents[i] for i in place.tolist()] == ["-0.75", "-0.60", "12.00", "150.00"]
    assert rates.shares[place].tolist() == [-750_000, -600_000, 12_000_000, 150_000_000]
    assert rates.prices[place[0]] == "-0.0075"
    assert rates.place(np.array([85]), np.array([90])).tolist() == [-1]


def test_rates_that_are_not_whole_are_left_to_the_reference() -> None:
    odd = evolve(TABLE, percent={**TABLE.percent, "1.00": Decimal("-0.7512345678")})
    assert Rates.of([odd]) is None


def line(fen: list[int], group: str) -> LineColumn:
    amount = np.array(fen, np.int64)
    return LineColumn(
        code="c",
        group=group,
        period="total",
        quantity=Numbers(amount, 0),
        unit="kWh",
        price="1",
        amount=amount,
        rule_id="r",
        status="stated",
        clause="",
    )


@given(
    st.lists(st.tuples(*[st.integers(-(10**12), 10**12)] * 3, st.integers(0, 100)), min_size=1),
    st.sampled_from(["base", "line"]),
)
def test_the_adjustment_is_rounded_once(rows: list[tuple[int, ...]], rounding: str) -> None:
    rates = Rates.of([TABLE])
    assert rates is not None
    rule = PowerFactor(rounding=rounding, provenance=TABLE.provenance)
    columns = [list(column) for column in zip(*rows, strict=True)]
    lines = [line(columns[0], "energy"), line(columns[1], "capacity"), line(columns[2], "fund")]
    place = rates.place(np.full(len(rows), 90), np.array(columns[3]))
    found = power_factor_line(rule, rates, place, lines)
    shares = [Decimal(int(share)) / 10**8 for share in rates.shares[place]]
    bases = [(a, b) if rounding == "line" else (a + b,) for a, b, *_ in rows]
    expected = [
        sum(int((base * share).quantize(Decimal(1), ROUND_HALF_UP)) for base in parts)
        for parts, share in zip(bases, shares, strict=True)
    ]
    assert found.amount.tolist() == expected
    assert found.quantity.values.tolist() == [a + b for a, b, *_ in rows]


def test_bills_without_energy_or_a_factor_are_not_adjusted() -> None:
    found = dict(frames(150, seed=61))
    found["accounts"] = found["accounts"].assign(
        power_factor_standard="0.90", is_power_factor_assessed="是", tariff="contract"
    )
    found["transformers"]["status"] = "running"
    found["meters"] = found["meters"].assign(metering_side="high", installed_on="")
    read = found["readings"]
    is_idle = read["meter_id"].isin(set(found["meters"]["meter_id"][::4]))
    first = read.groupby(["meter_id", "register"])["reading"].transform("first")
    found["readings"] = read.assign(reading=read["reading"].where(~is_idle, first))
    state = state_of(found)
    result = assert_same(state, rulebook(), AS_OF)
    assert {"power_factor_undefined", "reactive_missing"} <= set(result.findings["code"])
    assert why(state, rulebook(), AS_OF)["power_factor"] == 0
