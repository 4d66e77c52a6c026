"""A loss computed once is carried by the points behind it, to the last kWh."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import given, rulebook
from energies_by_hand import (
    band,
    billed,
    codes,
    energy,
    fatal,
    june,
    lossy,
    meter,
    of,
    readings,
    relation,
    s9,
    shown,
    used,
    wire,
)
from powerchannel.billing.records import GroupEnergy

ROWS = (band("100", "0", None, "100", "301"),)
TABLE = lossy(loss_method="table", loss_table="s9")
LOW = {"metering_side": "low", "transformer_id": "t"}


def two(first: str, second: str, book: object = None, **parts: object) -> GroupEnergy:
    """Return two accounts behind one transformer that loses 100 kWh."""
    known = {"transformers": (TABLE,), "loss_tables": ROWS, **parts}
    return energy(
        june("a"),
        june("b"),
        meters=(meter("m", **LOW), meter("n", "b", **LOW)),
        readings=(*used("m", total=first), *used("n", total=second)),
        book=book,
        **known,
    )


def losses(found: GroupEnergy) -> list[str]:
    return [shown(e.transformer_loss_kwh)["total"] for e in found.accounts]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("1000", "3000", ["25", "75"]), ("1", "2", ["33", "67"]), ("0", "0", ["50", "50"])],
)
def test_by_energy_and_equally_where_there_is_none(
    first: str, second: str, expected: list[str]
) -> None:
    assert losses(two(first, second)) == expected


def test_shares_have_the_decimals_of_the_loss() -> None:
    """0.29 kW x 240 h = 69.60 kWh over three like meters: none carries what is left over."""
    iron = s9("t", load_shape_factor="0", started_on=date(2025, 6, 1), ended_on=date(2025, 6, 11))
    found = energy(
        *(june(name) for name in "abc"),
        meters=tuple(meter(f"m{name}", name, **LOW) for name in "abc"),
        readings=tuple(r for name in "abc" for r in used(f"m{name}", total="100")),
        transformers=(iron,),
    )
    assert losses(found) == ["23.2", "23.2", "23.2"]
    uneven = two("1000", "3000", givens=(given("t", "transformer_loss_kwh", "10.3"),))
    assert losses(uneven) == ["2.6", "7.7"]


def test_by_capacity() -> None:
    book = rulebook(losses={"share_by": "capacity"})
    own = (TABLE, lossy("u", "20", of="a", loss_method="none"))
    found = two("1000", "3000", book=book, transformers=(*own, lossy("v", "30", of="b")))
    assert losses(found) == ["80", "20"]  # 100 + 20 kVA and 30 kVA


def test_reactive_losses_go_by_reactive_energy() -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter("m", **LOW), meter("n", "b", **LOW)),
        readings=(
            *used("m", total="1", reactive_forward="30"),
            *used("n", total="1", reactive_forward="10"),
        ),
        transformers=(TABLE,),
        loss_tables=ROWS,
    )
    assert [e.transformer_loss_kvarh for e in found.accounts] == [226, 75]
    assert [e.reactive_kvarh for e in found.accounts] == [256, 85]


def test_periods_are_proportional_or_flat() -> None:
    read = used("m", peak="100", flat="100", valley="100")
    for policy, expected in (
        ("proportional", {"peak": "33", "flat": "34", "valley": "33", "total": "100"}),
        ("flat", {"peak": "0", "flat": "100", "valley": "0", "total": "100"}),
    ):
        found = energy(
            meters=(meter(**LOW),),
            readings=read,
            transformers=(TABLE,),
            loss_tables=ROWS,
            book=rulebook(losses={"periods": policy}),
        )
        assert shown(of(found).transformer_loss_kwh) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [("m", ["60", "75"]), ("a", ["60", "75"]), ("t", ["15", "45"]), ("g", ["15", "45"])],
)
def test_a_given_loss_replaces_the_computed_one(where: str, expected: list[str]) -> None:
    found = two("1000", "3000", givens=(given(where, "transformer_loss_kwh", "60"),))
    assert losses(found) == expected
    assert "given" in codes(found)


def test_a_given_loss_needs_no_data_and_may_have_periods() -> None:
    found = energy(
        meters=(meter(**LOW),),
        readings=used("m", peak="10", flat="5"),
        transformers=(lossy(loss_method="given"),),
        givens=(
            given("a", "transformer_loss_kwh", "4", "peak"),
            given("a", "transformer_loss_kwh", "3", "flat"),
            given("a", "transformer_loss_kvarh", "8"),
        ),
    )
    assert shown(of(found).transformer_loss_kwh) == {"peak": "4", "flat": "3", "total": "7"}
    assert of(found).transformer_loss_kvarh == 8
    assert billed(found)["total"] == "22"
    assert fatal(found) == []


def test_a_loss_that_should_be_given_and_is_not_is_refused() -> None:
    found = two("1", "2", transformers=(lossy(loss_method="given"),))
    assert fatal(found) == ["loss_data_missing"]


def test_a_given_loss_of_several_rows_is_shared_by_days() -> None:
    found = energy(
        june(span="2025-06-01 2025-06-11"),
        june(span="2025-06-11 2025-07-01"),
        meters=(meter(**LOW),),
        readings=used("m", total="300"),
        transformers=(TABLE,),
        givens=(given("a", "transformer_loss_kwh", "90"), given("a", "line_loss_kwh", "9")),
    )
    assert losses(found) == ["30", "60"]
    assert [e.line_loss_kwh["total"] for e in found.accounts] == [3, 6]


def test_what_is_given_for_an_account_is_of_its_own_days() -> None:
    found = energy(
        june("a"),
        june("b", "2025-06-16 2025-07-01"),
        meters=(meter("m", **LOW), meter("n", "b", **LOW)),
        readings=(
            *used("m", total="300"),
            *readings("n", {"active_total": ("0", "9")}, ("2025-06-16", "2025-07-01")),
        ),
        transformers=(TABLE,),
        loss_tables=ROWS,
        givens=(given("b", "transformer_loss_kwh", "7"),),
    )
    # 50 in the first half; of the 50 of the second its share by energy, 150 of 159
    assert losses(found) == ["97", "7"]


def test_a_group_named_as_an_account_gives_for_that_account() -> None:
    found = energy(
        june("b"),
        june("g", "2025-06-16 2025-07-01"),
        meters=(meter("m", "b", **LOW),),
        readings=used("m", total="300"),
        transformers=(TABLE,),
        loss_tables=ROWS,
        givens=(given("g", "transformer_loss_kwh", "7"),),
    )
    assert losses(found) == ["100", "7"]
    assert fatal(found) == []


def test_who_bears_a_loss() -> None:
    """A ratio does, a quantity and a sub-meter of high voltage do not, unless the flag says so."""
    sub = {"children": "b"}
    assert sub
    for kind, flag, expected in (
        ("fixed_ratio", None, ["80", "20"]),
        ("fixed_ratio", False, ["100", "0"]),
        ("fixed_quantity", None, ["100", "0"]),
        ("fixed_quantity", True, ["80", "20"]),
    ):
        numbers = {"ratio": "0.2"} if kind == "fixed_ratio" else {"quantity_kwh": "200"}
        found = energy(
            june("a"),
            june("b"),
            meters=(meter(**LOW),),
            readings=used("m", total="1000"),
            transformers=(TABLE,),
            loss_tables=ROWS,
            relations=(relation("b", "m", kind, bears_transformer_loss=flag, **numbers),),
        )
        assert losses(found) == expected


def test_a_sub_meter_flows_through_its_parent_s_transformer() -> None:
    """All that flows through makes the loss, whoever bears it."""
    parts = {
        "readings": (*used("m", total="72000"), *used("n", total="18000")),
        "transformers": (s9(),),
    }
    whole = energy(meters=(meter(**LOW),), readings=used("m", total="72000"), transformers=(s9(),))
    for flag, share in ((None, 0), (True, Decimal("322.20"))):
        found = energy(
            june("a"),
            june("b"),
            meters=(meter(**LOW), meter("n", "b")),
            relations=(relation("n", "m", "sub_meter", bears_transformer_loss=flag),),
            **parts,
        )
        assert of(found, "b").transformer_loss_kwh["total"] == share
        both = [e.transformer_loss_kwh["total"] for e in found.accounts]
        assert sum(both) == of(whole).transformer_loss_kwh["total"]


def test_a_line_is_borne_like_a_transformer() -> None:
    for flag, expected in ((None, [Decimal(16), Decimal(4)]), (False, [Decimal(20), 0])):
        found = energy(
            june("a"),
            june("b"),
            meters=(meter(line_id="l"),),
            readings=used("m", total="1000"),
            lines=(wire(loss_ratio="0.02"),),
            relations=(relation("b", "m", "fixed_ratio", ratio="0.2", bears_line_loss=flag),),
        )
        assert [e.line_loss_kwh["total"] for e in found.accounts] == expected


def test_a_meter_that_only_measures_a_group_bears_nothing_while_others_can() -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter("m", "", **LOW),),
        readings=used("m", total="1000"),
        transformers=(TABLE,),
        loss_tables=ROWS,
        relations=(
            relation("a", "m", "fixed_ratio", ratio="0.75"),
            relation("b", "m", "fixed_ratio", ratio="0.25"),
        ),
    )
    assert losses(found) == ["75", "25"]
    assert codes(found) == []


@generate(st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.integers(1, 10**5))
def test_shares_sum_to_the_loss_and_rows_may_come_in_any_order(
    energies: list[int], loss: int
) -> None:
    names = [f"a{i}" for i in range(len(energies))]
    accounts = [june(name) for name in names]
    meters = [meter(f"m{name}", name, **LOW) for name in names]
    read = [r for n, e in zip(names, energies, strict=True) for r in used(f"m{n}", total=str(e))]
    parts = {"transformers": (TABLE,), "loss_tables": (evolve(ROWS[0], loss_kwh=Decimal(loss)),)}
    found = energy(*accounts, meters=tuple(meters), readings=tuple(read), **parts)
    assert sum(e.transformer_loss_kwh["total"] for e in found.accounts) == loss
    assert min(e.transformer_loss_kwh["total"] for e in found.accounts) >= 0
    turned = energy(
        *reversed(accounts), meters=tuple(meters[::-1]), readings=tuple(read[::-1]), **parts
    )
    assert turned == found
