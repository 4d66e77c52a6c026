"""Money in whole fen and prices in 1e-8 yuan per kWh: exact int64 arithmetic.

What a customer is charged is never a float. One rounding a printed line: half up, by magnitude
(1.5 -> 2, -1.5 -> -2; 四舍五入). Products that pass int64 are carried in two limbs; nothing wraps,
and a result that does not fit is refused.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation
from operator import index
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from powerchannel.errors import TableError

__all__ = [
    "FEN_PER_YUAN",
    "Integers",
    "allocate",
    "charge_fen",
    "decimal_text",
    "divide_half_up",
    "exact_decimal",
    "exact_integer",
    "fen_from_yuan",
    "multiply_divide_half_up",
    "price_from_yuan",
    "yuan_from_fen",
]

_Bools: TypeAlias = NDArray[np.bool_]
_Sizes: TypeAlias = NDArray[np.uint64]
Integers: TypeAlias = "int | NDArray[np.int64]"
"""Whole numbers: one, or an array that is broadcast with the others."""

FEN_PER_YUAN = 100

_PRICE_DECIMALS = 8
_CHARGE_DIVISOR = 1_000 * 10**_PRICE_DECIMALS // FEN_PER_YUAN
_INT64_MAX = 2**63 - 1
_HALF = np.uint64(32)
_LOW_HALF = np.uint64(2**32 - 1)
_ONE = np.uint64(1)


def exact_integer(value: Decimal | str | int, decimals: int, *, where: str) -> int:
    """Return ``value * 10**decimals``, which must be a whole number (精确换算为整数).

    Parameters
    ----------
    value : Decimal, str or int
        The number.
    decimals : int
        The most decimals it may have.
    where : str
        Its name, for the message.

    Raises
    ------
    TableError
        When the value is no number, has more decimals, or passes int64.
    TypeError
        For a float, which cannot hold most decimals exactly, and any other type.

    Examples
    --------
    >>> exact_integer("0.25", 3, where="energy_kwh")
    250
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, str, int)):
        kind = type(value).__name__
        raise TypeError(
            f"{where}: 需要 Decimal、文本或整数，而不是 {kind}；浮点数请先转为文本 / "
            f"a Decimal, text or an int is needed, not {kind}; turn a float into text first"
        )
    exact = Context(prec=60, traps=[Inexact, InvalidOperation])
    try:
        scaled = exact.scaleb(exact.create_decimal(value), decimals)
        # np.int64 refuses what passes it; int turns it back.
        return int(np.int64(int(exact.quantize(scaled, Decimal(1)))))
    except (ArithmeticError, ValueError):
        raise _not_exact(value, decimals, where) from None


def exact_decimal(value: int, decimals: int) -> Decimal:
    """Return ``value / 10**decimals`` with that many decimals (整数还原为小数).

    Parameters
    ----------
    value, decimals : int
        Fen and 2, Wh and 3, and the like.

    Examples
    --------
    >>> exact_decimal(250, 3)
    Decimal('0.250')
    """
    return Decimal(index(value)).scaleb(-decimals, Context(prec=60))


def decimal_text(values: NDArray[np.int64], decimals: int) -> NDArray[np.str_]:
    """Return ``values / 10**decimals`` as exact decimal text (整数列转为小数文本).

    Parameters
    ----------
    values : ndarray of int64, any shape
        Such as fen, with two decimals.
    decimals : int
        The decimals to show.

    Examples
    --------
    >>> decimal_text(np.array([1230, -5]), 2).tolist()
    ['12.30', '-0.05']
    >>> decimal_text(np.array([1230, -5]), 0).tolist()
    ['1230', '-5']
    """
    if not decimals:
        return np.asarray(values).astype(np.str_)
    is_negative, size = _split(values)
    whole, part = np.divmod(size, np.uint64(10**decimals))
    text = np.char.add(np.where(is_negative, "-", ""), whole.astype(np.str_))
    # astype: in old numpy an empty result is float64.
    decimal = np.char.mod(f".%0{decimals}d", part).astype(np.str_)
    return np.char.add(text, decimal).reshape(np.shape(values))


def fen_from_yuan(value: Decimal | str | int) -> int:
    """Return an amount in whole fen, exactly (元换算为分).

    Parameters
    ----------
    value : Decimal, str or int
        An amount with at most two decimals; `exact_integer` refuses others. [yuan]

    Examples
    --------
    >>> fen_from_yuan("12.30")
    1230
    """
    return exact_integer(value, 2, where="amount_yuan")


