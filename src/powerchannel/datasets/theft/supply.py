"""Who is supplied in a made-up theft month: kinds of customers, transformer areas, meters.

A customer is drawn for itself, so that the first thousand of a large month are those of a small
one; areas take them in turn.
"""

from __future__ import annotations

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.datasets.streams import choose, cumulative, stream

__all__ = ["KINDS", "Kind", "Supply", "draw_supply"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NIGHT_AND_EVENING = (
    *(3, 2, 2, 2, 2, 3, 5, 6, 5, 4, 4, 5),
    *(6, 5, 4, 4, 5, 7, 9, 10, 9, 8, 6, 4),
)
_OPENING_HOURS = (
    *(2, 2, 2, 2, 2, 2, 3, 4, 6, 8, 9, 9),
    *(9, 9, 8, 8, 8, 8, 9, 9, 8, 6, 4, 3),
)
_DAY_SHIFT = (
    *(3, 3, 3, 3, 3, 3, 4, 6, 9, 10, 10, 9),
    *(7, 9, 10, 10, 9, 7, 5, 4, 4, 3, 3, 3),
)
_THREE_SHIFTS = (
    *(8, 8, 8, 8, 8, 8, 8, 9, 10, 10, 10, 10),
    *(9, 10, 10, 10, 10, 9, 9, 9, 9, 9, 8, 8),
)


@frozen(kw_only=True)
class Kind:
    """A kind of customer (用户类别).

    Parameters
    ----------
    name : str
        Its name.
    industries : tuple of str
        What the archive calls it.
    weight : float
        How many of a hundred customers are of this kind.
    wiring : str
        Of its meter.
    rated_current_a, maximum_current_a : float
        Of its meter [A].
    voltage_ratio : int
        Of the voltage transformer.
    least_kwh, most_kwh : float
        Mean energy of a day.
    hours : float
        Daily energy over capacity [h].
    on_days : tuple of float
        Use on a workday, on a day of a weekend and on a holiday, beside each other.
    heating, cooling : float
        The most that use rises by a degree below 16 and above 26 degrees, as a share.
    spread : float
        Standard deviation of a day beside what is usual.
    profile : tuple of float
        Use by the hour of the day, beside each other.
    """

    name: str
    industries: tuple[str, ...]
    weight: float
    wiring: str
    rated_current_a: float = 1.5
    maximum_current_a: float = 6.0
    voltage_ratio: int = 1
    least_kwh: float
    most_kwh: float
    hours: float
    on_days: tuple[float, float, float]
    heating: float
    cooling: float
    spread: float
    profile: tuple[float, ...]


KINDS: tuple[Kind, ...] = (
    Kind(
        name="home",
        industries=("城镇居民", "乡村居民"),
        weight=88,
        wiring="single_phase",
        rated_current_a=5.0,
        maximum_current_a=60.0,
        least_kwh=3,
        most_kwh=16,
        hours=2.0,
        on_days=(1, 1.12, 1.15),
        heating=0.04,
        cooling=0.09,
        spread=0.22,
        profile=_NIGHT_AND_EVENING,
    ),
    Kind(
        name="shop",
        industries=("批发和零售业", "住宿和餐饮业", "居民服务业"),
        weight=8,
        wiring="three_phase_four_wire",
        least_kwh=40,
        most_kwh=160,
        hours=5.0,
        on_days=(1, 1.15, 0.85),
        heating=0.02,
        cooling=0.05,
        spread=0.10,
        profile=_OPENING_HOURS,
    ),
    Kind(
        name="works",
        industries=("金属制品业", "纺织业", "食品制造业"),
        weight=3,
        wiring="three_phase_four_wire",
        least_kwh=120,
        most_kwh=500,
        hours=6.0,
        on_days=(1, 0.75, 0.35),
        heating=0.004,
        cooling=0.01,
        spread=0.10,
        profile=_DAY_SHIFT,
    ),
    Kind(
        name="mill",
        industries=("黑色金属冶炼和压延加工业", "非金属矿物制品业", "化学原料和化学制品制造业"),
        weight=1,
        wiring="three_phase_three_wire",
        voltage_ratio=100,
        least_kwh=3000,
        most_kwh=16000,
        hours=8.0,
        on_days=(1, 0.92, 0.5),
        heating=0.002,
        cooling=0.005,
        spread=0.07,
        profile=_THREE_SHIFTS,
    ),
)
"""The kinds of customers; a mill has its own transformer and is of no area."""

_HOME, _MILL = 0, len(KINDS) - 1
_WEIGHTS = cumulative(np.array([kind.weight for kind in KINDS]))
_CURRENT_RATIOS = np.array([10, 15, 20, 30, 40, 60, 80, 100, 120, 160, 200])
_SECONDARY_A = 5
_LINE_KV = (0.38, 10.0)
_SMALL_CAPACITIES_KVA = np.array([8, 10, 16, 25, 32, 50, 63, 80, 100, 160, 200, 250, 315])
_MILL_CAPACITIES_KVA = np.array([400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150])
_DRAWS = 16
_LEAST_AREA, _MOST_AREA = 15, 60
_READ_HOMES = 0.05
_PV_SHARE = 0.03
_AREAS_A_FEEDER = 8


@frozen(kw_only=True, eq=False)
class Supply:
    """The customers, one value each (供电用户).

    Parameters
    ----------
    kind : ndarray of int
        Position in `KINDS`.
    area : ndarray of int
        -1 for a customer with its own transformer.
    area_loss : ndarray of float, of shape (areas,)
        Technical loss of each area, a share of its supply.
    feeder, industry : ndarray of int
        Industry counts in the kind's own.
    mean_kwh : ndarray of float
        Of a day [kWh].
    capacity_kva, current_ratio : ndarray of int
        [kVA]; of the current transformers.
    has_readings : ndarray of bool
        Whether voltages and currents are collected.
    solar_kw : ndarray of float
        Of photovoltaic panels; 0 for none [kW].
    draws : ndarray of shape (n, 16)
        Uniform in [0, 1), for what hangs on a customer besides.
    """

    kind: Ints
    area: Ints
    area_loss: Floats
    feeder: Ints
    industry: Ints
    mean_kwh: Floats
    capacity_kva: Ints
    current_ratio: Ints
    has_readings: NDArray[np.bool_]
    solar_kw: Floats
    draws: Floats = field(repr=False)

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def ratio(self) -> Ints:
        """CT x PT (倍率)."""
        return self.current_ratio * self.of_kind("voltage_ratio").astype(np.int64)

    def of_kind(self, name: str) -> Floats:
        """Return a number of each customer's kind (类别参数)."""
        return np.array([float(getattr(kind, name)) for kind in KINDS])[self.kind]

    def is_of(self, *names: str) -> NDArray[np.bool_]:
        """Return which customers are of some kinds (按类别筛选)."""
        return np.isin(self.kind, [i for i, kind in enumerate(KINDS) if kind.name in names])


def draw_supply(customers: int, seed: int) -> Supply:
    """Draw the customers, and the areas that they are supplied from (生成用户).

    Parameters
    ----------
    customers : int
        How many.
    seed : int
        The seed of the month.
    """
    draws = stream(seed, "theft_supply", 0).random((customers, _DRAWS))
    kind = choose(_WEIGHTS, draws[:, 0]).astype(np.int64)
    least, most = (
        np.array([getattr(k, end) for k in KINDS])[kind] for end in ("least_kwh", "most_kwh")
    )
    # Most are small: the square of a draw leans to its lower end.
    mean = least + (most - least) * draws[:, 1] ** 2
    hours = np.array([k.hours for k in KINDS])[kind]
    capacity = np.where(
        kind == _MILL,
        _at_least(_MILL_CAPACITIES_KVA, mean / hours),
        _at_least(_SMALL_CAPACITIES_KVA, mean / hours),
    )
    is_home = kind == _HOME
    has_panels = is_home & (draws[:, 3] < _PV_SHARE)
    area, loss = _areas(kind != _MILL, seed)
    feeders = int(area.max(initial=0)) // _AREAS_A_FEEDER + 1
    return Supply(
        kind=kind,
        area=area,
        area_loss=loss,
        feeder=np.where(area >= 0, area // _AREAS_A_FEEDER, _whole(draws[:, 4], feeders)),
        industry=_whole(draws[:, 5], np.array([len(k.industries) for k in KINDS])[kind]),
        mean_kwh=mean,
        capacity_kva=capacity,
        current_ratio=np.where(is_home, 1, _current_ratio(kind, capacity)),
        has_readings=~is_home | (draws[:, 6] < _READ_HOMES),
        solar_kw=np.where(has_panels, mean / 8, 0.0),
        draws=draws,
    )


def _whole(draws: Floats, count: int | Ints) -> Ints:
    return (draws * count).astype(np.int64)


def _at_least(sizes: Ints, wanted: Floats) -> Ints:
    """Return the smallest size that is enough; the largest where none is."""
    return sizes[np.minimum(np.searchsorted(sizes, wanted), len(sizes) - 1)]


def _current_ratio(kind: Ints, capacity_kva: Ints) -> Ints:
    line_kv = np.where(kind == _MILL, _LINE_KV[1], _LINE_KV[0])
    primary_a = capacity_kva / (line_kv * 3**0.5)
    return _at_least(_CURRENT_RATIOS, primary_a / _SECONDARY_A)


def _areas(is_in_one: NDArray[np.bool_], seed: int) -> tuple[Ints, Floats]:
    """Return the area of each customer, and the technical loss of each area."""
    count = int(is_in_one.sum())
    draws = stream(seed, "theft_areas", 0).random((count // _LEAST_AREA + 1, 2))
    sizes = _LEAST_AREA + _whole(draws[:, 0], _MOST_AREA - _LEAST_AREA + 1)
    ends = _ends(sizes, count)
    area = np.full(len(is_in_one), -1)
    area[is_in_one] = np.searchsorted(ends, np.arange(count), side="right")
    loss = 0.02 + _whole(draws[: len(ends), 1], 31) / 1000
    return area, loss


def _ends(sizes: Ints, count: int) -> Ints:
    """Return the end of each area; too few at the end are shared with the area before."""
    ends = np.cumsum(sizes)
    ends = np.append(ends[ends < count], count)
    if len(ends) > 1 and ends[-1] - ends[-2] < _LEAST_AREA:
        first = ends[-3] if len(ends) > 2 else 0
        if count - first <= _MOST_AREA:
            return np.append(ends[:-2], count)
        ends[-2] = (first + count) // 2
    return ends
