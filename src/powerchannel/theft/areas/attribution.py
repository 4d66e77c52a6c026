"""An area's unexplained energy, held against each of its customers (台区不明电量归因)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.text import Text
from powerchannel.theft.areas.balance import Balance, Floats, balance
from powerchannel.theft.areas.hypotheses import dropped, onset, scaled, switched_off, varying
from powerchannel.theft.areas.signs import signs
from powerchannel.theft.areas.suspects import Explained, log_odds

__all__ = ["AREA_EVIDENCE", "AreaEvidence", "attribute", "attribute_all"]

_SURE = 30.0
"""Log odds beyond which nothing more is told."""
_WIDTH = 3.3
"""Deviations on either side of an interval: twice those of a normal nine in ten, as use is not."""

AREA_EVIDENCE: Mapping[str, Text] = {
    "share": Text("所占不明电量份额", "share of the unexplained put down to them"),
    "scaled": Text("按比例少计（对数几率）", "records a fixed share (log odds)"),
    "switched_off": Text("间断失计（对数几率）", "records nothing on some days (log odds)"),
    "dropped": Text("计量下降（对数几率）", "records less since a day (log odds)"),
    "varying": Text("计量比例逐日变化（对数几率）", "a share that varies (log odds)"),
    "multiple": Text("不明电量对电量的倍数", "unexplained as a multiple of the reading"),
    "multiple_share": Text("该倍数所占不明电量", "share of the unexplained by that multiple"),
    "correlation": Text("与不明电量的相关", "correlation with the unexplained"),
    "change_correlation": Text("逐日变化的相关", "correlation of day-to-day changes"),
    "correlation_since": Text("起始日后的相关", "correlation since the onset"),
    "change_correlation_since": Text("起始日后逐日变化的相关", "the same of changes"),
    "zero_correlation": Text("零电量日与不明电量的相关", "correlation of days without use"),
    "shape_correlation": Text("偏离日系数部分的相关", "correlation beside the day factors"),
    "rank_correlation": Text("秩相关", "correlation of ranks"),
    "fallen": Text("起始日后降幅（对数）", "own fall at the onset (log)"),
    "rougher": Text("起始日后波动增幅（对数）", "own variation at the onset (log)"),
    "room": Text("不明电量对该户的余地（对数）", "room that the unexplained leaves (log)"),
    "size_to_noise": Text("用电与计量噪声之比（对数）", "use beside the noise (log)"),
    "size_to_unexplained": Text("用电与不明电量之比（对数）", "use beside the unexplained (log)"),
    "clearness": Text("不明电量显著度（对数）", "how clear the unexplained is (log)"),
}
"""What is held against a customer of an area, by name (台区证据)."""


@frozen(eq=False, kw_only=True)
class AreaEvidence:
    """What an area's balance says of each of its customers (台区证据).

    Parameters
    ----------
    area : ndarray of int64, shape (customers,)
        Whose customer it is; -1 for nobody's.
    values : ndarray of float64, shape (customers, evidence)
        One column for each of `AREA_EVIDENCE`; NaN where nothing can be said.
    share : ndarray of float64, shape (customers,)
        Of the unexplained energy, what is put down to each; what nobody explains is left over.
        NaN, as the energy is, where too few days count.
    lost_kwh, lost_low_kwh, lost_high_kwh : ndarray of float64, shape (customers,)
        The energy, and an interval around it by the four ways that are tried, for at most two
        customers [kWh]. It does not know of other ways.
    unexplained_kwh : ndarray of float64, shape (customers,)
        Of the customer's area, on the days that count [kWh].
    is_unexplained : ndarray of bool, shape (customers,)
        Whether that is more than noise.
    since : ndarray of int64, shape (customers,)
        The day from which it is; -1 without.
    used_days : ndarray of int64, shape (customers,)
        Days that count.
    """

    area: NDArray[np.int64]
    values: Floats
    share: Floats
    lost_kwh: Floats
    lost_low_kwh: Floats
    lost_high_kwh: Floats
    unexplained_kwh: Floats
    is_unexplained: NDArray[np.bool_]
    since: NDArray[np.int64]
    used_days: NDArray[np.int64]

    def __getitem__(self, name: str) -> Floats:
        return np.asarray(self.values[:, tuple(AREA_EVIDENCE).index(name)])

    def frame(self) -> pd.DataFrame:
        """Return the evidence as a data frame (转为数据表)."""
        return pd.DataFrame(self.values, columns=list(AREA_EVIDENCE))


def attribute(
    supplied: Floats,
    energy: Floats,
    *,
    technical_loss_ratio: float,
    meter_noise: float = 0.005,
) -> AreaEvidence:
    """Hold the unexplained energy of an area against each of its customers (不明电量归因).

    ``unexplained = supplied x (1 - technical loss) - sum of readings``. Four ways of theft are
    tried for every customer and for pairs of the likeliest; a heavy-tailed likelihood of the
    unexplained and a price for each suspect make log odds. Where no more is unexplained than noise
    makes, nobody is suspected: every value is NaN and nothing is lost.

    Parameters
    ----------
    supplied : ndarray of float64, shape (days,)
        By the area's meter [kWh]; NaN where it was not read.
    energy : ndarray of float64, shape (customers, days)
        Readings [kWh]; NaN where there is none. A day on which fewer than four of five customers
        were read does not count.
    technical_loss_ratio : float
        The part of the supply that is technical loss.
    meter_noise : float
        Standard deviation of the area's meter and of the technical loss, a share of the supply.

    Raises
    ------
    ValueError
        When shapes do not fit, or a ratio is none.

    Examples
    --------
    >>> days = np.arange(28.0)
    >>> use = 10 + np.array([np.sin(days), np.cos(days), np.sin(days / 3)])
    >>> supplied = use.sum(axis=0) / 0.96
    >>> recorded = use * np.array([[1.0], [0.5], [1.0]])
    >>> found = attribute(supplied, recorded, technical_loss_ratio=0.04)
    >>> found.share.round(2).tolist(), round(found.unexplained_kwh[0])
    ([0.0, 1.0, 0.0], 141)
    """
    _refuse(supplied, energy, technical_loss_ratio, meter_noise)
    area = balance(
        supplied, energy, technical_loss_ratio=technical_loss_ratio, meter_noise=meter_noise
    )
    if not len(energy) or not area.is_unexplained:
        return _nothing(area, len(energy))
    since = onset(area)
    ways = {
        "scaled": scaled(area),
        "switched_off": switched_off(area),
        "dropped": dropped(area, since),
        "varying": varying(area),
    }
    mean, deviation = _lost(area, [way for way in ways.values() if way is not None])
    found = {"share": mean, **_odds(ways, len(energy)), **signs(area, since)}
    total = max(area.total_kwh, 0.0)
    return evolve(
        _nothing(area, len(energy)),
        values=np.column_stack([found[name] for name in AREA_EVIDENCE]),
        share=mean,
        lost_kwh=mean * total,
        lost_low_kwh=np.clip(mean - _WIDTH * deviation, 0, None) * total,
        lost_high_kwh=np.clip(mean + _WIDTH * deviation, None, 1) * total,
        is_unexplained=np.ones(len(energy), np.bool_),
        since=np.full(len(energy), np.flatnonzero(area.used)[since], np.int64),
    )


def _refuse(supplied: Floats, energy: Floats, loss: float, noise: float) -> None:
    if energy.ndim != 2 or supplied.shape != energy.shape[1:]:
        raise ValueError(
            f"energy of shape {energy.shape} for {supplied.shape} days of supply; give one row a "
            "customer and one column a day"
        )
    if not (0 <= loss < 1 and 0 <= noise < 1):
        raise ValueError(
            f"technical_loss_ratio {loss} and meter_noise {noise} are shares of the supply; "
            "give numbers from 0 to below 1"
        )


def _nothing(area: Balance, customers: int) -> AreaEvidence:
    zero = np.full(customers, 0.0 if area.is_known else np.nan)
    return AreaEvidence(
        area=np.zeros(customers, np.int64),
        values=np.full((customers, len(AREA_EVIDENCE)), np.nan),
        share=zero,
        lost_kwh=zero,
        lost_low_kwh=zero,
        lost_high_kwh=zero,
        unexplained_kwh=np.full(customers, area.total_kwh if area.is_known else np.nan),
        is_unexplained=np.zeros(customers, np.bool_),
        since=np.full(customers, -1, np.int64),
        used_days=np.full(customers, int(area.used.sum()), np.int64),
    )


def _odds(ways: Mapping[str, Explained | None], customers: int) -> dict[str, Floats]:
    nothing = np.full(customers, np.nan)
    return {
        name: nothing if way is None else np.clip(log_odds(way), -_SURE, _SURE)
        for name, way in ways.items()
    }


def _lost(area: Balance, ways: list[Explained]) -> tuple[Floats, Floats]:
    """Return the share of the unexplained of each customer, and its standard deviation.

    Over all ways and sets, weighed by how likely each is; what a set explains beyond the
    unexplained is cut down to it. What the noise may hide is in doubt for everybody.
    """
    noise = float((area.noise**2).sum())
    total = max(float(area.unexplained.sum()), np.sqrt(noise))
    top = max(float(way.weighed.max()) for way in ways)
    weight = sum(float(np.exp(way.weighed - top).sum()) for way in ways)
    mean, square = np.zeros(len(area.energy)), np.zeros(len(area.energy))
    for way in ways:
        for sets, weighed, lost, doubt in way.sets():
            likely = (np.exp(weighed - top) / weight)[:, None]
            part = lost / np.maximum(lost.sum(axis=1, keepdims=True), total)
            np.add.at(mean, sets, likely * part)
            np.add.at(square, sets, likely * (part**2 + doubt / total**2))
    return mean, np.sqrt(np.maximum(square - mean**2, 0) + noise / total**2)


def attribute_all(
    supplied: Floats,
    energy: Floats,
    area: NDArray[np.int64],
    *,
    technical_loss_ratio: Floats,
    meter_noise: float = 0.005,
) -> AreaEvidence:
    """Do the same for many areas; none sees another (多台区归因).

    Parameters
    ----------
    supplied : ndarray of float64, shape (areas, days)
        By each area's meter [kWh].
    energy : ndarray of float64, shape (customers, days)
        Readings of all customers [kWh].
    area : ndarray of int64, shape (customers,)
        The row of `supplied` that each customer belongs to; -1 for none.
    technical_loss_ratio : ndarray of float64, shape (areas,)
        Of each area.
    meter_noise : float
        As in `attribute`.
    """
    order = np.argsort(area, kind="stable")
    bounds = np.searchsorted(area[order], np.arange(len(supplied) + 1))
    parts = [
        attribute(
            supplied[row],
            energy[order[bounds[row] : bounds[row + 1]]],
            technical_loss_ratio=float(technical_loss_ratio[row]),
            meter_noise=meter_noise,
        )
        for row in range(len(supplied))
    ]
    without = order[: bounds[0]]
    none = balance(
        np.full(energy.shape[1], np.nan), energy[without], technical_loss_ratio=0, meter_noise=0
    )
    found = _in_place([_nothing(none, len(without)), *parts], order)
    return evolve(found, area=np.maximum(area, -1))


def _in_place(parts: list[AreaEvidence], order: NDArray[np.int64]) -> AreaEvidence:
    place = np.argsort(order, kind="stable")
    names = [field.name for field in AreaEvidence.__attrs_attrs__]
    return AreaEvidence(
        **{name: np.concatenate([getattr(part, name) for part in parts])[place] for name in names}
    )