def price_from_yuan(value: Decimal | str | int) -> int:
    """Return a price in 1e-8 yuan per kWh, exactly (电价换算).

    Parameters
    ----------
    value : Decimal, str or int
        A price with at most eight decimals; `exact_integer` refuses others. [yuan/kWh]

    Examples
    --------
    >>> price_from_yuan("0.5203")
    52030000
    """
    return exact_integer(value, _PRICE_DECIMALS, where="price_yuan_per_kwh")


def yuan_from_fen(fen: int) -> Decimal:
    """Return an amount in yuan with two decimals (分换算为元).

    Parameters
    ----------
    fen : int
        [fen]

    Examples
    --------
    >>> yuan_from_fen(-1230)
    Decimal('-12.30')
    """
    return exact_decimal(fen, 2)


def divide_half_up(numerator: Integers, denominator: Integers) -> NDArray[np.int64]:
    """Return ``numerator / denominator`` by `multiply_divide_half_up` (四舍五入除法).

    Parameters
    ----------
    numerator, denominator : int or ndarray of int64
        Broadcast together.

    Returns
    -------
    ndarray of int64

    Examples
    --------
    >>> divide_half_up(np.array([5, -5, 4]), 10).tolist()
    [1, -1, 0]
    """
    return multiply_divide_half_up(numerator, 1, denominator)


def multiply_divide_half_up(a: Integers, b: Integers, divisor: Integers) -> NDArray[np.int64]:
    """Return ``a * b / divisor``, rounded once, half up by magnitude (乘除后四舍五入).

    The product is exact for every pair of int64, in two limbs of 64 bits.

    Parameters
    ----------
    a, b, divisor : int or ndarray of int64
        Broadcast together.

    Returns
    -------
    ndarray of int64

    Raises
    ------
    ZeroDivisionError
        When a divisor is 0.
    OverflowError
        When a result passes int64; names the first.
    TypeError
        For anything but int64 integers.

    Examples
    --------
    >>> int(multiply_divide_half_up(9 * 10**18, 7 * 10**18, -(8 * 10**18)))
    -7875000000000000000
    """
    shape = np.broadcast_shapes(*map(np.shape, (a, b, divisor)))
    signs, sizes = zip(*map(_split, (a, b, divisor)), strict=True)
    quotient, remainder = _multiply_divide(*np.broadcast_arrays(*sizes))
    is_negative = signs[0] ^ signs[1] ^ signs[2]
    # r >= d - r asks whether 2 r >= d without passing 64 bits.
    rounds_up = remainder >= sizes[2] - remainder
    if (too_big := quotient > np.uint64(_INT64_MAX) + is_negative - rounds_up).any():
        raise _overflow(too_big, quotient)
    return _signed(quotient + rounds_up, is_negative).reshape(shape)


def charge_fen(energy_wh: Integers, price_e8: Integers) -> NDArray[np.int64]:
    """Return the charge for energy at a price, one rounding a line (电费).

    ``Wh * price / 1e9``, by `multiply_divide_half_up`.

    Parameters
    ----------
    energy_wh : int or ndarray of int64
        [Wh]
    price_e8 : int or ndarray of int64
        [1e-8 yuan/kWh]

    Returns
    -------
    ndarray of int64
        [fen]

    Examples
    --------
    >>> charge_fen(np.array([1_000_000, 500]), price_from_yuan("0.5203")).tolist()
    [52030, 26]
    """
    return multiply_divide_half_up(energy_wh, price_e8, _CHARGE_DIVISOR)


