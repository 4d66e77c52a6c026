"""The registers of a leg: its days, its parts, and what it used."""

from __future__ import annotations

from datetime import date

from energies_by_hand import codes, energy, job, june, meter, of, one, readings
from powerchannel.billing.reference.registers import Part, Registers

HALVES = (june(span="2025-06-01 2025-06-16"), june(span="2025-06-16 2025-07-01"))
ENDS = {"active_total": ("0", "100.01")}


def test_a_leg_is_cut_at_slices_and_at_its_own_days() -> None:
    leg = meter(installed_on=date(2025, 6, 11), removed_on=date(2025, 6, 21))
    found = Registers.of(job(*HALVES, meters=(leg,)), leg)
    assert found.parts == (
        Part(slice=0, started_on=date(2025, 6, 11), ended_on=date(2025, 6, 16)),
        Part(slice=1, started_on=date(2025, 6, 16), ended_on=date(2025, 6, 21)),
    )
    assert [part.days for part in found.parts] == [5, 5]
    gone = meter(removed_on=date(2025, 6, 1))
    assert Registers.of(job(meters=(gone,)), gone).parts == ()


def test_a_boundary_without_a_reading_shares_by_days_and_says_so() -> None:
    work = job(*HALVES, meters=(meter(),), readings=readings("m", ENDS))
    found = Registers.of(work, meter())
    assert [str(v) for v in found.energy("active_total") or ()] == ["50.01", "50.00"]
    assert [n.code for n in work.notes.all()] == ["shared_by_days"]


def test_a_boundary_with_a_reading_is_cut_there() -> None:
    days = ("2025-06-01", "2025-06-16", "2025-07-01")
    read = readings("m", {"active_total": ("0", "70", "100")}, days)
    found = energy(*HALVES, meters=(meter(),), readings=read)
    assert [e.energy_kwh["total"] for e in found.accounts] == [70, 30]
    assert codes(found) == []


def test_each_leg_of_one_id_has_the_registers_of_its_days() -> None:
    old = meter(removed_on=date(2025, 6, 16))
    new = meter(installed_on=date(2025, 6, 16))
    read = (
        *readings("m", {"active_total": ("0", "9")}, ("2025-06-01", "2025-06-16")),
        *readings("m", {"active_peak": ("0", "9")}, ("2025-06-17", "2025-07-01")),
    )
    work = job(meters=(old, new), readings=read)
    assert Registers.of(work, old).names == {"active_total"}
    assert Registers.of(work, new).names == {"active_total", "active_peak"}
    alone = job(meters=(old,), readings=read)
    assert Registers.of(alone, old).names == {"active_total", "active_peak"}


def test_a_missing_reading_is_a_finding_and_never_zero() -> None:
    read = readings("m", {"active_total": ("10",)}, ("2025-06-01",))
    found = energy(meters=(meter(),), readings=read)
    missing = one(found, "reading_missing")
    assert missing.is_fatal
    assert (missing.id, "2025-07-01" in missing.message.en) == ("m", True)
    assert codes(energy(meters=(meter(),)))[:1] == ["reading_missing"]


def test_what_is_not_needed_may_be_missing() -> None:
    read = readings("m", {"active_total": ("10",)}, ("2025-06-01",))
    work = job(meters=(meter(),), readings=read)
    assert Registers.of(work, meter()).energy("active_total", is_needed=False) is None
    assert work.notes.all() == ()


def test_an_estimated_reading_counts_and_is_told() -> None:
    first, last = readings("m", ENDS)
    from attrs import evolve

    found = energy(meters=(meter(),), readings=(first, evolve(last, status="estimated")))
    assert codes(found) == ["reading_estimated"]
    assert found.registers[0].is_estimated
    again = energy(
        meters=(meter(),),
        readings=(evolve(first, status="estimated"), evolve(last, status="estimated")),
    )
    assert "estimated_in_a_row" in codes(again)
    assert of(again).energy_kwh == of(found).energy_kwh


def test_a_register_runs_over_at_most_once() -> None:
    days = ("2025-06-01", "2025-06-16", "2025-07-01")
    read = readings("m", {"active_total": ("95", "94", "93")}, days)
    found = energy(*HALVES, meters=(meter(integer_digits=2),), readings=read)
    assert one(found, "rollover_twice").is_fatal
