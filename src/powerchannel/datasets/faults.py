"""The faults planted in a month of billing, and the rule that has to find each of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.datasets.frames import categorical
from powerchannel.datasets.streams import stream
from powerchannel.datasets.supply import DECIMALS, GROUP_MAIN, Supply, account_ids

__all__ = ["FAULTS", "Fault", "Faults", "draw_faults", "faults_table", "with_wrong_use"]


@frozen(kw_only=True)
class Fault:
    """A kind of fault (差错类别).

    Parameters
    ----------
    rule : str
        The code of the audit rule that finds it; ``reading_missing`` is a finding of the bill
        itself, which is not made then.
    table : str
        Where it is planted.
    kinds : tuple of str
        The kinds of accounts that may have it.
    """

    rule: str
    table: str
    kinds: tuple[str, ...]


FAULTS: Mapping[str, Fault] = {
    "rollover": Fault(rule="ROLLOVER", table="readings", kinds=("home",)),
    "wrong_multiplier": Fault(rule="MULTIPLIER", table="meters", kinds=("shop",)),
    "swapped_meter": Fault(rule="MULTIPLIER", table="meters", kinds=("shop",)),
    "missing_reading": Fault(rule="reading_missing", table="readings", kinds=("home",)),
    "surge": Fault(rule="SURGE", table="previous", kinds=("shop",)),
    "zero_use": Fault(rule="ZERO_USE", table="readings", kinds=("home",)),
    "parts_differ": Fault(rule="TOU_SUM", table="readings", kinds=("works", "mill")),
    "sub_above_main": Fault(rule="DEDUCT", table="readings", kinds=("group_main",)),
    "year_goes_back": Fault(rule="TIER", table="accounts", kinds=("home",)),
    "changed_line": Fault(rule="SUM", table="lines", kinds=("home", "farm")),
    "billed_twice": Fault(rule="REPEAT", table="previous_accounts", kinds=("home", "shop", "farm")),
}
"""The faults by name (预设差错).

rollover: the registers ran over; wrong_multiplier: the archive has another multiplier than the
instrument transformers; swapped_meter: another multiplier than last month, and no work order;
missing_reading: the last reading is not there; surge: five times the month before; zero_use:
nothing used; parts_differ: the total is not the sum of its periods; sub_above_main: a sub-meter
above its main meter; year_goes_back: the energy of the year is less than a month before (in
January: it was not reset); changed_line: an amount of the issued bill was changed; billed_twice:
the last period ends when this one does.
"""


@frozen(kw_only=True, eq=False)
class Faults:
    """Which account has which fault (差错分布).

    Parameters
    ----------
    code : ndarray of int
        Position in `FAULTS`, -1 for an account without one.
    """

    code: NDArray[np.int64]

    def has(self, name: str) -> NDArray[np.bool_]:
        """Return which accounts have a fault (是否有某差错)."""
        return np.asarray(self.code == list(FAULTS).index(name), dtype=np.bool_)


def draw_faults(supply: Supply, count: int, seed: int) -> Faults:
    """Choose the accounts with faults, each of at most one (抽取差错户).

    Parameters
    ----------
    supply : Supply
        The accounts.
    count : int
        How many of each kind of fault; fewer where there are not so many accounts for it.
    seed : int
        The seed of the month.
    """
    rank = stream(seed, "billing_faults", 0).random(len(supply))
    code = np.full(len(supply), -1)
    for position, fault in enumerate(FAULTS.values()):
        free = np.flatnonzero((code == -1) & supply.is_of(*fault.kinds) & _is_whole(supply))
        code[free[np.argsort(rank[free], kind="stable")[:count]]] = position
    return Faults(code=code)


def _is_whole(supply: Supply) -> NDArray[np.bool_]:
    """Return which accounts are no main meter, or one whose group is there to its end."""
    is_whole = np.arange(len(supply)) + 2 < len(supply)
    return np.asarray((supply.kind != GROUP_MAIN) | is_whole, dtype=np.bool_)


def with_wrong_use(supply: Supply, faults: Faults) -> Supply:
    """Return what the meters counted with the faults in it (含差错的用量).

    Parameters
    ----------
    supply : Supply
        The accounts as they should be.
    faults : Faults
        Their faults.
    """
    used = np.where(faults.has("zero_use"), 0, supply.used)
    mains = np.flatnonzero(faults.has("sub_above_main"))
    twice = 2 * supply.energy_kwh[mains] * 10**DECIMALS
    used[mains + 1] = twice // supply.multiplier[mains + 1]
    return evolve(supply, used=used)


def faults_table(faults: Faults) -> pd.DataFrame:
    """Return what was planted where (差错表).

    Returns
    -------
    DataFrame
        account_id, fault, rule, table; in the order of the accounts.
    """
    rows = np.flatnonzero(faults.code >= 0)
    code = faults.code[rows]
    rules = list(dict.fromkeys(fault.rule for fault in FAULTS.values()))
    tables = list(dict.fromkeys(fault.table for fault in FAULTS.values()))
    rule = np.array([rules.index(fault.rule) for fault in FAULTS.values()])
    table = np.array([tables.index(fault.table) for fault in FAULTS.values()])
    return pd.DataFrame(
        {
            "account_id": account_ids(rows),
            "fault": categorical(code, list(FAULTS)),
            "rule": categorical(rule[code], rules),
            "table": categorical(table[code], tables),
        }
    )
