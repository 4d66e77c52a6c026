"""Checks of lines, sums, prices and the capacity charge (电费审核)."""

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
    has_tariff,
    is_known,
    scaled_by,
)
from powerchannel.billing.audit.struck import not_asked, struck, struck_rows
from powerchannel.billing.compare.sheets import DECIMALS, Sheet, plain_text
from powerchannel.billing.tariff import Tariff
from powerchannel.money import exact_integer
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

__all__ = [
    "average_price_band",
    "capacity_charged",
    "category_differs",
    "contract_below_floor",
    "contract_charged",
    "lines_differ",
    "missing_standard",
    "negative_lines",
    "two_part_below",
    "unknown_tariff",
]

_FEN = 10 ** (DECIMALS - 2)
_POWER_FACTOR = "power_factor_charge"
_CATEGORIES = ("residential", "agriculture", "commerce_industry")
_QUANTITY_DECIMALS = 6


def negative_lines(inputs: Inputs, limits: Limits) -> Facet:
    """Find lines for a negative quantity (负数账单行).

    A negative price or a given amount may be right.
    """
    del limits
    sheet = inputs.sheet("lines", "account_id", "code", "quantity", "amount_fen")
    quantity = sheet.texts("quantity")
    words = pd.Series(quantity, dtype=object).str.startswith("-").to_numpy(dtype=np.bool_)
    is_hit = words & (sheet.texts("code") != _POWER_FACTOR)
    what = Text("账单行的数量 {found} 为负", "a line charges the negative quantity {found}")
    return struck_rows(sheet.texts("account_id"), is_hit, quantity, "0", what)


def lines_differ(inputs: Inputs, limits: Limits) -> Facet:
    """Find lines that do not sum to the amount (分项与合计不符).

    An account's amount stands without the power-factor charge, unless it is its own group.
    """
    sheet = inputs.sheet("lines", "account_id", "group_id", "code", "amount_fen")
    amount = inputs.amounts("bills", "amount_yuan")
    summed = inputs.aligned(*_sums(sheet))
    # An account without any line has an amount of 0.
    summed = np.where(is_known(summed), summed, 0)
    gap = np.abs(np.where(is_known(amount), amount, 0) - summed)
    least = exact_integer(limits["yuan"], DECIMALS, where="yuan")
    what = Text(
        "账单行合计 {found} 元，账单 {threshold} 元",
        "lines sum to {found}, the bill is {threshold}",
    )
    return struck(inputs, is_known(amount) & (gap > 0) & (gap >= least), summed, amount, what)


def _sums(sheet: Sheet) -> tuple[Objects, Ints]:
    accounts, groups = sheet.texts("account_id"), sheet.texts("group_id")
    units = sheet.units("amount_fen", 0) * _FEN
    is_own = (sheet.texts("code") != _POWER_FACTOR) & (accounts != groups)
    ids = np.r_[accounts[is_own], groups]
    total = pd.Series(np.r_[units[is_own], units]).groupby(pd.Series(ids, dtype=object)).sum()
    return total.index.to_numpy(dtype=object), total.to_numpy(dtype=np.int64)


def average_price_band(inputs: Inputs, limits: Limits) -> Facet:
    """Find an average price outside the band of its category (均价异常)."""
    price = inputs.amounts("bills", "average_price_yuan_per_kwh")
    categories = inputs.categories
    least, most = np.full(len(price), NO_NUMBER), np.full(len(price), NO_NUMBER)
    for category in _CATEGORIES:
        low, high = (limits.get(f"{category}_{end}") for end in ("least", "most"))
        if low is not None and high is not None:
            least[categories == category] = exact_integer(low, DECIMALS, where="least")
            most[categories == category] = exact_integer(high, DECIMALS, where="most")
    is_banded = is_known(price, least, most)
    band = np.full(len(price), "", dtype=object)
    band[is_banded] = (
        plain_text(least[is_banded]) + ".." + plain_text(most[is_banded])  # object arrays
    )
    return struck(
        inputs,
        is_banded & ((price < least) | (price > most)),
        price,
        band,
        Text("均价 {found}，通常在 {threshold} 之间", "an average of {found}, usual {threshold}"),
        unchecked=is_known(price) & ~is_known(least, most),
        missing="tariffs.category",
    )


