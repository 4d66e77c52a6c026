"""All ways in which labels leak, looked for at once (泄漏审计)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import ArrayLike, NDArray

from powerchannel.errors import LeakageError, Problem
from powerchannel.text import Text
from powerchannel.theft.leakage.copies import mixed_share, repeated_rows
from powerchannel.theft.leakage.signs import (
    Separation,
    decimals_of,
    gap_signs,
    order_signs,
    separation,
)
from powerchannel.theft.leakage.splits import (
    Split,
    copies_across,
    customers_across,
    later_in_training,
)

__all__ = ["Leak", "Leakage", "Limits", "audit_leakage"]


@frozen(kw_only=True)
class Limits:
    """From what on a sign counts as a leak (泄漏界限).

    Parameters
    ----------
    sigmas : float
        How far beyond chance, in standard deviations.
    auc : float
        How well it tells the labels apart.
    repeated_share, mixed_share : float
        Of the positives, how many may be copies or mixtures of other rows.
    """

    sigmas: float = 4.0
    auc: float = 0.55
    repeated_share: float = 0.01
    mixed_share: float = 0.02


@frozen(kw_only=True)
class Leak:
    """One way in which labels can be told without looking at use (泄漏).

    Parameters
    ----------
    code : str
        ``file_order``, ``gap_pattern``, ``decimals``, ``repeated_rows``, ``mixed_rows``,
        ``customer_overlap``, ``copy_overlap``, ``time_overlap``.
    measure : float
        How much: an AUC, a share, or a number of rows.
    message : Text
        What was found, and what to do.
    """

    code: str
    measure: float
    message: Text


@frozen(kw_only=True)
class Leakage:
    """What an audit found (泄漏审计结果).

    Parameters
    ----------
    rows, positives : int
        What was looked at.
    leaks : tuple of Leak
        All that was found.
    """

    rows: int
    positives: int
    leaks: tuple[Leak, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a leak: code, measure, zh, en (泄漏表)."""
        rows = [(leak.code, leak.measure, leak.message.zh, leak.message.en) for leak in self.leaks]
        return pd.DataFrame(rows, columns=["code", "measure", "zh", "en"])

    def raise_if_any(self) -> None:
        """Raise one error with all leaks (有泄漏即报错).

        Raises
        ------
        LeakageError
            When there is any.
        """
        if self.leaks:
            raise LeakageError(
                Problem(code=leak.code, where="X, y", message=leak.message) for leak in self.leaks
            )


def audit_leakage(
    X: ArrayLike,
    y: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    times: ArrayLike | None = None,
    splits: Sequence[Split] = (),
    limits: Limits | None = None,
    on_leak: Literal["raise", "report"] = "raise",
) -> Leakage:
    """Look for ways in which labels can be told from something no customer did (泄漏审计).

    The order of the file, gaps, the number of decimals, rows that are copies or mixtures of others,
    and customers, copies and later times on both sides of a split.

    Parameters
    ----------
    X : array-like, shape (rows, columns)
        Measurements as they came, before any was filled in; NaN where one is missing.
    y : array-like, shape (rows,)
        1 or True for theft.
    groups : array-like, shape (rows,), optional
        The customer of each row.
    times : array-like, shape (rows,), optional
        When each row ends.
    splits : sequence of (train, test), optional
        Rows to learn from and to test on, as a scikit-learn splitter yields them.
    limits : Limits, optional
        From what on a sign counts.
    on_leak : {"raise", "report"}
        What to do with leaks.

    Returns
    -------
    Leakage
        What was found.

    Raises
    ------
    LeakageError
        With every leak, unless they are only to be reported.
    ValueError
        When lengths differ or labels are not of two kinds.

    Examples
    --------
    >>> use = np.random.default_rng(1).exponential(8, (400, 30)).round(2)
    >>> thieves = np.arange(400) < 40
    >>> audit_leakage(use, thieves, on_leak="report").table["code"].tolist()
    ['file_order']
    >>> order = np.random.default_rng(2).permutation(400)
    >>> audit_leakage(use[order], thieves[order]).leaks
    ()
    """
    cells, labels = _as_arrays(X, y)
    known = {
        name: _one_each(values, len(labels), name)
        for name, values in (("groups", groups), ("times", times))
        if values is not None
    }
    rules = limits or Limits()
    leaks = tuple(_leaks(cells, labels, known, splits, rules))
    found = Leakage(rows=len(labels), positives=int(labels.sum()), leaks=leaks)
    if on_leak == "raise":
        found.raise_if_any()
    return found


