"""The archive beside the meters of a made-up month: accounts, relations, transformers, givens."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.datasets.faults import Faults
from powerchannel.datasets.frames import categorical
from powerchannel.datasets.metering import numbers
from powerchannel.datasets.supply import (
    GROUP_MAIN,
    KINDS,
    SHARE,
    SHARE_PERCENT,
    SUB_METER,
    Supply,
    account_ids,
    group_ids,
    meter_ids,
)

__all__ = [
    "accounts_table",
    "givens_table",
    "group_of",
    "previous_accounts_table",
    "relations_table",
    "transformers_table",
    "values_table",
]

_GROUPED = (GROUP_MAIN, SUB_METER, SHARE)
_NO_LOAD_WATTS = {315: 480, 400: 570, 630: 810, 800: 980, 1000: 1150, 1600: 1640}
_LOAD_WATTS = {315: 3650, 400: 4300, 630: 6200, 800: 7500, 1000: 10300, 1600: 14500}
"""Losses of distribution transformers, of the order of their standard series [W]."""


def group_of(supply: Supply) -> NDArray[np.intp]:
    """Return for each account the row of the account whose group it is in (计费组)."""
    before = np.select([supply.kind == SUB_METER, supply.kind == SHARE], [1, 2], 0)
    return np.asarray(np.arange(len(supply)) - before, dtype=np.intp)


def accounts_table(
    supply: Supply, faults: Faults, months: tuple[np.datetime64, np.datetime64]
) -> pd.DataFrame:
    """Return the accounts (计费账户表).

    Returns
    -------
    DataFrame
        account_id, group_id, tariff, started_on, ended_on, power_factor_standard,
        year_to_date_kwh, household_count, and for audits category and voltage.
    """
    started, ended = (str(m.astype("M8[D]")) for m in months)
    kind, count = supply.kind, len(supply)
    is_home = supply.is_of("home")
    is_grouped = pd.Series(np.isin(kind, _GROUPED))
    none = pd.Series([""] * count, dtype="str")
    persons = numbers(1 + (supply.draws[:, 5] * 6).astype(np.int64))
    return pd.DataFrame(
        {
            "account_id": account_ids(np.arange(count)),
            "group_id": account_ids(group_of(supply)).where(~is_grouped, _groups(supply)),
            "tariff": _of_kind(kind, "tariff"),
            "started_on": categorical(np.zeros(count, np.int8), [started]),
            "ended_on": categorical(np.zeros(count, np.int8), [ended]),
            "power_factor_standard": _of_kind(kind, "standard"),
            "year_to_date_kwh": numbers(_years(supply, faults, months[0])[1]).where(is_home, ""),
            "household_count": persons.where(is_home, none),
            "category": _of_kind(kind, "category"),
            "voltage": categorical((supply.capacity_kva > 0).astype(np.int8), ["low", "high"]),
        }
    )


def previous_accounts_table(
    supply: Supply, faults: Faults, months: tuple[np.datetime64, np.datetime64]
) -> pd.DataFrame:
    """Return the billing periods of the month before (上期账户表).

    Returns
    -------
    DataFrame
        account_id, started_on, ended_on, year_to_date_kwh.
    """
    count = len(supply)
    days = [str(m.astype("M8[D]")) for m in (months[0] - 1, *months)]
    ytd = numbers(_years(supply, faults, months[0])[0])
    return pd.DataFrame(
        {
            "account_id": account_ids(np.arange(count)),
            "started_on": categorical(np.zeros(count, np.int8), days[:1]),
            "ended_on": categorical(faults.has("billed_twice").astype(np.int8), days[1:]),
            "year_to_date_kwh": ytd.where(supply.is_of("home"), ""),
        }
    )


def _years(
    supply: Supply, faults: Faults, started: np.datetime64
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what was used in the year up to the month before, and up to this month."""
    passed = int(started.astype("M8[M]").astype(np.int64)) % 12
    monthly = supply.energy_kwh
    is_wrong = faults.has("year_goes_back")
    if passed == 0:
        return 11 * monthly, np.where(is_wrong, 12 * monthly, 0)
    now = passed * monthly
    return np.where(is_wrong, now + monthly, now - monthly), now


def relations_table(supply: Supply, started: np.datetime64) -> pd.DataFrame:
    """Return sub-meters and fixed shares (主分关系表).

    Returns
    -------
    DataFrame
        child_id, parent_id, kind, quantity_kwh, ratio, and for audits verified_on.
    """
    rows = np.flatnonzero((supply.kind == SUB_METER) | (supply.kind == SHARE))
    is_share = supply.kind[rows] == SHARE
    children = meter_ids(rows).where(~is_share, account_ids(rows))
    verified = str((started.astype("M8[M]") - 6).astype("M8[D]"))
    ratio = f"0.{SHARE_PERCENT:02d}"
    return pd.DataFrame(
        {
            "child_id": children,
            "parent_id": meter_ids(group_of(supply)[rows]),
            "kind": categorical(is_share.astype(np.int8), ["sub_meter", "fixed_ratio"]),
            "quantity_kwh": pd.Series([""] * len(rows), dtype="str"),
            "ratio": categorical(is_share.astype(np.int8) - 1, [ratio]),
            "verified_on": categorical(is_share.astype(np.int8) - 1, [verified]),
        }
    )


