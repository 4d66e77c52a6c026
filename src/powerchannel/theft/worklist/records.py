"""One customer of an inspection list, and what was seen of them (清单记录)."""

from __future__ import annotations

import math
from datetime import datetime

from attrs import frozen

from powerchannel.text import Text

__all__ = ["Observation", "Record"]


@frozen(kw_only=True)
class Observation:
    """What one rule saw on one phase, all its episodes together (异常表现).

    Parameters
    ----------
    rule_id : str
        The rule.
    title : Text
        What it is called.
    phase : str
        The phase; empty for the meter as a whole.
    started_at, ended_at : datetime or None
        From the first start to the last end; no end: it lasts.
    episodes : int
        How many there were [count].
    evidence : str
        Of the longest of them: what was measured, against the threshold.
    clause : str
        Where the rule comes from; empty where that was not given.
    status : str
        How far that carries: stated, repaired, assumed.
    """

    rule_id: str
    title: Text
    phase: str
    started_at: datetime | None
    ended_at: datetime | None
    episodes: int
    evidence: str
    clause: str
    status: str


@frozen(kw_only=True)
class Record:
    """One customer to visit (清单条目).

    Parameters
    ----------
    rank : int
        From 1, by expected energy; what is not known stands last.
    customer_id, area_id, feeder_id, industry : str
        Who and where; empty where not known.
    cause : str
        The code of the cause that is suspected.
    score_points : float
        Points of the scorecard; NaN without.
    confidence : float
        The probability that something is found.
    lost_kwh, lost_kwh_low, lost_kwh_high : float
        What was not recorded, if it is so [kWh].
    expected_kwh, expected_kwh_low, expected_kwh_high : float
        The same times the probability [kWh].
    expected_yuan : float
        The same at the price given; NaN without one [yuan].
    hours : float
        On site, and on the way for the first of an area [h].
    chosen_by : {"model", "random"}
        As in the table ``inspections``.
    propensity : float
        How likely the customer was to be chosen.
    observations : tuple of Observation
        What still lasts first, then the longest.
    checks : tuple of Text
        What to check on site.
    """

    rank: int
    customer_id: str
    area_id: str
    feeder_id: str
    industry: str
    cause: str
    score_points: float
    confidence: float
    lost_kwh: float
    lost_kwh_low: float
    lost_kwh_high: float
    expected_kwh: float
    expected_kwh_low: float
    expected_kwh_high: float
    expected_yuan: float
    hours: float
    chosen_by: str
    propensity: float
    observations: tuple[Observation, ...]
    checks: tuple[Text, ...]

    @property
    def first(self) -> Observation | None:
        """What speaks most: it lasts, or lasted longest (首要表现)."""
        return self.observations[0] if self.observations else None

    @property
    def chance_variance(self) -> float:
        """Variance of what is brought back: all or nothing [kWh2] (回收方差)."""
        share = self.confidence
        found = share * (1 - share) * self.lost_kwh**2
        return 0.0 if math.isnan(found) else found
