"""Checks of registers, multipliers and what is taken from a meter (表计与扣减审核)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from powerchannel.billing.audit.inputs import (
    Bools,
    Facet,
    Inputs,
    Ints,
    Limits,
    Objects,
    Unable,
    is_known,
)
from powerchannel.billing.audit.struck import struck_rows, with_unchecked
from powerchannel.billing.compare.sheets import DECIMALS, Sheet
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

__all__ = [
    "children_above_parent",
    "looked_up",
    "multiplier_changed",
    "multiplier_of_transformers",
    "multiplier_used",
    "quantity_above_parent",
    "ratio_above_one",
    "rollover",
    "unverified",
]

_ONE = 10**DECIMALS
_REAL = ("sub_meter", "through_supply")


def rollover(inputs: Inputs, limits: Limits) -> Facet:
    """Find a register that stands lower than before, and measured something (示数过零)."""
    del limits
    sheet = inputs.sheet("registers", "meter_id", "register", "previous", "current", "metered_kwh")
    before, now, metered = (
        sheet.units(n, DECIMALS) for n in ("previous", "current", "metered_kwh")
    )
    is_hit = is_known(before, now, metered) & (now < before) & (metered > 0)
    is_hit &= sheet.texts("register") != "max_demand"
    what = Text("示数由 {threshold} 过零至 {found}", "ran over from {threshold} to {found}")
    return struck_rows(inputs.account_of(sheet.texts("meter_id")), is_hit, now, before, what)


def looked_up(sheet: Sheet, column: str, meter_ids: Objects, decimals: int) -> Ints:
    """Return a number of each meter, of its first row; `NO_NUMBER` where it has none (表计参数)."""
    known = pd.Series(sheet.units(column, decimals), index=sheet.texts("meter_id"))
    known = known[~known.index.duplicated()]
    positions = known.index.get_indexer(pd.Index(meter_ids, dtype=object))
    values = known.to_numpy(dtype=np.int64)
    if not len(values):
        return np.full(len(meter_ids), NO_NUMBER)
    return np.where(positions >= 0, values[positions], NO_NUMBER)


def multiplier_used(inputs: Inputs, limits: Limits) -> Facet:
    """Find a bill with another multiplier than the archive has (倍率与档案不符)."""
    del limits
    sheet = inputs.sheet("registers", "meter_id", "multiplier")
    meters = inputs.sheet("meters", "meter_id", "multiplier")
    meter_ids, used = sheet.texts("meter_id"), sheet.units("multiplier", DECIMALS)
    stated = looked_up(meters, "multiplier", meter_ids, DECIMALS)
    first = ~pd.Series(meter_ids, dtype=object).duplicated().to_numpy()
    what = Text(
        "倍率 {found}，档案为 {threshold}", "multiplier {found}, the archive has {threshold}"
    )
    is_hit = is_known(used, stated) & (used != stated) & first
    return struck_rows(inputs.account_of(meter_ids), is_hit, used, stated, what)


def multiplier_of_transformers(inputs: Inputs, limits: Limits) -> Facet:
    """Find a multiplier that is not CT x PT (倍率不等于 CT×PT)."""
    del limits
    ratios = ("current_transformer_ratio", "voltage_transformer_ratio")
    sheet = inputs.sheet("meters", "meter_id", "multiplier", *ratios)
    stated = sheet.units("multiplier", DECIMALS)
    current, voltage = (sheet.units(name, 3) for name in ratios)
    both = is_known(stated, current, voltage)
    product = np.where(both, current, 0) * np.where(both, voltage, 0) * (_ONE // 10**6)
    what = Text("倍率 {found}，CT×PT 为 {threshold}", "multiplier {found}, CT x PT is {threshold}")
    return struck_rows(
        inputs.account_of(sheet.texts("meter_id")),
        both & (stated != product),
        stated,
        product,
        what,
    )


def multiplier_changed(inputs: Inputs, limits: Limits) -> Facet:
    """Find a multiplier that changed without a work order (倍率无工单变更)."""
    del limits
    sheet = inputs.sheet("meters", "meter_id", "multiplier", "previous_multiplier", "work_order_id")
    now, before = (sheet.units(n, DECIMALS) for n in ("multiplier", "previous_multiplier"))
    is_hit = is_known(now, before) & (now != before) & (sheet.texts("work_order_id") == "")
    what = Text(
        "倍率由 {threshold} 改为 {found}，没有工单",
        "multiplier changed from {threshold} to {found} without a work order",
    )
    return struck_rows(inputs.account_of(sheet.texts("meter_id")), is_hit, now, before, what)


def children_above_parent(inputs: Inputs, limits: Limits) -> Facet:
    """Find sub-meters that measured more than their parent (分表之和大于主表)."""
    del limits
    sheet = inputs.sheet("relations", "child_id", "parent_id", "kind")
    real = np.isin(sheet.texts("kind").astype(str), _REAL)
    children, parents = sheet.texts("child_id")[real], sheet.texts("parent_id")[real]
    energy = _metered(inputs, children)
    return _above_parent(
        inputs,
        parents,
        energy,
        Text(
            "分表合计 {found} 千瓦时，主表 {threshold} 千瓦时",
            "sub-meters sum to {found} kWh, their parent has {threshold} kWh",
        ),
    )


def quantity_above_parent(inputs: Inputs, limits: Limits) -> Facet:
    """Find fixed quantities above what sub-meters leave of their parent (定量大于主表余量)."""
    del limits
    sheet = inputs.sheet("relations", "child_id", "parent_id", "kind", "quantity_kwh")
    is_fixed = sheet.texts("kind") == "fixed_quantity"
    return _above_parent(
        inputs,
        sheet.texts("parent_id")[is_fixed],
        sheet.units("quantity_kwh", DECIMALS)[is_fixed],
        Text(
            "定量合计 {found} 千瓦时，主表余 {threshold} 千瓦时",
            "fixed quantities sum to {found} kWh, their parent has {threshold} kWh left",
        ),
        taken=_taken(inputs, sheet),
    )


def _taken(inputs: Inputs, sheet: Sheet) -> pd.Series[int]:
    """Return what the sub-meters of each parent measured, as far as it is known."""
    real = np.isin(sheet.texts("kind").astype(str), _REAL)
    energy = _metered(inputs, sheet.texts("child_id")[real])
    known = pd.Series(np.where(is_known(energy), energy, 0), dtype=np.int64)
    return known.groupby(pd.Series(sheet.texts("parent_id")[real], dtype=object)).sum()


def _metered(inputs: Inputs, ids: Objects) -> Ints:
    """Return what meters or accounts measured, by the bills."""
    bills = inputs.bills
    rows = bills[(bills["name"] == "metered_energy_kwh") & (bills["period"] == "total")]
    known = pd.Series(rows["units"].to_numpy(), index=rows["id"].to_numpy(dtype=object))
    known = known[~known.index.duplicated()]
    found = known.reindex(pd.Index(ids, dtype=object), fill_value=NO_NUMBER)
    return found.to_numpy(dtype=np.int64)


def _above_parent(
    inputs: Inputs,
    parents: Objects,
    parts: Ints,
    what: Text,
    taken: pd.Series[int] | None = None,
) -> Facet:
    table = pd.DataFrame({"parent": parents, "part": parts, "known": is_known(parts)})
    table["part"] = np.where(table["known"], parts, 0)
    summed = table.groupby("parent").agg(part=("part", "sum"), known=("known", "all"))
    ids = summed.index.to_numpy(dtype=object)
    total, whole = summed["part"].to_numpy(dtype=np.int64), _metered(inputs, ids)
    has_all: Bools = summed["known"].to_numpy(dtype=np.bool_) & is_known(whole)
    if taken is not None:
        less = taken.reindex(ids, fill_value=0).to_numpy(dtype=np.int64)
        # Sub-meters above their parent are another rule.
        whole = np.where(is_known(whole) & (less <= whole), whole - less, whole)
    owners = inputs.account_of(ids)
    # What is known of the parts may already be too much.
    found = struck_rows(owners, is_known(whole) & (total > whole), total, whole, what)
    return with_unchecked(found, owners[~has_all], "bills.metered_energy_kwh")


def ratio_above_one(inputs: Inputs, limits: Limits) -> Facet:
    """Find fixed ratios that sum to more than the whole (定比合计大于 1)."""
    del limits
    sheet = inputs.sheet("relations", "parent_id", "kind", "ratio")
    is_fixed = sheet.texts("kind") == "fixed_ratio"
    ratio = sheet.units("ratio", DECIMALS)[is_fixed]
    parents = pd.Series(sheet.texts("parent_id")[is_fixed], dtype=object)
    summed = pd.Series(np.where(is_known(ratio), ratio, 0)).groupby(parents).sum()
    total = summed.to_numpy().astype(np.int64)
    ids = inputs.account_of(summed.index.to_numpy(dtype=object))
    what = Text("定比合计 {found}，大于 {threshold}", "ratios sum to {found}, above {threshold}")
    return struck_rows(ids, total > _ONE, total, "1", what)


def unverified(inputs: Inputs, limits: Limits) -> Facet:
    """Find fixed quantities and ratios that nobody verified for long (定量定比久未核定)."""
    sheet = inputs.sheet("relations", "parent_id", "kind", "verified_on")
    if not len(inputs.accounts):
        raise Unable("archive.accounts")
    ended = inputs.accounts["ended"].max().to_datetime64().astype("datetime64[D]")
    months = int(limits["most_years"] * 12)
    days = sheet.days("verified_on")
    oldest = (ended.astype("datetime64[M]") - months).astype("datetime64[D]")
    limit = oldest + (ended - ended.astype("datetime64[M]").astype("datetime64[D]"))
    is_fixed = np.isin(sheet.texts("kind").astype(str), ("fixed_quantity", "fixed_ratio"))
    is_never = np.isnat(days)
    words = np.where(is_never, "-", np.datetime_as_string(days)).astype(object)
    what = Text("上次核定 {found}，应不早于 {threshold}", "verified {found}, due since {threshold}")
    return struck_rows(
        inputs.account_of(sheet.texts("parent_id")),
        is_fixed & (is_never | (days < limit)),
        words,
        str(limit),
        what,
    )
