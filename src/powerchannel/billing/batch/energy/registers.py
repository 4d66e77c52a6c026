"""Register readings to metered and billed energy, all meters of one make-up at once (抄见电量)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints, peak, quotient, shown_decimals
from powerchannel.billing.batch.columns.printed import NoteColumn
from powerchannel.billing.batch.inputs.meters import MISSING, Legs
from powerchannel.billing.batch.inputs.reasons import reason
from powerchannel.billing.records import PERIODS
from powerchannel.billing.reference.notes import MESSAGES
from powerchannel.billing.rules import Readings
from powerchannel.billing.tables.words import REGISTERS
from powerchannel.billing.tariff import Rounding
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

__all__ = ["MOST_DECIMALS", "Energy", "Layout", "layouts", "metered"]

MOST_DECIMALS = 6
"""Energy and demand are billed with so many decimals at most, else by the reference."""

_NAMES = tuple(code.code for code in REGISTERS)
_OVER = "rollover_applied"
_Note: TypeAlias = "tuple[str, int, Text]"
_MOST_KWH = 1e10
_MOST_SHOWN = 2**62
_SMALL = 10**21
"""Steps times multipliers up to here, a tenth of what is too much, need no look row by row."""
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
    notes : tuple of (str, int, Text)
        What is said of some of them: code, which, message.
    """

    counted: Mapping[str, Ints]
    metered: Mapping[str, Ints]
    reasons: NDArray[np.uint8]
    notes: tuple[_Note, ...] = ()

    def where(self, mask: NDArray[np.bool_]) -> Energy:
        """Return that of some of the meters (筛选)."""
        return Energy(
            counted={name: values[mask] for name, values in self.counted.items()},
            metered={name: values[mask] for name, values in self.metered.items()},
            reasons=self.reasons[mask],
        )

    def notes_of(self, legs: Legs, rows: Ints) -> tuple[NoteColumn, ...]:
        """Return what is said of the meters, one a bill (计量提示).

        Parameters
        ----------
        legs : Legs
            The meters.
        rows : ndarray of int64
            Which.
        """
        found: dict[str, list[tuple[int, Text]]] = {}
        for code, row, message in self.notes:
            found.setdefault(code, []).append((row, message))
        return tuple(
            NoteColumn(
                bill=(bill := np.array([row for row, _ in said], np.int64)),
                ids=legs.of("meter_id", rows[bill]),
                code=code,
                messages=tuple(message for _, message in said),
            )
            for code, said in found.items()
        )

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


def layouts(
    layout: Layout, legs: Legs, rows: Ints, rounding: Rounding, rules: Readings
) -> Iterator[tuple[Layout, Ints]]:
    """Yield the layouts of meters of one make-up, and which have each (示数组成细分).

    Parts that leave nothing of the total, where flat is not read, leave no flat either.

    Parameters
    ----------
    layout : Layout
        Of their registers.
    legs : Legs
        The readings.
    rows : ndarray of int64
        Which meters.
    rounding : Rounding
        Of the tariff.
    rules : Readings
        How readings become energy.
    """
    every = np.arange(len(rows))
    if not layout.is_derived or "flat" in layout.parts:
        yield layout, every
        return
    scale = _Scale.of(legs.of("multiplier", rows), rounding.metered_decimals)
    reasons = np.zeros(len(rows), np.uint8)
    parts = [f"active_{p}" for p in layout.parts]
    whole, *others = (
        _counted(name, legs, rows, scale, reasons, [], rules) for name in ("active_total", *parts)
    )
    has_rest = whole > sum(others, start=np.int64(0))
    for found, mask in ((layout, has_rest), (evolve(layout, is_derived=False), ~has_rest)):
        if mask.any():
            yield found, every[mask]