def transformers_table(supply: Supply) -> pd.DataFrame:
    """Return the transformers; those metered on the low side have losses by formula (变压器表).

    Returns
    -------
    DataFrame
        transformer_id, account_id, capacity_kva, status, interlock_group, no_load_loss_kw,
        load_loss_kw, no_load_current_percent, short_circuit_voltage_percent, loss_method.
    """
    rows = np.flatnonzero(supply.capacity_kva > 0)
    has_loss = supply.is_of("works", "group_main")[rows]
    capacity = supply.capacity_kva[rows]
    losses = [
        numbers(_looked_up(watts, capacity), 3).where(has_loss, "")
        for watts in (_NO_LOAD_WATTS, _LOAD_WATTS)
    ]
    return pd.DataFrame(
        {
            "transformer_id": account_ids(rows),
            "account_id": account_ids(rows),
            "capacity_kva": numbers(capacity),
            "status": categorical(np.zeros(len(rows), np.int8), ["running"]),
            "interlock_group": pd.Series([""] * len(rows), dtype="str"),
            "no_load_loss_kw": losses[0],
            "load_loss_kw": losses[1],
            "no_load_current_percent": categorical(has_loss.astype(np.int8) - 1, ["0.6"]),
            "short_circuit_voltage_percent": categorical(has_loss.astype(np.int8) - 1, ["4.5"]),
            "loss_method": categorical(has_loss.astype(np.int8), ["none", "formula"]),
        }
    )


def _looked_up(table: dict[int, int], capacity: NDArray[np.int64]) -> NDArray[np.int64]:
    sizes = np.array(list(table))
    place = np.minimum(np.searchsorted(sizes, capacity), len(sizes) - 1)
    return np.array(list(table.values()))[place]


def givens_table(supply: Supply) -> pd.DataFrame:
    """Return what the market settled with each works: mostly a refund (给定值表).

    Returns
    -------
    DataFrame
        id, quantity, value.
    """
    rows = np.flatnonzero(supply.is_of("works", "group_main"))
    fen = (supply.energy_kwh[rows] * (1 - 3 * supply.draws[rows, 6])).astype(np.int64)
    return pd.DataFrame(
        {
            "id": account_ids(rows),
            "quantity": categorical(np.zeros(len(rows), np.int8), ["market_settlement"]),
            "value": numbers(fen, 2),
        }
    )


def values_table(
    supply: Supply, draws: NDArray[np.float64], low: NDArray[np.bool_]
) -> pd.DataFrame:
    """Return the billed energy of another month, as a table of results has it (历史电量表).

    Within a seventh of this month's; a group has that of its main meter.

    Parameters
    ----------
    supply : Supply
        The accounts as they should be.
    draws : ndarray of shape (n,)
        Uniform in [0, 1).
    low : ndarray of bool
        Accounts that used a fifth of it.

    Returns
    -------
    DataFrame
        id, name, period, value.
    """
    energy, mains = supply.energy_kwh, np.flatnonzero(supply.kind == GROUP_MAIN)
    taken = np.isin(supply.kind, (SUB_METER, SHARE))
    out = np.bincount(group_of(supply)[taken], weights=energy[taken], minlength=len(supply))
    own = np.where(supply.kind == GROUP_MAIN, energy - out.astype(np.int64), energy)
    ids = pd.concat([account_ids(np.arange(len(supply))), _groups(supply)[mains]])
    scale = (0.86 + 0.28 * draws) * np.where(low, 0.2, 1)
    value = (np.r_[own, energy[mains]] * np.r_[scale, scale[mains]]).astype(np.int64)
    return pd.DataFrame(
        {
            "id": ids.reset_index(drop=True),
            "name": categorical(np.zeros(len(ids), np.int8), ["billed_energy_kwh"]),
            "period": categorical(np.zeros(len(ids), np.int8), ["total"]),
            "value": numbers(value),
        }
    )


def _groups(supply: Supply) -> pd.Series[str]:
    return group_ids(group_of(supply))


def _of_kind(kind: NDArray[np.int64], field: str) -> pd.Series[str]:
    words = [str(getattr(k, field)) for k in KINDS]
    pool = list(dict.fromkeys(word for word in words if word))
    place = np.array([pool.index(word) if word else -1 for word in words])
    return pd.Series(categorical(place[kind], pool))
