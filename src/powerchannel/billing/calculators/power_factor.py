"""What another reactive energy changes in a bill (无功补偿与力调电费退补)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from typing import cast

from attrs import frozen

from powerchannel.billing.calculators.numbers import (
    Number,
    decimal_of,
    fraction_of,
    not_negative,
    positive,
    refused,
)
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.rules import PowerFactorTable, Rulebook
from powerchannel.rulebook import load_rulebook

__all__ = ["PowerFactorCorrection", "power_factor_correction"]

_BUNDLED = "sgcc-2024"


@frozen(kw_only=True)
class PowerFactorCorrection:
    """What another reactive energy changes in a bill (力调电费退补).

    Parameters
    ----------
    power_factor_before, power_factor : Decimal
        With the two reactive energies, two decimals.
    power_factor_rate_before_percent, power_factor_rate_percent : Decimal
        The rates; a minus is a reduction. [percent]
    base_amount_yuan : Decimal
        What the rates apply to. [yuan]
    corrected_amount_yuan : Decimal
        What the bill would be. [yuan]
    supplement_yuan : Decimal
        Corrected less billed: a refund where negative. [yuan]
    """

    power_factor_before: Decimal
    power_factor: Decimal
    power_factor_rate_before_percent: Decimal
    power_factor_rate_percent: Decimal
    base_amount_yuan: Decimal
    corrected_amount_yuan: Decimal
    supplement_yuan: Decimal


def power_factor_correction(
    *,
    active_kwh: Number,
    reactive_before_kvarh: Number,
    reactive_after_kvarh: Number,
    power_factor_standard: Number,
    billed_amount_yuan: Number,
    power_factor_tables: Sequence[PowerFactorTable] | None = None,
) -> PowerFactorCorrection:
    """Return what a bill would be with another reactive energy (力调电费退补).

    The amount was billed with the factor before, so ``base = billed / (1 + rate_before)`` and
    ``corrected = base x (1 + rate_after)``, rounded once. The factor ``A / sqrt(A**2 + R**2)`` is
    rounded half up to two decimals, exactly. Source: 水电财字〔1983〕215号.

    Parameters
    ----------
    active_kwh : Decimal, str or int
        [kWh]
    reactive_before_kvarh, reactive_after_kvarh : Decimal, str or int
        ``|forward| + |reverse|`` as billed, and as it is or would be. [kvarh]
    power_factor_standard : Decimal, str or int
        0.90, 0.85 or 0.80.
    billed_amount_yuan : Decimal, str or int
        What was billed on the base, power-factor adjustment included. [yuan]
    power_factor_tables : sequence of PowerFactorTable, optional
        The rates; those of the rulebook ``sgcc-2024`` by default.

    Returns
    -------
    PowerFactorCorrection

    Raises
    ------
    TableError
        When there is no active energy, or no table of the standard.

    Examples
    --------
    >>> from powerchannel.billing.rules import PowerFactorTable
    >>> from powerchannel.rulebook import Provenance
    >>> rates = {f"{c / 100:.2f}": Decimal(90 - c) / 2 for c in range(100, 69, -1)}
    >>> table = PowerFactorTable(
    ...     standard=Decimal("0.90"),
    ...     percent=rates,
    ...     provenance=Provenance(status="stated", clause="1983/215"),
    ... )
    >>> found = power_factor_correction(
    ...     active_kwh=80000,
    ...     reactive_before_kvarh=60000,
    ...     reactive_after_kvarh="38745.5",
    ...     power_factor_standard="0.90",
    ...     billed_amount_yuan=10500,
    ...     power_factor_tables=[table],
    ... )
    >>> found.power_factor_before, found.power_factor, found.supplement_yuan
    (Decimal('0.80'), Decimal('0.90'), Decimal('-500.00'))
    """
    active = positive(active_kwh, "active_kwh")
    table = _table(power_factor_standard, power_factor_tables)
    before = _hundredths(active, not_negative(reactive_before_kvarh, "reactive_before_kvarh"))
    after = _hundredths(active, not_negative(reactive_after_kvarh, "reactive_after_kvarh"))
    rate_before, rate_after = _percent(table, before), _percent(table, after)
    billed = fraction_of(billed_amount_yuan, "billed_amount_yuan")
    base = billed / (1 + rate_before / 100)
    corrected = half_up(base * (1 + rate_after / 100), 2)
    return PowerFactorCorrection(
        power_factor_before=_factor(before),
        power_factor=_factor(after),
        power_factor_rate_before_percent=decimal_of(rate_before),
        power_factor_rate_percent=decimal_of(rate_after),
        base_amount_yuan=half_up(base, 2),
        corrected_amount_yuan=corrected,
        supplement_yuan=half_up(Fraction(corrected) - billed, 2),
    )


def _table(standard: Number, tables: Sequence[PowerFactorTable] | None) -> PowerFactorTable:
    wanted = positive(standard, "power_factor_standard")
    if tables is None:
        tables = cast(Rulebook, load_rulebook(_BUNDLED)).power_factor_tables
    for table in tables:
        if Fraction(table.standard) == wanted:
            return table
    known = ", ".join(str(table.standard) for table in tables)
    raise refused(
        "no_such_standard",
        "power_factor_standard",
        f"没有标准为 {standard} 的力率调整表；可用：{known}",
        f"there is no table for the standard {standard}; known: {known}",
    )


def _hundredths(active: Fraction, reactive: Fraction) -> int:
    """Return the factor in hundredths, half up: the largest c with 2c - 1 <= 200 x factor."""
    squared = active**2
    doubled = isqrt(int(40000 * squared / (squared + reactive**2)))
    return (doubled + 1) // 2


def _percent(table: PowerFactorTable, hundredths: int) -> Fraction:
    known = {int(Decimal(name) * 100): Fraction(rate) for name, rate in table.percent.items()}
    if hundredths in known:
        return known[hundredths]
    last = min(known)  # a table has every hundredth from 1.00 down to its last row
    return known[last] + (last - hundredths) * Fraction(table.below_step_percent)


def _factor(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)
