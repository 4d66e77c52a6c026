from __future__ import annotations

import numpy as np

from powerchannel.theft.simulate.frames import Frames, Span
from powerchannel.theft.simulate.readings import Readings
from powerchannel.theft.simulate.wirings import wiring_named

AT = np.datetime64("2025-03-01T12:00", "us") + np.arange(4) * np.timedelta64(1, "m")


def frames_of(name="34", faulty=(0, 1, 1, 0), *, is_replaced=False):
    return Frames(
        wiring=wiring_named(name),
        span=Span(at=AT, is_faulty=np.array(faulty, dtype=bool)),
        customer_id="0100",
        meter_id="M1",
        is_replaced=is_replaced,
        has_generation=False,
    )


def readings():
    columns = np.arange(12.0).reshape(4, 3)
    return Readings(
        voltage=columns,
        current=columns + 100,
        active=columns,
        reactive=columns,
        neutral=np.array([7.0, 8.0, 9.0, 10.0]),
    )


def test_rows_go_by_time_and_phase():
    table = frames_of().phase_readings(readings(), has_gaps=False)
    assert table["phase"].tolist() == list("abc") * 4
    assert table["voltage_v"].tolist() == list(range(12))
    assert str(table["read_at"].dt.tz) == "Asia/Shanghai"
    assert table["read_at"].iloc[3].isoformat() == "2025-03-01T12:01:00+08:00"
    assert set(table["customer_id"]) == {"0100"}


def test_three_wires_have_two_elements_and_a_single_phase_its_neutral():
    three = frames_of("33").phase_readings(readings(), has_gaps=False)
    assert three["phase"].tolist() == list("ac") * 4
    assert three["voltage_v"].tolist() == [0, 2, 3, 5, 6, 8, 9, 11]
    single = frames_of("single_phase").phase_readings(readings(), has_gaps=False)
    assert single["phase"].tolist() == list("an") * 4
    neutral = single[single["phase"] == "n"]
    assert neutral["current_a"].tolist() == [7, 8, 9, 10]
    assert neutral[["voltage_v", "active_power_kw", "reactive_power_kvar"]].isna().all(axis=None)


def test_a_gap_has_no_rows():
    table = frames_of().phase_readings(readings(), has_gaps=True)
    assert table["voltage_v"].tolist() == [0, 1, 2, 9, 10, 11]


def test_a_new_meter_goes_on_from_when_the_old_one_was_taken_out():
    frames = frames_of(is_replaced=True)
    table = frames.phase_readings(readings(), has_gaps=False)
    assert table["meter_id"].tolist() == ["M1"] * 3 + ["M1-2"] * 9
    points = frames.points()
    assert points["meter_id"].tolist() == ["M1", "M1-2"]
    assert points["removed_on"].iloc[0] == points["installed_on"].iloc[1]
    assert points["installed_on"].isna().tolist() == [True, False]


def test_an_event_stands_for_as_long_as_the_fault():
    events = frames_of().events(["cover_opened"])
    assert events["started_at"].iloc[0].isoformat() == "2025-03-01T12:01:00+08:00"
    assert events["ended_at"].iloc[0].isoformat() == "2025-03-01T12:03:00+08:00"
    lasting = frames_of(faulty=(0, 0, 1, 1)).events(["cover_opened"])
    assert lasting["ended_at"].isna().all()


def test_tables_without_rows_have_their_types():
    frames = frames_of(faulty=(0, 0, 0, 0))
    assert str(frames.events([])["started_at"].dt.tz) == "Asia/Shanghai"
    assert len(frames.outages(is_outage=False)) == 0


def test_an_outage_is_known_by_area():
    frames = frames_of()
    outage = frames.outages(is_outage=True)
    assert outage["area_id"].tolist() == frames.points()["area_id"].tolist()
