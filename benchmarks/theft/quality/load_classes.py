"""Measured load classes of simbench: read from the package where it is installed, never kept here.

The package holds a data base under the Open Database Licence, and needs more than a benchmark
should ask for: ``pip install --no-deps simbench`` (91 MB) is enough, as only one file is read.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.theft.quality.data import Homes

__all__ = ["load_classes", "missing"]

_PACKAGE = "simbench"
_FILE = "networks/1-complete_data-mixed-all-0-sw/LoadProfile.csv"
_CLASS = re.compile(r"(?:H0|G[0-6]|L[0-2]|BL|WB)-[A-Z]_pload")
"""Homes, businesses, farms, bakeries; neither heat pumps, charging, storage nor whole grids."""
_SLOTS, _PER_SLOT = 48, 2


def missing() -> str:
    """Return why they cannot be read; empty where they can."""
    return "" if _file() else f"the package {_PACKAGE} is not installed"


def _file() -> Path | None:
    spec = find_spec(_PACKAGE)
    folders = () if spec is None else spec.submodule_search_locations or ()
    return next((path for folder in folders if (path := Path(folder) / _FILE).exists()), None)


def load_classes() -> Homes:
    """Read 27 classes, quarter hours of 2016 as shares of the greatest, as half hours."""
    path = _file()
    if path is None:
        raise FileNotFoundError(missing())
    table = pd.read_csv(path, sep=";")
    names = [name for name in table.columns if _CLASS.fullmatch(name)]
    days = len(table) // (_SLOTS * _PER_SLOT)
    quarters = table[names].to_numpy(np.float64)[: days * _SLOTS * _PER_SLOT]
    energy = quarters.reshape(days, _SLOTS, _PER_SLOT, len(names)).mean(axis=2).transpose(2, 0, 1)
    on = pd.to_datetime(table["time"].iloc[:1], format="%d.%m.%Y %H:%M").to_numpy()
    first = on.astype("datetime64[D]")[0]
    return Homes(
        home=np.repeat(np.arange(len(names)), days),
        on=np.tile(first + np.arange(days), len(names)),
        energy=np.ascontiguousarray(energy.reshape(-1, _SLOTS)),
    )
