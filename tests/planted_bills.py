"""Bills without a fault, with every table of the archive, and how to plant one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pandas as pd
from attrs import evolve, field, frozen

from powerchannel import load_rulebook
from powerchannel.billing.audit import AuditReport, audit
from powerchannel.billing.rules import Audit, AuditRule, Rulebook
from powerchannel.billing.tariff import CapacityCharge, Tariff, Tiers
from powerchannel.rulebook import Provenance
from powerchannel.text import Text

ASSUMED = Provenance(status="assumed", clause="test")
THRESHOLDS = {
    "ZERO_USE": {},
    "SURGE": {
        "residential_ratio": "3",
        "residential_kwh": "200",
        "low_voltage_ratio": "1",
        "high_voltage_ratio": "0.5",
    },
    "DROP": {
        "residential_ratio": "0.75",
        "residential_kwh": "200",
        "low_voltage_ratio": "0.5",
        "high_voltage_ratio": "0.3",
    },
    "YOY": {"ratio": "0.5"},
    "NEGATIVE": {},
    "ROLLOVER": {},
    "TOU_SUM": {},
    "MULTIPLIER": {},
    "OVER_CAPACITY": {"hours_per_day": "24", "demand_ratio": "1"},
    "LOAD_HOURS": {"most_hours": "720", "least_hours": "20"},
    "LOSS_RATIO": {"most_ratio": "0.1", "least_ratio": "0"},
    "PF_RANGE": {"most": "1", "least": "0.5"},
    "DEDUCT": {},
    "FIXED": {"most_years": "1"},
    "PRICE": {"two_part_kva": "315", "power_factor_kva": "100"},
    "BASIC": {"contract_floor_ratio": "0.4"},
    "TIER": {},
    "SUM": {"yuan": "0.01"},
    "AVG_PRICE": {
        "residential_least": "0.3",
        "residential_most": "1.2",
        "commerce_industry_least": "0.2",
        "commerce_industry_most": "2",
    },
    "REPEAT": {},
}
BLOCKING = (
    "NEGATIVE",
    "TOU_SUM",
    "MULTIPLIER",
    "DEDUCT",
    "PRICE",
    "BASIC",
    "TIER",
    "SUM",
    "REPEAT",
)


def _rule(code: str) -> AuditRule:
    return AuditRule(
        code=code,
        verdict="block" if code in BLOCKING else "review",
        title=Text(f"规则 {code}", f"rule {code}"),
        thresholds={name: Decimal(value) for name, value in THRESHOLDS[code].items()},
        provenance=ASSUMED,
    )


def _tariff(name: str, **fields: object) -> Tariff:
    title = Text(name, name)
    return Tariff(kind="tariff", schema_version=1, name=name, title=title, source="test", **fields)


TARIFFS = (
    _tariff(
        "home",
        catalogue_price=Decimal("0.5"),
        tiers=Tiers(
            cycle="year",
            limits_kwh=(Decimal(2160), Decimal(4200)),
            increments=(Decimal(0), Decimal("0.05"), Decimal("0.3")),
            provenance=ASSUMED,
        ),
    ),
    _tariff("shop", catalogue_price=Decimal("0.7")),
    _tariff(
        "works",
        capacity_charge=CapacityCharge(
            mode="capacity", price_yuan_per_kva_month=Decimal(20), provenance=ASSUMED
        ),
    ),
    _tariff(
        "mill",
        capacity_charge=CapacityCharge(
            mode="contract_demand", price_yuan_per_kw_month=Decimal(30), provenance=ASSUMED
        ),
    ),
)


def rulebook(*codes: str) -> Rulebook:
    """The rules of these codes, or all of them."""
    policy = load_rulebook("sgcc-2024")
    assert isinstance(policy, Rulebook)
    rules = tuple(_rule(code) for code in codes or THRESHOLDS)
    return evolve(policy, audit=Audit(rules=rules, provenance=ASSUMED), tariffs=TARIFFS)


# id, billed and metered kWh, reactive, demand, power factor, amount, average price
BILLS = [
    ("home-1", "200", None, None, None, "100.00", "0.5"),
    ("shop-1", "1000", None, None, None, "700.00", "0.7"),
    ("works-1", "300000", "100000", None, "0.95", "200000.00", "0.66667"),
    ("mill-1", "100000", "30000", "450", "0.96", "80000.00", "0.8"),
    ("g", "400000", None, None, None, "279000.00", "0.6975"),
]


def _values(bills: list[tuple[str | None, ...]]) -> pd.DataFrame:
    rows = []
    for an_id, energy, reactive, demand, factor, amount, price in bills:
        named = {
            "billed_energy_kwh": energy,
            "metered_energy_kwh": energy,
            "transformer_loss_kwh": "0",
            "billed_reactive_kvarh": reactive,
            "metered_demand_kw": demand,
            "power_factor": factor,
            "amount_yuan": amount,
            "average_price_yuan_per_kwh": price,
        }
        rows += [(an_id, name, "total", value) for name, value in named.items() if value]
    rows.append(("mill-1", "billed_demand_kw", "total", "500"))
    for meter, energy in (("m-works", "300000"), ("m-sub", "50000")):
        rows.append((meter, "metered_energy_kwh", "total", energy))
    return pd.DataFrame(rows, columns=["id", "name", "period", "value"])


def _archive() -> dict[str, pd.DataFrame]:
    return {
        "accounts": pd.DataFrame(
            {
                "account_id": ["home-1", "shop-1", "works-1", "mill-1"],
                "group_id": ["home-1", "shop-1", "g", "g"],
                "tariff": ["home", "shop", "works", "mill"],
                "started_on": ["2025-03-01"] * 4,
                "ended_on": ["2025-04-01"] * 4,
                "power_factor_standard": [None, None, "0.90", "0.90"],
                "contract_demand_kw": [None, None, None, "500"],
                "year_to_date_kwh": ["400", None, None, None],
                "category": ["", "commerce_industry", "commerce_industry", "commerce_industry"],
            }
        ),
        "previous_accounts": pd.DataFrame(
            {
                "account_id": ["home-1", "shop-1"],
                "started_on": ["2025-02-01"] * 2,
                "ended_on": ["2025-03-01"] * 2,
                "year_to_date_kwh": ["200", None],
            }
        ),
        "transformers": pd.DataFrame(
            {
                "transformer_id": ["t-1", "t-2"],
                "account_id": ["works-1", "mill-1"],
                "capacity_kva": ["1000", "800"],
                "status": ["running", "running"],
                "interlock_group": ["", ""],
            }
        ),
        "meters": pd.DataFrame(
            {
                "meter_id": ["m-works", "m-sub"],
                "account_id": ["works-1", "mill-1"],
                "multiplier": ["2000", "20"],
                "integer_digits": ["5", "5"],
                "decimal_digits": ["2", "2"],
                "current_transformer_ratio": ["20", "20"],
                "voltage_transformer_ratio": ["100", "1"],
                "previous_multiplier": ["2000", "20"],
                "work_order_id": ["", ""],
            }
        ),
        "registers": pd.DataFrame(
            [
                ("m-works", "active_total", "total", "100", "250", "2000", "300000"),
                ("m-works", "active_peak", "peak", "40", "90", "2000", "100000"),
                ("m-works", "active_flat", "flat", "60", "160", "2000", "200000"),
            ],
            columns=[
                "meter_id",
                "register",
                "period",
                "previous",
                "current",
                "multiplier",
                "metered_kwh",
            ],
        ).assign(account_id="works-1"),
        "lines": pd.DataFrame(
            [
                ("home-1", "home-1", "catalogue", "200", "10000"),
                ("shop-1", "shop-1", "catalogue", "1000", "70000"),
                ("g", "works-1", "retail", "300000", "18000000"),
                ("g", "works-1", "capacity", "1000", "2000000"),
                ("g", "works-1", "power_factor_charge", "-200000", "-100000"),
                ("g", "mill-1", "retail", "100000", "8000000"),
            ],
            columns=["group_id", "account_id", "code", "quantity", "amount_fen"],
        ),
        "relations": pd.DataFrame(
            {
                "child_id": ["m-sub", "light", "share"],
                "parent_id": ["m-works", "m-works", "m-works"],
                "kind": ["sub_meter", "fixed_quantity", "fixed_ratio"],
                "quantity_kwh": [None, "2000", None],
                "ratio": [None, None, "0.03"],
                "verified_on": [None, "2024-10-01", "2024-04-01"],
            }
        ),
    }


@frozen(eq=False)
class Case:
    """All tables of an audit; `with_cell` and `without` give changed copies."""

    tables: dict[str, pd.DataFrame] = field(
        factory=lambda: {
            "bills": _values(BILLS),
            "previous": _values(BILLS),
            "last_year": _values(BILLS),
            **_archive(),
        }
    )

    def change(self, table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Case:
        return Case({**self.tables, table: change(self.tables[table].copy())})

    def value(self, an_id: str, name: str, value: str, table: str = "bills") -> Case:
        """One value of the bills set, or added."""

        def changed(rows: pd.DataFrame) -> pd.DataFrame:
            kept = rows[(rows["id"] != an_id) | (rows["name"] != name)]
            row = {"id": [an_id], "name": [name], "period": ["total"], "value": [value]}
            return pd.concat([kept, pd.DataFrame(row)], ignore_index=True)

        return self.change(table, changed)

    def cell(self, table: str, row: int, **cells: str | None) -> Case:
        def changed(rows: pd.DataFrame) -> pd.DataFrame:
            for column, value in cells.items():
                rows[column] = [*rows[column][:row], value, *rows[column][row + 1 :]]
            return rows

        return self.change(table, changed)

    def row(self, table: str, **cells: str) -> Case:
        added = pd.DataFrame({name: [value] for name, value in cells.items()})
        return self.change(table, lambda rows: pd.concat([rows, added], ignore_index=True))

    def without(self, *tables: str) -> Case:
        return Case({name: t for name, t in self.tables.items() if name not in tables})

    def audit(self, *codes: str, tariffs: tuple[Tariff, ...] = TARIFFS) -> AuditReport:
        rest = dict(self.tables)
        months = {name: rest.pop(name, None) for name in ("bills", "previous", "last_year")}
        book = evolve(rulebook(*codes), tariffs=tariffs)
        return audit(months.pop("bills"), book, archive=rest, **months)


def found(report: AuditReport) -> list[tuple[str, str]]:
    return list(zip(report.findings["id"], report.findings["code"], strict=True))
