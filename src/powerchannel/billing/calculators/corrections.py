"""Energy that a meter, its wiring or its current transformers measured wrongly (退补电量)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import cast

from attrs import frozen

from powerchannel.billing.calculators.numbers import (
    Number,
    Numbers,
    by_period,
    decimal_of,
    fraction_of,
    positive,
    priced,
    refused,
    spread,
    whole,
)
from powerchannel.billing.reference.rounding import half_up
from powerchannel.errors import TableError, UnknownNameError
from powerchannel.registry import did_you_mean

__all__ = [
    "Correction",
    "current_transformer_correction",
    "meter_error_correction",
    "wiring_correction",
]

_ELEMENTS: Mapping[str, int] = MappingProxyType(
    {"single_phase": 1, "three_phase_three_wire": 2, "three_phase_four_wire": 3}
)
_SHORT: Mapping[str, str] = MappingProxyType(
    {
        "12": "single_phase",
        "33": "three_phase_three_wire",
        "34": "three_phase_four_wire",
        "1p2w": "single_phase",
        "3p3w": "three_phase_three_wire",
        "3p4w": "three_phase_four_wire",
        "单相": "single_phase",
        "三相三线": "three_phase_three_wire",
        "三相四线": "three_phase_four_wire",
    }
)


@frozen(kw_only=True)
class Correction:
    """What a wrong measurement is corrected by (退补结果).

    Parameters
    ----------
    correction_factor : Decimal
        Right energy over recorded energy, K (更正系数).
    correction_rate : Decimal
        K - 1, the share of the recorded energy to be supplemented (更正率).
    metered_kwh : mapping of period to Decimal
        What was recorded; always with ``total``, as the others. [kWh]
    corrected_kwh : mapping of period to Decimal
        What a right measurement would have recorded. [kWh]
    supplement_kwh : mapping of period to Decimal
        What is charged (refunded where negative) for the time it holds for. [kWh]
    corrected_amount_yuan, supplement_yuan : mapping of period to Decimal, optional
        The two of them at the prices, each line rounded once; None without prices. [yuan]
    """

    correction_factor: Decimal
    correction_rate: Decimal
    metered_kwh: Mapping[str, Decimal]
    corrected_kwh: Mapping[str, Decimal]
    supplement_kwh: Mapping[str, Decimal]
    corrected_amount_yuan: Mapping[str, Decimal] | None
    supplement_yuan: Mapping[str, Decimal] | None


def wiring_correction(
    *,
    wiring: str | int,
    reversed_current_transformers: Number | Sequence[str],
    metered_kwh: Numbers,
    prices: Numbers | None = None,
) -> Correction:
    """Correct the energy of a meter whose current transformers are reversed (接线错误退补).

    ``K = P_correct / P_wrong`` and ``supplement = (K - 1) x recorded``, over the whole time of the
    wrong wiring. Under a balanced load each of n elements measures the same power, so that with k
    of them reversed ``K = n / (n - 2 k)``: 3, -3 and -1 for one, two and three of three. A meter
    that ran backwards recorded a negative energy. Source: 供电营业规则, chapter on metering (the
    wrong wiring counts since the last check); factors by the power of each element.

    Parameters
    ----------
    wiring : str or int
        ``three_phase_four_wire`` (``34``, ``3p4w``), ``three_phase_three_wire`` (``33``, ``3p3w``)
        or ``single_phase`` (``12``, ``1p2w``).
    reversed_current_transformers : int or sequence of str
        How many are reversed, or the phases of those that are.
    metered_kwh : Decimal, str, int or mapping of period to these
        What was recorded; the factor holds for every register. [kWh]
    prices : Decimal, str, int or mapping of period to these, optional
        [yuan/kWh]

    Returns
    -------
    Correction
        Energy is not rounded.

    Raises
    ------
    UnknownNameError
        For another wiring, or another period.
    TableError
        When there are not so many transformers; and for one of the two of a three-wire meter,
        where K is not a number: it depends on the power factor, and on which one it is.

    Examples
    --------
    >>> found = wiring_correction(
    ...     wiring="34", reversed_current_transformers=1, metered_kwh=1000, prices="0.5"
    ... )
    >>> found.correction_factor, found.supplement_kwh["total"], found.supplement_yuan["total"]
    (Decimal('3'), Decimal('2000'), Decimal('1000.00'))
    """
    name = _wiring(wiring)
    elements = _ELEMENTS[name]
    count = _count(reversed_current_transformers)
    if count > elements:
        raise _too_many(count, elements)
    if name == "three_phase_three_wire" and count == 1:
        raise _depends_on_power_factor()
    return _corrected(Fraction(elements, elements - 2 * count), metered_kwh, prices)


def current_transformer_correction(
    *,
    billed_ratio: Number,
    actual_ratios: Sequence[Number],
    metered_kwh: Numbers,
    prices: Numbers | None = None,
    correction_rate_decimals: Number | None = None,
) -> Correction:
    """Correct the energy of a meter with transformers of another ratio (电流互感器变比错误退补).

    A phase of ratio r shows ``billed / r`` of its power where all are billed with one ratio. Under
    a balanced load of n phases ``K = n / sum(billed / r_i)``; for one wrong transformer of three
    that is ``3 / (2 + billed / r)``. A reversed transformer has a negative ratio. Source:
    供电营业规则, chapter on metering: recompute on the true value, for the actual time.

    Parameters
    ----------
    billed_ratio : Decimal, str or int
        The ratio that bills were made with: 40 for 200/5.
    actual_ratios : sequence of Decimal, str or int
        The ratio of the transformer of each phase.
    metered_kwh : Decimal, str, int or mapping of period to these
        What was billed, with the billed ratio. [kWh]
    prices : Decimal, str, int or mapping of period to these, optional
        [yuan/kWh]
    correction_rate_decimals : int, optional
        Decimals that K - 1 is rounded to before it is used; not rounded without it.

    Returns
    -------
    Correction

    Raises
    ------
    TableError
        When a ratio is 0, no phase is given, or the phases cancel out: nothing was recorded then,
        and K is undefined.

    Examples
    --------
    >>> found = current_transformer_correction(
    ...     billed_ratio=40, actual_ratios=[40, 40, 60], metered_kwh=50000
    ... )
    >>> found.correction_rate, found.supplement_kwh["total"]
    (Decimal('0.125'), Decimal('6250'))
    """
    billed = positive(billed_ratio, "billed_ratio")
    shown = sum((billed / r for r in _ratios(actual_ratios)), Fraction(0))
    if shown == 0:
        raise _nothing_recorded()
    factor = len(actual_ratios) / shown
    if correction_rate_decimals is not None:
        decimals = whole(correction_rate_decimals, "correction_rate_decimals")
        factor = 1 + Fraction(half_up(factor - 1, decimals))
    return _corrected(factor, metered_kwh, prices)


def meter_error_correction(
    *,
    metered_kwh: Numbers,
    error: Number,
    period_share: Number = "0.5",
    prices: Numbers | None = None,
) -> Correction:
    """Correct the energy of a meter beyond its error limit (电能表误差超差退补).

    ``true = recorded / (1 + error)``; ``supplement = (true - recorded) x share``: the error is
    taken to have stood half the time since the last check. Source: 供电营业规则 1996 article 80
    (2024: articles 80 to 82, to be confirmed).

    Parameters
    ----------
    metered_kwh : Decimal, str, int or mapping of period to these
        What was recorded since the last check. [kWh]
    error : Decimal, str or int
        -0.10 for a meter that is 10 % slow.
    period_share : Decimal, str or int
        The share of the time that is corrected, 0 to 1.
    prices : Decimal, str, int or mapping of period to these, optional
        [yuan/kWh]

    Returns
    -------
    Correction
        ``corrected_kwh`` is the true energy of the whole time, ``supplement_kwh`` that of the
        share.

    Raises
    ------
    TableError
        For an error of -100 % or less, where nothing was recorded; for a share outside 0 to 1.

    Examples
    --------
    >>> found = meter_error_correction(metered_kwh=900000, error="-0.10")
    >>> found.corrected_kwh["total"], found.supplement_kwh["total"]
    (Decimal('1000000'), Decimal('50000'))
    """
    shown = 1 + fraction_of(error, "error")
    if shown <= 0:
        raise _nothing_recorded()
    share = fraction_of(period_share, "period_share")
    if not 0 <= share <= 1:
        raise refused(
            "not_a_share",
            "period_share",
            f"须在 0 与 1 之间，实为 {period_share}；一半写作 0.5",
            f"must be between 0 and 1, found {period_share}; half is 0.5",
        )
    return _corrected(1 / shown, metered_kwh, prices, share)


def _corrected(
    factor: Fraction, metered_kwh: Numbers, prices: Numbers | None, share: Fraction = Fraction(1)
) -> Correction:
    metered = by_period(metered_kwh, "metered_kwh")
    corrected = {name: kwh * factor for name, kwh in metered.items()}
    supplement = {name: kwh * (factor - 1) * share for name, kwh in metered.items()}
    return Correction(
        correction_factor=decimal_of(factor),
        correction_rate=decimal_of(factor - 1),
        metered_kwh=spread(metered),
        corrected_kwh=spread(corrected),
        supplement_kwh=spread(supplement),
        corrected_amount_yuan=None if prices is None else priced(corrected, prices),
        supplement_yuan=None if prices is None else priced(supplement, prices),
    )


def _count(given: Number | Sequence[str]) -> int:
    if isinstance(given, (list, tuple)):
        return len(set(given))
    return whole(cast(Number, given), "reversed_current_transformers")


def _wiring(given: str | int) -> str:
    name = _SHORT.get(str(given), str(given))
    if name not in _ELEMENTS:
        known = ", ".join((*_ELEMENTS, *_SHORT))
        near = "".join(did_you_mean(name, _ELEMENTS)[:1])
        raise UnknownNameError.of(
            "unknown_wiring",
            "wiring",
            f"没有接线方式 {given!r}{f'；是否为 {near}？' if near else '。'}可用：{known}",
            f"there is no wiring {given!r}{f'; did you mean {near}?' if near else '.'} "
            f"Known: {known}",
        )
    return name


def _ratios(actual: Sequence[Number]) -> list[Fraction]:
    if isinstance(actual, str) or not len(actual):
        raise refused(
            "no_ratios",
            "actual_ratios",
            "须为各相变比的列表，如 [40, 40, 60]",
            "a list of the ratio of each phase is needed, such as [40, 40, 60]",
        )
    read = [fraction_of(each, f"actual_ratios[{i}]") for i, each in enumerate(actual)]
    if 0 in read:
        where = f"actual_ratios[{read.index(Fraction(0))}]"
        raise refused(
            "zero_ratio",
            where,
            "变比不得为 0；二次侧开路的一相没有变比可言，请按失流另行计算",
            "a ratio cannot be 0; correct a phase without current as a loss of current",
        )
    return read


def _too_many(count: int, elements: int) -> TableError:
    return refused(
        "too_many_transformers",
        "reversed_current_transformers",
        f"此接线方式只有 {elements} 只电流互感器，不能反接 {count} 只；请核对接线方式",
        f"this wiring has {elements} current transformers, {count} cannot be reversed; "
        "check the wiring",
    )


def _depends_on_power_factor() -> TableError:
    return refused(
        "factor_undefined",
        "reversed_current_transformers",
        "三相三线两只互感器反接一只时，更正系数为 ±√3/tanφ，取决于功率因数与所反的相，φ = 0 时"
        "电能表不计量；请按实测功率求 K，或按正常月份电量推算",
        "with one of the two transformers of a three-wire meter reversed, K = ±√3/tan φ: it "
        "depends on the power factor and on the phase, and at φ = 0 nothing is recorded; take K "
        "from measured power, or estimate from normal months",
    )


def _nothing_recorded() -> TableError:
    return refused(
        "nothing_recorded",
        "correction_factor",
        "错误接线或误差使电能表不计量，更正系数无意义；请按正常月份电量推算",
        "the meter recorded nothing, so that no factor corrects it; estimate from normal months",
    )
