"""Register readings to metered and billed energy, all meters of one make-up at once (抄见电量)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.exact import Ints, quotient
from powerchannel.billing.batch.inputs import MISSING, Chunk, reason, shown_decimals
from powerchannel.billing.records import PERIODS
from powerchannel.billing.rules import Readings
from powerchannel.billing.tables.words import REGISTERS
from powerchannel.billing.tariff import Rounding
from powerchannel.tables import NO_NUMBER

__all__ = ["MOST_DECIMALS", "Energy", "Layout", "metered"]

MOST_DECIMALS = 6
"""Energy and demand are billed with so many decimals at most, else by the reference."""

_NAMES = tuple(code.code for code in REGISTERS)
_MOST_KWH = 1e10
_MOST_SHOWN = 2**62
_MICRO = 10**6
_NEARLY = 1 - 1e-9


@frozen(kw_only=True)
class Layout:
    """What the registers of a meter are, and how they become energy (示数组成).

    Parameters
    ----------
    read : tuple of str
        Registers that need a reading on both days.
    parts : tuple of str
        Periods that were read; empty for a single rate.
    is_derived : bool
        Whether flat is what the other parts leave of the total.
    has_demand : bool
        Whether a maximum demand was read.
    """

    read: tuple[str, ...]
    parts: tuple[str, ...]
    is_derived: bool
    has_demand: bool

    @classmethod
    def of(cls, signature: int, *, is_total: bool) -> Layout | None:
        """Read the bits of a signature; None where there is no active register (示数组成).

        Examples
        --------
        >>> Layout.of(0b1_0000_0000_0001_0101, is_total=False) is None
        False
        >>> Layout.of(0b10101, is_total=True).periods
        ('peak', 'flat', 'valley')
        """
        names = {name for row, name in enumerate(_NAMES) if signature >> row & 1}
        parts = tuple(p for p in PERIODS if f"active_{p}" in names)
        has_total = "active_total" in names
        if not parts and not has_total:
            return None
        return cls(
            read=tuple(name for name in _NAMES if name in names - {"max_demand"}),
            parts=parts,
            is_derived=bool(parts) and has_total and ("flat" not in parts or is_total),
            has_demand="max_demand" in names,
        )

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods that are billed; ``total`` alone for a single rate (计费时段)."""
        has_flat = self.is_derived or "flat" in self.parts
        return tuple(p for p in PERIODS if p in self.parts or (p == "flat" and has_flat)) or (
            "total",
        )

    @property
    def reactive(self) -> tuple[str, ...]:
        """Its reactive registers (无功示数)."""
        return tuple(name for name in self.read if name.startswith("reactive_"))

    @property
    def reverse(self) -> tuple[str, ...]:
        """Its registers of energy fed in (反向示数)."""
        return tuple(name for name in self.read if name.startswith("reverse_active_"))


@frozen(eq=False, kw_only=True)
class Energy:
    """What meters of one layout counted (抄见结果).

    Parameters
    ----------
    counted : mapping of register to ndarray of int64
        Units of ``10**-metered_decimals``.
    metered : mapping of period to ndarray of int64
        The same by the periods that are billed.
    reasons : ndarray of uint8
        Why a meter is left to the reference.
    """

    counted: Mapping[str, Ints]
    metered: Mapping[str, Ints]
    reasons: NDArray[np.uint8]

    def reactive(self) -> Ints | None:
        """Return ``|forward| + |reverse|``; from a net register net + 2 x reverse (无功电量)."""
        forward, net = self.counted.get("reactive_forward"), self.counted.get("reactive_net")
        reverse = self.counted.get("reactive_reverse")
        if forward is None and net is not None:
            return np.abs(net if reverse is None else net + 2 * reverse)
        known = [np.abs(part) for part in (forward, reverse) if part is not None]
        return known[0] + known[1] if len(known) > 1 else known[0] if known else None

    def reverse(self) -> Ints | None:
        """Return the energy fed in: the total, or the sum of its periods (反向有功)."""
        whole = self.counted.get("reverse_active_total")
        if whole is not None:
            return whole
        parts = [v for name, v in self.counted.items() if name.startswith("reverse_active_")]
        return sum(parts[1:], start=parts[0]) if parts else None


