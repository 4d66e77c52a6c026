"""The data of other people, read where it is: the folder that POWERCHANNEL_SHARED_DATA names."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

__all__ = [
    "FILES",
    "VARIABLE",
    "Customers",
    "Homes",
    "Indicators",
    "homes",
    "indicators",
    "missing",
    "sgcc",
]

VARIABLE = "POWERCHANNEL_SHARED_DATA"
FILES = {
    "sgcc": "theft/sgcc26.csv.gz",
    "teddy": "theft/teddy_model.xls",
    "homes": "theft/sgsc10_halfhourly.csv.gz",
}
"""Where each set lies below that folder."""
_SLOTS = 48


@frozen(kw_only=True, eq=False)
class Customers:
    """Daily energies [kWh] with the findings of the field, in the order of the file."""

    energy: NDArray[np.float64]
    on: NDArray[np.datetime64]
    is_theft: NDArray[np.bool_]


@frozen(kw_only=True, eq=False)
class Indicators:
    """Three indicators of each of 291 customers, and the findings."""

    values: NDArray[np.float64]
    is_theft: NDArray[np.bool_]


@frozen(kw_only=True, eq=False)
class Homes:
    """Half-hourly energies [kWh] of homes: whole days alone, of shape (days, 48)."""

    home: NDArray[np.int64]
    on: NDArray[np.datetime64]
    energy: NDArray[np.float64]


def missing(name: str) -> str:
    """Return why a set cannot be read; empty where it can, or where none is needed."""
    if not name:
        return ""
    folder = os.environ.get(VARIABLE, "")
    if not folder:
        return f"{VARIABLE} names no folder"
    return "" if _file(name).exists() else f"{_file(name)} is not there"


def _file(name: str) -> Path:
    return Path(os.environ[VARIABLE]) / FILES[name]


def sgcc() -> Customers:
    """Read 25,863 customers x 26 days of January 2014; the days of the file are in no order."""
    table = pd.read_csv(_file("sgcc"), dtype={"CONS_NO": str})
    cells = table.drop(columns=["CONS_NO", "FLAG"])
    on = pd.to_datetime(cells.columns).to_numpy().astype("datetime64[D]")
    order = np.argsort(on)
    return Customers(
        energy=np.ascontiguousarray(cells.to_numpy(np.float64)[:, order]),
        on=on[order],
        is_theft=table["FLAG"].to_numpy() == 1,
    )


def indicators() -> Indicators:
    """Read the book's 291 customers: trend of use, loss of the line, alarms."""
    import xlrd  # of the extra "bench": what does not read this file needs none

    sheet = xlrd.open_workbook(_file("teddy")).sheet_by_index(0)
    cells = np.array([sheet.row_values(row) for row in range(1, sheet.nrows)])
    return Indicators(values=cells[:, :3], is_theft=cells[:, 3] > 0)


def homes() -> Homes:
    """Read ten homes of Smart Grid Smart City; a day counts where all 48 half hours are there."""
    table = pd.read_csv(_file("homes"))
    home, at, energy = (table[name] for name in table.columns[:3])
    at = pd.to_datetime(at)
    minute = at.dt.hour * 60 + at.dt.minute
    wide = pd.DataFrame(
        {"home": home, "on": at.dt.normalize(), "slot": minute // 30, "energy": energy}
    ).pivot_table(index=["home", "on"], columns="slot", values="energy")
    wide = wide.dropna()
    assert wide.shape[1] == _SLOTS
    labels = wide.index.get_level_values(0)
    return Homes(
        home=np.unique(labels, return_inverse=True)[1],
        on=wide.index.get_level_values(1).to_numpy().astype("datetime64[D]"),
        energy=wide.to_numpy(np.float64),
    )
