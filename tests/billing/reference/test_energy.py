"""The stages together: laws that hold for every group."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from attrs import evolve
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import rulebook, tariff
from energies_by_hand import (
    JUNE,
    band,
    billed,
    codes,
    energy,
    fatal,
    group,
    june,
    lossy,
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
from powerchannel.billing.records import Group
from powerchannel.billing.reference.energy import group_energy

VALUES = st.integers(0, 999_999).map(lambda cents: Decimal(cents) / 100)


def everything() -> Group:
    """Return a group that uses every stage."""
    return group(
        *(june(name) for name in "abcd"),
        meters=(
            meter("m1", "a", "20", metering_side="low", transformer_id="t", line_id="l"),
            meter("m2", "a", "30", metering_side="low", transformer_id="t", line_id="l"),
            meter("m3", "d", "1", metering_side="low", transformer_id="t"),
        ),
        readings=(
            *used("m1", total="100.3", peak="30.1", valley="20.7", reactive_forward="40"),
            *used("m2", total="70.9", peak="15.5", valley="9.3", reactive_forward="8.8"),
            *used("m3", total="301.27", reverse_active_total="12.5", max_demand="3"),
        ),
        relations=(
            relation("b", "a", "fixed_quantity", quantity_kwh="200"),
            relation("c", "a", "fixed_ratio", ratio="0.03"),
            relation("m3", "m1", "sub_meter"),
        ),
        transformers=(
            s9("t", ended_on=date(2025, 6, 19)),
            s9("t", started_on=date(2025, 6, 19), load_shape_factor="1.05"),
        ),
        lines=(wire(loss_ratio="0.013"),),
    )


def test_every_stage_of_one_group() -> None:
    found = group_energy(everything(), rulebook())
    assert fatal(found) == []
    assert [e.account.account_id for e in found.accounts] == ["a", "b", "c", "d"]
    for account in found.accounts:
        rows = [
            r
            for r in found.registers
            if r.account_id == account.account.account_id and r.register.startswith("active")
        ]
        assert sum(r.billed_kwh for r in rows) == account.energy_kwh["total"]
        parts = (
            account.metered_kwh,
            account.transformer_loss_kwh,
            account.line_loss_kwh,
            account.added_kwh,
        )
        for period, value in account.energy_kwh.items():
            assert sum(part.get(period, Decimal(0)) for part in parts) == value
    assert found.meters["m1"]["total"] == 2006
    assert of(found, "b").energy_kwh["total"] == 200
    assert of(found, "d").feed_in_kwh == 13
    assert of(found, "d").demand_kw == 3


@generate(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random: Random) -> None:
    whole = everything()
    tables = ("accounts", "meters", "readings", "relations", "transformers")
    turned = {
        name: random.sample(rows, len(rows)) for name in tables if (rows := getattr(whole, name))
    }
    shuffled = evolve(whole, **{name: tuple(rows) for name, rows in turned.items()})
    assert group_energy(shuffled, rulebook()) == group_energy(whole, rulebook())


@generate(
    st.lists(st.integers(1, 29), unique=True, max_size=5),
    st.lists(VALUES, min_size=7, max_size=7),
    st.sampled_from(["1", "20", "3000", "0.333333"]),
    st.booleans(),
)
def test_splitting_a_period_never_changes_the_metered_energy(
    cuts: list[int], values: list[Decimal], multiplier: str, is_read: bool
) -> None:
    days = [JUNE[0], *(JUNE[0] + timedelta(days=cut) for cut in sorted(cuts)), JUNE[1]]
    register = sum(values[:2])
    shows = [str(register + sum(values[2 : 2 + i])) for i in range(len(days))]
    on = [day.isoformat() for day in days]
    every = readings("m", {"active_total": shows}, on)
    ends = (every[0], every[-1])
    rows = [june(span=f"{first} {last}") for first, last in pairwise(on)]
    meters = (meter(multiplier=multiplier),)
    whole = energy(meters=meters, readings=ends)
    split = energy(*rows, meters=meters, readings=every if is_read else ends)
    assert split.meters == whole.meters
    assert codes(whole) == []
    assert ("shared_by_days" in codes(split)) == (bool(cuts) and not is_read)


@generate(VALUES, st.sampled_from(["", "missing", "timeout"]), st.booleans())
def test_a_missing_reading_is_a_finding_and_never_zero(
    value: Decimal, status: str, is_first: bool
) -> None:
    first, last = used("m", total=str(value))
    kept, lost = (last, first) if is_first else (first, last)
    rows = (kept,) if not status else (kept, evolve(lost, status=status))
    found = energy(meters=(meter(),), readings=rows, book=rulebook(estimation={"methods": []}))
    assert fatal(found) == ["reading_missing"]
    assert str(JUNE[0 if is_first else 1]) in one(found, "reading_missing").message.zh


@generate(st.integers(0, 200_000), st.integers(1, 29))
def test_losses_of_a_split_period_may_differ_but_energy_is_conserved(total: int, cut: int) -> None:
    middle = (JUNE[0] + timedelta(days=cut)).isoformat()
    rows = june(span=f"2025-06-01 {middle}"), june(span=f"{middle} 2025-07-01")
    machine = lossy(loss_method="table", loss_table="s9")
    found = energy(
        *rows,
        meters=(meter(metering_side="low"),),
        readings=used("m", total=str(total)),
        transformers=(machine,),
        loss_tables=(band("100", "0", "90000", "300"), band("100", "90000", None, "500")),
    )
    for account in found.accounts:
        parts = (account.metered_kwh, account.transformer_loss_kwh, account.added_kwh)
        assert sum(part["total"] for part in parts) == account.energy_kwh["total"]
    assert found.meters["m"]["total"] == total


def test_a_change_of_the_account_splits_the_legs_and_their_losses() -> None:
    """An old leg at low voltage with a table's loss, a new one at high voltage: 18 + 12 days."""
    rows = june(span="2025-05-24 2025-06-12"), june(span="2025-06-12 2025-06-24")
    days = ("2025-05-24", "2025-06-12"), ("2025-06-12", "2025-06-24")
    change = date(2025, 6, 12)
    found = energy(
        *rows,
        meters=(
            meter("old", multiplier="40", metering_side="low", removed_on=change),
            meter("new", multiplier="100", installed_on=change),
        ),
        readings=(
            *readings("old", {"active_total": ("100", "190")}, days[0]),
            *readings("new", {"active_peak": ("0", "10"), "active_flat": ("0", "20")}, days[1]),
        ),
        transformers=(lossy(loss_method="table", loss_table="s9"),),
        loss_tables=(band("100", "0", "5999", "300"), band("100", "5999", None, "400")),
    )
    first, second = found.accounts
    # 3600 kWh in 18 of 30 days are 6000 a month
    assert shown(first.transformer_loss_kwh) == {"total": "240"}
    assert shown(first.energy_kwh) == {"total": "3840"}
    assert shown(second.energy_kwh) == {"peak": "1000", "flat": "2000", "total": "3000"}
    assert codes(found) == []


def test_a_meter_of_a_group_with_energy_left_is_told() -> None:
    parts = {
        "meters": (meter(of=""),),
        "readings": used("m", total="100"),
    }
    found = energy(relations=(relation("a", "m", "fixed_ratio", ratio="0.75"),), **parts)
    assert billed(found) == {"total": "75"}
    assert "25" in one(found, "energy_without_account").message.en
    assert codes(energy(**parts)) == []


def test_a_group_without_accounts_has_no_energy() -> None:
    found = group_energy(Group(group_id="g", accounts=()), rulebook())
    assert (found.accounts, found.registers, found.findings) == ((), (), ())


def test_a_smelter_is_not_refused_for_its_size() -> None:
    found = energy(meters=(meter(multiplier="10000000"),), readings=used("m", total="99999.99"))
    assert billed(found) == {"total": "999999900000"}


def test_no_digit_is_lost_however_many_there_are() -> None:
    book = rulebook(tariff(rounding={"metered_decimals": 6, "billed_decimals": 6}))
    big = meter(multiplier="1000000000000.001")
    found = energy(meters=(big,), readings=used("m", total="1000000000000.001"), book=book)
    assert of(found).energy_kwh["total"] == Decimal("1000000000000002000000000.000001")
