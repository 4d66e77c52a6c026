"""Why a channel is the first choice, as codes with labels (首推原因)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Channel
from powerchannel.channel.reference import ChannelScore
from powerchannel.channel.rules import Rulebook
from powerchannel.text import Text

__all__ = ["REASONS", "Grid", "reason_flags", "reasons_of"]

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "no_evidence": Text("没有可依据的记录", "there is no evidence"),
        "only_channel": Text("唯一有得分的渠道", "the only channel with a score"),
        "most_used": Text("使用次数最多", "used most often"),
        "steady_use": Text("连续多月使用", "used month after month"),
        "frequent_use": Text("使用频繁", "used frequently"),
        "latent_lift": Text("另有潜在偏好", "latent preference adds to it"),
        "latent_only": Text("尚未使用，但有潜在偏好", "not used yet, but latent preference"),
        "complaint_elsewhere": Text("其他渠道被投诉过", "another channel was complained about"),
        "dislike_elsewhere": Text("客户不喜欢其他渠道", "another channel is disliked"),
        "tie_ownership": Text("同分，自有渠道优先", "a tie; owned channels come first"),
        "tie_unit_cost": Text("同分，成本较低者优先", "a tie; the cheaper channel comes first"),
        "tie_catalogue": Text("同分，按目录次序", "a tie; catalogue order decides"),
    }
)
_CODES = tuple(REASONS)
_TIES = ("ownership", "unit_cost", "catalogue")


@frozen(eq=False, kw_only=True)
class Grid:
    """What the reasons are read from, each of shape (customers, channels) (判断依据)."""

    uses: NDArray[np.int64]
    latent: NDArray[np.int64]
    streak: NDArray[np.float64]
    frequency: NDArray[np.float64]
    complaints: NDArray[np.int64]
    is_disliked: NDArray[np.bool_]
    score: NDArray[np.float32]
    rank: NDArray[np.int16]
    is_tied: NDArray[np.bool_]


def reason_flags(grid: Grid, rulebook: Rulebook) -> NDArray[np.bool_]:
    """Return which reasons hold for each customer (原因标志).

    Returns
    -------
    ndarray of bool, shape (customers, len(REASONS))
        In the order of `REASONS`.
    """
    is_first = grid.rank == 1
    has_first = is_first.any(axis=1)

    def first(values: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.where(is_first, values, 0).sum(axis=1), dtype=np.float64)

    def elsewhere(holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray((holds & ~is_first).any(axis=1), dtype=np.bool_)

    uses = first(grid.uses)
    most_elsewhere = np.where(is_first, 0, grid.uses).max(axis=1, initial=0)
    has_latent = first(grid.latent) > 0
    found = {
        "only_channel": (grid.score > 0).sum(axis=1) == 1,
        "most_used": uses > most_elsewhere,
        "steady_use": first(grid.streak) > 1.0,
        "frequent_use": first(grid.frequency) > 1.0,
        "latent_lift": has_latent & (uses > 0),
        "latent_only": has_latent & (uses == 0),
        "complaint_elsewhere": elsewhere(grid.complaints > 0),
        "dislike_elsewhere": elsewhere(grid.is_disliked),
        **_tie_flags(grid, rulebook),
    }
    flags = np.stack([found.get(code, ~has_first) for code in _CODES], axis=1)
    flags[~has_first, 1:] = False
    return flags


def _tie_flags(grid: Grid, rulebook: Rulebook) -> dict[str, NDArray[np.bool_]]:
    """Tell what decided a tie between the first choice and the one it was preferred to."""
    first = np.argmax(grid.rank == 1, axis=1)
    second = np.argmax(grid.rank == 2, axis=1)
    tied = (grid.is_tied & (grid.rank == 2)).any(axis=1)
    decided = _deciders(rulebook)[first, second]
    return {f"tie_{name}": tied & (decided == i) for i, name in enumerate(_TIES)}


def _deciders(rulebook: Rulebook) -> NDArray[np.int64]:
    channels, rules = rulebook.catalogue.channels, (*rulebook.first_choice.ties, "catalogue")

    def decider(a: Channel, b: Channel) -> int:
        differ = (r for r in rules if r == "catalogue" or getattr(a, r) != getattr(b, r))
        return _TIES.index(next(differ))

    return np.array([[decider(a, b) for b in channels] for a in channels], np.int64)


def reasons_of(scores: Sequence[ChannelScore], rulebook: Rulebook) -> tuple[str, ...]:
    """Return the reason codes for one customer (单客户首推原因)."""
    grid = Grid(
        uses=np.array([[s.uses for s in scores]]),
        latent=np.array([[s.latent for s in scores]]),
        streak=np.array([[s.streak_factor for s in scores]]),
        frequency=np.array([[s.frequency_factor for s in scores]]),
        complaints=np.array([[s.complaints for s in scores]]),
        is_disliked=np.array([[s.is_disliked for s in scores]]),
        score=np.array([[s.score for s in scores]], np.float32),
        rank=np.array([[s.rank or 0 for s in scores]], np.int16),
        is_tied=np.array([[s.is_tied for s in scores]]),
    )
    return tuple(c for c, f in zip(_CODES, reason_flags(grid, rulebook)[0], strict=True) if f)
