"""Checks of billing periods and of what a year accumulates (计费期与阶梯审核)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from powerchannel.billing.audit.inputs import (
    Facet,
    Inputs,
    Limits,
    Objects,
    has_tariff,
    is_known,
)
from powerchannel.billing.audit.struck import not_asked, struck_rows, with_unchecked
from powerchannel.billing.compare.sheets import DECIMALS
from powerchannel.text import Text

__all__ = ["billed_twice", "gap_to_previous", "gap_within", "year_goes_back", "year_not_reset"]

_KEY = ["id", "name", "period"]
_GAP = Text(
    "自 {found} 起计费，上一段止于 {threshold}",
    "begins on {found}, the one before ends on {threshold}",
)


def billed_twice(inputs: Inputs, limits: Limits) -> Facet:
    """Find a result that stands twice: the period was billed twice (重复计费)."""
    del limits
    is_repeated = inputs.bills.duplicated(_KEY).to_numpy(dtype=np.bool_)
    ids, names = (inputs.bills[n].to_numpy(dtype=object) for n in ("id", "name"))
    is_first = ~inputs.bills.assign(again=is_repeated).duplicated(["id", "again"]).to_numpy()
    what = Text("{found} 出现不止一次", "{found} stands more than once")
    return struck_rows(ids, is_repeated & is_first, names, "1", what)


def gap_within(inputs: Inputs, limits: Limits) -> Facet:
    """Find rows of an account that leave a gap or overlap (计费段空档或重叠)."""
    del limits
    table = inputs.accounts.sort_values(["account_id", "started"], kind="stable")
    before = table["ended"].shift()
    is_next = table["account_id"] == table["account_id"].shift()
    is_hit = (is_next & (table["started"] != before)).to_numpy(dtype=np.bool_)
    ids = table["account_id"].to_numpy(dtype=object)
    return struck_rows(ids, is_hit, _days(table["started"]), _days(before), _GAP)


def gap_to_previous(inputs: Inputs, limits: Limits) -> Facet:
    """Find a period that does not begin where the one before ended (与上期之间空档或重叠)."""
    del limits
    sheet = inputs.sheet("previous_accounts", "account_id", "ended_on")
    ended = pd.Series(sheet.days("ended_on")).groupby(pd.Series(sheet.texts("account_id"))).max()
    started = inputs.accounts.groupby("account_id")["started"].min()
    before = ended.reindex(started.index)
    is_old = before.notna().to_numpy()
    is_hit = is_old & (started != before).to_numpy(dtype=np.bool_)
    ids = started.index.to_numpy(dtype=object)
    return struck_rows(ids, is_hit, _days(started), _days(before), _GAP)


def year_not_reset(inputs: Inputs, limits: Limits) -> Facet:
    """Find energy of the year that is not 0 on 1 January (跨年未清零)."""
    del limits
    what = Text(
        "1 月 1 日起的年累计为 {found}，应为 {threshold}",
        "{found} kWh on 1 January, not {threshold}",
    )
    yearly = _yearly(inputs)
    if not len(yearly):
        return not_asked(what)
    now = _year_to_date(inputs, "accounts")
    is_january = (now["started"].dt.month == 1) & (now["started"].dt.day == 1)
    units = now["units"].to_numpy(dtype=np.int64)
    is_hit = is_january.to_numpy(dtype=np.bool_) & (units > 0)
    found = struck_rows(now["id"].to_numpy(dtype=object), is_hit, units, "0", what)
    return with_unchecked(found, _others(yearly, now), "archive.accounts.year_to_date_kwh")


def year_goes_back(inputs: Inputs, limits: Limits) -> Facet:
    """Find energy of the year that falls, or goes on into the next (年累计倒退或未清零)."""
    del limits
    what = Text("年累计 {found}，上期 {threshold}", "{found} kWh of the year, {threshold} before")
    yearly = _yearly(inputs)
    if not len(yearly):
        return not_asked(what)
    now, before = (_year_to_date(inputs, name) for name in ("accounts", "previous_accounts"))
    both = now.merge(before, on="id", suffixes=("", "_before"))
    same_year = both["started"].dt.year == both["started_before"].dt.year
    falls = same_year & (both["units"] < both["units_before"])
    goes_on = ~same_year & (both["units_before"] > 0) & (both["units"] >= both["units_before"])
    ids, units, earlier = (both[n].to_numpy() for n in ("id", "units", "units_before"))
    is_hit = (falls | goes_on).to_numpy(dtype=np.bool_)
    found = struck_rows(ids.astype(object), is_hit, units, earlier, what)
    return with_unchecked(
        found, _others(yearly, both), "archive.previous_accounts.year_to_date_kwh"
    )


def _yearly(inputs: Inputs) -> Objects:
    """Return the accounts whose tiers count by the year."""
    is_yearly = has_tariff(inputs, lambda t: t.tiers is not None and t.tiers.cycle == "year")
    return inputs.ids.to_numpy(dtype=object)[is_yearly]


def _others(yearly: Objects, known: pd.DataFrame) -> Objects:
    return yearly[~np.isin(yearly.astype(str), known["id"].to_numpy(dtype=object).astype(str))]


def _year_to_date(inputs: Inputs, name: str) -> pd.DataFrame:
    """Return the first row of each account that knows the energy of its year."""
    sheet = inputs.sheet(name, "account_id", "started_on", "year_to_date_kwh")
    table = pd.DataFrame(
        {
            "id": sheet.texts("account_id"),
            "started": sheet.days("started_on"),
            "units": sheet.units("year_to_date_kwh", DECIMALS),
        }
    )
    known = table[is_known(table["units"].to_numpy(dtype=np.int64))]
    return known.sort_values("started", kind="stable").drop_duplicates("id")


def _days(column: pd.Series) -> Objects:
    return np.asarray(column.dt.strftime("%Y-%m-%d"), dtype=object)
