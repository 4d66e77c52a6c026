"""Inspections: those of earlier months, and what crews would find now (现场检查)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical, texts
from powerchannel.datasets.streams import choose, cumulative, fixed_digits, stream
from powerchannel.theft.tables.words import FINDINGS, SELECTIONS

__all__ = ["CONFIRMED", "NO_ACCESS_SHARE", "earlier_inspections", "inspections_frame"]

_FINDINGS = tuple(code.code for code in FINDINGS)
_SELECTIONS = tuple(code.code for code in SELECTIONS)
CONFIRMED = ("theft", "meter_fault", "wiring_mistake")
"""Findings that bring energy back, and have a number."""

NO_ACCESS_SHARE = 0.06
"""How often nobody lets the crew in."""

_SHARE = 0.05
_DAYS = 365
_CHOSEN = cumulative(np.array([0.5, 0.4, 0.1]))
# One row a way of choosing: model, random, tip; columns as in _FOUND.
_FOUND = ("theft", "meter_fault", "wiring_mistake", "no_access", "normal")
_RATES = cumulative(
    np.array(
        [
            [0.14, 0.07, 0.03, NO_ACCESS_SHARE, 0.70],
            [0.015, 0.01, 0.005, NO_ACCESS_SHARE, 0.91],
            [0.30, 0.02, 0.01, NO_ACCESS_SHARE, 0.61],
        ]
    )
)
_RANDOM_PROPENSITY = 0.002
_MOST_RECOVERED_DAYS = 180


def earlier_inspections(
    customer_ids: NDArray[np.bytes_],
    mean_kwh: NDArray[np.float64],
    before: np.datetime64,
    seed: int,
) -> pd.DataFrame:
    """Return inspections of the year before the window: one customer in twenty (历史检查表).

    Parameters
    ----------
    customer_ids : ndarray of bytes
        Of all customers.
    mean_kwh : ndarray of float
        What each uses in a day [kWh].
    before : datetime64[D]
        The first day of the window.
    seed : int
        The seed of the month.

    Returns
    -------
    DataFrame
        The columns of the table ``inspections``; by customer. What was found is over: nothing of
        it is left in the window.
    """
    draws = stream(seed, "theft_inspections", 0).random((len(customer_ids), 6))
    row = np.flatnonzero(draws[:, 0] < _SHARE)
    some = draws[row]
    chosen = choose(_CHOSEN, some[:, 1])
    found = choose(_RATES[chosen], some[:, 2])
    finding = np.array([_FINDINGS.index(name) for name in _FOUND])[found]
    propensity = np.select(
        [chosen == _SELECTIONS.index("model"), chosen == _SELECTIONS.index("random")],
        [np.round(0.02 + 0.9 * some[:, 3] ** 2, 3), _RANDOM_PROPENSITY],
        np.nan,
    )
    recovered = mean_kwh[row] * _MOST_RECOVERED_DAYS * some[:, 4] * 0.6
    return inspections_frame(
        customer_ids[row],
        (before - 1 - (some[:, 5] * _DAYS).astype(np.int64)).astype("datetime64[s]"),
        np.array(_FINDINGS)[finding],
        chosen_by=np.array(_SELECTIONS)[chosen],
        propensity=propensity,
        recovered_kwh=recovered,
    )


def inspections_frame(
    customer_ids: NDArray[np.bytes_],
    inspected_on: NDArray[np.datetime64],
    finding: NDArray[np.str_],
    *,
    chosen_by: NDArray[np.str_],
    propensity: NDArray[np.float64],
    recovered_kwh: NDArray[np.float64],
) -> pd.DataFrame:
    """Return inspections as a table; what is confirmed has a number, and brings energy (检查表).

    Parameters
    ----------
    customer_ids : ndarray of bytes
        Whose.
    inspected_on : ndarray of datetime64[s]
        When.
    finding, chosen_by : ndarray of str
        Codes.
    propensity : ndarray of float
        NaN: not known.
    recovered_kwh : ndarray of float
        What is made up for where something is confirmed [kWh].
    """
    is_confirmed = np.isin(finding, CONFIRMED)
    year = inspected_on.astype("datetime64[Y]").astype(np.int64) + 1970
    number = fixed_digits(year * 1_000_000 + np.arange(len(finding)) + 1, 10)
    return pd.DataFrame(
        {
            "customer_id": texts(customer_ids),
            "inspected_on": inspected_on,
            "finding": _coded(finding, _FINDINGS),
            "finding_id": texts(np.where(is_confirmed, number, b"")),
            "chosen_by": _coded(chosen_by, _SELECTIONS),
            "propensity": propensity,
            "recovered_kwh": np.where(is_confirmed, np.round(recovered_kwh, 1), np.nan),
        }
    )


def _coded(words: NDArray[np.str_], pool: tuple[str, ...]) -> pd.Categorical[str]:
    places = {word: place for place, word in enumerate(pool)}
    return categorical(np.array([places[word] for word in words.tolist()], np.int64), pool)
