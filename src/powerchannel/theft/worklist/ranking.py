"""Making the list of suspected problems from a result (编制清单)."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from powerchannel.text import Lang
from powerchannel.theft.worklist.candidates import (
    Findings,
    area_codes,
    candidates_of,
    episodes_of,
    rules_of,
)
from powerchannel.theft.worklist.choosing import Choice, Crew, choose_visits
from powerchannel.theft.worklist.listing import Worklist
from powerchannel.theft.worklist.observing import observe
from powerchannel.theft.worklist.records import Observation, Record
from powerchannel.theft.worklist.wording import site_checks

__all__ = ["worklist"]


def worklist(
    result: Findings,
    crew_hours: float,
    *,
    hours_per_visit: float = 1.0,
    travel_hours: float = 0.5,
    price_yuan_per_kwh: float | None = None,
    random_share: float = 0.05,
    seed: int | None = None,
    lang: Lang = "zh",
) -> Worklist:
    """Make the list of customers to inspect within the hours of the crews (编制隐患问题清单).

    Customers are worth their expected energy, probability x lost energy; `planner.choose` takes
    those worth most within the hours, the way to an area paid once. A share of the visits is
    drawn at random among all others, each equally likely: it shows what the model overlooks, and
    with the logged propensities it counts without bias. Hours for it are set aside first.

    Parameters
    ----------
    result : Findings
        A result, or anything with its ``table`` and ``episodes``. What rules are called and where
        they come from is told where it has a ``rulebook`` too.
    crew_hours : float
        What there is [h].
    hours_per_visit, travel_hours : float
        On site for each customer, and on the way to an area, once [h]; the defaults are assumed.
    price_yuan_per_kwh : float, optional
        What energy is worth [yuan/kWh]; without, nothing is said in yuan.
    random_share : float
        Of the visits, rounded up. With 0, propensities of those not on the list are 0. A list of
        one visit goes by rank.
    seed : int, optional
        The same seed, the same list, whatever the order of rows; without, one is made up and
        kept.
    lang : {"zh", "en"}
        The language of tables and pages.

    Raises
    ------
    InfeasibleError
        When hours or the share are none.
    TableError
        When a column is missing, a customer stands twice or has no id, a probability is none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"customer_id": ["0100", "0200", "0300"], "score_points": [80, 60, 5],
    ...     "probability": [0.5, 0.8, 0.01], "cause": ["theft", "wiring_mistake", "normal"],
    ...     "lost_kwh": [9000.0, 1000.0, 0.0], "area_id": ["T1", "T1", "T2"]})
    >>> episodes = pd.DataFrame({"customer_id": ["0100"], "phase": ["b"],
    ...     "rule_id": ["current_loss"], "started_at": pd.to_datetime(["2025-03-01 08:00"]),
    ...     "ended_at": pd.to_datetime([None]), "evidence": ["0.00 A < 0.03 A"]})
    >>> found = worklist(SimpleNamespace(table=table, episodes=episodes), 3, seed=7, lang="en")
    >>> found.table[["rank", "customer_id", "rule_id", "expected_kwh", "hours"]].values.tolist()
    [[1, '0100', 'current_loss', 4500.0, 1.5], [2, '0300', '', 0.0, 1.5]]
    >>> found.propensities["propensity"].tolist()
    [1.0, 0.5, 0.5]
    """
    crew = Crew(hours=crew_hours, hours_per_visit=hours_per_visit, travel_hours=travel_hours)
    customers = candidates_of(result)
    drawn_with = int(np.random.default_rng().integers(2**32)) if seed is None else seed
    choice = choose_visits(
        customers["expected_kwh"].to_numpy(),
        area_codes(customers["area_id"]),
        crew,
        random_share=random_share,
        seed=drawn_with,
    )
    listed = _listed(customers, choice, crew)
    seen = observe(episodes_of(result), listed["customer_id"], rules_of(result))
    price = math.nan if price_yuan_per_kwh is None else price_yuan_per_kwh
    return Worklist(
        records=tuple(
            _record(row, seen.get(str(row["customer_id"]), ()), price)
            for row in listed.to_dict("records")
        ),
        customers=_logged(customers, choice),
        crew=crew,
        bound_kwh=choice.bound,
        seed=drawn_with,
        lang=lang,
    )


def _logged(customers: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    chosen_by = np.full(len(customers), "", dtype=object)
    chosen_by[choice.by_rank], chosen_by[choice.drawn] = "model", "random"
    names = ["customer_id", "area_id", "feeder_id", "industry", "expected_kwh"]
    return customers[names].assign(chosen_by=chosen_by, propensity=choice.propensity)


def _listed(customers: pd.DataFrame, choice: Choice, crew: Crew) -> pd.DataFrame:
    """Return the rows to visit, most expected energy first; the first of an area has the way."""
    logged = _logged(customers, choice)[["chosen_by", "propensity"]]
    rows = np.concatenate([choice.by_rank, choice.drawn])
    found = customers.join(logged).take(rows.tolist())
    found = found.sort_values(
        ["expected_kwh", "customer_id"], ascending=[False, True], ignore_index=True
    )
    is_first = ~pd.Series(area_codes(found["area_id"])).duplicated()
    hours = crew.hours_per_visit + np.where(is_first, crew.travel_hours, 0.0)
    return found.assign(rank=np.arange(1, len(found) + 1), hours=hours)


def _record(
    row: Mapping[Hashable, object], observations: tuple[Observation, ...], price: float
) -> Record:
    def number(name: str) -> float:
        return float(str(row[name]))

    cause = str(row["cause"])
    return Record(
        rank=int(number("rank")),
        customer_id=str(row["customer_id"]),
        area_id=str(row["area_id"]),
        feeder_id=str(row["feeder_id"]),
        industry=str(row["industry"]),
        cause=cause,
        score_points=number("score_points"),
        confidence=number("probability"),
        lost_kwh=number("lost_kwh"),
        lost_kwh_low=number("lost_kwh_low"),
        lost_kwh_high=number("lost_kwh_high"),
        expected_kwh=number("expected_kwh"),
        expected_kwh_low=number("expected_kwh_low"),
        expected_kwh_high=number("expected_kwh_high"),
        expected_yuan=number("expected_kwh") * price,
        hours=number("hours"),
        chosen_by=str(row["chosen_by"]),
        propensity=number("propensity"),
        observations=observations,
        checks=site_checks(cause, tuple(seen.rule_id for seen in observations)),
    )
