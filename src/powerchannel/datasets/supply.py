"""Who is supplied in a made-up month of billing: kinds of accounts, their meters and transformers.

Every twenty accounts have the same kinds, so that a small month has all of them; what they use is
drawn. The last three of twenty are a billing group: a works, a sub-meter, and a fixed share.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.datasets.frames import texts
from powerchannel.datasets.streams import BLOCK, block_count, fixed_digits, stream

__all__ = [
    "CYCLE",
    "DECIMALS",
    "GROUP_MAIN",
    "KINDS",
    "SHARE",
    "SHARE_PERCENT",
    "SUB_METER",
    "Kind",
    "Supply",
    "account_ids",
    "draw_supply",
    "group_ids",
    "meter_ids",
]

DECIMALS = 2
"""Decimals of a register; energy is counted in whole units of its last one."""

SHARE_PERCENT = 2
"""The fixed share of a works that is billed as homes [%]."""

_DRAWS = 8
_ONE_RATE = ("active_total",)
_TWO_RATES = ("active_total", "active_peak", "active_valley")
_FOUR_RATES = ("active_total", "active_sharp", "active_peak", "active_flat", "active_valley")


@frozen(kw_only=True)
class Kind:
    """A kind of account (账户类别).

    Parameters
    ----------
    name : str
        Its name.
    tariff : str
        The bundled tariff.
    category : str
        As audits know it: residential, agriculture, commerce_industry.
    registers : tuple of str
        What its meter has; none for an account without a meter.
    capacities_kva, ratios : tuple of int
        Transformers there are, and the current transformers that go with each; without capacities
        the ratios are drawn alone.
    voltage_ratio : int
        Of the voltage transformer.
    least, most : int
        Use in a month: hours of the capacity, or kWh where there is none.
    standard : str
        Power-factor standard, empty where it is not assessed.
    """

    name: str
    tariff: str
    category: str
    registers: tuple[str, ...]
    capacities_kva: tuple[int, ...] = ()
    ratios: tuple[int, ...] = (1,)
    voltage_ratio: int = 1
    least: int
    most: int
    standard: str = ""


_METERED = (*_FOUR_RATES, "reactive_forward", "max_demand")
_SHOP = Kind(
    name="shop",
    tariff="commerce-single-part",
    category="commerce_industry",
    registers=_ONE_RATE,
    ratios=(20, 30, 40, 60),
    least=1500,
    most=9000,
)
_WORKS = Kind(
    name="works",
    tariff="chongqing-two-part-retail-2026",
    category="commerce_industry",
    registers=_METERED,
    capacities_kva=(315, 400, 630, 800, 1000, 1600),
    ratios=(100, 120, 200, 240, 300, 500),
    least=150,
    most=350,
    standard="0.90",
)

KINDS: tuple[Kind, ...] = (
    Kind(
        name="home",
        tariff="zhejiang-residential-tiers",
        category="residential",
        registers=_TWO_RATES,
        least=80,
        most=420,
    ),
    _SHOP,
    _WORKS,
    Kind(
        name="mill",
        tariff="hubei-110kv-actual-demand",
        category="commerce_industry",
        registers=_METERED,
        capacities_kva=(8000, 12500, 20000, 31500),
        ratios=(60, 100, 160, 240),
        voltage_ratio=1100,
        least=200,
        most=400,
        standard="0.90",
    ),
    Kind(
        name="farm",
        tariff="agriculture",
        category="agriculture",
        registers=("active_total", "reactive_forward"),
        capacities_kva=(100, 125, 160, 200),
        ratios=(30, 40, 50, 60),
        least=60,
        most=250,
        standard="0.80",
    ),
    evolve(_WORKS, name="group_main"),
    evolve(_SHOP, name="sub_meter"),
    Kind(
        name="share",
        tariff="chongqing-residential-combined-2026",
        category="residential",
        registers=(),
        least=1,
        most=2,
    ),
)
"""The kinds of accounts."""

_NAMES = tuple(kind.name for kind in KINDS)
GROUP_MAIN, SUB_METER, SHARE = (_NAMES.index(n) for n in ("group_main", "sub_meter", "share"))
_PATTERN = (
    *("home", "home", "shop", "home", "works", "home", "home", "shop", "home", "mill"),
    *("home", "farm", "home", "home", "shop", "home", "home", "group_main", "sub_meter", "share"),
)
CYCLE = len(_PATTERN)
"""After so many accounts the kinds begin anew."""

_KIND_OF = np.array([_NAMES.index(name) for name in _PATTERN])


@frozen(kw_only=True, eq=False)
class Supply:
    """The accounts of a month, one value each (供电账户).

    Parameters
    ----------
    kind : ndarray of int
        Position in `KINDS`.
    capacity_kva : ndarray of int
        0 where there is no transformer.
    current_ratio, voltage_ratio : ndarray of int
        Of the instrument transformers; their product is the multiplier.
    used : ndarray of int
        What the total register counted, in whole units of its last decimal, before multiplying.
    draws : ndarray of shape (n, 8)
        Uniform in [0, 1), for what hangs on an account besides.
    """

    kind: NDArray[np.int64]
    capacity_kva: NDArray[np.int64]
    current_ratio: NDArray[np.int64]
    voltage_ratio: NDArray[np.int64]
    used: NDArray[np.int64]
    draws: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def multiplier(self) -> NDArray[np.int64]:
        """CT x PT (倍率)."""
        return self.current_ratio * self.voltage_ratio

    @property
    def energy_kwh(self) -> NDArray[np.int64]:
        """What each meter measured, in whole kWh; a share has its share (抄见电量)."""
        own = self.used * self.multiplier // 10**DECIMALS
        # A share stands two after the works that it is of.
        works = np.maximum(np.arange(len(self)) - 2, 0)
        part = own[works] * SHARE_PERCENT // 100
        return np.asarray(np.where(self.kind == SHARE, part, own), dtype=np.int64)

    def is_of(self, *names: str) -> NDArray[np.bool_]:
        """Return which accounts are of some kinds (按类别筛选)."""
        return np.isin(self.kind, [_NAMES.index(name) for name in names])


def draw_supply(accounts: int, seed: int) -> Supply:
    """Draw the accounts of a month; an account is the same in a month of any size (生成账户).

    Parameters
    ----------
    accounts : int
        How many.
    seed : int
        The seed of the month.
    """
    draws = np.concatenate(
        [
            stream(seed, "billing", block).random((BLOCK, _DRAWS))
            for block in range(block_count(accounts))
        ]
    )[:accounts]
    kind = _KIND_OF[np.arange(accounts) % CYCLE]
    size = _position(draws[:, 0], np.array([len(k.ratios) for k in KINDS])[kind])
    capacity = _table([k.capacities_kva for k in KINDS])[kind, size]
    current = _table([k.ratios for k in KINDS])[kind, size]
    voltage = np.array([k.voltage_ratio for k in KINDS])[kind]
    return Supply(
        kind=kind,
        capacity_kva=capacity,
        current_ratio=current,
        voltage_ratio=voltage,
        used=_used(kind, capacity, current * voltage, draws[:, 1]),
        draws=draws,
    )


def account_ids(rows: NDArray[np.intp]) -> pd.Series[str]:
    """Return the numbers of some accounts: 0200000000001 and on (户号)."""
    return _numbered(200_000_000_001, rows)


def meter_ids(rows: NDArray[np.intp]) -> pd.Series[str]:
    """Return the numbers of the meters of some accounts: 0300000000001 and on (表号)."""
    return _numbered(300_000_000_001, rows)


def group_ids(rows: NDArray[np.intp]) -> pd.Series[str]:
    """Return the numbers of the groups of some main accounts: 0500000000001 and on (计费组)."""
    return _numbered(500_000_000_001, rows)


def _numbered(first: int, rows: NDArray[np.intp]) -> pd.Series[str]:
    return texts(fixed_digits(first + rows.astype(np.int64), 13))


def _used(
    kind: NDArray[np.int64],
    capacity: NDArray[np.int64],
    multiplier: NDArray[np.int64],
    draws: NDArray[np.float64],
) -> NDArray[np.int64]:
    least, most = (np.array([getattr(k, end) for k in KINDS])[kind] for end in ("least", "most"))
    amount = least + (draws * (most - least)).astype(np.int64)
    energy = amount * np.maximum(capacity, 1)
    has_meter = np.array([bool(k.registers) for k in KINDS])[kind]
    counted = energy * 10**DECIMALS // multiplier
    return np.where(has_meter, counted, 0)


def _position(draws: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    return (draws * count).astype(np.int64)


def _table(rows: list[tuple[int, ...]]) -> NDArray[np.int64]:
    """Return rows of different lengths as one table, with zeros after their ends."""
    width = max(map(len, rows))
    return np.array([(*row, *(0,) * (width - len(row))) for row in rows], dtype=np.int64)
