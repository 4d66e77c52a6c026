"""Reading single values strictly, and the words for what was found and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from powerchannel.errors import Problem, RulebookError
from powerchannel.text import Text

__all__ = [
    "DECIMAL_TEXT",
    "NAMES",
    "fits",
    "found",
    "read_choice",
    "read_scalar",
    "refusal",
    "unexpected",
]

DECIMAL_TEXT = r"-?[0-9]+(\.[0-9]+)?"
"""How a decimal is written as text, for instance in a table of texts."""

_MOST_DIGITS = 28
_MOST_SHOWN = 60
_INT64 = range(-(2**63), 2**63)

NAMES: Mapping[type, Text] = {
    str: Text("文字", "text"),
    int: Text("整数", "an integer"),
    bool: Text("true 或 false", "true or false"),
    Decimal: Text("数", "a number"),
    date: Text("日期（如 2022-03-01）", "a date such as 2022-03-01"),
    tuple: Text("列表", "a list"),
    Mapping: Text("表（键与值）", "a table of keys and values"),
}
"""What is expected, in words."""


def refusal(code: str, message: Text) -> RulebookError:
    """Return the error of a value that cannot be taken, at ``"$"`` (取值错误)."""
    return RulebookError([Problem(code=code, where="$", message=message)])


def unexpected(kind: type, value: object) -> RulebookError:
    """Return the error of a value of the wrong type (类型不符)."""
    words = Text("应为{what}，实为{seen}{hint}", "{what} is expected, found {seen}{hint}")
    hint = _hint(kind, value)
    return refusal("wrong_type", words.fill(what=NAMES[kind], seen=found(value), hint=hint))


def _hint(kind: type, value: object) -> Text:
    if isinstance(value, float) and kind is Decimal:
        return Text(f'；请写作 Decimal("{value}")', f'; write it as Decimal("{value}")')
    if isinstance(value, str) and kind is Decimal:
        return Text("；请写作 0.02 之类", "; write it like 0.02")
    if isinstance(value, str) and kind in (int, bool):
        return Text("；请去掉引号", "; remove the quotes")
    if isinstance(value, str) and kind is tuple:
        return Text("；请写在 [ ] 之中", "; write it within [ ]")
    if kind is str and not isinstance(value, (Mapping, list, tuple, type(None))):
        return Text("；请加引号", "; put it in quotes")
    return Text("", "")


def found(value: object) -> Text:
    """Return the words for a value that was found (所见之值)."""
    match value:
        case None:
            return Text("空值 null", "null")
        case bool():
            word = "true" if value else "false"
            return Text(f"布尔值 {word}", f"the truth value {word}")
        case int() if value not in _INT64:
            return Text("过大的整数", "an integer past 64 bits")
        case int():
            return Text(f"整数 {value}", f"the integer {value}")
        case float() | Decimal():
            return _named("小数", "the decimal", str(value))
        case str():
            return _named("文字", "the text", repr(value))
        case date():
            return _named("日期时间" if isinstance(value, datetime) else "日期", "the date", value)
        case Mapping():
            return Text(f"含 {len(value)} 个键的表", f"a table of {len(value)} keys")
        case list() | tuple():
            return Text(f"{len(value)} 项的列表", f"a list of {len(value)}")
    return _named("类型", "a value of type", type(value).__name__)


def _named(zh: str, en: str, value: object) -> Text:
    text = str(value)
    shown = text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"
    return Text(f"{zh} {shown}", f"{en} {shown}")


def read_choice(values: tuple[object, ...], value: object) -> object:
    """Return a value that is one of those declared, of the very type (取可选值).

    Raises
    ------
    RulebookError
        When it is none of them.
    """
    if any(type(value) is type(each) and value == each for each in values):
        return value
    words = Text("应为下列之一：{names}；实为{seen}", "one of {names} is expected, found {seen}")
    names = ", ".join(str(each) for each in values)
    raise refusal("not_allowed", words.fill(names=names, seen=found(value)))


def read_scalar(kind: type, value: object) -> object:
    """Return a value as str, int, bool, Decimal or date, without any guess (取单值).

    Raises
    ------
    RulebookError
        When the value is of another type, not finite, or too large.
    """
    return _READERS[kind](value)


def _read_text(value: object) -> str:
    if not isinstance(value, str):
        raise unexpected(str, value)
    if any("\ud800" <= char <= "\udfff" for char in value):
        words = Text("残缺的字符，见于{seen}；请改正", "a broken character in {seen}; correct it")
        raise refusal("bad_text", words.fill(seen=found(value)))
    return value


def _read_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise unexpected(bool, value)
    return value


def _read_int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise unexpected(int, value)
    if value not in _INT64:
        raise refusal(
            "out_of_range",
            Text("整数超出 64 位；请写小些", "past 64 bits; write a smaller integer"),
        )
    return value


def _read_decimal(value: object) -> Decimal:
    if isinstance(value, str) and re.fullmatch(DECIMAL_TEXT, value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise unexpected(Decimal, value)
    if isinstance(value, int) and abs(value) >= 10**_MOST_DIGITS:
        raise _too_long(value)
    number = Decimal(value)
    if not number.is_finite():
        words = Text("应为有限的数，实为{seen}", "a finite number is expected, found {seen}")
        raise refusal("not_finite", words.fill(seen=found(number)))
    if not fits(number):
        raise _too_long(number)
    return number


def fits(value: Decimal) -> bool:
    """Tell whether a number can be written out in plain digits (位数可写).

    Parameters
    ----------
    value : Decimal
        A finite number.

    Returns
    -------
    bool
        At most 28 digits before the decimal point, and at most 28 after it.
    """
    exponent = value.as_tuple().exponent
    return (
        isinstance(exponent, int) and exponent >= -_MOST_DIGITS and value.adjusted() < _MOST_DIGITS
    )


def _too_long(value: object) -> RulebookError:
    words = Text(
        "小数点前后各至多 {most} 位，实为{seen}",
        "at most {most} digits before and after the point are kept, found {seen}",
    )
    return refusal("out_of_range", words.fill(most=_MOST_DIGITS, seen=found(value)))


def _read_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise unexpected(date, value) from None
    raise unexpected(date, value)


_READERS: Mapping[type, Callable[[object], object]] = {
    str: _read_text,
    int: _read_int,
    bool: _read_bool,
    Decimal: _read_decimal,
    date: _read_date,
}
