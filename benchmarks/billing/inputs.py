"""The cases of billing, and the names of their sides."""

from __future__ import annotations

from pathlib import Path

from benchmarks.billing.data import READ, Customers
from benchmarks.cases import Case, Side, later

__all__ = ["CONVERTING", "DECIMALS", "OURS", "REFERENCE", "cases", "registers"]

OURS, REFERENCE = "powerchannel, batch", "powerchannel, one by one"
DECIMALS, CONVERTING = "plain Decimal loop", "plain Decimal loop, decimals made as it goes"

_SOME = (2 * 10**3, 10**5, 10**6)
_COUNTS = {"tiny": (300,), "small": _SOME, "large": _SOME}
_MOST_ONE_BY_ONE, _MOST_MADE = 2 * 10**3, 10**5


def cases(sizes: str) -> tuple[Case, ...]:
    """Return the cases at some sizes."""
    return tuple(_registers(Customers(count=count)) for count in _COUNTS[sizes])


def registers(count: int) -> str:
    """Return the name of the case of so many register bills."""
    return f"registers-{count}"


def _registers(customers: Customers) -> Case:
    """Register bills: the million is held against the plain loop, line by line."""
    names = {OURS: "with_powerchannel.batch"}
    if customers.count <= _MOST_MADE:
        names[DECIMALS] = "with_decimals.loop"
    else:
        names[CONVERTING] = "with_decimals.from_integers"
    if customers.count <= _MOST_ONE_BY_ONE:
        names[REFERENCE] = "with_powerchannel.reference"
    return Case(
        name=registers(customers.count),
        title=f"Bills from register readings: {customers.count:,} customers",
        facts={
            "customers": customers.count,
            "registers a meter": len(READ),
            "seed": customers.seed,
        },
        make=lambda home: _made(customers, home),
        sides=[_side(name, function) for name, function in names.items()],
    )


def _made(customers: Customers, home: Path) -> Customers:
    del home  # nothing is written
    return customers


def _side(name: str, function: str) -> Side:
    module, _, attribute = function.partition(".")
    return Side(name=name, prepare=later(f"benchmarks.billing.{module}", attribute))
