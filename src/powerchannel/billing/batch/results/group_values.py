"""The results of groups of several accounts: what those come to together (计费组合计)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers, Texts, words
from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.results.block import Block
from powerchannel.billing.batch.results.values import Value, key_of
from powerchannel.billing.reference.assembly import AVERAGE_DECIMALS
from powerchannel.billing.reference.power_factor import FACTOR, RATE

__all__ = ["GroupValue", "group_values"]

_AMOUNT, _AVERAGE = "amount_yuan", "average_price_yuan_per_kwh"
_ENERGY = key_of("billed_energy_kwh", "total")
_NOT_SUMMED = (FACTOR, RATE, _AVERAGE, _AMOUNT)


@frozen(eq=False)
class GroupValue:
    """A result of some groups (计费组结果列).

    Parameters
    ----------
    groups : ndarray of int64
        Their keys.
    key : tuple of (str, int, str)
        Which result, as `key_of` says.
    cells : Numbers or ndarray of object
        As printed; of money in fen.
    """

    groups: Ints
    key: tuple[str, int, str]
    cells: Numbers | Texts


_Parts = dict[tuple[str, int, str], list[tuple[Ints, Numbers]]]


def group_values(found: Sequence[tuple[Block, Sequence[Value]]]) -> Iterator[GroupValue]:
    """Yield every result of groups of several accounts (计费组结果).

    Parameters
    ----------
    found : sequence of (Block, sequence of Value)
        All bills, and what `values_of` says of them.
    """
    parts: _Parts = {}
    for block, values in found:
        many = ~block.is_alone
        if many.any():
            _gather(parts, block, values, many)
    sums = {key: _summed(given) for key, given in parts.items()}
    for key, (groups, cells) in sums.items():
        yield GroupValue(groups, key, cells)
    if sums:
        yield _averages(sums[key_of(_AMOUNT, "total")], sums[_ENERGY])
        yield from _factors([block for block, _ in found])


def _gather(parts: _Parts, block: Block, values: Sequence[Value], many: NDArray[np.bool_]) -> None:
    amount = Numbers(block.amount[many], 2)
    parts.setdefault(key_of(_AMOUNT, "total"), []).append((block.groups[many], amount))
    for value in values:
        if value.of == "account" and value.name not in _NOT_SUMMED:
            mask = many if value.mask is None else many & value.mask
            cells = value.cells
            if not isinstance(cells, Numbers):  # a loss of those that bear none
                cells = Numbers(np.zeros(len(block), np.int64), 0)
            parts.setdefault(value.key, []).append((block.groups[mask], cells.where(mask)))


def _summed(parts: Sequence[tuple[Ints, Numbers]]) -> tuple[Ints, Numbers]:
    """Add up by group; a sum shows as many decimals as the part that shows most."""
    groups, at = np.unique(np.concatenate([keys for keys, _ in parts]), return_inverse=True)
    most = max(cells.decimals for _, cells in parts)
    values = [cells.values * 10 ** (most - cells.decimals) for _, cells in parts]
    places = [
        np.broadcast_to(cells.decimals if cells.shown is None else cells.shown, cells.values.shape)
        for _, cells in parts
    ]
    sums, shown = np.zeros(len(groups), np.int64), np.zeros(len(groups), np.int64)
    np.add.at(sums, at.reshape(-1), np.concatenate(values))
    np.maximum.at(shown, at.reshape(-1), np.concatenate(places))
    return groups, Numbers(sums, most, shown)


def _averages(amounts: tuple[Ints, Numbers], energies: tuple[Ints, Numbers]) -> GroupValue:
    """Return what a kWh costs on average, where there are any."""
    groups, fen = amounts
    energy = energies[1]
    used = energy.values > 0
    scale = 10 ** (AVERAGE_DECIMALS - 2 + energy.decimals)
    average = quotient(fen.values[used], scale, energy.values[used])
    return GroupValue(groups[used], key_of(_AVERAGE, "total"), Numbers(average, AVERAGE_DECIMALS))


def _factors(blocks: Sequence[Block]) -> Iterator[GroupValue]:
    """Yield the power factor of groups; of the rates that of the account named so, or the first."""
    groups, ranks, factors, rates = [], [], [], []
    for block in blocks:
        pool, many = block.energy.pool, ~block.is_alone
        if pool is None or not many.any():
            continue
        groups.append(block.groups[many])
        named = block.accounts[many] == block.groups[many]
        ranks.append(np.where(named, -1, block.ranks[many]))
        factors.append(np.where(pool.is_known, pool.factor, -1)[many])
        texts = words(block.rate or "", len(block))[many]
        rates.append(texts)
    if not groups:
        return
    group, rank, factor, rate = (np.concatenate(p) for p in (groups, ranks, factors, rates))
    for name, is_there in ((FACTOR, factor >= 0), (RATE, rate != "")):
        mine = np.flatnonzero(is_there)
        mine = mine[np.lexsort((rank[mine], group[mine]))]
        mine = mine[np.unique(group[mine], return_index=True)[1]]
        cells = Numbers(factor[mine], 2) if name == FACTOR else rate[mine]
        yield GroupValue(group[mine], key_of(name, "total"), cells)