def allocate(total: int, weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Share a total by weights in whole units, by largest remainder (最大余数法分摊).

    Each share is its ideal, ``total * weight / sum(weights)``, rounded down by magnitude; the units
    left over go one each to the largest remainders, the earlier row first. The shares sum to the
    total exactly and none is a whole unit off its ideal.

    Parameters
    ----------
    total : int
        What is shared; may be negative. [fen, Wh, ...]
    weights : ndarray of int64, shape (n,)
        None negative.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    TableError
        When a weight is negative, or all are 0 and the total is not.
    OverflowError
        When the weights sum past int64.

    Examples
    --------
    >>> allocate(100, np.array([1, 1, 1])).tolist()
    [34, 33, 33]
    """
    is_negative, size = _split(total)
    weight_negative, weight = _split(weights)
    weight_total = (int((weight >> _HALF).sum()) << 32) + int((weight & _LOW_HALF).sum())
    if weight_negative.any() or (weight_total == 0 and total != 0):
        raise _bad_weights(weight_negative)
    if weight_total > _INT64_MAX:
        raise _overflow(weight > 0, weight)
    divisor = np.uint64(max(weight_total, 1))
    shares, remainder = _multiply_divide(*np.broadcast_arrays(weight, size, divisor))
    left = int(size[0]) - int(shares.sum())
    largest_first = np.argsort(-remainder.view(np.int64), kind="stable")
    shares[largest_first[:left]] += _ONE
    return _signed(shares, is_negative)


def _split(value: Integers) -> tuple[_Bools, _Sizes]:
    """Return sign and magnitude, at least one-dimensional: numpy scalars warn where arrays do not.

    The magnitude of -2**63 passes int64, but its bits are right when read as uint64.
    """
    array = np.atleast_1d(_int64(value))
    return array < 0, np.abs(array).view(np.uint64)


def _signed(size: _Sizes, is_negative: _Bools) -> NDArray[np.int64]:
    values = size.view(np.int64)
    return np.where(is_negative, -values, values)


def _int64(value: Integers) -> NDArray[np.int64]:
    array = np.asarray(value)
    if array.dtype.kind not in "iu" or not np.can_cast(array.dtype, np.int64):
        raise TypeError(
            f"需要 int64 整数，而不是 {array.dtype}；请先换算为分、Wh 等整数单位 / "
            f"int64 integers are needed, not {array.dtype}; convert to whole fen, Wh, ... first"
        )
    return array.astype(np.int64, copy=False)


def _multiply_divide(a: _Sizes, b: _Sizes, divisor: _Sizes) -> tuple[_Sizes, _Sizes]:
    """Return quotient and remainder of ``a * b / divisor``, all of one shape, none above 2**63."""
    if not divisor.all():
        raise ZeroDivisionError("除数为 0 / a divisor is 0")
    high, low = _product(a, b)
    if (too_big := high >= divisor).any():
        raise _overflow(too_big, a)
    quotient = low // divisor
    remainder = low - quotient * divisor
    if (is_wide := high > 0).any():
        quotient[is_wide], remainder[is_wide] = _long_division(
            high[is_wide], low[is_wide], divisor[is_wide]
        )
    return quotient, remainder


def _product(a: _Sizes, b: _Sizes) -> tuple[_Sizes, _Sizes]:
    """Return the high and low 64 bits of ``a * b``, by schoolbook halves of 32 bits."""
    if int(a.max(initial=0)) * int(b.max(initial=0)) < 2**64:
        return np.broadcast_to(np.uint64(0), a.shape), a * b
    a_high, a_low = a >> _HALF, a & _LOW_HALF
    b_high, b_low = b >> _HALF, b & _LOW_HALF
    low = a_low * b_low
    middle = a_high * b_low + (low >> _HALF)
    other = a_low * b_high + (middle & _LOW_HALF)
    high = a_high * b_high + (middle >> _HALF) + (other >> _HALF)
    return high, (other << _HALF) | (low & _LOW_HALF)


def _long_division(high: _Sizes, low: _Sizes, divisor: _Sizes) -> tuple[_Sizes, _Sizes]:
    """Divide 128 bits by at most 2**63, bit by bit; ``high < divisor``."""
    quotient, remainder = np.zeros_like(low), high
    for bit in range(63, -1, -1):
        remainder = (remainder << _ONE) | ((low >> np.uint64(bit)) & _ONE)
        fits = remainder >= divisor
        remainder = np.where(fits, remainder - divisor, remainder)
        quotient = (quotient << _ONE) | fits
    return quotient, remainder


def _bad_weights(is_negative: _Bools) -> TableError:
    count, size = int(is_negative.sum()), is_negative.size
    return TableError.of(
        "bad_weights",
        "weights",
        f"权重须非负且合计大于 0：{size} 个中有 {count} 个为负；请先剔除或单独处理",
        f"weights must be 0 or more and sum to more than 0: {count} of {size} are negative; "
        "take them out first",
        count=count,
    )


def _overflow(too_big: _Bools, sizes: _Sizes) -> OverflowError:
    count, first = int(too_big.sum()), int(np.flatnonzero(too_big)[0])
    return OverflowError(
        f"{count} 个结果超出 int64（第一个在第 {first} 行）；请拆成较小的量，或改用较大的单位 / "
        f"{count} results pass int64 (first: row {first}, {sizes.flat[first]}); "
        "split them, or use a larger unit"
    )


def _not_exact(value: Decimal | str | int, decimals: int, where: str) -> TableError:
    limit = exact_decimal(_INT64_MAX, decimals)
    return TableError.of(
        "not_exact",
        where,
        f"“{value}”不是至多 {decimals} 位小数、绝对值不超过 {limit} 的数；请先按规则取整",
        f"{str(value)!r} is not a number of at most {decimals} decimals and {limit} in size; "
        "round it by its own rule first",
    )
