"""What comes in: accounts, meters, readings and all that hangs on them (计费数据表)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from attrs import evolve, frozen

from powerchannel.billing.tables.crosscheck import cross_checked
from powerchannel.billing.tables.placing import joined_ids
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.ids import Ids
from powerchannel.tables import (
    CheckedTable,
    DomainTables,
    IdsMode,
    Source,
    Values,
    check_tables,
    kept,
)

__all__ = ["SCHEMAS", "Tables", "check"]


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class Tables(DomainTables):
    """The twelve tables after checking (检查后的计费数据).

    Each is there by its name as a data frame: `accounts`, `meters`, `readings` and so on. Numbers
    are exact text in it, never floats.

    Parameters
    ----------
    checked : mapping of table name to CheckedTable
        The compact columns.
    """

    domain = "billing"

    accounts = kept("accounts", "The accounts kept (计费账户).")
    meters = kept("meters", "The meters kept (计量点).")
    readings = kept("readings", "The readings kept (抄表示数).")
    relations = kept("relations", "The relations kept (主分关系).")
    transformers = kept("transformers", "The transformers and motors kept (受电设备).")
    loss_tables = kept("loss_tables", "The loss tables kept (变损表).")
    lines = kept("lines", "The lines kept (用户线路).")
    givens = kept("givens", "The givens kept (给定值).")
    adjustments = kept("adjustments", "The adjustments kept (调整项).")
    incidents = kept("incidents", "The incidents kept (窃电违约).")
    debts = kept("debts", "The debts kept (欠费).")
    intervals = kept("intervals", "The intervals kept (区间电量).")


def check(
    *,
    accounts: Source,
    meters: Source | None = None,
    readings: Source | None = None,
    relations: Source | None = None,
    transformers: Source | None = None,
    loss_tables: Source | None = None,
    lines: Source | None = None,
    givens: Source | None = None,
    adjustments: Source | None = None,
    incidents: Source | None = None,
    debts: Source | None = None,
    intervals: Source | None = None,
    ids: IdsMode = "text",
    now: date | None = None,
) -> Tables:
    """Check the billing tables and make them compact (计费数据检查).

    Nothing that comes in is changed. Bad rows drop out with a code and the rest goes on; all that
    was found stands in `Tables.problems`, the rows left out in `Tables.rejected`. A group that
    loses a row for a fault drops out as a whole, for its bill would be wrong; a reading within a
    period does not count for that. Numbers keep every decimal: one that would have to be rounded
    is rejected.

    Parameters
    ----------
    accounts : data frame or mapping of arrays
        account_id, started_on, ended_on, and, where there are, group_id, tariff,
        power_factor_standard, is_power_factor_assessed, year_to_date_kwh, household_count,
        contract_demand_kw, period_ended_on. Chinese headers and words do, here and below.
    meters : data frame, optional
        meter_id, account_id, multiplier, integer_digits, decimal_digits, total_policy,
        metering_side, circuit_id, transformer_id, line_id, installed_on, removed_on.
    readings : data frame, optional
        meter_id, register, read_on, reading, status.
    relations : data frame, optional
        child_id, parent_id, kind, quantity_kwh, ratio, period_split, ratio_base,
        bears_transformer_loss, bears_line_loss.
    transformers : data frame, optional
        transformer_id, account_id, kind, capacity_kva, status, ..., loss_method, loss_table.
    loss_tables : data frame, optional
        loss_table, capacity_kva, above_kwh, up_to_kwh, loss_kwh, loss_kvarh.
    lines : data frame, optional
        line_id, loss_ratio, resistance_ohm, reactance_ohm, voltage_kv, side.
    givens : data frame, optional
        id, quantity, period, value, period_ended_on.
    adjustments : data frame, optional
        account_id, code, group, amount_yuan, period_ended_on, source_key.
    incidents : data frame, optional
        incident_id, account_id, kind, load_kind, load_kw, load_tariff, capacity_kva, started_on,
        found_on.
    debts : data frame, optional
        account_id, amount_yuan, due_on, paid_on, source_key.
    intervals : data frame, optional
        meter_id, started_at, energy_kwh, reactive_kvarh.
    ids : {"text", "integer"}
        Whether integer columns are accepted as ids.
    now : date, optional
        Days after the end of the next year are rejected, but for the ends of equipment. By
        default today: the one place where the clock is asked, and only to tell the impossible.

    Raises
    ------
    TableError
        With every structural fault of all tables: a missing column, a wrong type, no accounts.

    Examples
    --------
    >>> tables = check(
    ...     accounts={"户号": ["017"], "开始日期": ["2025-01-01"], "结束日期": ["2025-02-01"]},
    ...     meters={"表号": ["m1"], "户号": ["017"], "倍率": ["2000"]},
    ...     readings={
    ...         "表号": ["m1", "m1", "m2"],
    ...         "示数类型": ["正向有功总"] * 3,
    ...         "抄表日期": ["2025-01-01", "2025-02-01", "2025-02-01"],
    ...         "示数": ["95.5", "101.25", "7"],
    ...     },
    ... )
    >>> tables.readings.reading.tolist()
    ['95.500000', '101.250000']
    >>> tables.rejected[["table", "row", "code"]].values.tolist()
    [['readings', 2, 'unknown_meter']]
    """
    sources = {
        "accounts": accounts,
        "meters": meters,
        "readings": readings,
        "relations": relations,
        "transformers": transformers,
        "loss_tables": loss_tables,
        "lines": lines,
        "givens": givens,
        "adjustments": adjustments,
        "incidents": incidents,
        "debts": debts,
        "intervals": intervals,
    }
    latest = (now or date.today()).year + 1
    checked = check_tables(sources, SCHEMAS, vocabularies={}, latest_year=latest, ids=ids)
    every = {**checked, "accounts": _with_groups(checked["accounts"])}
    return Tables(checked=cross_checked(every))


def _with_groups(accounts: CheckedTable) -> CheckedTable:
    """Make an account without a group a group of its own."""
    return evolve(accounts, values=_grouped(accounts.values), left_out=_grouped(accounts.left_out))


def _grouped(columns: Mapping[str, Values]) -> dict[str, Values]:
    account, group = columns.get("account_id"), columns.get("group_id")
    if not isinstance(account, Ids):
        return dict(columns)
    if not isinstance(group, Ids):
        return {**columns, "group_id": account}
    both = joined_ids([group, account])
    keys = np.where(group.keys == 0, both.keys[len(group) :], both.keys[: len(group)])
    return {**columns, "group_id": Ids(keys, both.names)}
