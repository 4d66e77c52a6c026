"""Sub-meters, quantities, ratios and supply passed on: worked examples and conservation."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bills_by_hand import given as given_value
from bills_by_hand import rulebook
from energies_by_hand import (
    billed,
    codes,
    energy,
    job,
    june,
    meter,
    of,
    one,
    readings,
    relation,
    s9,
    shown,
    used,
    wire,
)
from powerchannel.billing.records import GroupEnergy, Reading, Relation
from powerchannel.billing.reference.deduct import monthly_quantity

HUBEI = {"sharp": "653967", "peak": "2060867", "flat": "2695499", "valley": "2060867"}
KWH = st.integers(0, 5000)


def taken(
    read: tuple[Reading, ...],
    *relations: Relation,
    children: str = "b",
    metered: str = "",
    **rules: object,
) -> GroupEnergy:
    """Return the energy of a meter m of account a, children, and meters named as their accounts."""
    meters = [meter(), *(meter(f"m{name}", name) for name in metered)]
    book = rulebook(allocation=rules) if rules else None
    accounts = [june(name) for name in ("a", *children)]
    return energy(*accounts, meters=tuple(meters), readings=read, relations=relations, book=book)


def test_the_fixed_quantity_of_an_exam_bank() -> None:
    """EX-01: 5000 kVA, PT 10000/100 x CT 150/5; lighting of 2000 kWh from the flat period."""
    read = readings(
        "m",
        {
            "active_total": ("5953.8", "6124.4"),
            "active_peak": ("4639.2", "4675.1"),
            "active_valley": ("4565.9", "4592.7"),
            "reactive_forward": ("3459.8", "3496.5"),
        },
    )
    found = energy(
        june("power"),
        june("lighting"),
        meters=(meter(of="power", multiplier="3000", total_policy="total"),),
        readings=read,
        relations=(relation("lighting", "power", "fixed_quantity", quantity_kwh="2000"),),
    )
    assert shown(of(found, "power").metered_kwh) == {
        "peak": "107700",
        "flat": "323700",
        "valley": "80400",
        "total": "511800",
    }
    assert billed(found, "power") == {
        "peak": "107700",
        "flat": "321700",
        "valley": "80400",
        "total": "509800",
    }
    assert billed(found, "lighting") == {"flat": "2000", "total": "2000"}
    assert of(found, "power").reactive_kvarh == 110100
    assert of(found, "lighting").reactive_kvarh is None


def test_the_fixed_ratio_of_a_published_bill() -> None:
    """Hubei: 0.03 x 7,471,200 = 19,619 + 61,826 + 80,865 + 61,826."""
    found = taken(used("m", **HUBEI), relation("b", "m", "fixed_ratio", ratio="0.03"))
    assert billed(found, "b") == {
        "sharp": "19619",
        "peak": "61826",
        "flat": "80865",
        "valley": "61826",
        "total": "224136",
    }
    assert billed(found)["total"] == str(7471200 - 224136)


@pytest.mark.parametrize(
    ("order", "expected"),
    [("sub_meters_first", ("504", "100", "96")), ("quantities_first", ("480", "100", "120"))],
)
def test_both_orders(order: str, expected: tuple[str, ...]) -> None:
    found = taken(
        (*used("m", total="1000"), *used("md", total="300")),
        relation("b", "m", "fixed_quantity", quantity_kwh="100"),
        relation("c", "m", "fixed_ratio", ratio=_RATIO[order]),
        relation("md", "m", "sub_meter"),
        children="bcd",
        metered="d",
        order=order,
    )
    assert tuple(billed(found, name)["total"] for name in "abc") == expected
    assert billed(found, "d")["total"] == "300"


# 0.16 x (1000 - 300 - 100) and 0.133333 x (1000 - 100)
_RATIO = {"sub_meters_first": "0.16", "quantities_first": "0.133333"}


def test_ratios_of_one_parent_have_one_base() -> None:
    found = taken(
        used("m", total="1000"),
        relation("b", "m", "fixed_ratio", ratio="0.5"),
        relation("c", "m", "fixed_ratio", ratio="0.5"),
        children="bc",
    )
    assert [billed(found, name)["total"] for name in "abc"] == ["0", "500", "500"]


def test_ratios_never_take_more_than_there_is() -> None:
    found = taken(
        used("m", total="1"),
        relation("b", "m", "fixed_ratio", ratio="0.5"),
        relation("c", "m", "fixed_ratio", ratio="0.5"),
        children="bc",
    )
    assert [billed(found, name)["total"] for name in "abc"] == ["0", "1", "0"]
    assert codes(found) == []


def test_sub_meters_are_taken_off_register_by_register() -> None:
    found = taken(
        (*used("m", peak="100", flat="80"), *used("mb", peak="30", flat="20")),
        relation("mb", "m", "sub_meter"),
        metered="b",
    )
    assert billed(found) == {"peak": "70", "flat": "60", "total": "130"}
    assert billed(found, "b") == {"peak": "30", "flat": "20", "total": "50"}
    row = found.registers[0]
    assert (row.metered_kwh, row.added_kwh, row.billed_kwh) == (100, -30, 70)


@pytest.mark.parametrize(
    ("split", "said", "expected"),
    [
        ("proportional", "", {"peak": "75", "flat": "225"}),
        ("flat", "", {"peak": "100", "flat": "200"}),
        ("proportional", "flat", {"peak": "100", "flat": "200"}),
        ("flat", "proportional", {"peak": "75", "flat": "225"}),
    ],
)
def test_a_single_rate_below_periods(split: str, said: str, expected: dict[str, str]) -> None:
    found = taken(
        (*used("m", peak="100", flat="300"), *used("mb", total="100")),
        relation("mb", "m", "sub_meter", period_split=said),
        metered="b",
        sub_meter_split=split,
    )
    assert billed(found) == {**expected, "total": "300"}


def test_periods_below_a_single_rate_and_periods_the_parent_does_not_have() -> None:
    relations = (relation("mb", "m", "sub_meter"),)
    child = used("mb", peak="30", sharp="20")
    found = taken((*used("m", total="100"), *child), *relations, metered="b")
    assert billed(found) == {"total": "50"}
    found = taken((*used("m", peak="100", flat="80"), *child), *relations, metered="b")
    assert billed(found) == {"peak": "70", "flat": "60", "total": "130"}


def test_trees_take_what_a_child_metered_whatever_hangs_below_it() -> None:
    found = taken(
        (*used("m", total="1000"), *used("mb", total="400"), *used("mc", total="150")),
        relation("mc", "mb", "sub_meter"),
        relation("mb", "m", "sub_meter"),
        children="bc",
        metered="bc",
    )
    assert [billed(found, name)["total"] for name in "abc"] == ["600", "250", "150"]


def test_accounts_stand_for_all_their_meters() -> None:
    meters = (meter("m1"), meter("m2"), meter("n1", "b"), meter("n2", "b"))
    values = {"m1": "300", "m2": "100", "n1": "50", "n2": "30"}
    found = energy(
        june("a"),
        june("b"),
        meters=meters,
        readings=tuple(r for name, v in values.items() for r in used(name, total=v)),
        relations=(relation("b", "a", "sub_meter"),),
    )
    assert [billed(found, name)["total"] for name in "ab"] == ["320", "80"]
    assert [r.added_kwh for r in found.registers] == [-60, -20, 0, 0]


def test_a_negative_parent_is_reported_and_never_billed() -> None:
    found = taken(
        (*used("m", peak="10", flat="100"), *used("mb", peak="30", flat="20")),
        relation("mb", "m", "sub_meter"),
        metered="b",
    )
    assert billed(found) == {"peak": "0", "flat": "80", "total": "80"}
    assert "20" in one(found, "negative_parent").message.en
    assert "peak" in one(found, "negative_parent").message.zh


def test_reactive_energy_is_taken_off_where_both_are_measured() -> None:
    read = (*used("m", total="100", reactive_forward="50"), *used("mb", total="30"))
    sub = relation("mb", "m", "sub_meter")
    assert of(taken(read, sub, metered="b")).reactive_kvarh == 50
    both = (*read, *used("mb", reactive_forward="20"))
    found = taken(both, sub, metered="b")
    assert (of(found).reactive_kvarh, of(found).metered_reactive_kvarh) == (30, 50)
    assert of(found, "b").reactive_kvarh == 20
    more = (*read, *used("mb", reactive_forward="60"))
    found = taken(more, sub, metered="b")
    assert of(found).reactive_kvarh == 0
    assert "reactive" in one(found, "negative_parent").message.en


def test_a_parent_smaller_than_the_quantity_gives_all_it_has() -> None:
    lighting = relation("b", "m", "fixed_quantity", quantity_kwh="2000")
    found = taken(used("m", total="1500"), lighting)
    assert (billed(found)["total"], billed(found, "b")["total"]) == ("0", "1500")
    assert codes(found) == ["quantity_above_parent"]


@pytest.mark.parametrize(
    "share",
    [{"kind": "fixed_quantity", "quantity_kwh": "20"}, {"kind": "fixed_ratio", "ratio": "0.1"}],
)
def test_a_share_that_is_given_is_taken_off_as_it_is(share: dict[str, str]) -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter(),),
        readings=used("m", total="1500"),
        relations=(relation("b", "m", **share),),
        givens=(given_value("b", "metered_energy_kwh", "700"),),
    )
    assert (billed(found)["total"], billed(found, "b")["total"]) == ("800", "700")


def test_a_sub_meter_whose_energy_is_given_needs_no_meter() -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter(),),
        readings=used("m", total="1500"),
        relations=(relation("b", "m", "sub_meter"),),
        givens=(given_value("b", "metered_energy_kwh", "700"),),
    )
    assert (billed(found)["total"], billed(found, "b")["total"]) == ("800", "700")
    assert codes(found) == ["given"]


def test_a_flat_period_smaller_than_the_quantity_is_made_up_by_the_others() -> None:
    lighting = relation("b", "m", "fixed_quantity", quantity_kwh="200")
    found = taken(used("m", peak="300", flat="80", valley="100"), lighting)
    assert billed(found, "b") == {"peak": "90", "flat": "80", "valley": "30", "total": "200"}
    assert codes(found) == ["period_short"]


@pytest.mark.parametrize(
    ("policy", "span", "expected"),
    [
        ("thirty", "2025-06-01 2025-06-16", "300"),
        ("thirty", "2025-01-01 2025-02-01", "600"),
        ("thirty", "2025-01-24 2025-02-12", "360"),
        ("actual", "2025-01-01 2025-01-16", "290"),
        ("actual", "2025-01-01 2025-02-01", "600"),
        ("actual", "2025-01-17 2025-02-15", "590"),
        ("none", "2025-06-01 2025-06-16", "600"),
        ("thirty", "2025-06-01 2025-08-01", "1200"),
    ],
)
def test_quantities_of_part_of_a_month(policy: str, span: str, expected: str) -> None:
    quantity = relation("b", "b", "fixed_quantity", quantity_kwh="600")
    book = rulebook(allocation={"quantity_days": policy})
    work = job(june("b", span), book=book)
    assert monthly_quantity(work, quantity, work.slices[0], 0) == Decimal(expected)


@given(st.integers(1, 10_000), st.sampled_from(["thirty", "actual", "none"]), st.integers(2, 30))
def test_the_parts_of_a_month_give_the_whole_quantity(value: int, policy: str, cut: int) -> None:
    quantity = relation("b", "b", "fixed_quantity", quantity_kwh=str(value))
    rows = june("b", f"2025-06-01 2025-06-{cut:02}"), june("b", f"2025-06-{cut:02} 2025-07-01")
    work = job(*rows, book=rulebook(allocation={"quantity_days": policy}))
    parts = [monthly_quantity(work, quantity, part, 0) for part in work.slices]
    assert sum(parts) == value


def test_a_child_of_half_a_month_is_taken_off_that_half() -> None:
    found = energy(
        june("a"),
        june("b", "2025-06-01 2025-06-16"),
        meters=(meter(),),
        readings=used("m", total="1000"),
        relations=(relation("b", "m", "fixed_quantity", quantity_kwh="400"),),
    )
    assert (billed(found)["total"], billed(found, "b")["total"]) == ("800", "200")
    assert codes(found) == ["shared_by_days"]


def test_a_ratio_after_loss_is_of_the_energy_with_its_losses() -> None:
    low = meter(metering_side="low")
    for base, expected in (("before_loss", "7200"), ("after_loss", "7329")):
        found = energy(
            june("a"),
            june("b"),
            meters=(low,),
            readings=used("m", total="72000", reactive_forward="0"),
            transformers=(s9(),),
            relations=(
                relation(
                    "b",
                    "a",
                    "fixed_ratio",
                    ratio="0.1",
                    ratio_base=base,
                    bears_transformer_loss=False,
                ),
            ),
        )
        assert billed(found, "b") == {"total": expected}
        assert billed(found)["total"] == str(73289 - int(expected))


def test_supply_passed_on_takes_the_losses_of_the_child_too() -> None:
    found = energy(
        june("a"),
        june("b"),
        meters=(meter(), meter("n", "b", metering_side="low", line_id="l")),
        readings=(
            *used("m", total="100000", reactive_forward="9000"),
            *used("n", total="72000", reactive_forward="0"),
        ),
        transformers=(s9(of="b", no_load_current_percent="1"),),
        lines=(wire(loss_ratio="0.01"),),
        relations=(relation("n", "m", "through_supply"),),
    )
    # 72000 + 1288.8 and 1 % of it; Q0 T = 720, and 1 % of it
    assert billed(found, "b") == {"total": "74022"}
    assert of(found, "b").reactive_kvarh == 727
    assert billed(found) == {"total": str(100000 - 74022)}
    assert of(found).reactive_kvarh == 9000 - 727


@given(KWH, KWH, KWH, st.integers(0, 100), st.integers(0, 3000), st.booleans())
def test_shares_and_deductions_conserve_energy(
    peak: int, flat: int, child: int, percent: int, quantity: int, is_first: bool
) -> None:
    found = taken(
        (*used("m", peak=f"{peak + child}.37", flat=f"{flat}.51"), *used("md", peak=str(child))),
        relation("b", "m", "fixed_quantity", quantity_kwh=str(quantity)),
        relation("c", "m", "fixed_ratio", ratio=f"{percent / 100:.2f}"),
        relation("md", "m", "sub_meter"),
        children="bcd",
        metered="d",
        order="sub_meters_first" if is_first else "quantities_first",
    )
    for account in found.accounts:
        assert min(account.energy_kwh.values()) >= 0
    if "negative_parent" not in codes(found):
        whole = sum(r.billed_kwh for r in found.registers)
        assert abs(whole - Decimal(f"{peak + flat + child}.88")) <= 2  # whole kWh, four accounts
