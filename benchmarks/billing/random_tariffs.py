"""Random tariffs with what PySAM's Utilityrate5 and we both have, in both languages.

Both have: a price for all energy or by time of use (month x weekday or weekend x hour), prices that
change with the season, tiers of the energy of a month, a charge on the highest demand of a month,
a fixed charge. Not compared is what one of them lacks or reads otherwise: a demand charge by time
of use and a minimum charge, which we do not have; tiers of which the prices move with time of use
(PySAM fills them hour by hour, we by the shares of the month, as the price lists do that we know);
feeding in, which is netted there and metered by a register of its own here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.intervals import IntervalGrid
from powerchannel.billing.tariff import Tariff, from_case
from powerchannel.holidays import DayKind

__all__ = ["FIXED", "FIXED_GROUP", "MONTHS", "YEAR", "RandomTariff", "Season", "WorkingWeek"]

YEAR = 2018
"""It begins on a Monday, as the year of PySAM does, and has no leap day."""
MONTHS = tuple(date(YEAR + (month == 13), (month - 1) % 12 + 1, 1) for month in range(1, 14))
"""The first day of each month, and of the next year."""
FIXED, FIXED_GROUP = "customer_charge", "system_operation"

_PERIODS = ("sharp", "peak", "flat", "valley", "deep_valley")
_WORKING = ["workday", "holiday", "make_up_workday"]
_SHARED = {"rounding": {"metered_decimals": 3, "billed_decimals": 3, "demand_decimals": 3}}
_NO_LIMIT = 1e38


class WorkingWeek:
    """Five days of work and two of rest, every week: PySAM knows no holidays."""

    def kind(self, days: NDArray[np.datetime64]) -> NDArray[np.uint8]:
        """Return the kind of each day."""
        is_weekend = (days.astype(np.int64) + 3) % 7 > 4  # 1970-01-01 was a Thursday
        return np.where(is_weekend, DayKind.WEEKEND, DayKind.WORKDAY).astype(np.uint8)


@frozen(kw_only=True)
class Season:
    """What holds from one month up to another.

    Parameters
    ----------
    first, end : int
        Months ``[first, end)``, from 1.
    prices : mapping of period to Decimal
        Of the first tier.
    limits : tuple of int
        Upper limits of all tiers but the last [kWh a month].
    demand : Decimal, optional
        [yuan/kW and month]
    """

    first: int
    end: int
    prices: Mapping[str, Decimal]
    limits: tuple[int, ...]
    demand: Decimal | None


@frozen(kw_only=True)
class RandomTariff:
    """A tariff, and the profile of the customer that has it; both follow from the number."""

    number: int
    seed: int = 1

    def _random(self, part: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.number, part])

    @property
    def name(self) -> str:
        """What accounts call it."""
        return f"random-{self.number}"

    @property
    def minutes(self) -> int:
        """The step of the profile: every other one is hourly."""
        return 60 if self.number % 2 else 15

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods; a third of the tariffs has a single price."""
        count = int(self._random(1).choice([1, 1, 2, 3, 4, 5]))
        return ("flat",) if count == 1 else _PERIODS[:count]

    @property
    def increments(self) -> tuple[Decimal, ...]:
        """What each tier adds to the price of the first; half the tariffs have tiers."""
        rng = self._random(2)
        steps = rng.integers(1, 900, int(rng.choice([0, 0, 1, 2, 3]))).cumsum()
        return tuple(Decimal(int(step)).scaleb(-4) for step in (0, *steps))

    @property
    def fixed(self) -> Decimal:
        """The charge a month; a third has none."""
        rng = self._random(3)
        return Decimal(int(rng.integers(1, 5000) * (rng.random() < 2 / 3))).scaleb(-2)

    @property
    def seasons(self) -> tuple[Season, ...]:
        """One season, or the year cut in three of which the first and the last are alike."""
        rng = self._random(4)
        has_demand, winter, summer = rng.random() < 0.7, self._season(5), self._season(6)
        demand = (winter["demand"], summer["demand"]) if has_demand else (None, None)
        if rng.random() < 0.4:
            return (Season(first=1, end=13, **{**winter, "demand": demand[0]}),)
        first, last = int(rng.integers(2, 7)), int(rng.integers(8, 12))
        return (
            Season(first=1, end=first, **{**winter, "demand": demand[0]}),
            Season(first=first, end=last, **{**summer, "demand": demand[1]}),
            Season(first=last, end=13, **{**winter, "demand": demand[0]}),
        )

    def _season(self, part: int) -> dict[str, object]:
        rng = self._random(part)
        prices = rng.integers(1_000, 15_000, len(self.periods))
        limits = rng.integers(50, 2_000, len(self.increments) - 1).cumsum()
        return {
            "prices": {
                period: Decimal(int(price)).scaleb(-int(rng.choice([4, 5])))
                for period, price in zip(self.periods, prices, strict=True)
            },
            "limits": tuple(limits.tolist()),
            "demand": Decimal(int(rng.integers(0, 3_000))).scaleb(-2),
        }

    def hours(self, month: int, *, is_weekend: bool) -> list[str]:
        """Return the period of each hour of a day: the hours change with every other month."""
        rng = self._random(100 + (month - 1) // 2 * 2 + is_weekend)
        cuts = np.sort(rng.choice(np.arange(1, 24), 4, replace=False))
        found = rng.choice(np.array(self.periods), 5)
        return [str(found[np.searchsorted(cuts, hour, side="right")]) for hour in range(24)]

    def editions(self) -> list[Tariff]:
        """Return the tariff in our language, an edition a season."""
        return [from_case(each, name=self.name, source="made up") for each in self.documents()]

    def documents(self) -> list[dict[str, object]]:
        """Return the editions as they are written."""
        return [self._document(season) for season in self.seasons]

    def _document(self, season: Season) -> dict[str, object]:
        fixed = [{"code": FIXED, "group": FIXED_GROUP, "given": True}] if self.fixed else []
        document: dict[str, object] = {
            **_SHARED,
            **self._energy(season),
            "components": fixed,
            "effective_from": MONTHS[season.first - 1].isoformat(),
            "effective_to": MONTHS[season.end - 1].isoformat(),
        }
        if season.demand is not None:
            price = {"price_yuan_per_kw_month": season.demand, "day_count": "actual"}
            document["capacity_charge"] = {"mode": "actual_demand", **price}
        return document

    def _energy(self, season: Season) -> dict[str, object]:
        by_period = dict(season.prices)
        tiers = {"cycle": "month", "limits_kwh": list(season.limits)}
        if len(self.periods) == 1:
            (price,) = by_period.values()
            prices = [{"total": price + more} for more in self.increments]
            if len(prices) == 1:
                return {"catalogue_price": price}
            return {"tiers": {**tiers, "model": "table", "prices": prices}}
        found: dict[str, object] = {
            "catalogue_prices": by_period,
            "time_of_use": {"calendar": {"spans": self._spans()}},
        }
        if season.limits:
            found["tiers"] = {**tiers, "model": "adder", "increments": list(self.increments)}
        return found

    def _spans(self) -> list[dict[str, object]]:
        spans = []
        for month in range(1, 13, 2):
            for is_weekend in (False, True):
                kinds = ["weekend"] if is_weekend else _WORKING
                found = self.hours(month, is_weekend=is_weekend)
                starts = [h for h in range(24) if h == 0 or found[h] != found[h - 1]]
                spans += [
                    {
                        "period": found[start],
                        "from_time": f"{start:02}:00",
                        "to_time": f"{end:02}:00",
                        "months": [month, month + 1],
                        "day_types": kinds,
                    }
                    for start, end in zip(starts, [*starts[1:], 24], strict=True)
                ]
        return spans

    def rates(self) -> dict[str, object]:
        """Return the tariff as PySAM's electricity rates; each season has periods of its own."""
        places, weekday, weekend = {}, [], []
        for season in self.seasons:
            for month in range(season.first, season.end):
                for is_weekend, rows in ((False, weekday), (True, weekend)):
                    keys = [
                        (season.first, period)
                        for period in self.hours(month, is_weekend=is_weekend)
                    ]
                    rows.append([places.setdefault(key, len(places) + 1) for key in keys])
        prices = {season.first: season for season in self.seasons}
        energy = [
            [place, tier, limit, 0, float(prices[first].prices[period] + more), 0.0]
            for (first, period), place in places.items()
            for tier, (limit, more) in enumerate(
                zip((*prices[first].limits, _NO_LIMIT), self.increments, strict=True), start=1
            )
        ]
        return {
            "ur_ec_tou_mat": energy,
            "ur_ec_sched_weekday": weekday,
            "ur_ec_sched_weekend": weekend,
            "ur_monthly_fixed_charge": float(self.fixed),
            **self._demand_rates(),
        }

    def _demand_rates(self) -> dict[str, object]:
        by_month = [s.demand for s in self.seasons for _ in range(s.first, s.end)]
        if by_month[0] is None:
            return {"ur_dc_enable": 0}
        nothing = [[1] * 24] * 12
        return {
            "ur_dc_enable": 1,
            "ur_dc_flat_mat": [[m, 1, _NO_LIMIT, float(price)] for m, price in enumerate(by_month)],
            "ur_dc_tou_mat": [[1, 1, _NO_LIMIT, 0.0]],
            "ur_dc_sched_weekday": nothing,
            "ur_dc_sched_weekend": nothing,
        }

    def energy_wh(self) -> NDArray[np.int64]:
        """Return the profile of the year: a day and night shape, and chance [Wh]."""
        rng = self._random(7)
        steps = 365 * 24 * 60 // self.minutes
        hour = np.arange(steps) * self.minutes / 60 % 24
        shape = 1 + rng.random() * np.sin((hour - rng.integers(0, 24)) * np.pi / 12)
        mean = 10 ** rng.uniform(-0.5, 2) * 1000 * self.minutes / 60
        found: NDArray[np.int64] = (rng.gamma(2, 0.5, steps) * shape * mean).astype(np.int64)
        return found

    def grid(self, month: int) -> IntervalGrid:
        """Return the slots of a month, from 1."""
        return IntervalGrid(start=MONTHS[month - 1], end=MONTHS[month], minutes=self.minutes)

    def by_month(self, energy_wh: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return profiles of a year, a row each, as they come in: a matrix a month."""
        ends = np.cumsum([self.grid(month).slots for month in range(1, 13)])
        return [np.ascontiguousarray(part) for part in np.split(energy_wh, ends[:-1], axis=1)]
