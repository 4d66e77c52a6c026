"""Customers beside others of the same kind (同类比较)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.billing.compare.sheets import Sheet, plain_text, read_values
from powerchannel.errors import TableError
from powerchannel.money import divide_half_up, exact_integer, multiply_divide_half_up
from powerchannel.tables import Source

__all__ = ["compare_with_peers"]

_Ints = NDArray[np.int64]


def compare_with_peers(
    values: Source, peers: Source, *, spread: Decimal | str | int = 3
) -> pd.DataFrame:
    """Hold each customer beside those of the same kind: median +- spread x MAD (同类比较).

    MAD is the median of the distances from the median. All of it is done on whole 1e-8; no float
    decides.

    Parameters
    ----------
    values : data frame or mapping
        id, name, period, value of all customers, such as ``Result.table``.
    peers : data frame or mapping
        id, and what makes customers the same kind: tariff, industry, capacity_band, ... (text).
    spread : Decimal, str or int
        How many MAD are still usual, at most two decimals.

    Returns
    -------
    DataFrame
        id, name, period, value, median, mad (exact text; null without peers), peers [count, oneself
        among them], verdict: usual, unusual, or no_peers for an id that is not in `peers`.

    Raises
    ------
    TableError
        When `peers` has an id twice or no column besides, or a value is none.

    Examples
    --------
    >>> ids = ["a", "b", "c", "d"]
    >>> rows = {
    ...     "id": ids,
    ...     "name": ["billed_energy_kwh"] * 4,
    ...     "period": ["total"] * 4,
    ...     "value": ["100", "102", "98", "900"],
    ... }
    >>> found = compare_with_peers(rows, {"id": ids, "tariff": ["shop"] * 4})
    >>> found[["id", "median", "mad", "verdict"]].values.tolist()[-1]
    ['d', '101', '2', 'unusual']
    """
    table = read_values(values, "values")
    kinds = _kinds(peers)
    kind = table["id"].map(kinds)
    group = table.assign(kind=kind).groupby(["kind", "name", "period"], sort=False).ngroup()
    groups = group.fillna(-1).to_numpy().astype(np.int64)  # -1 without a kind
    units = table["units"].to_numpy()
    twice, count = _twice_median(units, groups)
    twice_mad, _ = _twice_median(np.abs(2 * units - twice), groups)
    hundredths = exact_integer(spread, 2, where="spread")
    limit = multiply_divide_half_up(twice_mad, hundredths, 100)
    is_usual = 2 * np.abs(2 * units - twice) <= limit
    verdict = np.where(is_usual, "usual", "unusual").astype(object)
    median, mad = plain_text(divide_half_up(twice, 2)), plain_text(divide_half_up(twice_mad, 4))
    alone = groups < 0
    median[alone], mad[alone], count[alone], verdict[alone] = None, None, 0, "no_peers"
    return pd.DataFrame(
        {
            **{name: table[name] for name in ("id", "name", "period")},
            "value": plain_text(units),
            "median": median,
            "mad": mad,
            "peers": count,
            "verdict": verdict,
        }
    )


def _kinds(peers: Source) -> pd.Series:
    sheet = Sheet(where="peers", source=peers)
    sheet.require(["id"])
    columns = [name for name in sheet.names if name != "id"]
    if not columns:
        raise TableError.of(
            "no_kind",
            "peers",
            "除 id 外没有其他列；请给出同类的依据，如 tariff、industry、capacity_band",
            "there is no column besides id; add what makes customers the same kind, such as "
            "tariff, industry, capacity_band",
        )
    table = pd.DataFrame({name: sheet.texts(name) for name in ("id", *columns)})
    if table["id"].duplicated().any():
        first = table.loc[table["id"].duplicated(), "id"].iloc[0]
        raise TableError.of(
            "repeated_id",
            "peers.id",
            f"编号重复（如 {first}）；每户只能属于一类",
            f"an id stands twice (such as {first}); each belongs to one kind",
        )
    return pd.Series(table.groupby(columns).ngroup().to_numpy(), index=table["id"])


def _twice_median(units: _Ints, groups: _Ints) -> tuple[_Ints, _Ints]:
    """Return for each row twice the median of its group, and the size of the group."""
    order = np.lexsort((units, groups))
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])[: len(ordered)]
    sizes = np.diff(np.r_[starts, len(ordered)])
    middle = units[order][starts + (sizes - 1) // 2] + units[order][starts + sizes // 2]
    where = np.empty(len(units), np.int64)
    where[order] = np.repeat(np.arange(len(starts)), sizes)
    return middle[where], sizes[where]
