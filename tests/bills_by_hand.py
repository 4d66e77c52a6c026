"""Short ways to write a tariff, the energy of a group, and to read its bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from attrs import evolve

from powerchannel.billing.records import (
    Account,
    AccountEnergy,
    Given,
    Group,
    GroupBill,
    GroupEnergy,
    Transformer,
)
from powerchannel.billing.reference.charges import group_bill
from powerchannel.billing.reference.segments import Segment, segments
from powerchannel.billing.rules import Rulebook, from_case
from powerchannel.billing.tariff import Tariff
from powerchannel.billing.tariff import from_case as tariff_from_case
from powerchannel.rulebook import load_rulebook

JANUARY = (date(2025, 1, 1), date(2025, 2, 1))


@cache
def policy() -> Rulebook:
    book = load_rulebook("sgcc-2024")
    assert isinstance(book, Rulebook)
    return book


def rulebook(*tariffs: Tariff, **changes: object) -> Rulebook:
    changed = from_case(changes, policy(), source="test") if changes else policy()
    return evolve(changed, tariffs=tariffs)


def tariff(name: str = "main", **document: object) -> Tariff:
    return tariff_from_case(document, name=name, source="test")


def two_part(mode: str = "capacity", price: str = "30", **rules: object) -> Tariff:
    key = "price_yuan_per_kva_month" if mode == "capacity" else "price_yuan_per_kw_month"
    return tariff(capacity_charge={"mode": mode, key: price, **rules})


def days(text: str) -> tuple[date, date]:
    begins, ends = (date.fromisoformat(day) for day in text.split())
    return begins, ends


def account(
    account_id: str = "a",
    tariff: str = "main",
    span: tuple[date, date] = JANUARY,
    **fields: object,
) -> Account:
    head = {"account_id": account_id, "group_id": "g", "tariff": tariff}
    return Account(**head, started_on=span[0], ended_on=span[1], **fields)  # type: ignore[arg-type]


def kwh(value: str | Mapping[str, str]) -> dict[str, Decimal]:
    """Return energy by period; a single number is the total."""
    if isinstance(value, str):
        return {"total": Decimal(value)}
    parts = {period: Decimal(text) for period, text in value.items()}
    return {**parts, "total": sum(parts.values(), start=Decimal(0))}


def row(
    of: Account, energy: str | Mapping[str, str] = "0", reactive: str | None = None, **more: object
) -> AccountEnergy:
    kvarh = None if reactive is None else Decimal(reactive)
    return AccountEnergy(account=of, energy_kwh=kwh(energy), reactive_kvarh=kvarh, **more)  # type: ignore[arg-type]


def transformer(
    name: str, kva: str, span: str = "2020-01-01 2030-01-01", *, of: str = "a", **fields: object
) -> Transformer:
    begins, ends = days(span)
    head = {"transformer_id": name, "account_id": of, "capacity_kva": Decimal(kva)}
    return Transformer(**head, started_on=begins, ended_on=ends, **fields)  # type: ignore[arg-type]


def given(an_id: str, quantity: str, value: str, period: str = "total") -> Given:
    return Given(id=an_id, quantity=quantity, period=period, value=Decimal(value))


def group_of(rows: Sequence[AccountEnergy], **parts: object) -> Group:
    accounts = tuple(one.account for one in rows)
    return Group(group_id="g", accounts=accounts, **parts)  # type: ignore[arg-type]


def energy_of(rows: Sequence[AccountEnergy]) -> GroupEnergy:
    return GroupEnergy(group_id="g", accounts=tuple(rows))


def bill(rows: Sequence[AccountEnergy], book: Rulebook, **parts: object) -> GroupBill:
    """Bill some rows of energy; `parts` are the other tables of the group."""
    return group_bill(group_of(rows, **parts), energy_of(rows), book)


def value(of: GroupBill, name: str, an_id: str = "a", period: str = "total") -> str:
    return str(of.values[an_id, name, period])


def amounts(of: GroupBill, code: str) -> list[int]:
    return [line.amount_fen for line in of.lines if line.code == code]


def codes(of: GroupBill) -> list[str]:
    """Return the codes of the findings."""
    return [found.code for found in of.findings]


def total_fen(of: GroupBill) -> int:
    return sum(line.amount_fen for line in of.lines)


def parts_of_account(of: AccountEnergy, book: Rulebook) -> tuple[Segment, ...]:
    return segments(of, book)