def _as_arrays(X: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    cells, labels = np.asarray(X, np.float64), np.asarray(y)
    if cells.ndim != 2 or labels.shape != cells.shape[:1]:
        raise ValueError(
            f"X of shape {cells.shape} with y of shape {labels.shape}; one label a row"
        )
    kinds = np.unique(labels)
    if len(kinds) != 2:
        raise ValueError(f"labels must be of two kinds, not {kinds.tolist()[:5]}")
    return cells, np.asarray(labels == kinds[1], np.bool_)


def _one_each(values: ArrayLike, rows: int, name: str) -> NDArray[np.generic]:
    found = np.asarray(values)
    if found.shape != (rows,):
        raise ValueError(f"{name} of shape {found.shape} for {rows} rows; give one a row")
    return found


def _leaks(
    X: NDArray[np.float64],
    y: NDArray[np.bool_],
    known: Mapping[str, NDArray[np.generic]],
    splits: Sequence[Split],
    limits: Limits,
) -> Iterator[Leak]:
    signs = {
        "file_order": order_signs(y),
        "gap_pattern": gap_signs(X, y),
        "decimals": {"decimals": separation(decimals_of(X), y)},
    }
    for code, found in signs.items():
        worst = max(found.values(), key=lambda s: s.auc)
        if _counts(worst, limits):
            yield _said(code, worst.auc)
    first = repeated_rows(X)
    copies = float(((first != np.arange(len(X))) & y).sum() / y.sum())
    if copies > limits.repeated_share:
        yield _said("repeated_rows", copies)
    mixed = mixed_share(X[y])
    if mixed > limits.mixed_share:
        yield _said("mixed_rows", mixed)
    counts = {"copy_overlap": copies_across(first, splits)}
    if "groups" in known:
        counts["customer_overlap"] = customers_across(known["groups"], splits)
    if "times" in known:
        counts["time_overlap"] = later_in_training(known["times"], splits)
    for code, count in counts.items():
        if count:
            yield _said(code, float(count))


def _counts(sign: Separation, limits: Limits) -> bool:
    return sign.sigmas >= limits.sigmas and sign.auc >= limits.auc


def _said(code: str, measure: float) -> Leak:
    shown = f"{measure:,.0f}" if code.endswith("overlap") else f"{measure:.3f}"
    return Leak(code=code, measure=measure, message=_MESSAGES[code].fill(measure=shown))


_MESSAGES: Mapping[str, Text] = {
    "file_order": Text(
        "行的先后能区分标签（AUC {measure}）；请先随机打乱，并不以行号为特征",
        "the order of rows tells the labels (AUC {measure}); shuffle them, and use no row number",
    ),
    "gap_pattern": Text(
        "缺失的形态能区分标签（AUC {measure}）；缺失由采集而非用电造成，请查明来源，"
        "或在报告中说明精度依赖于它",
        "missing values tell the labels (AUC {measure}); collection makes gaps, not customers: "
        "find out why, or say that accuracy rests on them",
    ),
    "decimals": Text(
        "小数位数能区分标签（AUC {measure}）；请把全部数值取到同一位数",
        "the number of decimals tells the labels (AUC {measure}); round all values alike",
    ),
    "repeated_rows": Text(
        "正例中 {measure} 是其他行的复制；过采样须在划分之后、只对训练部分进行",
        "{measure} of the positives are copies of other rows; resample after the split, and the "
        "training part alone",
    ),
    "mixed_rows": Text(
        "正例中 {measure} 位于两行的连线上，应是合成的；过采样须在划分之后、只对训练部分进行",
        "{measure} of the positives lie between two others and were made; resample after the "
        "split, and the training part alone",
    ),
    "customer_overlap": Text(
        "{measure} 个测试行的客户也在训练中；请按客户划分",
        "{measure} tested rows are of customers who were learnt from; split by customer",
    ),
    "copy_overlap": Text(
        "{measure} 个测试行与训练行相同；请去重后再划分",
        "{measure} tested rows are copies of rows learnt from; remove copies before the split",
    ),
    "time_overlap": Text(
        "{measure} 个测试行早于训练中的某些行；请按时间先后划分",
        "{measure} tested rows lie before rows learnt from; learn from earlier rows alone",
    ),
}