@frozen(eq=False)
class _Scale:
    """From steps of registers [1e-6] to energy: times a factor, by a divisor."""

    multiplier: Ints
    factor: Ints
    divisor: int

    @classmethod
    def of(cls, multiplier: Ints, decimals: int) -> _Scale:
        if (multiplier % _MICRO).any():
            return cls(multiplier, multiplier, 10 ** (12 - decimals))
        return cls(multiplier, multiplier // _MICRO, 10 ** (6 - decimals))


def _counted(
    name: str,
    legs: Legs,
    rows: Ints,
    scale: _Scale,
    reasons: NDArray[np.uint8],
    notes: list[_Note],
    rules: Readings,
) -> Ints:
    """Return what a register counted; 0 where there is a reason."""
    first, last = legs.previous[name][rows], legs.current[name][rows]
    over = _ran_over(name, legs, rows, first, last, rules)
    notes += [(_OVER, row, _over(name, int(first[row]), int(last[row]))) for row in over]
    last = last.copy() if over else last
    for row, size in over.items():
        last[row] += size
    step = _step(name, first, last, scale.multiplier, reasons)
    return quotient(step, scale.factor, scale.divisor)


def _ran_over(
    name: str, legs: Legs, rows: Ints, first: Ints, last: Ints, rules: Readings
) -> dict[int, int]:
    """Return which registers ran over, and their range [1e-6]: they stood near their end."""
    is_back = last < first
    if name == "reactive_net" or not is_back.any():
        return {}
    found: dict[int, int] = {}
    for row in np.flatnonzero(is_back & (last != MISSING)).tolist():
        digits = int(legs.of("integer_digits", rows[row : row + 1])[0])
        size = 0 if digits == NO_NUMBER else 10**digits * _MICRO
        if 0 < size < _MOST_SHOWN and first[row] >= Fraction(rules.rollover_from_ratio) * size:
            found[row] = size
    return found


def _over(name: str, first: int, last: int) -> Text:
    """Tell that a register ran over."""
    shown = (f"{Decimal(value).scaleb(-6).normalize():f}" for value in (first, last))
    return MESSAGES[_OVER].fill(register=name, **dict(zip(("first", "last"), shown, strict=True)))


def metered(
    layout: Layout,
    legs: Legs,
    rows: Ints,
    rounding: Rounding,
    rules: Readings,
) -> Energy:
    """Return the energy of some meters (抄见电量).

    Parameters
    ----------
    layout : Layout
        That of all of them.
    legs : Legs
        The readings.
    rows : ndarray of int64
        Which meters.
    rounding : Rounding
        Of the tariff.
    rules : Readings
        When a register ran over, and by how many last digits total and parts may differ.
    """
    decimals = rounding.metered_decimals
    scale = _Scale.of(legs.of("multiplier", rows), decimals)
    reasons = np.zeros(len(rows), np.uint8)
    counted: dict[str, Ints] = {}
    notes: list[_Note] = []
    for name in layout.read:
        counted[name] = _counted(name, legs, rows, scale, reasons, notes, rules)
    if layout.parts and "active_total" in layout.read:
        _compare(layout, legs, rows, counted, reasons, rules.rates_tolerance_units * 10**decimals)
    return Energy(
        counted=counted,
        metered=_by_period(layout, counted),
        reasons=reasons,
        notes=tuple(notes),
    )


def _compare(
    layout: Layout,
    legs: Legs,
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
        is_far[odd] = gap[odd] >= _tolerance(layout, legs, rows[odd], units) * _NEARLY
        _refuse(reasons, is_far, "total_and_parts")


def _refuse(reasons: NDArray[np.uint8], is_out: NDArray[np.bool_], name: str) -> None:
    if is_out.any():
        reasons[is_out & (reasons == 0)] = reason(name)


def _step(name: str, first: Ints, last: Ints, multiplier: Ints, reasons: NDArray[np.uint8]) -> Ints:
    """Return the difference; 0 where there is none that the batch takes."""
    step = last - first
    if _is_plain(name, first, last, step, multiplier):
        return step
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


def _is_plain(name: str, first: Ints, last: Ints, step: Ints, multiplier: Ints) -> bool:
    """Tell whether nothing is missing, backwards or large: no row needs a closer look."""
    is_near = max(peak(first), peak(last)) <= _MOST_SHOWN
    is_forward = name == "reactive_net" or int(step.min(initial=0)) >= 0
    return is_near and is_forward and peak(step) * peak(multiplier) <= _SMALL


def _by_period(layout: Layout, counted: Mapping[str, Ints]) -> dict[str, Ints]:
    if not layout.parts:
        return {"total": counted["active_total"]}
    found = {p: counted[f"active_{p}"] for p in layout.parts}
    if layout.is_derived:
        others = (v for p, v in found.items() if p != "flat")
        rest = counted["active_total"] - sum(others, start=np.int64(0))
        found["flat"] = rest
    return {p: found[p] for p in layout.periods}


def _tolerance(layout: Layout, legs: Legs, rows: Ints, units: Decimal) -> NDArray[np.float64]:
    """Return last digit x rates x multiplier; digits as the readings have."""
    digits = legs.of("decimal_digits", rows)
    is_unknown = digits == NO_NUMBER
    if is_unknown.any():
        shown = np.zeros(len(rows), np.int64)
        for name in (n for n in layout.read if n.startswith("active_")):
            for side in (legs.previous, legs.current):
                np.maximum(shown, shown_decimals(side[name][rows], 6), out=shown)
        digits = np.where(is_unknown, shown, digits)
    rates = float(Fraction(units) * len(layout.parts))
    multiplier = legs.of("multiplier", rows) / _MICRO
    return np.asarray(rates * multiplier * 10.0 ** -digits.astype(np.float64))
