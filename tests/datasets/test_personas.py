from __future__ import annotations

import numpy as np
import pytest

from powerchannel.datasets.names import CHANNELS, CODES
from powerchannel.datasets.personas import (
    BUSINESS_BY_CHANNEL,
    HANDLING_BY_CHANNEL,
    HAS_PHONE_BY_CHANNEL,
    KINDS,
    OTHERS_BY_PERSONA,
    OUTCOME_BY_HANDLING,
    PERSONA_BY_KIND,
    PERSONAS,
    PREFERRED_BY_PERSONA,
    SEASONS,
    SOURCE_SYSTEMS,
    Season,
    channel_table,
)


def test_personas_have_names_of_their_own() -> None:
    assert len({p.code for p in PERSONAS}) == len(PERSONAS)
    assert len({p.title for p in PERSONAS}) == len(PERSONAS)


def test_the_shares_of_each_kind_add_up() -> None:
    np.testing.assert_allclose(np.array([p.shares for p in PERSONAS]).sum(axis=0), 1.0)
    assert sum(KINDS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("season", SEASONS)
def test_a_season_moves_contacts_within_the_year(season: Season) -> None:
    assert len(SEASONS[season]) == 12
    assert np.mean(SEASONS[season]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("table", "shape"),
    [
        (PERSONA_BY_KIND, (len(KINDS), len(PERSONAS))),
        (PREFERRED_BY_PERSONA, (len(PERSONAS), len(CHANNELS))),
        (OTHERS_BY_PERSONA, (len(PERSONAS), len(CHANNELS))),
        (BUSINESS_BY_CHANNEL, (len(CHANNELS), len(CODES["business_type"]))),
        (HANDLING_BY_CHANNEL, (len(CHANNELS), len(CODES["handling_mode"]))),
        (OUTCOME_BY_HANDLING, (len(CODES["handling_mode"]), len(CODES["outcome"]))),
    ],
)
def test_tables_are_cumulative(table: np.ndarray, shape: tuple[int, int]) -> None:
    assert table.shape == shape
    assert (table[:, -1] == 1.0).all()
    assert (np.diff(table, axis=1) >= 0).all()


def test_every_channel_has_a_source_and_a_share_with_phone() -> None:
    assert len(set(SOURCE_SYSTEMS)) == len(CHANNELS) == len(HAS_PHONE_BY_CHANNEL)


def test_a_slip_in_a_channel_is_found_at_once() -> None:
    with pytest.raises(KeyError, match="wechatt"):
        channel_table({"wechatt": 1.0})
