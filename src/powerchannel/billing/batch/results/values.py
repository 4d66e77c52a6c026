"""Every result of the accounts of a block by the names of the contract (批量结果值)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.charges.charging import FED_IN
from powerchannel.billing.batch.columns.cells import Numbers, Words
from powerchannel.billing.batch.columns.exact import Ints, quotient, total
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.batch.energy.billed import Billed
from powerchannel.billing.batch.results.block import Block
from powerchannel.billing.records import PERIODS
from powerchannel.billing.reference.assembly import AVERAGE_DECIMALS, sums_of
from powerchannel.billing.reference.power_factor import CHARGE, FACTOR, RATE

__all__ = ["Value", "key_of", "values_of"]

Of: TypeAlias = Literal["group", "account"]

_ENERGY_CHARGE = ("energy_charge_yuan", "total")
_ALWAYS = (_ENERGY_CHARGE, (CHARGE, "total"))
"""What every account has, though it be 0: the second where it is assessed."""
_RANK: Mapping[str, int] = {period: rank for rank, period in enumerate(("total", *PERIODS))}


@frozen(eq=False, kw_only=True)
class Value:
    """A result of every bill of a block (结果值列).

    Parameters
    ----------
    of : {"group", "account"}
        Whose.
    name, period : str
        Which.
    cells : Numbers or words
        As printed; of money in fen.
    mask : ndarray of bool, optional
        The bills that have it; None for all.
    """

    of: Of
    name: str
    period: str
    cells: Numbers | Words
    mask: NDArray[np.bool_] | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        """Its place among the values of one id (排序键)."""
        return key_of(self.name, self.period)


def key_of(name: str, period: str) -> tuple[str, int, str]:
    """Return the place of a result among those of one id (结果排序键)."""
    return name, _RANK[period], period


def values_of(block: Block) -> list[Value]:
    """Return every value of a block's groups and accounts (全部结果)."""
    own = list(_account(block))
    shared = [evolve(value, of="group") for value in own]
    factors = list(_factors(block, is_assessed=block.rate is not None))
    group = evolve_all(_factors(block, is_assessed=True), "group")
    fens = [line.amount for line in block.lines if line.code != CHARGE]
    return [
        *own,
        *factors,
        *_totals(block, "account", total(fens, len(block))),
        *shared,
        *group,
        *_totals(block, "group", block.amount),
    ]


def evolve_all(values: Iterator[Value], of: Of) -> list[Value]:
    """Return values as those of another (改属)."""
    return [evolve(value, of=of) for value in values]


def _energies(name: str, energy: Mapping[str, Ints], decimals: int, of: Of) -> Iterator[Value]:
    """Yield energy by period and in total."""
    for period, values in energy.items():
        yield Value(of=of, name=name, period=period, cells=Numbers(values, decimals))
    if "total" not in energy:
        parts = list(energy.values())
        cells = Numbers(total(parts, len(parts[0])), decimals)
        yield Value(of=of, name=name, period="total", cells=cells)


def _account(block: Block) -> Iterator[Value]:
    of: Of = "account"
    metered, billed, energy = block.metered_decimals, block.billed_decimals, block.energy
    yield from _energies("metered_energy_kwh", energy.metered, metered, of)
    yield from _energies("billed_energy_kwh", energy.billed, billed, of)
    yield from _losses(energy)
    quantities = {
        "billed_reactive_kvarh": _numbers(energy.reactive, billed),
        "metered_reactive_kvarh": _numbers(energy.metered_reactive, metered),
        "billed_demand_kw": block.demand,
        "metered_demand_kw": block.metered_demand,
    }
    for name, cells in quantities.items():
        if cells is not None:
            yield Value(of=of, name=name, period="total", cells=cells)
    yield from _fed_in(block)
    for (name, period), lines in _amounts(block.lines).items():
        cells = Numbers(total([line.amount for line in lines], len(block)), 2)
        mask = None if (name, period) in _ALWAYS else _any(lines)
        yield Value(of=of, name=name, period=period, cells=cells, mask=mask)


def _losses(energy: Billed) -> Iterator[Value]:
    """Yield what is added for losses: 0 in total for those that bear none."""
    of: Of = "account"
    for name, loss in (
        ("transformer_loss_kwh", energy.transformer),
        ("line_loss_kwh", energy.line),
    ):
        if loss is None:
            yield Value(of=of, name=name, period="total", cells="0")
            continue
        for period, cells in loss.energy.items():
            mask = None if period == "total" else loss.is_there
            yield Value(of=of, name=name, period=period, cells=cells, mask=mask)
    if energy.transformer is not None:
        loss = energy.transformer
        yield Value(
            of=of,
            name="transformer_loss_kvarh",
            period="total",
            cells=loss.reactive,
            mask=loss.is_behind,
        )


def _numbers(values: Ints | None, decimals: int) -> Numbers | None:
    return None if values is None else Numbers(values, decimals)


def _fed_in(block: Block) -> Iterator[Value]:
    for name, cells in block.fed_in.items():
        is_there = block.fed_in[FED_IN].values != 0
        yield Value(of="account", name=name, period="total", cells=cells, mask=is_there)


def _amounts(lines: tuple[LineColumn, ...]) -> dict[tuple[str, str], list[LineColumn]]:
    """Return the lines of every code, group and sum, by period and in total."""
    found: dict[tuple[str, str], list[LineColumn]] = {_ENERGY_CHARGE: []}
    for line in lines:
        for name in {line.code, line.group, *sums_of(line.code, line.group)}:
            for period in {line.period, "total"}:
                found.setdefault((name, period), []).append(line)
    return found


def _any(lines: Sequence[LineColumn]) -> NDArray[np.bool_] | None:
    """Return the bills that have any of some lines; None for all."""
    masks = [line.mask for line in lines if line.mask is not None]
    return None if len(masks) < len(lines) else np.logical_or.reduce(masks)


def _factors(block: Block, *, is_assessed: bool) -> Iterator[Value]:
    if block.factor is None or not is_assessed:
        return
    pool = block.energy.pool
    used = block.energy.billed["total"] > 0 if pool is None else pool.is_known
    factor = Numbers(block.factor, 2)
    yield Value(of="account", name=FACTOR, period="total", cells=factor, mask=used)
    if block.rate is not None:
        yield Value(of="account", name=RATE, period="total", cells=block.rate, mask=used)


def _totals(block: Block, of: Of, fen: Ints) -> Iterator[Value]:
    """Yield the amount, and what a kWh costs on average where there are any."""
    yield Value(of=of, name="amount_yuan", period="total", cells=Numbers(fen, 2))
    energy = block.energy.billed["total"]
    scale = 10 ** (AVERAGE_DECIMALS - 2 + block.billed_decimals)
    average = quotient(fen, scale, np.maximum(energy, 1))
    yield Value(
        of=of,
        name="average_price_yuan_per_kwh",
        period="total",
        cells=Numbers(average, AVERAGE_DECIMALS),
        mask=energy > 0,
    )