def unknown_tariff(inputs: Inputs, limits: Limits) -> Facet:
    """Find a tariff that the rulebook has not (电价不存在)."""
    del limits
    table = inputs.accounts
    known = ", ".join(inputs.tariffs) or "-"
    is_hit = ~table["tariff"].isin(list(inputs.tariffs)).to_numpy(dtype=np.bool_)
    what = Text(
        "规则集没有电价“{found}”；现有：{threshold}",
        "the rulebook has no tariff {found}; known: {threshold}",
    )
    ids, names = (table[n].to_numpy(dtype=object) for n in ("account_id", "tariff"))
    return struck_rows(ids, is_hit, names, known, what)


def category_differs(inputs: Inputs, limits: Limits) -> Facet:
    """Find a tariff of another category than the archive has (电价与用电类别不符)."""
    del limits
    table, stated = inputs.accounts, inputs.stated_categories
    charged = inputs.of_tariff(lambda tariff: tariff.category or "")
    is_hit = (stated != "") & (charged != "") & (stated != charged)
    what = Text(
        "电价属 {found}，档案为 {threshold}", "a tariff of {found}, the archive has {threshold}"
    )
    ids = table["account_id"].to_numpy(dtype=object)
    return struck_rows(ids, np.asarray(is_hit, dtype=np.bool_), charged, stated, what)


def two_part_below(inputs: Inputs, limits: Limits) -> Facet:
    """Find a two-part tariff below the capacity that it begins with (两部制低于起点容量)."""
    is_two_part = has_tariff(inputs, lambda tariff: _mode(tariff) != "none")
    what = Text(
        "两部制电价而容量为 {found} 千伏安，起点 {threshold}",
        "a two-part tariff for {found} kVA, which begins at {threshold}",
    )
    if not is_two_part.any():
        return not_asked(what)
    capacity = inputs.capacity
    least = exact_integer(limits["two_part_kva"], DECIMALS, where="two_part_kva")
    return struck(
        inputs,
        is_two_part & is_known(capacity) & (capacity < least),
        capacity,
        f"{limits['two_part_kva']:f}",
        what,
        unchecked=is_two_part & ~is_known(capacity) & ~inputs.has_idle_supply,
        missing="archive.transformers.capacity_kva",
    )


def missing_standard(inputs: Inputs, limits: Limits) -> Facet:
    """Find no power-factor standard where the capacity needs one (缺力率标准)."""
    sheet = inputs.sheet("accounts", "account_id", "power_factor_standard")
    capacity = inputs.capacity
    stated = sheet.units("power_factor_standard", DECIMALS)
    has_standard = inputs.aligned(sheet.texts("account_id"), stated) != NO_NUMBER
    least = exact_integer(limits["power_factor_kva"], DECIMALS, where="power_factor_kva")
    is_account = np.isin(inputs.ids.to_numpy().astype(str), sheet.texts("account_id").astype(str))
    needs_one = is_known(capacity) & (capacity >= least) & (inputs.categories != "residential")
    what = Text(
        "容量 {found} 千伏安，自 {threshold} 起应有力率标准",
        "{found} kVA without a power-factor standard, which is due from {threshold}",
    )
    return struck(
        inputs,
        is_account & needs_one & ~has_standard,
        capacity,
        f"{limits['power_factor_kva']:f}",
        what,
    )


def contract_below_floor(inputs: Inputs, limits: Limits) -> Facet:
    """Find a contract demand below its share of the capacity (合同需量低于下限)."""
    what = Text(
        "合同需量 {found} 千瓦，不得低于 {threshold}",
        "a contract demand of {found} kW, at least {threshold}",
    )
    is_asked = has_tariff(inputs, lambda tariff: _mode(tariff) == "contract_demand")
    if not is_asked.any():
        return not_asked(what)
    agreed, capacity = _agreed(inputs), inputs.capacity
    least = scaled_by(np.where(is_known(capacity), capacity, 0), limits["contract_floor_ratio"])
    return struck(
        inputs,
        is_asked & is_known(agreed, capacity) & (agreed < least),
        agreed,
        least,
        what,
        unchecked=is_asked & ~is_known(agreed, capacity),
        missing="archive.accounts.contract_demand_kw",
    )


