"""Customers at random whose energy is not one meter's: several meters, replaced ones, losses."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import evolve

from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import from_case
from powerchannel.rulebook import load_rulebook

AS_OF = "2025-06"
START, MIDDLE, END = "2025-06-01", "2025-06-12", "2025-07-01"
TABLES = ("accounts", "meters", "readings", "transformers", "loss_tables", "lines", "relations")
Row: TypeAlias = "tuple[str, dict[str, str]]"

_COMPONENTS = [
    {"code": "agency", "group": "energy", "price": "0.4125"},
    {"code": "grid", "group": "transmission", "price": "0.1515", "floats": True},
    {"code": "fund_a", "group": "fund", "price": "0.00196875"},
]
_TIMES = {
    "peak_factor": "1.6",
    "valley_factor": "0.38",
    "sharp_factor": "1.25",
    "deep_valley_factor": "0.8",
}
_TARIFFS: dict[str, dict[str, object]] = {
    "works": {
        "components": _COMPONENTS,
        "time_of_use": _TIMES,
        "capacity_charge": {
            "mode": "capacity",
            "price_yuan_per_kva_month": "23.3",
            "day_count": "actual",
        },
        "feed_in": {"price": "0.4155", "vat_rate": "0.13"},
    },
    "mill": {
        "components": _COMPONENTS,
        "time_of_use": _TIMES,
        "rounding": {"metered_decimals": 3, "billed_decimals": 1, "demand_decimals": 4},
        "capacity_charge": {"mode": "actual_demand", "price_yuan_per_kw_month": "40"},
    },
    "fine": {
        "components": _COMPONENTS,
        "time_of_use": _TIMES,
        "rounding": {"metered_decimals": 1, "billed_decimals": 2},
    },
    "shop": {"components": _COMPONENTS, "time_of_use": _TIMES},
}


def rulebook(**changes: object) -> Rulebook:
    """The bundled policy with four tariffs, and some of its rules changed."""
    policy = load_rulebook("sgcc-2024")
    assert isinstance(policy, Rulebook)
    tariffs = tuple(from_case(d, name=name, source="made up") for name, d in _TARIFFS.items())
    return evolve(policy, tariffs=tariffs, **changes)  # type: ignore[arg-type]


def frames(count: int, seed: int, *, has_relations: bool = True) -> dict[str, pd.DataFrame]:
    """So many groups, with tables that all of them share."""
    rng = np.random.default_rng(seed)
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in TABLES}
    for number in range(count):
        for table, row in _Group(rng, number, has_relations=has_relations).rows():
            rows[table].append(row)
    for size in ("100", "200", "400.5", "2000"):
        for above, upto, kwh, kvarh in _BANDS:
            loss = f"{float(kwh) * float(size):.4f}"
            band = {"loss_table": "S9", "capacity_kva": size, "above_kwh": above}
            more = {"up_to_kwh": upto, "loss_kwh": loss, "loss_kvarh": kvarh}
            rows["loss_tables"].append({**band, **more})
    return {n: pd.DataFrame(r, dtype=object).fillna("") for n, r in rows.items() if r}


_BANDS = [
    ("0", "1000", "1.5", "100"),
    ("1000", "20000.5", "2.25", "150.5"),
    ("20000.5", "3000000", "3", ""),
]


_LIKE = {"works": ("shop", "shop", "works"), "shop": ("shop", "works", "mill")}


class _Group:
    """Draws the rows of one group."""

    def __init__(self, rng: np.random.Generator, number: int, *, has_relations: bool) -> None:
        self._rng = rng
        self._number = number
        self._has_relations = has_relations
        self._account = str(number + 10_000)
        self._is_losing = self._often(0.6)
        self._shown: dict[tuple[str, str], int] = {}
        self._method = self._pick("formula", "formula", "formula", "table", "ratio", "none")

    def _often(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    def _pick(self, *choices: str) -> str:
        return choices[int(self._rng.integers(len(choices)))]

    def rows(self) -> list[Row]:
        """Every row of the group."""
        account = {
            "account_id": self._account,
            "group_id": self._account if self._often(0.6) else f"G{self._number}",
            "tariff": self._pick("works", "works", "mill", "fine", "shop", "shop"),
            "started_on": START,
            "ended_on": END,
            "power_factor_standard": self._pick("", "0.90", "0.85"),
        }
        found: list[Row] = [("accounts", account)]
        transformers = self._transformers() if self._is_losing else []
        found += transformers
        self._has_line = self._often(0.3)
        if self._has_line:
            found += self._line()
        has_children = self._has_relations and self._often(0.5)
        count = 1 if has_children and self._often(0.7) else int(self._rng.integers(1, 4))
        for place in range(count):
            found += self._meter(place, [row["transformer_id"] for _, row in transformers])
        if has_children:
            meters = [row["meter_id"] for table, row in found if table == "meters"]
            for place in range(int(self._rng.integers(1, 4))):
                found += self._child(place, account, meters)
        return found

    def _child(self, place: int, parent: dict[str, str], meters: list[str]) -> list[Row]:
        """Another account of the group: with a share of the first, a sub-meter, or on its own."""
        name = self._pick("{}1{}", "C{}-{}", "1{}{}").format(self._account, place)
        named = parent["account_id"] if self._often(0.2) else meters[0]
        account = {
            **parent,
            "account_id": name,
            "tariff": self._pick(*_LIKE.get(parent["tariff"], (parent["tariff"],))),
            "power_factor_standard": self._pick("", "", "0.90"),
        }
        kind = self._pick("fixed_quantity", "fixed_ratio", "sub_meter", "sub_meter")
        relation = {"child_id": name, "parent_id": named, "kind": kind}
        relation["bears_transformer_loss"] = self._pick("", "", "true", "false")
        relation["bears_line_loss"] = self._pick("", "", "true", "false")
        relation["period_split"] = self._pick("", "", "proportional", "flat")
        if kind != "sub_meter":
            values = {"quantity_kwh": self._pick("100", "12.5", "5"), "ratio": ""}
            if kind == "fixed_ratio":
                ratios = ("0.03", "0.5", "0.0625", "1", "0.999")
                values = {"quantity_kwh": "", "ratio": self._pick(*ratios)}
            return [("accounts", account), ("relations", {**relation, **values})]
        self._account = name
        rows = self._meter(place + 5, [])
        own = [row["meter_id"] for table, row in rows if table == "meters"]
        self._account = parent["account_id"]
        found: list[Row] = [("accounts", account), *rows]
        if self._often(0.9):
            relation["child_id"] = own[0] if self._often(0.5) else name
            found.append(("relations", relation))
        return found

    def _transformers(self) -> list[Row]:
        found: list[Row] = []
        for place in range(int(self._rng.integers(1, 4))):
            row = {
                "transformer_id": f"T{self._number}-{place}",
                "account_id": self._account,
                "kind": "hv_motor" if self._often(0.05) else "transformer",
                "capacity_kva": self._pick("100", "200", "62.25", "1000"),
                "status": self._pick(*["running"] * 12, "hot_standby", "suspended"),
                "no_load_loss_kw": self._pick("0.29", "1.05", "0.0325"),
                "load_loss_kw": "" if self._often(0.02) else self._pick("1.5", "9.125", "4.3"),
                "no_load_current_percent": self._pick("2.1", "", "0.8"),
                "short_circuit_voltage_percent": self._pick("4", "4.5", ""),
                "load_shape_factor": self._pick("", "1.05", "1.5"),
                "loss_method": "none" if self._often(0.03) else self._method,
                "loss_table": "S9",
            }
            if self._often(0.1):  # another state from a day on
                found.append(("transformers", {**row, "ended_on": MIDDLE}))
                status = self._pick("running", "suspended", "hot_standby")
                found.append(("transformers", {**row, "started_on": MIDDLE, "status": status}))
            else:
                found.append(("transformers", row))
        return found

    def _line(self) -> list[Row]:
        line = {"line_id": f"L{self._number}", "side": self._pick("customer", "utility", "")}
        if self._often(0.5):
            return [("lines", {**line, "loss_ratio": self._pick("0.02", "0.005", "0.0125")})]
        values = {"resistance_ohm": self._pick("0.25", "1.5"), "voltage_kv": "10"}
        return [("lines", {**line, **values, "reactance_ohm": self._pick("", "0.4")})]

    def _meter(self, place: int, transformers: list[str]) -> list[Row]:
        name = self._pick("M{}-{}", "{}{}", "9{}{}").format(self._number + 500, place)
        meter = {
            "meter_id": name,
            "account_id": self._account,
            "multiplier": self._pick("1", "40", "2000", "1.5"),
            "integer_digits": self._pick("6", "4", ""),
            "decimal_digits": self._pick("", "2"),
            "total_policy": self._pick("parts", "parts", "total"),
            "metering_side": self._pick("low", "low", "high"),
        }
        if transformers and self._often(0.2):
            meter["transformer_id"] = self._pick(*transformers)
        if self._often(0.7 if self._has_line else 0.01):
            meter["line_id"] = f"L{self._number}"
        registers = self._registers()
        if self._often(0.75):
            return [("meters", meter), *self._read(name, registers, START, END)]
        # Replaced: by another meter, or by one of the same id, or taken away.
        after = name if self._often(0.3) else f"{name}9"
        found: list[Row] = [("meters", {**meter, "removed_on": MIDDLE})]
        found += self._read(name, registers, START, MIDDLE)
        if self._often(0.9):
            found.append(("meters", {**meter, "meter_id": after, "installed_on": MIDDLE}))
            again = registers if self._often(0.7) else self._registers()
            found += self._read(after, again, MIDDLE, END)
        return found

    def _registers(self) -> list[str]:
        found: list[str] = []
        if self._often(0.7):
            shares = {"sharp": 0.2, "peak": 0.95, "flat": 0.9, "valley": 0.95, "deep_valley": 0.05}
            found = [f"active_{p}" for p, share in shares.items() if self._often(share)]
        if not found or self._often(0.3):
            found.append("active_total")
        if self._often(0.7):
            found.append("reactive_forward")
        for name in ("reactive_reverse", "reactive_net", "reverse_active_total"):
            if self._often(0.05):
                found.append(name)
        return [*found, "max_demand"] if self._often(0.5) else found

    def _read(self, meter: str, registers: list[str], first_on: str, last_on: str) -> list[Row]:
        """Readings at both ends; a meter that went on from another account shows what it showed."""
        used = {name: self._used() for name in registers}
        if "active_total" in used and len(used) > 1:
            parts = [v for n, v in used.items() if n.startswith("active_") and n != "active_total"]
            used["active_total"] = sum(parts) if parts else used["active_total"]
        found: list[Row] = []
        for name in registers:
            first = int(self._rng.integers(0, 900_000))
            if self._often(0.02):
                first = int(self._rng.integers(990_000, 999_999))
            if name == "max_demand":
                first = 0
            last = first + used[name]
            if self._often(0.02) and name != "max_demand":
                last %= 1_000_000
            key = (meter, name)
            days = {first_on: first, last_on: last}
            if key in self._shown:
                last = self._shown[key] + used[name]
                days = {last_on: last}
            self._shown[key] = last
            for day, value in days.items():
                if self._often(0.997):
                    reading = {"read_on": day, "reading": f"{value / 100:.2f}"}
                    found.append(("readings", {"meter_id": meter, "register": name, **reading}))
        return found

    def _used(self) -> int:
        if self._often(0.1):
            return 0
        most = int(self._rng.choice([200, 9_000, 90_000]))
        return int(self._rng.integers(0, most)) * (50 if most == 200 else 1)
