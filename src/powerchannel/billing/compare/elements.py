"""Bills beside other bills: what differs, by how much, and where it begins (基准比较).

The other side is an issued bill, last month, the same month of last year, another engine
(`compare`); customers of the same kind are in `powerchannel.billing.compare.peers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.compare.sheets import DECIMALS, plain_text, read_values
from powerchannel.billing.printing.frames import is_money
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import GROUPS
from powerchannel.errors import TableError
from powerchannel.money import decimal_text, exact_integer
from powerchannel.tables import Source
from powerchannel.text import Text

__all__ = [
    "STAGES",
    "TOLERANCES",
    "Comparison",
    "Tolerances",
    "compare",
    "stage_of",
]

STAGES: Mapping[str, Text] = MappingProxyType(
    {
        "metered": Text("抄见电量", "metered energy"),
        "deductions": Text("主分表、定量、定比", "sub-meters, quantities and ratios"),
        "transformer_loss": Text("变损", "transformer loss"),
        "line_loss": Text("线损", "line loss"),
        "billed": Text("计费电量", "billed energy"),
        "energy_charge": Text("电度电费", "energy charge"),
        "capacity_charge": Text("基本电费", "capacity or demand charge"),
        "power_factor": Text("力调电费", "power-factor adjustment"),
        "funds": Text("代征及基金", "funds and surcharges"),
        "total": Text("合计", "total"),
    }
)
"""The stages of a bill, in their order; a difference goes on from its stage to those below."""

_ORDER = {stage: rank for rank, stage in enumerate(STAGES)}
_STAGE_OF_NAME: Mapping[str, str] = MappingProxyType(
    {
        "multiplier": "metered",
        "metered_energy_kwh": "metered",
        "metered_reactive_kvarh": "metered",
        "metered_demand_kw": "metered",
        "feed_in_energy_kwh": "metered",
        "added_kwh": "deductions",
        "transformer_loss_kwh": "transformer_loss",
        "transformer_loss_kvarh": "transformer_loss",
        "line_loss_kwh": "line_loss",
        "line_loss_kvarh": "line_loss",
        "billed_energy_kwh": "billed",
        "billed_reactive_kvarh": "billed",
        "billed_demand_kw": "billed",
        "power_factor": "power_factor",
        "power_factor_rate_percent": "power_factor",
        "power_factor_charge": "power_factor",
        "capacity": "capacity_charge",
        "fund": "funds",
        **dict.fromkeys(
            (
                "amount_yuan",
                "average_price_yuan_per_kwh",
                "incident_energy_kwh",
                "supplement_yuan",
                "penalty_yuan",
                "late_fee_yuan",
                "feed_in_yuan",
                "feed_in_vat_yuan",
            ),
            "total",
        ),
    }
)
_STAGE_OF_GROUP: Mapping[str, str] = {
    group: _STAGE_OF_NAME.get(group, "energy_charge") for group in GROUPS
}
_SUMS = frozenset({*GROUPS, "amount_yuan", "energy_charge_yuan"})
_UNITS_PER_FEN = 10 ** (DECIMALS - 2)
_KEY = ["id", "name", "period"]
_MATCHED, _WITHIN, _MISMATCH = "matched", "within_tolerance", "mismatch"
_MISSING = ("missing_ours", "missing_other")
_VERDICTS = (_MATCHED, _WITHIN, *_MISSING, _MISMATCH)


@frozen(kw_only=True)
class Tolerances:
    """How far two values may differ and still be taken for the same (比对允差).

    Energy, demand, multipliers, factors and rates must be the same.

    Parameters
    ----------
    line_yuan : Decimal
        For a printed line; a sum of n lines may differ by n times as much. [yuan]
    average_price : Decimal
        For an average price. [yuan/kWh]
    """

    line_yuan: Decimal = Decimal("0.01")
    average_price: Decimal = Decimal("0.000005")


TOLERANCES = Tolerances()
"""What the reference of billing calls for."""


@frozen(eq=False, kw_only=True)
class Comparison:
    """Two sets of bills, element by element (比对结果).

    Parameters
    ----------
    elements : DataFrame
        id, name, period, stage, ours, other (exact text, null where missing), difference (ours
        less other, exact text), relative (float, of the other; null where that is 0 or missing),
        tolerance_class (exact, line, sum, average_price), tolerance (exact text), verdict
        (matched, within_tolerance, mismatch, missing_ours, missing_other).
    accounts : DataFrame
        One row an id: id, verdict (the worst of its elements), first_stage, first_name and
        first_period of the first difference (empty without one), and the counts of each verdict.
    """

    elements: pd.DataFrame
    accounts: pd.DataFrame

    @property
    def is_same(self) -> bool:
        """Whether nothing is missing and nothing differs beyond its tolerance (是否一致)."""
        return bool(self.elements["verdict"].isin((_MATCHED, _WITHIN)).all())

    def __repr__(self) -> str:
        counts = self.elements["verdict"].value_counts()
        shown = ", ".join(f"{counts.get(v, 0):,} {v}" for v in _VERDICTS if counts.get(v, 0))
        return f"<billing.Comparison {len(self.accounts):,} ids: {shown}>"


def compare(
    ours: Source,
    other: Source,
    *,
    tolerances: Tolerances = TOLERANCES,
    rulebook: Rulebook | None = None,
) -> Comparison:
    """Hold bills beside issued ones, last month's, last year's or another engine's (基准比较).

    Money is compared in whole fen, everything else in whole 1e-8. Source: billing reference,
    section on comparison: exact for energy, 0.01 yuan a line, n times 0.01 for n lines, 0.000005
    yuan/kWh for an average price.

    Parameters
    ----------
    ours, other : data frame or mapping
        id, name, period, value, such as ``Result.table``.
    tolerances : Tolerances
        How far values may differ.
    rulebook : Rulebook, optional
        Its tariffs tell the group, and so the stage, of each component; without it a component
        belongs to the energy charge.

    Returns
    -------
    Comparison

    Raises
    ------
    TableError
        When a table lacks a column, has an element twice, or an amount that is not in whole fen.

    Examples
    --------
    >>> def bill(kwh, yuan):
    ...     return {
    ...         "id": ["a", "a"],
    ...         "name": ["billed_energy_kwh", "amount_yuan"],
    ...         "period": ["total", "total"],
    ...         "value": [kwh, yuan],
    ...     }
    >>> found = compare(bill("100", "52.03"), bill("101", "52.55"))
    >>> found.accounts[["id", "verdict", "first_stage"]].values.tolist()
    [['a', 'mismatch', 'billed']]
    >>> found.elements[["difference", "verdict"]].values.tolist()
    [['-1', 'mismatch'], ['-0.52', 'mismatch']]
    """
    sides = (_side(ours, "ours"), _side(other, "other"))
    both = sides[0].merge(sides[1], on=_KEY, how="outer", suffixes=("_ours", "_other"), sort=False)
    elements = _in_order(_judged(_with_classes(both, rulebook), tolerances))
    return Comparison(elements=_printed(elements), accounts=_accounts(elements))


def stage_of(name: str, rulebook: Rulebook | None = None) -> str:
    """Return the stage of the bill that a result comes from (所属环节).

    Parameters
    ----------
    name : str
        A name of results, a group, or the code of a component.
    rulebook : Rulebook, optional
        Whose tariffs have the component.

    Examples
    --------
    >>> stage_of("transformer_loss_kwh"), stage_of("fund"), stage_of("tier_2")
    ('transformer_loss', 'funds', 'energy_charge')
    """
    found = _STAGE_OF_NAME.get(name) or _STAGE_OF_GROUP.get(name)
    if found is not None or rulebook is None:
        return found or "energy_charge"
    return _component_stages(rulebook).get(name, "energy_charge")


def _component_stages(rulebook: Rulebook) -> dict[str, str]:
    components = (each for tariff in rulebook.tariffs for each in tariff.components)
    return {each.code: _STAGE_OF_GROUP[each.group] for each in components}


def _side(source: Source, where: str) -> pd.DataFrame:
    values = read_values(source, where)
    is_repeated = values.duplicated(_KEY)
    if is_repeated.any():
        first = values.loc[is_repeated, _KEY].iloc[0].tolist()
        count = int(is_repeated.sum())
        raise TableError.of(
            "repeated_element",
            where,
            f"{count} 项重复（如 {first}）；每户每项只能有一行",
            f"{count} elements stand twice (first: {first}); one row for each is needed",
            count=count,
        )
    money = values["name"].map({n: is_money(n) for n in values["name"].unique()}).astype(bool)
    is_broken = money & (values["units"] % _UNITS_PER_FEN != 0)
    if is_broken.any():
        first = values.loc[is_broken, _KEY].iloc[0].tolist()
        count = int(is_broken.sum())
        raise TableError.of(
            "not_whole_fen",
            f"{where}.value",
            f"{count} 个金额不是整分（如 {first}）；请先按行四舍五入到分",
            f"{count} amounts are not in whole fen (first: {first}); round each line to 0.01",
            count=count,
        )
    # A merge makes floats of whole numbers with gaps, unless they are nullable.
    return values.assign(units=values["units"].astype("Int64"))


def _with_classes(both: pd.DataFrame, rulebook: Rulebook | None) -> pd.DataFrame:
    """Add stage and class by name: there are few names, and many rows."""
    codes, names = pd.factorize(both["name"])
    components = {} if rulebook is None else _component_stages(rulebook)
    stages = [components.get(n) if n in components else stage_of(n) for n in names]
    classes = [_class_of(n) for n in names]
    return both.assign(
        stage=np.array(stages, dtype=object)[codes] if len(names) else both["name"],
        tolerance_class=np.array(classes, dtype=object)[codes] if len(names) else both["name"],
    )


def _class_of(name: str) -> str:
    if name.endswith("_per_kwh"):
        return "average_price"
    if not is_money(name):
        return "exact"
    return "sum" if name in _SUMS else "line"


def _judged(both: pd.DataFrame, tolerances: Tolerances) -> pd.DataFrame:
    is_ours, is_other = both["units_ours"].notna(), both["units_other"].notna()
    ours, other = (
        both[f"units_{side}"].fillna(0).to_numpy(dtype=np.int64) for side in ("ours", "other")
    )
    difference = np.where(is_ours & is_other, ours - other, 0)
    tolerance = _tolerance(both, tolerances)
    verdict = np.select(
        [~is_ours, ~is_other, difference == 0, np.abs(difference) <= tolerance],
        ["missing_ours", "missing_other", _MATCHED, _WITHIN],
        _MISMATCH,
    )
    return both.assign(
        ours=ours,
        other=other,
        is_ours=is_ours,
        is_other=is_other,
        difference=difference,
        tolerance=tolerance,
        verdict=verdict.astype(object),
    )


def _tolerance(both: pd.DataFrame, tolerances: Tolerances) -> NDArray[np.int64]:
    line = exact_integer(tolerances.line_yuan, DECIMALS, where="tolerances.line_yuan")
    price = exact_integer(tolerances.average_price, DECIMALS, where="tolerances.average_price")
    is_line = (both["tolerance_class"] == "line").astype(np.int64)
    lines = is_line.groupby(both["id"]).transform("sum").to_numpy(dtype=np.int64)
    classes = both["tolerance_class"].to_numpy()
    allowed = np.select(
        [classes == "line", classes == "sum", classes == "average_price"],
        [np.full(len(both), line), line * np.maximum(lines, 1), np.full(len(both), price)],
        0,
    )
    return np.asarray(allowed, dtype=np.int64)


def _printed(elements: pd.DataFrame) -> pd.DataFrame:
    money = elements["tolerance_class"].isin(("line", "sum")).to_numpy()
    has_both = (elements["is_ours"] & elements["is_other"]).to_numpy()
    other = elements["other"].to_numpy()
    relative = np.full(len(elements), np.nan)
    np.divide(elements["difference"], np.abs(other), out=relative, where=has_both & (other != 0))
    return pd.DataFrame(
        {
            **{name: elements[name] for name in (*_KEY, "stage")},
            "ours": _shown(elements["ours"], money, elements["is_ours"].to_numpy()),
            "other": _shown(elements["other"], money, elements["is_other"].to_numpy()),
            "difference": _shown(elements["difference"], money, has_both),
            "relative": relative,
            "tolerance_class": elements["tolerance_class"],
            "tolerance": plain_text(elements["tolerance"].to_numpy()),
            "verdict": elements["verdict"],
        }
    )


def _shown(
    units: pd.Series, money: NDArray[np.bool_], has_value: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """Return amounts with two decimals, other numbers as short as they are."""
    values = units.to_numpy(dtype=np.int64)
    amounts = decimal_text(values // _UNITS_PER_FEN, 2).astype(object)
    cells = plain_text(values)
    cells[money] = amounts[money]
    cells[~has_value] = None
    return cells


def _in_order(elements: pd.DataFrame) -> pd.DataFrame:
    """Sort by id, by the stages of a bill, and by name: a merge keeps no order."""
    order = elements["stage"].map(_ORDER).astype(np.int64)
    keys = ["id", "order", "name", "period"]
    return elements.assign(order=order).sort_values(keys, ignore_index=True)


def _accounts(elements: pd.DataFrame) -> pd.DataFrame:
    """Return one row an id; what differs goes before what is missing, then the order of stages."""
    ranks = elements["verdict"].map({v: i for i, v in enumerate(_VERDICTS)}).astype(np.int64)
    kinds = elements["verdict"].map({_MISMATCH: 0, **dict.fromkeys(_MISSING, 1)}).fillna(2)
    ordered = elements.assign(rank=ranks, kind=kinds).sort_values(["kind", "order"], kind="stable")
    first = ordered.drop_duplicates("id").set_index("id")
    worst = ordered.groupby("id")["rank"].max()
    # unstack of nothing has no columns: reindex gives every verdict its own.
    counts = pd.crosstab(elements["id"], elements["verdict"]).reindex(
        columns=list(_VERDICTS), fill_value=0
    )
    ids = pd.Index(sorted(first.index), name="id")
    has_difference = first["kind"].reindex(ids) < 2
    table = pd.DataFrame({"verdict": worst.reindex(ids).map(dict(enumerate(_VERDICTS)))}, index=ids)
    for column in ("stage", "name", "period"):
        table[f"first_{column}"] = first[column].reindex(ids).where(has_difference, "")
    return table.join(counts.reindex(ids)).reset_index()
