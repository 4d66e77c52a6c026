"""Outages of areas as those of meters, and what they silence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from powerchannel.theft.electrical import Measured, Outages, find_episodes, outages_of
from powerchannel.theft.electrical.outages import rows_without_supply
from powerchannel.theft.electrical.quantities import Readings
from powerchannel.times import NAT
from readings_at_random import MINUTE, START, bundled_rules, points

POINTS = pd.DataFrame({"meter_id": ["1", "2", "3"], "area_id": ["T1", None, "T1"]})


def test_an_outage_of_an_area_is_one_of_each_meter_in_it() -> None:
    frame = pd.DataFrame(
        {
            "area_id": ["T9", "T1", None],
            "started_at": pd.to_datetime(["2024-05-01 08:00"] * 3),
            "ended_at": pd.to_datetime(["2024-05-01 09:00", None, None]),
        }
    )
    outages = outages_of(frame, POINTS)
    assert outages.meter.tolist() == [0, 2]
    assert outages.started_at.tolist() == [1_714_521_600_000_000] * 2
    assert outages.ended_at.tolist() == [NAT, NAT]


def test_what_happens_during_an_outage_is_no_phase_loss() -> None:
    count = 10
    readings = Measured(
        meter=np.repeat(np.arange(3), count),
        at=np.tile(START + np.arange(count) * MINUTE, 3),
        voltage=np.tile([0.0, 220.0, 220.0], (3 * count, 1)),
        current=np.tile([0.0, 5.0, 5.0], (3 * count, 1)),
        power=np.tile([0.0, 1.0, 1.0], (3 * count, 1)),
    )
    known = pd.DataFrame(
        {
            "area_id": ["T1"],
            "started_at": pd.to_datetime([START], unit="us", utc=True),
            "ended_at": pd.to_datetime([START + 6 * MINUTE], unit="us", utc=True),
        }
    )
    for end, starts in ((START + 6 * MINUTE, [6, 0, 6]), (None, [0])):
        lasting = known.assign(ended_at=pd.to_datetime([end], unit="us", utc=True))
        found = find_episodes(
            readings,
            points(np.ones(3, np.uint8)),
            bundled_rules(),
            outages=outages_of(lasting, POINTS),
        )
        losses = np.array([bundled_rules().rules[i].id == "phase_loss" for i in found.rule])
        assert ((found.take(losses).started_at - START) // MINUTE).tolist() == starts


def test_an_outage_without_an_end_covers_the_last_reading() -> None:
    readings = Measured(
        meter=np.zeros(1, np.int64),
        at=np.array([START]),
        voltage=np.zeros((1, 3)),
        current=np.zeros((1, 3)),
        power=np.zeros((1, 3)),
    )
    stretch = Readings(measured=readings, points=points(np.ones(1, np.uint8)), start=0, stop=1)
    for start, end, rows in ((0, NAT, [0]), (0, 1, [0]), (-9, 0, []), (1, NAT, []), (2, 1, [])):
        outages = Outages(
            meter=np.zeros(1, np.int64),
            started_at=np.array([START + start]),
            ended_at=np.array([end if end == NAT else START + end]),
        )
        assert rows_without_supply(outages, stretch).tolist() == rows
