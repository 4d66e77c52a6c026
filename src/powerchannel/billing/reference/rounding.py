"""Rounding half away from zero, and shares that sum to what they share (四舍五入与分摊)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TypeAlias

from powerchannel.billing.records import PERIODS

__all__ = ["Number", "add", "by_period", "half_up", "share", "total_of"]

Number: TypeAlias = "Fraction | Decimal | int"


def half_up(value: Number, decimals: int) -> Decimal:
    """Round half away from zero, exactly, however large the value (四舍五入).

    Parameters
    ----------
    value : Fraction, Decimal or int
        The value.
    decimals : int
        Decimals that stay.

    Examples
    --------
    >>> half_up(Fraction(-5, 2), 0), half_up(Decimal("1.005"), 2)
    (Decimal('-3'), Decimal('1.01'))
    """
    scaled = Fraction(value) * 10**decimals
    size = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    # From text: arithmetic of Decimal would round to the precision of the context.
    return Decimal(f"{'-' if scaled < 0 and size else ''}{size}E-{decimals}")


def share(total: Decimal, weights: Sequence[Number], decimals: int) -> tuple[Decimal, ...]:
    """Share a total by weights, by cumulative rounding; equally where all weigh 0 (累计取整分摊).

    The first i shares sum to ``half_up(total * W_i / W, decimals)``, or to the total where that is
    less, and all of them to the total itself: no share has the other sign.

    Parameters
    ----------
    total : Decimal
        What is shared.
    weights : sequence of number
        None negative.
    decimals : int
        Of the cuts between shares; what the total has beyond them is in the last share that
        weighs anything.

    Examples
    --------
    >>> share(Decimal(100), [1, 1, 1], 0)
    (Decimal('33'), Decimal('34'), Decimal('33'))
    """
    exact = [Fraction(w) for w in weights]
    if not any(exact):
        exact = [Fraction(1)] * len(exact)
    upto = list(accumulate(exact, initial=Fraction(0)))
    whole = upto[-1] if exact else Fraction(0)
    # Rounded up, a cut must not pass a total that has more decimals: the next share would turn.
    cuts = [
        min(half_up(Fraction(total) * part / whole, decimals), total, key=abs)
        if part < whole
        else total
        for part in upto
    ]
    if cuts:
        cuts[0] = Decimal(0)
    return tuple(last - first for first, last in pairwise(cuts))


def by_period(
    total: Decimal, weights: Mapping[str, Decimal], decimals: int, policy: str
) -> dict[str, Decimal]:
    """Share a quantity over the periods of a meter (分摊到各时段).

    Parameters
    ----------
    total : Decimal
        What is shared.
    weights : mapping of period to Decimal
        The energy of each period; only ``total`` for a single rate.
    decimals : int
        Of each share but flat's.
    policy : {"proportional", "flat"}
        Each period its proportion, and what does not divide to flat; or all of it to flat.

    Examples
    --------
    >>> energy = {"peak": Decimal(1), "flat": Decimal(1), "valley": Decimal(1)}
    >>> by_period(Decimal(100), energy, 0, "proportional")
    {'peak': Decimal('33'), 'flat': Decimal('34'), 'valley': Decimal('33')}
    """
    periods = [p for p in PERIODS if p in weights]
    if not periods:
        return {"total": total}
    whole = total_of(weights)
    if "flat" in periods and (policy == "flat" or not whole):
        return {p: total if p == "flat" else Decimal(0) for p in periods}
    if weights.get("flat"):
        parts = {
            p: half_up(Fraction(total) * Fraction(weights[p] / 1) / Fraction(whole), decimals)
            for p in periods
            if p != "flat"
        }
        rest = total - sum(parts.values(), Decimal(0))
        if rest * total >= 0:
            return {p: rest if p == "flat" else parts[p] for p in periods}
    # The remainder cannot go to a period without energy, nor turn it negative.
    return dict(zip(periods, share(total, [weights[p] for p in periods], decimals), strict=True))


def total_of(energy: Mapping[str, Decimal]) -> Decimal:
    """Return the sum over the periods (各时段合计); `energy` has parts or ``total``, not both."""
    return sum(energy.values(), Decimal(0))


def add(*energies: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Add energies period by period, in the order of `PERIODS` (按时段相加).

    Beside parts, a single rate counts as flat.

    Examples
    --------
    >>> add({"peak": Decimal(1)}, {"total": Decimal(2)})
    {'peak': Decimal('1'), 'flat': Decimal('2')}
    """
    names = {period for energy in energies for period in energy}
    has_parts = bool(names & set(PERIODS))
    found: dict[str, Decimal] = {}
    for energy in energies:
        for period, value in energy.items():
            name = "flat" if has_parts and period == "total" else period
            found[name] = found.get(name, Decimal(0)) + value
    return {p: found[p] for p in (*PERIODS, "total") if p in found}
