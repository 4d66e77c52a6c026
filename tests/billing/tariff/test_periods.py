from __future__ import annotations

import pytest

from powerchannel.billing.tariff.periods import PRICE_PERIODS, known_periods
from powerchannel.errors import RulebookError


def test_every_period_and_the_total_may_have_a_price() -> None:
    known_periods(None, None, dict.fromkeys(PRICE_PERIODS, 1))
    assert PRICE_PERIODS == ("sharp", "peak", "flat", "valley", "deep_valley", "total")


def test_another_period_is_refused_with_what_was_meant() -> None:
    with pytest.raises(RulebookError, match="did you mean peak"):
        known_periods(None, None, {"peek": 1})
