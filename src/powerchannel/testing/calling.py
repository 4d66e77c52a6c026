"""Cases of one function: ``call`` and ``arguments`` in place of tables (计算函数的算例)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, cast

import attrs

from powerchannel.errors import Problem
from powerchannel.registry import Registry, did_you_mean, resolve
from powerchannel.testing.case import Case, CaseError
from powerchannel.testing.comparing import Key, Value
from powerchannel.text import Text

if TYPE_CHECKING:
    from powerchannel.testing.domains import CaseDomain

__all__ = ["CALL_KEYS", "calling"]

CALL_KEYS = ("call", "arguments")
"""The keys of a case file that stand in place of tables and rules."""

_DECIMALS = 30


def calling(document: Mapping[str, object], domain: CaseDomain) -> CaseDomain:
    """Return the domain of a case that calls a function (计算函数算例的业务域).

    Parameters
    ----------
    document : mapping
        The case file, with the keys `CALL_KEYS`.
    domain : CaseDomain
        Whose calculators may be called.

    Returns
    -------
    CaseDomain
        Without tables and rules; its expectations have name, period and value. A value that is
        returned alone is called ``value``.

    Raises
    ------
    UnknownNameError
        When there is no such calculator.
    CaseError
        When the arguments are not those of the function, with every problem.
    """
    function = _function(document.get("call"), domain.calculators)
    arguments = _arguments(function, document.get("arguments", {}))
    return attrs.evolve(
        domain,
        tables=(),
        key={"name": None, "period": "total"},
        compute=partial(_computed, function, arguments),
        rulebook="",
        keys=CALL_KEYS,
    )


def _function(name: object, module_name: str) -> Callable[..., object]:
    module = resolve(module_name)
    found = {n: getattr(module, n) for n in getattr(module, "__all__", ())}
    calculators = Registry(
        Text("计算函数", "calculator"), {n: f for n, f in found.items() if inspect.isfunction(f)}
    )
    return calculators.get(name if isinstance(name, str) else repr(name))


def _arguments(function: Callable[..., object], given: object) -> dict[str, object]:
    """Return the arguments as the file has them: the function itself says what it takes."""
    if not isinstance(given, Mapping):
        raise CaseError([_not_named(given)])
    parameters = inspect.signature(function).parameters
    needed = [name for name, each in parameters.items() if each.default is each.empty]
    problems = [_unknown(name, list(parameters)) for name in given if name not in parameters]
    problems += [_missing(name) for name in needed if name not in given]
    if problems:
        raise CaseError(problems)
    return dict(given)


def _computed(
    function: Callable[..., object], arguments: Mapping[str, object], case: Case
) -> dict[Key, Value]:
    del case
    return dict(_values(function(**arguments)))


def _values(found: object) -> Iterator[tuple[Key, Value]]:
    if isinstance(found, Mapping):
        items = iter(found.items())
    elif attrs.has(type(found)):
        items = _members(cast("attrs.AttrsInstance", found))
    else:
        items = iter([("value", found)])
    for name, value in items:
        if isinstance(value, Mapping):
            yield from (((name, period), _value(each)) for period, each in value.items())
        else:
            yield (name, "total"), _value(value)


def _members(record: attrs.AttrsInstance) -> Iterator[tuple[str, object]]:
    """Yield the fields and the properties of a record."""
    fields = [name for name in attrs.fields_dict(type(record)) if not name.startswith("_")]
    properties = [n for n, v in inspect.getmembers(type(record)) if isinstance(v, property)]
    yield from ((name, getattr(record, name)) for name in (*fields, *properties))


def _value(found: object) -> Value:
    if isinstance(found, Fraction):
        scaled = round(found * 10**_DECIMALS)
        return Decimal(scaled).scaleb(-_DECIMALS)
    return found  # type: ignore[return-value]  # what is no value does not agree with any


def _unknown(name: str, known: Sequence[str]) -> Problem:
    near, names = did_you_mean(name, known), ", ".join(known)
    zh = f"；是否为 {near[0]}？" if near else "。"
    en = f"; did you mean {near[0]}?" if near else "."
    message = Text(
        f"没有名为 {name} 的参数{zh}可用：{names}",
        f"there is no argument {name}{en} Known: {names}",
    )
    return Problem(code="unknown_name", where=f"$.arguments.{name}", message=message)


def _missing(name: str) -> Problem:
    message = Text("缺少此参数", "this argument is missing")
    return Problem(code="missing_key", where=f"$.arguments.{name}", message=message)


def _not_named(given: object) -> Problem:
    message = Text(
        "应为一张以参数名为键的表；实为 {given}",
        "a table by the names of the parameters is expected; found {given}",
    )
    return Problem(code="not_a_table", where="$.arguments", message=message.fill(given=repr(given)))
