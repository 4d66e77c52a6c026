"""Small billing groups and price lists at random, as raw rows and as rulebooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache

import pandas as pd
from attrs import evolve
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from powerchannel import billing
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Tariff, from_case
from powerchannel.rulebook import load_rulebook

AS_OF = "2025-06"
START, END = "2025-06-01", "2025-07-01"
COLUMNS = {
    "accounts": (
        "account_id",
        "group_id",
        "tariff",
        "started_on",
        "ended_on",
        "power_factor_standard",
        "year_to_date_kwh",
    ),
    "meters": ("meter_id", "account_id", "multiplier", "integer_digits", "metering_side"),
    "readings": ("meter_id", "register", "read_on", "reading"),
    "relations": ("child_id", "parent_id", "kind", "quantity_kwh"),
    "transformers": ("transformer_id", "account_id", "kind", "capacity_kva", "status"),
    "adjustments": ("account_id", "code", "group", "amount_yuan", "source_key"),
    "debts": ("account_id", "amount_yuan", "due_on", "paid_on"),
}


@cache
def policy() -> Rulebook:
    """The bundled policy, without tariffs."""
    book = load_rulebook("sgcc-2024")
    assert isinstance(book, Rulebook)
    return book


@st.composite
def frames(draw: DrawFn) -> Mapping[str, pd.DataFrame]:
    """One to three groups: a parent with a meter, perhaps a child with a fixed quantity."""
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in COLUMNS}
    for number in range(draw(st.integers(1, 3))):
        for table, row in _group(draw, f"0{number}"):
            rows[table].append(row)
    return {n: pd.DataFrame(rows[n], columns=list(c), dtype=object) for n, c in COLUMNS.items()}


def _group(draw: DrawFn, group: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    is_works = draw(st.booleans())
    tariff = "works" if is_works else "home"
    standard = draw(st.sampled_from(["0.90", "0.85", ""])) if is_works else ""
    used = "" if is_works else str(draw(st.integers(0, 5000)))
    yield "accounts", (f"{group}1", group, tariff, START, END, standard, used)
    yield "meters", (f"m{group}", f"{group}1", str(draw(st.integers(1, 40))), "6", "high")
    registers = ["active_peak", "active_flat", "active_valley", "reactive_forward"]
    for register in registers if is_works else ["active_total"]:
        if draw(st.integers(0, 9)):  # a missing register is a bill without it, or none at all
            first = draw(st.integers(0, 900_000))
            last = first + draw(st.integers(0, 900))
            yield "readings", (f"m{group}", register, START, str(first))
            yield "readings", (f"m{group}", register, END, f"{last}.5")
    if is_works:
        kva = str(draw(st.integers(1, 2000)))
        yield "transformers", (f"t{group}", f"{group}1", "transformer", kva, "running")
    if draw(st.booleans()):
        yield "accounts", (f"{group}2", group, "home", START, END, "", "0")
        quantity = str(draw(st.integers(0, 3000)))
        yield "relations", (f"{group}2", f"{group}1", "fixed_quantity", quantity)
    if draw(st.booleans()):
        amount = str(Decimal(draw(st.integers(-9999, 9999))).scaleb(-2))
        yield "adjustments", (f"{group}1", "settlement", "energy", amount, f"K{group}")
    if draw(st.booleans()):
        yield "debts", (f"{group}1", "100.00", "2025-05-20", "2025-06-09")


def units(name: str, frame: pd.DataFrame) -> list[str]:
    """The group of each row: its bill needs all of them, in whatever table they stand."""
    return [str(first).strip("mt")[:2] for first in frame[COLUMNS[name][0]]]


def _price(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda n: str(Decimal(n).scaleb(-6)))


@st.composite
def rulebooks(draw: DrawFn) -> Rulebook:
    """The bundled policy with a price list for homes and one for works."""
    home: dict[str, object] = {
        "catalogue_price": draw(_price(400_000, 700_000)),
        "components": [{"code": "fund_a", "group": "fund", "price": draw(_price(0, 30_000))}],
        "tiers": {
            "cycle": "year",
            "limits_kwh": ["2160", "4200"],
            "increments": ["0", "0.05", "0.30"],
        },
    }
    works: dict[str, object] = {
        "components": [
            {"code": "agency", "group": "energy", "price": draw(_price(200_000, 600_000))},
            {"code": "grid", "group": "transmission", "price": "0.1515", "floats": True},
            {"code": "fund_a", "group": "fund", "price": draw(_price(0, 30_000))},
        ],
        "time_of_use": {"peak_factor": "1.6", "valley_factor": "0.38"},
        "capacity_charge": {"mode": "capacity", "price_yuan_per_kva_month": "28"},
        "power_factor": {"rounding": draw(st.sampled_from(["base", "line"]))},
    }
    tariffs: list[Tariff] = [
        from_case(document, name=name, source="made up")
        for name, document in (("home", home), ("works", works))
    ]
    return evolve(policy(), tariffs=tuple(tariffs))


def replayed(result: billing.Result, keys: list[str]) -> dict[tuple[str, ...], float]:
    """The total of each group, computed again from its lines."""
    return {(group,): fen for group, fen in result.explain(*keys).replayed.items()}


def recorded(result: billing.Result) -> dict[tuple[str, ...], float]:
    """The same totals, as the table has them."""
    table = result.table
    rows = table[(table["id"] == table["group_id"]) & (table["name"] == "amount_yuan")]
    return {(group,): fen for group, fen in zip(rows["group_id"], rows["value_fen"], strict=True)}
