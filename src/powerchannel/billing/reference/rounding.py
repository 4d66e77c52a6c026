"""Rounding half away from zero, and shares that sum to what they share (四舍五入与分摊)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import TypeAlias

from powerchannel.billing.records import PERIODS

__all__ = [
    "Number",
    "add",
    "by_period",
    "decimals_of",
    "half_more",
    "half_up",
    "half_up_ratio",
    "share",
    "total_of",
]

Number: TypeAlias = "Fraction | Decimal | int"

_ZERO = Decimal(0)


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
    return half_up_ratio(*value.as_integer_ratio(), decimals)


def half_up_ratio(numerator: int, denominator: int, decimals: int) -> Decimal:
    """Round a quotient half away from zero; the denominator is positive (比值四舍五入).

    Examples
    --------
    >>> half_up_ratio(-5, 2, 0), half_up_ratio(2, 3, 2)
    (Decimal('-3'), Decimal('0.67'))
    """
    scaled = numerator * 10**decimals
    size = (2 * abs(scaled) + denominator) // (2 * denominator)
    # From text: arithmetic of Decimal would round to the precision of the context.
    return Decimal(f"{'-' if scaled < 0 and size else ''}{size}E-{decimals}")


def half_more(value: Number, decimals: int) -> Decimal:
    """Round to the nearer, a half towards more: what an estimate is settled by (结算取整).

    An estimate is whole; what is added to it, or given back, then comes to what rounding both
    together does. Half away from zero would give half a unit back that was never charged.

    Examples
    --------
    >>> half_more(Decimal("-1.5"), 0), half_more(Decimal("1.5"), 0)
    (Decimal('-1'), Decimal('2'))
    """
    numerator, denominator = value.as_integer_ratio()
    return Decimal(
        f"{(2 * numerator * 10**decimals + denominator) // (2 * denominator)}E-{decimals}"
    )


def decimals_of(value: Decimal) -> int:
    """Return how many decimals a number is written with (小数位数).

    Examples
    --------
    >>> decimals_of(Decimal("1288.80")), decimals_of(Decimal("1E+3"))
    (2, 0)
    """
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def share(total: Decimal, weights: Sequence[Number], decimals: int) -> tuple[Decimal, ...]:
    """Share a total by weights, by cumulative rounding; equally where all weigh 0 (累计取整分摊).

    The first i shares sum to ``half_up(total * W_i / W, decimals)``, or to the total where that is
    less, and all of them to the total itself: no share has the other sign.

    Parameters
    ----------
    total : Decimal
        What is shared.
    weights : sequence of number
        One that is negative weighs nothing.
    decimals : int
        Of the cuts between shares; what the total has beyond them is in the last share that
        weighs anything.

    Examples
    --------
    >>> share(Decimal(100), [1, 1, 1], 0)
    (Decimal('33'), Decimal('34'), Decimal('33'))
    """
    exact = [max(Fraction(w), Fraction(0)) for w in weights]
    if not any(exact):
        exact = [Fraction(1)] * len(exact)
    if len(exact) < 2:
        return (total,) * len(exact)
    upto = list(accumulate(exact))
    each = Fraction(total) / upto[-1]
    # Rounded up, a cut must not pass a total that has more decimals: the next share would turn.
    cuts = [
        min(half_up(each * part, decimals), total, key=abs) if part < upto[-1] else total
        for part in upto
    ]
    return tuple(last - first for first, last in pairwise([Decimal(0), *cuts]))


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
    held: dict[str, Decimal] = {p: max(weights[p], _ZERO) for p in PERIODS if p in weights}
    if not held:
        return {"total": total}
    whole = total_of(held)
    if "flat" in held and (policy == "flat" or not whole):
        return {p: total if p == "flat" else _ZERO for p in held}
    if held.get("flat"):
        each = Fraction(total) / Fraction(whole)
        parts: dict[str, Decimal] = {
            p: half_up(each * Fraction(held[p]), decimals) for p in held if p != "flat"
        }
        rest = total - total_of(parts)
        if rest * total >= 0:
            return {p: rest if p == "flat" else parts[p] for p in held}
    # The remainder cannot go to a period without energy, nor turn it negative.
    return dict(zip(held, share(total, list(held.values()), decimals), strict=True))


def total_of(energy: Mapping[str, Decimal]) -> Decimal:
    """Return the sum over the periods (各时段合计); `energy` has parts or ``total``, not both."""
    return sum(energy.values(), _ZERO)


def add(*energies: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Add energies period by period, in the order of `PERIODS` (按时段相加).

    Beside parts, a single rate counts as flat.

    Examples
    --------
    >>> add({"peak": Decimal(1)}, {"total": Decimal(2)})
    {'peak': Decimal('1'), 'flat': Decimal('2')}
    """
    found: dict[str, Decimal] = {}
    for energy in energies:
        for period, value in energy.items():
            found[period] = found[period] + value if period in found else value
    if len(found) < 2:
        return found
    if "total" in found:
        found["flat"] = found.pop("total") + found.get("flat", _ZERO)
    return {p: found[p] for p in PERIODS if p in found}
