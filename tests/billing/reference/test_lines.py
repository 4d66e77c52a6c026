"""Line losses: by ratio on what was metered and lost, and by resistance."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bills_by_hand import given
from energies_by_hand import billed, energy, meter, of, readings, s9, shown, used, wire
from powerchannel.billing.records import GroupEnergy, WireLine


def lost(*lines: WireLine, total: str = "72000", **parts: object) -> GroupEnergy:
    known = {"meters": (meter(line_id="l"),), **parts}
    read = used("m", total=total, reactive_forward="1000")
    return energy(readings=read, lines=lines, **known)


def test_a_ratio_is_of_the_energy_and_the_transformer_s_loss() -> None:
    low = meter(line_id="l", metering_side="low")
    found = lost(
        wire(loss_ratio="0.02"),
        meters=(low,),
        transformers=(s9(no_load_current_percent="1"),),
        givens=(given("t", "transformer_loss_kwh", "1300"),),
    )
    assert of(found).line_loss_kwh["total"] == 1466  # 0.02 x 73300
    assert billed(found) == {"total": "74766"}


def test_reactive_energy_loses_the_same_share() -> None:
    found = lost(wire(loss_ratio="0.025"))
    assert of(found).line_loss_kwh["total"] == 1800
    assert of(found).reactive_kvarh == 1025


@pytest.mark.parametrize(
    ("side", "expected"),
    [("", "73440"), ("customer", "73440"), ("utility", "70560"), ("upstream", "70560")],
)
def test_upstream_of_the_boundary_the_loss_is_taken_off(side: str, expected: str) -> None:
    found = lost(wire(loss_ratio="0.02", side=side))
    assert billed(found) == {"total": expected}


def test_resistance_and_reactance() -> None:
    found = lost(wire(resistance_ohm="5", reactance_ohm="10", voltage_kv="10"))
    # (72000^2 + 1000^2) x 5 / (10^2 x 720 x 1000)
    assert of(found).line_loss_kwh["total"] == Decimal("360.07")
    assert of(found).reactive_kvarh == 1720
    assert billed(found) == {"total": "72360"}


def test_a_ratio_goes_before_a_resistance() -> None:
    found = lost(wire(loss_ratio="0.01", resistance_ohm="5", voltage_kv="10"))
    assert of(found).line_loss_kwh["total"] == 720


def test_a_given_loss_replaces_it() -> None:
    for where in ("m", "a", "g", "l"):
        found = lost(wire(loss_ratio="0.01"), givens=(given(where, "line_loss_kwh", "5"),))
        assert of(found).line_loss_kwh["total"] == 5


def test_periods_share_it() -> None:
    read = readings("m", {"active_peak": ("0", "100"), "active_flat": ("0", "300")})
    found = energy(meters=(meter(line_id="l"),), readings=read, lines=(wire(loss_ratio="0.05"),))
    assert shown(of(found).line_loss_kwh) == {"peak": "5", "flat": "15", "total": "20"}


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ((), "loss_data_missing", "line_id"),
        ((wire(),), "loss_data_missing", "loss_ratio"),
        ((wire(resistance_ohm="5"),), "loss_data_missing", "voltage_kv"),
        ((wire(loss_ratio="0.01", side="left"),), "side_unknown", "left"),
    ],
)
def test_what_cannot_be_computed_is_refused(
    lines: tuple[WireLine, ...], code: str, said: str
) -> None:
    (finding,) = lost(*lines).findings
    assert (finding.code, finding.is_fatal) == (code, True)
    assert said in finding.message.en