def metered(
    layout: Layout,
    chunk: Chunk,
    rows: Ints,
    rounding: Rounding,
    rules: Readings,
) -> Energy:
    """Return the energy of the meters of some groups (抄见电量).

    Parameters
    ----------
    layout : Layout
        That of all of them.
    chunk : Chunk
        The readings.
    rows : ndarray of int64
        Which groups.
    rounding : Rounding
        Of the tariff.
    rules : Readings
        By how many last digits a rate total and parts may differ.
    """
    decimals = rounding.metered_decimals
    multiplier = chunk.meter("multiplier", rows)
    reasons = np.zeros(len(rows), np.uint8)
    counted: dict[str, Ints] = {}
    is_whole = not (multiplier % _MICRO).any()
    for name in layout.read:
        first, last = chunk.previous[name][rows], chunk.current[name][rows]
        step = _step(name, first, last, multiplier, reasons)
        if is_whole:
            counted[name] = quotient(step, multiplier // _MICRO, 10 ** (6 - decimals))
        else:
            counted[name] = quotient(step, multiplier, 10 ** (12 - decimals))
    if layout.parts and "active_total" in layout.read:
        _compare(layout, chunk, rows, counted, reasons, rules.rates_tolerance_units * 10**decimals)
    return Energy(counted=counted, metered=_by_period(layout, counted), reasons=reasons)


def _compare(
    layout: Layout,
    chunk: Chunk,
    rows: Ints,
    counted: Mapping[str, Ints],
    reasons: NDArray[np.uint8],
    units: Decimal,
) -> None:
    """Refuse where total and parts differ as much as calls for a finding, or about as much.

    And where the parts leave nothing for flat.
    """
    others = [counted[f"active_{p}"] for p in layout.parts if p != "flat"]
    rest = counted["active_total"] - sum(others, start=np.int64(0))
    if layout.is_derived:
        least = 0 if "flat" in layout.parts else 1
        _refuse(reasons, rest < least, "total_and_parts")
    if layout.is_derived and "flat" not in layout.parts:
        return
    gap = np.abs(rest - counted["active_flat"] if "flat" in layout.parts else rest)
    odd = np.flatnonzero(gap)
    if len(odd):
        is_far = np.zeros(len(rows), np.bool_)
        is_far[odd] = gap[odd] >= _tolerance(layout, chunk, rows[odd], units) * _NEARLY
        _refuse(reasons, is_far, "total_and_parts")


def _refuse(reasons: NDArray[np.uint8], is_out: NDArray[np.bool_], name: str) -> None:
    if is_out.any():
        reasons[is_out & (reasons == 0)] = reason(name)


def _step(name: str, first: Ints, last: Ints, multiplier: Ints, reasons: NDArray[np.uint8]) -> Ints:
    """Return the difference; 0 where there is none that the batch takes."""
    step = last - first
    is_odd = (first == MISSING) | (last == MISSING)
    if name != "reactive_net":
        is_odd |= step < 0
    is_far = np.abs(step.astype(np.float64)) * multiplier > _MOST_KWH * 1e12
    is_odd |= is_far | (np.abs(first) > _MOST_SHOWN) | (np.abs(last) > _MOST_SHOWN)
    if is_odd.any():
        _refuse(reasons, (first == MISSING) | (last == MISSING), "readings")
        _refuse(reasons, is_far, "too_large")
        _refuse(reasons, is_odd, "backwards")
        step[is_odd] = 0
    return step


def _by_period(layout: Layout, counted: Mapping[str, Ints]) -> dict[str, Ints]:
    if not layout.parts:
        return {"total": counted["active_total"]}
    found = {p: counted[f"active_{p}"] for p in layout.parts}
    if layout.is_derived:
        others = (v for p, v in found.items() if p != "flat")
        rest = counted["active_total"] - sum(others, start=np.int64(0))
        found["flat"] = rest
    return {p: found[p] for p in layout.periods}


def _tolerance(layout: Layout, chunk: Chunk, rows: Ints, units: Decimal) -> NDArray[np.float64]:
    """Return last digit x rates x multiplier; digits as the readings have."""
    digits = chunk.meter("decimal_digits", rows)
    is_unknown = digits == NO_NUMBER
    if is_unknown.any():
        shown = np.zeros(len(rows), np.int64)
        for name in (n for n in layout.read if n.startswith("active_")):
            for side in (chunk.previous, chunk.current):
                np.maximum(shown, shown_decimals(side[name][rows], 6), out=shown)
        digits = np.where(is_unknown, shown, digits)
    rates = float(Fraction(units) * len(layout.parts))
    multiplier = chunk.meter("multiplier", rows) / _MICRO
    return np.asarray(rates * multiplier * 10.0 ** -digits.astype(np.float64))