def capacity_charged(inputs: Inputs, limits: Limits) -> Facet:
    """Find a capacity charge on other kVA than the archive has (基本电费与档案不符).

    For accounts in one row over whole months, all transformers running in one row each and not
    interlocked; states that change within the month are for the bill's own findings.
    """
    del limits
    sheet = inputs.sheet("lines", "account_id", "code", "quantity")
    is_charge = sheet.texts("code") == "capacity"
    quantity = sheet.units("quantity", _QUANTITY_DECIMALS, is_strict=False)[is_charge]
    scale = 10 ** (DECIMALS - _QUANTITY_DECIMALS)
    known = np.where(is_known(quantity), quantity * scale, NO_NUMBER)
    ids = sheet.texts("account_id")[is_charge]
    charged = inputs.aligned(ids, known)
    months, is_plain = _whole_months(inputs)
    due = np.where(is_known(inputs.capacity), inputs.capacity, 0) * months
    is_asked = has_tariff(inputs, lambda tariff: _mode(tariff) == "capacity")
    is_asked &= is_plain & ~_repeats(inputs, ids)
    what = Text(
        "按 {found} 千伏安·月计收，档案为 {threshold}",
        "charged for {found} kVA months, the archive has {threshold}",
    )
    return struck(
        inputs,
        is_asked & is_known(charged, inputs.capacity) & (charged != due),
        charged,
        due,
        what,
        unchecked=is_asked & ~is_known(charged),
        missing="archive.lines.quantity",
    )


def contract_charged(inputs: Inputs, limits: Limits) -> Facet:
    """Find less demand charged than was agreed (计费需量低于合同需量).

    For the same accounts as the capacity: without a change within the month.
    """
    del limits
    what = Text(
        "按 {found} 千瓦计收，合同需量 {threshold}",
        "charged for {found} kW, {threshold} were agreed",
    )
    is_asked = has_tariff(inputs, lambda tariff: _mode(tariff) == "contract_demand")
    if not is_asked.any():
        return not_asked(what)
    agreed, billed = _agreed(inputs), inputs.amounts("bills", "billed_demand_kw")
    is_asked &= _whole_months(inputs)[1] & is_known(agreed)
    return struck(
        inputs,
        is_asked & is_known(billed) & (billed < agreed),
        billed,
        agreed,
        what,
        unchecked=is_asked & ~is_known(billed),
        missing="bills.billed_demand_kw",
    )


def _agreed(inputs: Inputs) -> Ints:
    sheet = inputs.sheet("accounts", "account_id", "contract_demand_kw")
    return inputs.aligned(sheet.texts("account_id"), sheet.units("contract_demand_kw", DECIMALS))


def _repeats(inputs: Inputs, ids: Objects) -> Bools:
    counts = pd.Series(ids, dtype=object).value_counts()
    return np.asarray(counts.reindex(inputs.ids).fillna(0) > 1, dtype=np.bool_)


def _whole_months(inputs: Inputs) -> tuple[Ints, Bools]:
    """Return the months of each account, and where its charge is capacity times months."""
    table = inputs.accounts
    start, end = (table[n].to_numpy().astype("datetime64[D]") for n in ("started", "ended"))
    months = (end.astype("datetime64[M]") - start.astype("datetime64[M]")).astype(np.int64)
    is_whole = (start - start.astype("datetime64[M]")) == (end - end.astype("datetime64[M]"))
    accounts = table["account_id"].to_numpy(dtype=object)
    is_whole &= ~table["account_id"].duplicated(keep=False).to_numpy()
    sheet = inputs.sheet("transformers", "account_id", "status")
    status = sheet.texts("status")
    is_odd = (status != "running") & (status != "")
    if sheet.has("interlock_group"):
        is_odd |= sheet.texts("interlock_group") != ""
    changing = inputs.transformers.loc[inputs.transformers["rows"] > 1, "id"]
    odd = np.r_[sheet.texts("account_id")[is_odd], changing.to_numpy(dtype=object)]
    found = inputs.aligned(accounts[is_whole], months[is_whole])
    is_plain = is_known(found) & ~np.isin(inputs.ids.to_numpy().astype(str), odd.astype(str))
    return np.where(is_plain, found, 0), is_plain


def _mode(tariff: Tariff) -> str:
    return "none" if tariff.capacity_charge is None else tariff.capacity_charge.mode
