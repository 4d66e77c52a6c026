"""Groups with meters and readings, written as briefly as a meter book, for tests of energy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from bills_by_hand import account, days, rulebook
from powerchannel.billing.records import (
    Account,
    AccountEnergy,
    Finding,
    Group,
    GroupEnergy,
    LossRow,
    Meter,
    Reading,
    Relation,
    Transformer,
    WireLine,
)
from powerchannel.billing.reference.energy import group_energy
from powerchannel.billing.reference.job import Job
from powerchannel.billing.rules import Rulebook

JUNE = days("2025-06-01 2025-07-01")
NO_ESTIMATES = {"methods": []}


def june(account_id: str = "a", span: str = "2025-06-01 2025-07-01", **fields: object) -> Account:
    return account(account_id, fields.pop("tariff", "main"), days(span), **fields)  # type: ignore[arg-type]


def meter(meter_id: str = "m", of: str = "a", multiplier: str = "1", **fields: object) -> Meter:
    head = {"meter_id": meter_id, "account_id": of, "multiplier": Decimal(multiplier)}
    return Meter(**head, **fields)  # type: ignore[arg-type]


def readings(
    meter_id: str, registers: Mapping[str, Iterable[str]], on: Iterable[str] = ()
) -> tuple[Reading, ...]:
    """Return the readings of each register on some days, by default the ends of June."""
    when = [date.fromisoformat(day) for day in on] or list(JUNE)
    return tuple(
        Reading(meter_id=meter_id, register=register, read_on=day, reading=Decimal(value))
        for register, values in registers.items()
        for day, value in zip(when, values, strict=True)
    )


def used(meter_id: str, **energy: str) -> tuple[Reading, ...]:
    """Return readings of June from 0 on: ``peak="100"`` is the register ``active_peak``."""
    own = ("reactive_", "reverse_", "max_")
    names = {k: k if k.startswith(own) else f"active_{k}" for k in energy}
    return tuple(
        reading
        for name, value in energy.items()
        for reading in readings(meter_id, {names[name]: ("0", value)})
    )


def relation(child: str, parent: str, kind: str, **fields: object) -> Relation:
    numbers = {
        k: Decimal(v) if isinstance(v, str) and k in _NUMBERS else v for k, v in fields.items()
    }
    return Relation(child_id=child, parent_id=parent, kind=kind, **numbers)  # type: ignore[arg-type]


_NUMBERS = ("quantity_kwh", "ratio")


def lossy(name: str = "t", kva: str = "100", *, of: str = "a", **fields: object) -> Transformer:
    """Return a transformer of June; numbers as text."""
    own = ("status", "loss_method", "loss_table", "kind", "started_on", "ended_on")
    known = {k: v if k in own else Decimal(str(v)) for k, v in fields.items()}
    head = {"transformer_id": name, "account_id": of, "capacity_kva": Decimal(kva)}
    return Transformer(**head, **{"loss_method": "formula", **known})  # type: ignore[arg-type]


def s9(name: str = "t", **fields: object) -> Transformer:
    """Return the S9-100/10 of the published example."""
    return lossy(name, "100", no_load_loss_kw="0.29", load_loss_kw="1.50", **fields)


def band(capacity: str, above: str, up_to: str | None, loss: str, reactive: str = "0") -> LossRow:
    return LossRow(
        loss_table="s9",
        capacity_kva=Decimal(capacity),
        above_kwh=Decimal(above),
        up_to_kwh=None if up_to is None else Decimal(up_to),
        loss_kwh=Decimal(loss),
        loss_kvarh=Decimal(reactive),
    )


def wire(name: str = "l", side: str = "", **fields: str) -> WireLine:
    return WireLine(line_id=name, side=side, **{k: Decimal(v) for k, v in fields.items()})


def group(*accounts: Account, **parts: object) -> Group:
    return Group(group_id="g", accounts=accounts or (june(),), **parts)  # type: ignore[arg-type]


def job(*accounts: Account, book: Rulebook | None = None, **parts: object) -> Job:
    return Job(group=group(*accounts, **parts), rulebook=book or rulebook())


def energy(*accounts: Account, book: Rulebook | None = None, **parts: object) -> GroupEnergy:
    return group_energy(group(*accounts, **parts), book or rulebook())


def of(found: GroupEnergy, account_id: str = "a") -> AccountEnergy:
    """Return the one row of an account."""
    (row,) = (e for e in found.accounts if e.account.account_id == account_id)
    return row


def shown(kwh: Mapping[str, Decimal]) -> dict[str, str]:
    """Return energy as text without zeros at the end, to be read in an assertion."""
    return {period: f"{value.normalize():f}" for period, value in kwh.items()}


def billed(found: GroupEnergy, account_id: str = "a") -> dict[str, str]:
    return shown(of(found, account_id).energy_kwh)


def codes(found: GroupEnergy) -> list[str]:
    return [finding.code for finding in found.findings]


def fatal(found: GroupEnergy) -> list[str]:
    return [finding.code for finding in found.findings if finding.is_fatal]


def one(found: GroupEnergy, code: str) -> Finding:
    """Return the one finding with a code."""
    (finding,) = (f for f in found.findings if f.code == code)
    return finding
