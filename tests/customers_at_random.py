"""Customers at random, by the thousand: every register, tariff and fault that bills may meet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from attrs import evolve

from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import Tariff, bundled_tariffs, from_case, load_tariff
from powerchannel.rulebook import load_rulebook

AS_OF = "2025-06"
PERIODS = ("sharp", "peak", "flat", "valley", "deep_valley")
_STARTS = ("2025-06-01", "2025-05-25", "2025-01-01", "2025-05-31")
_ENDS = ("2025-07-01", "2025-06-20", "2025-06-30")

_COMPONENTS = [
    {"code": "agency", "group": "energy", "price": "0.4125"},
    {"code": "share", "group": "energy", "price": "-0.00125", "by_period": True},
    {"code": "loss", "group": "line_loss", "price": "0.0195"},
    {"code": "grid", "group": "transmission", "price": "0.1515", "floats": True},
    {"code": "fund_a", "group": "fund", "price": "0.00196875"},
    {"code": "fund_b", "group": "fund", "price": "0.005"},
]
_TIMES = {
    "peak_factor": "1.6",
    "valley_factor": "0.38",
    "sharp_factor": "1.25",
    "deep_valley_factor": "0.8",
}
_OTHERS: Mapping[str, Mapping[str, object]] = {
    "contract": {
        "components": _COMPONENTS,
        "time_of_use": _TIMES,
        "capacity_charge": {
            "mode": "contract_demand",
            "price_yuan_per_kw_month": "38.5",
            "high_use_kwh_per_kva": "260",
            "over_limit_reading": "above_limit",
        },
        "power_factor": {"rounding": "line"},
        "feed_in": {"price": "0.4155", "vat_rate": "0.13"},
    },
    "capacity": {
        "components": _COMPONENTS,
        "time_of_use": _TIMES,
        "capacity_charge": {
            "mode": "capacity",
            "price_yuan_per_kva_month": "23.3",
            "day_count": "actual",
        },
    },
    "demand": {
        "components": _COMPONENTS,
        "time_of_use": _TIMES,
        "rounding": {"metered_decimals": 3, "billed_decimals": 1, "demand_decimals": 4},
        "capacity_charge": {
            "mode": "actual_demand",
            "price_yuan_per_kw_month": "40",
            "actual_demand_floor_ratio": "0.40",
        },
        "power_factor": {"rounding": "base"},
    },
    "months": {
        "catalogue_prices": {"peak": "0.568", "flat": "0.5", "valley": "0.288"},
        "components": [{"code": "fund_a", "group": "fund", "price": "0.01"}],
        "catalogue_includes_funds": True,
        "tiers": {
            "cycle": "month",
            "limits_kwh": ["180.5", "400"],
            "increments": ["0", "0.05", "0.3"],
            "season_limits_kwh": {"6": ["200", "450"]},
            "persons_from": 5,
            "more_kwh": "100",
        },
        "feed_in": {"price": "0.4155"},
    },
    "table": {
        "rounding": {"billed_decimals": 2},
        "tiers": {
            "cycle": "year",
            "limits_kwh": ["2160", "4200"],
            "model": "table",
            "prices": [
                {"peak": "0.617", "flat": "0.5", "valley": "0.307"},
                {"peak": "0.677", "flat": "0.6", "valley": "0.337"},
                {"peak": "0.977", "flat": "0.9", "valley": "0.487"},
            ],
        },
    },
    "one-table": {
        "tiers": {
            "cycle": "year",
            "limits_kwh": ["2160", "4200"],
            "model": "table",
            "prices": [{"total": "0.5"}, {"total": "0.6"}, {"total": "0.9"}],
        }
    },
    "free": {
        "catalogue_price": "0.5",
        "tiers": {
            "cycle": "month",
            "limits_kwh": ["100"],
            "increments": ["0", "0.1"],
            "free_kwh": "15",
        },
    },
}


def rulebook() -> Rulebook:
    """The bundled policy with all bundled tariffs, others, and one that changes its price."""
    policy = load_rulebook("sgcc-2024")
    assert isinstance(policy, Rulebook)
    found = [load_tariff(name) for name in bundled_tariffs().names()]
    found += [from_case(d, name=name, source="made up") for name, d in _OTHERS.items()]
    return evolve(policy, tariffs=(*found, *_editions()))


def _editions() -> tuple[Tariff, ...]:
    old = from_case({"catalogue_price": "0.5"}, name="dated", source="made up")
    day = pd.Timestamp("2025-06-01").date()
    return (
        evolve(old, effective_to=day),
        evolve(old, effective_from=day, catalogue_price=old.catalogue_price * 2),
    )


def frames(count: int, seed: int) -> dict[str, pd.DataFrame]:
    """So many groups, most of which the batch takes."""
    rng = np.random.default_rng(seed)
    names = sorted({tariff.name for tariff in rulebook().tariffs})
    rows: dict[str, list[dict[str, str]]] = {
        "accounts": [],
        "meters": [],
        "readings": [],
        "transformers": [],
        "adjustments": [],
    }
    for number in range(count):
        for table, row in _group(rng, number, names):
            rows[table].append(row)
    return {n: pd.DataFrame(r, dtype=object).fillna("") for n, r in rows.items() if r}


def _group(
    rng: np.random.Generator, number: int, names: list[str]
) -> list[tuple[str, dict[str, str]]]:
    def often(share: float) -> bool:
        return bool(rng.random() < share)

    account = ("A甲%d" if often(0.1) else "%d") % (number + 10_000)
    group = f"G{number}" if often(0.2) else account
    meter = account if often(0.1) else f"{rng.integers(1, 9)}0{number}"
    start = str(rng.choice(_STARTS, p=[0.7, 0.1, 0.1, 0.1]))
    end = str(rng.choice(_ENDS, p=[0.8, 0.1, 0.1]))
    multiplier = str(rng.choice(["1", "40", "2000", "1.5", "80000"], p=[0.4, 0.3, 0.2, 0.05, 0.05]))
    found = [
        (
            "accounts",
            {
                "account_id": account,
                "group_id": group,
                "tariff": str(rng.choice(names)),
                "started_on": start,
                "ended_on": end,
                "power_factor_standard": str(
                    rng.choice(["", "0.90", "0.85", "0.80", "0.7"], p=[0.6, 0.2, 0.1, 0.09, 0.01])
                ),
                "is_power_factor_assessed": str(rng.choice(["", "是", "否"], p=[0.9, 0.05, 0.05])),
                "year_to_date_kwh": str(rng.choice(["", "0", "2000", "2150.5", "9999.25"])),
                "household_count": str(rng.choice(["", "3", "6"])),
                "contract_demand_kw": str(rng.choice(["", "100", "350.5", "1234.125"])),
            },
        ),
        (
            "meters",
            {
                "meter_id": meter,
                "account_id": account,
                "multiplier": multiplier,
                "integer_digits": "6",
                "decimal_digits": str(rng.choice(["", "2"])),
                "total_policy": str(rng.choice(["parts", "total"])),
                "metering_side": str(rng.choice(["high", "low"])),
                "installed_on": str(
                    rng.choice(["", "2025-06-15", "2020-01-01"], p=[0.9, 0.02, 0.08])
                ),
            },
        ),
    ]
    for _ in range(int(rng.integers(0, 4))):
        found.append(
            (
                "transformers",
                {
                    "transformer_id": f"T{number}-{rng.integers(0, 99)}",
                    "account_id": account,
                    "kind": str(rng.choice(["transformer", "hv_motor"], p=[0.9, 0.1])),
                    "capacity_kva": str(rng.choice(["100", "315.5", "1000", "62.25"])),
                    "status": str(rng.choice(["running", "suspended"], p=[0.97, 0.03])),
                    "loss_method": str(rng.choice(["none", "table"], p=[0.97, 0.03])),
                },
            )
        )
    if often(0.03):
        row = {"account_id": account, "code": "refund", "group": "energy", "amount_yuan": "-1.25"}
        found.append(("adjustments", row))
    for register, first, last in _registers(rng, often):
        for day, value in ((start, first), (end, last)):
            if often(0.998):
                status = "estimated" if often(0.002) else "ok"
                found.append(
                    (
                        "readings",
                        {
                            "meter_id": meter,
                            "register": register,
                            "read_on": day,
                            "reading": value,
                            "status": status,
                        },
                    )
                )
    return found


def _registers(rng: np.random.Generator, often) -> list[tuple[str, str, str]]:
    """Registers and what they showed, in hundredths: many ties when multiplied and priced."""
    parts: dict[str, tuple[int, int]] = {}
    if often(0.6):
        for period in PERIODS:
            if often(0.06 if "_" in period or period == "sharp" else 0.97):
                parts[f"active_{period}"] = _pair(rng, often)
    total = [sum(pair[side] for pair in parts.values()) for side in (0, 1)]
    found = dict(parts)
    if not parts or often(0.6):
        first, last = total if parts else _pair(rng, often)
        found["active_total"] = (first, last + int(rng.choice([0, 0, 0, 1, 40, -1])))
    if often(0.8):
        found["reactive_forward"] = _pair(rng, often)
    if often(0.1):
        found["reactive_reverse"] = _pair(rng, often)
    if often(0.05):
        found["reactive_net"] = _pair(rng, often)[::-1]
    if often(0.1):
        found[str(rng.choice(["reverse_active_total", "reverse_active_peak"]))] = _pair(rng, often)
    if often(0.6):
        found["max_demand"] = (0, int(rng.integers(0, 60_000)))
    return [(name, f"{a / 100:.2f}", f"{b / 100:.2f}") for name, (a, b) in found.items()]


def _pair(rng: np.random.Generator, often) -> tuple[int, int]:
    first = int(rng.integers(0, 10_000_000))
    used = (
        0
        if often(0.05)
        else int(rng.integers(0, 200)) * 50
        if often(0.5)
        else int(rng.integers(0, 90_000))
    )
    return first, -used + first if often(0.003) else first + used
