"""Every result of a block by the names of the contract (批量结果值)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.blocks import Block, LineColumn, Numbers, Words, total
from powerchannel.billing.batch.exact import Ints, quotient
from powerchannel.billing.records import PERIODS
from powerchannel.billing.reference.assembly import AVERAGE_DECIMALS
from powerchannel.billing.reference.power_factor import CHARGE, FACTOR, RATE
from powerchannel.billing.tariff import GROUPS

__all__ = ["Value", "values_of"]

Of: TypeAlias = Literal["group", "account", "meter"]

_RANK: Mapping[str, int] = {period: rank for rank, period in enumerate(("total", *PERIODS))}


@frozen(eq=False, kw_only=True)
class Value:
    """A result of every bill of a block (结果值列).

    Parameters
    ----------
    of : {"group", "account", "meter"}
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
        return self.name, _RANK[self.period], self.period


def values_of(block: Block) -> list[Value]:
    """Return every value of a block's groups, accounts and meters (全部结果)."""
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
        *_meter(block),
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
    metered, billed = block.metered_decimals, block.billed_decimals
    yield from _energies("metered_energy_kwh", block.metered, metered, of)
    yield from _energies("billed_energy_kwh", block.billed, billed, of)
    for name in ("transformer_loss_kwh", "line_loss_kwh"):
        yield Value(of=of, name=name, period="total", cells="0")
    quantities = {
        "billed_reactive_kvarh": _numbers(block.reactive, billed),
        "metered_reactive_kvarh": _numbers(block.metered_reactive, metered),
        "billed_demand_kw": block.demand,
        "metered_demand_kw": block.metered_demand,
    }
    for name, cells in quantities.items():
        if cells is not None:
            yield Value(of=of, name=name, period="total", cells=cells)
    yield from _fed_in(block)
    for (name, period), parts in _amounts(block.lines).items():
        cells = Numbers(total(parts, len(block)), 2)
        yield Value(of=of, name=name, period=period, cells=cells)


def _numbers(values: Ints | None, decimals: int) -> Numbers | None:
    return None if values is None else Numbers(values, decimals)


def _fed_in(block: Block) -> Iterator[Value]:
    if block.fed_in is None:
        return
    is_there = block.fed_in != 0
    cells = {
        "feed_in_energy_kwh": Numbers(block.fed_in, block.billed_decimals),
        "feed_in_yuan": _numbers(block.feed_in_fen, 2),
        "feed_in_vat_yuan": _numbers(block.feed_in_vat_fen, 2),
    }
    for name, numbers in cells.items():
        if numbers is not None:
            yield Value(of="account", name=name, period="total", cells=numbers, mask=is_there)


def _amounts(lines: tuple[LineColumn, ...]) -> dict[tuple[str, str], list[Ints]]:
    """Return the amounts of every code and group, by period and in total."""
    found: dict[tuple[str, str], list[Ints]] = {("energy_charge_yuan", "total"): []}
    for line in lines:
        is_energy = line.group in GROUPS and line.group != "capacity"
        for name in {line.code, line.group} | ({"energy_charge_yuan"} if is_energy else set()):
            for period in {line.period, "total"}:
                found.setdefault((name, period), []).append(line.amount)
    return found


def _factors(block: Block, *, is_assessed: bool) -> Iterator[Value]:
    if block.factor is None or not is_assessed:
        return
    used = total(list(block.billed.values()), len(block)) > 0
    factor = Numbers(block.factor, 2)
    yield Value(of="account", name=FACTOR, period="total", cells=factor, mask=used)
    if block.rate is not None:
        yield Value(of="account", name=RATE, period="total", cells=block.rate)


def _totals(block: Block, of: Of, fen: Ints) -> Iterator[Value]:
    """Yield the amount, and what a kWh costs on average where there are any."""
    yield Value(of=of, name="amount_yuan", period="total", cells=Numbers(fen, 2))
    energy = total(list(block.billed.values()), len(block))
    scale = 10 ** (AVERAGE_DECIMALS - 2 + block.billed_decimals)
    average = quotient(fen, scale, np.maximum(energy, 1))
    yield Value(
        of=of,
        name="average_price_yuan_per_kwh",
        period="total",
        cells=Numbers(average, AVERAGE_DECIMALS),
        mask=energy > 0,
    )


def _meter(block: Block) -> Iterator[Value]:
    yield from _energies("metered_energy_kwh", block.metered, block.metered_decimals, "meter")
    if block.metered_reactive is not None:
        cells = Numbers(block.metered_reactive, block.metered_decimals)
        yield Value(of="meter", name="metered_reactive_kvarh", period="total", cells=cells)
