"""Transformer losses by formula, table and ratio, over states and in parallel."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as generate
from hypothesis import strategies as st

from bills_by_hand import given, rulebook, tariff
from energies_by_hand import (
    JUNE,
    band,
    billed,
    codes,
    energy,
    fatal,
    job,
    june,
    lossy,
    meter,
    of,
    one,
    readings,
    s9,
    used,
)
from powerchannel.billing.records import GroupEnergy, Transformer
from powerchannel.billing.reference.losses import banks, formula_loss, spans

MIDDLE = date(2025, 6, 16)
LOW = meter(metering_side="low")
BANDS = (band("100", "0", "3000", "300", "900"), band("100", "3000", "6000", "360", "1200"))


def lost(*transformers: Transformer, total: str = "72000", **parts: object) -> GroupEnergy:
    return energy(
        meters=(LOW,),
        readings=used("m", total=total, reactive_forward="0"),
        transformers=transformers,
        **parts,
    )


def loss(found: GroupEnergy) -> Decimal:
    return of(found).transformer_loss_kwh["total"]


def test_the_published_losses_at_rated_load() -> None:
    """LOSS-03: S9-100/10 and S11-100/10 at full load over 720 h."""
    assert loss(lost(s9())) == Decimal("1288.80")
    assert loss(lost(lossy(no_load_loss_kw="0.20", load_loss_kw="1.50"))) == 1224
    assert billed(lost(s9())) == {"total": "73289"}


def test_reactive_losses_by_the_same_formula() -> None:
    # Q0 = 2 % x 100, QK = 4 % x 100: (2 + 4) x 720 at full load
    found = lost(s9(no_load_current_percent="2", short_circuit_voltage_percent="4"))
    assert of(found).transformer_loss_kvarh == 4320
    assert of(found).reactive_kvarh == 4320


def test_reactive_energy_loads_the_windings_too() -> None:
    read = used("m", total="43200", reactive_forward="57600")  # 3 : 4 : 5
    found = energy(meters=(LOW,), readings=read, transformers=(s9(),))
    assert loss(found) == Decimal("1288.80")


def test_the_load_shape_multiplies_the_winding_loss() -> None:
    assert loss(lost(s9(load_shape_factor="1.05"))) == Decimal("208.80") + 1080 * Decimal("1.05")


@pytest.mark.parametrize("total", ["0", "1"])
def test_light_load_and_no_load(total: str) -> None:
    assert loss(lost(s9(), total=total)) == Decimal("208.80")


@generate(
    st.decimals("0.01", 10, places=3),
    st.decimals("0.01", 100, places=3),
    st.integers(1, 31),
)
def test_without_load_the_loss_is_no_load_loss_times_hours(
    iron: Decimal, winding: Decimal, days: int
) -> None:
    machine = lossy(no_load_loss_kw=iron, load_loss_kw=winding)
    (span,) = spans(
        [machine], date(2025, 6, 1), date.fromordinal(date(2025, 6, 1).toordinal() + days)
    )
    found = formula_loss([span], Fraction(0), Fraction(0), is_reactive=False)
    assert found == Fraction(iron) * 24 * days


def test_hours_are_those_in_service() -> None:
    half = s9(started_on=MIDDLE)
    suspended = s9(ended_on=MIDDLE), s9(started_on=MIDDLE, status="suspended")
    for rows in ((half,), suspended):
        assert loss(lost(*rows, total="36000")) == Decimal("644.40")
    hot = s9(ended_on=MIDDLE), s9(started_on=MIDDLE, status="hot_standby")
    assert loss(lost(*hot, total="36000")) == Decimal("644.40") + Decimal("0.29") * 360


def test_a_meter_that_hung_for_half_the_month_counts_half_the_hours() -> None:
    days = ("2025-06-01", "2025-06-16"), ("2025-06-16", "2025-07-01")
    found = energy(
        meters=(meter(metering_side="low", removed_on=MIDDLE), meter("n", installed_on=MIDDLE)),
        readings=(
            *readings("m", {"active_total": ("0", "36000"), "reactive_net": ("0", "0")}, days[0]),
            *readings("n", {"active_total": ("0", "500")}, days[1]),
        ),
        transformers=(s9(),),
    )
    assert loss(found) == Decimal("644.40")
    assert codes(found) == []


def test_transformers_in_parallel_add_up() -> None:
    pair = (s9("t"), s9("u"))
    # twice the iron, and half the winding loss of one: each carries half
    assert loss(lost(*pair)) == 2 * Decimal("208.80") + 540
    unequal = (s9("t"), lossy("u", "200", no_load_loss_kw="0.48", load_loss_kw="2.60"))
    expected = Decimal("0.77") * 720 + Decimal("4.10") * 720 / 9
    assert loss(lost(*unequal)) == expected


def test_a_change_of_state_splits_the_energy_by_hours() -> None:
    pair = (s9("t"), s9("u", started_on=MIDDLE))
    # 36000 kWh in each half: at full load of one, at half load of two
    expected = Decimal("644.40") + 2 * Decimal("104.40") + 270
    assert loss(lost(*pair)) == expected


def test_meters_name_their_transformer_or_are_behind_all_of_their_account() -> None:
    meters = (
        meter("a", metering_side="low", transformer_id="t"),
        meter("b", metering_side="low"),
        meter("c", metering_side="high", transformer_id="t"),
        meter("d", "b", metering_side="low"),
        meter("e", "b", metering_side="low", transformer_id="gone"),
    )
    machines = (
        s9("t"),
        s9("u"),
        lossy("v", loss_method="none"),
        lossy("w", kind="hv_motor"),
        s9("x", of="b"),
    )
    found = banks(job(june("a"), june("b"), meters=meters, transformers=machines))
    assert found == {0: ("t", "u"), 1: ("t", "u"), 2: (), 3: ("x",), 4: ()}


def test_the_high_side_carries_no_loss() -> None:
    found = energy(meters=(meter(),), readings=used("m", total="1"), transformers=(s9(),))
    assert loss(found) == 0
    assert of(found).transformer_loss_kvarh is None


def test_spans_are_cut_where_a_state_changes() -> None:
    rows = (s9("t", ended_on=MIDDLE), s9("u", status="cold_standby"))
    first, second = spans(rows, *JUNE)
    assert (first.hours, [t.transformer_id for t in first.running]) == (360, ["t"])
    assert (second.hours, second.running, second.energised) == (360, (), ())


@pytest.mark.parametrize(
    ("total", "expected"),
    [("0", 300), ("1", 300), ("3000", 300), ("3000.01", 360), ("6000", 360)],
)
def test_a_table_by_bands_whose_upper_limit_belongs_to_them(total: str, expected: int) -> None:
    found = lost(lossy(loss_method="table", loss_table="s9"), total=total, loss_tables=BANDS)
    assert loss(found) == expected


def test_a_table_for_part_of_a_month_is_scaled_up_and_back() -> None:
    half = lossy(loss_method="table", loss_table="s9", started_on=MIDDLE)
    assert loss(lost(half, total="1500", loss_tables=BANDS)) == 150
    found = lost(half, total="1501", loss_tables=BANDS)
    assert (loss(found), of(found).transformer_loss_kvarh) == (180, 600)


def test_days_of_a_table_are_counted_as_those_of_the_capacity_charge() -> None:
    machine = lossy(loss_method="table", loss_table="s9")
    parts = {
        "meters": (LOW,),
        "givens": (given("m", "metered_energy_kwh", "3050"),),
        "transformers": (machine,),
        "loss_tables": BANDS,
    }
    january = june(span="2025-01-01 2025-02-01")
    assert loss(energy(january, **parts)) == 360
    book = rulebook(tariff("main", capacity_charge={"mode": "none", "day_count": "actual"}))
    # 3050 x 30 / 31 is in the lower band: 300 x 31 / 30
    assert loss(energy(january, book=book, **parts)) == 310


def test_a_table_scaled_over_a_change_of_capacity() -> None:
    rows = (*BANDS, band("200", "0", None, "500"))
    pair = (
        lossy("t", loss_method="table", loss_table="s9"),
        lossy("u", loss_method="table", loss_table="s9", started_on=MIDDLE),
    )
    assert loss(lost(*pair, total="2000", loss_tables=rows)) == 150 + 250


def test_loss_by_ratio_is_iron_and_a_share() -> None:
    machine = lossy(loss_method="ratio", no_load_loss_kw="0.29", no_load_current_percent="1")
    ratio = given("t", "transformer_loss_ratio", "0.02")
    found = lost(machine, total="10000", givens=(ratio,))
    assert loss(found) == 409  # 208.8 + 200
    assert of(found).transformer_loss_kvarh == 720


def test_the_share_of_the_rulebook_where_none_is_given() -> None:
    machine = lossy(loss_method="ratio", no_load_loss_kw="0.29")
    assert loss(lost(machine, total="10000")) == 409  # 208.8 + 2 %
    book = rulebook(losses={"load_loss_ratio": "0.015"})
    assert loss(lost(machine, total="10000", book=book)) == 359
    assert fatal(lost(lossy(loss_method="ratio"))) == ["loss_data_missing"]


@pytest.mark.parametrize(
    ("machines", "code"),
    [
        ((lossy(no_load_loss_kw="0.2"),), "loss_data_missing"),
        ((lossy(load_loss_kw="1.5"),), "loss_data_missing"),
        ((s9("t"), lossy("u", loss_method="table")), "loss_methods_differ"),
        ((s9(status="suspended"),), "not_running"),
        ((lossy(loss_method="table", loss_table="s9"),), "loss_table_gap"),
    ],
)
def test_what_cannot_be_computed_is_refused(machines: tuple[Transformer, ...], code: str) -> None:
    found = lost(*machines)
    assert fatal(found) == [code]


def test_idle_and_suspended_loses_nothing() -> None:
    found = lost(s9(status="suspended"), total="0")
    assert (loss(found), fatal(found)) == (0, [])


def test_a_loss_from_active_energy_alone_is_told() -> None:
    found = energy(meters=(LOW,), readings=used("m", total="72000"), transformers=(s9(),))
    assert codes(found) == ["reactive_unknown"]
    assert not one(found, "reactive_unknown").is_fatal
