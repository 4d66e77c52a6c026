"""Equipment that came, went, stood by or was suspended within the bill."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
from attrs import evolve

from batch_as_reference import assert_same, state_of, why
from customers_at_random import AS_OF, frames
from customers_at_random import rulebook as steady
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import from_case

_STATUSES = ("running", "suspended", "hot_standby", "cold_standby")
_DAYS = ("", "2025-05-20", "2025-06-01", "2025-06-03", "2025-06-16", "2025-06-20", "2025-06-30")


def _works(**charge: object) -> dict[str, object]:
    return {
        "components": [{"code": "agency", "group": "energy", "price": "0.4125"}],
        "time_of_use": {"peak_factor": "1.6", "valley_factor": "0.38", "sharp_factor": "1.25"},
        "capacity_charge": charge,
    }


_DOCUMENTS: Mapping[str, Mapping[str, object]] = {
    "capacity": _works(mode="capacity", price_yuan_per_kva_month="23.35"),
    "short suspensions count": _works(
        mode="capacity", price_yuan_per_kva_month="28", least_suspended_days=20
    ),
    "new ones cost half": _works(
        mode="capacity",
        price_yuan_per_kva_month="28",
        suspended_charge_ratio="0.5",
        recent_connection_months=24,
    ),
    "by calendar days": _works(mode="capacity", price_yuan_per_kva_month="28", day_count="actual"),
    "demand": _works(mode="actual_demand", price_yuan_per_kw_month="40"),
    "demand with a floor": _works(
        mode="actual_demand", price_yuan_per_kw_month="40", actual_demand_floor_ratio="0.4"
    ),
    "contract": _works(
        mode="contract_demand", price_yuan_per_kw_month="38.5", high_use_kwh_per_kva="260"
    ),
}


@cache
def rulebook() -> Rulebook:
    made = (from_case(d, name=name, source="made up") for name, d in _DOCUMENTS.items())
    return evolve(steady(), tariffs=tuple(made))


@cache
def tables() -> Mapping[str, pd.DataFrame]:
    """Customers with transformers in one to three states, one after another."""
    rng = np.random.default_rng(51)
    found = dict(frames(200, seed=51))
    accounts, names = found["accounts"], list(_DOCUMENTS)
    accounts["tariff"] = [names[i] for i in rng.integers(0, len(names), len(accounts))]
    accounts["power_factor_standard"] = ""
    found["meters"] = found["meters"].assign(metering_side="high", installed_on="")
    rows = []
    for number, account in enumerate(accounts["account_id"]):
        for unit in range(int(rng.integers(0, 4))):
            kind = {"kind": "hv_motor" if rng.random() < 0.15 else "transformer"}
            name = {"transformer_id": f"T{number}-{unit}", "account_id": account, **kind}
            kva = str(rng.choice(["100", "315.5", "62.25"]))
            linked = "I" if rng.random() < 0.05 else ""
            days = sorted(rng.choice(_DAYS, int(rng.integers(1, 4)), replace=False))
            last = str(rng.choice(["", "2025-06-30"]))
            for begins, ends in pairwise([*days, last]):
                if begins != ends:
                    state = {"started_on": begins, "ended_on": ends, "interlock_group": linked}
                    status = str(rng.choice(_STATUSES, p=[0.5, 0.3, 0.1, 0.1]))
                    rows.append({**name, **state, "capacity_kva": kva, "status": status})
    found["transformers"] = pd.DataFrame(rows, dtype=object)
    return found


def test_random_states_have_the_same_cells() -> None:
    state = state_of(tables())
    found = assert_same(state, rulebook(), AS_OF)
    assert {"capacity_missing", "demand_missing"} <= set(found.findings["code"])


def test_they_are_taken_but_for_what_the_calendar_and_floors_decide() -> None:
    accounts = tables()["accounts"]
    taken = {}
    for name in _DOCUMENTS:
        mine = accounts[accounts["tariff"] == name]
        state = state_of({**tables(), "accounts": mine})
        reasons = why(state, rulebook(), AS_OF)
        taken[name] = reasons[""] / (reasons[""] + reasons["transformer_states"])
    assert min(taken["capacity"], taken["short suspensions count"]) > 0.8
    assert max(taken["by calendar days"], taken["new ones cost half"]) < 0.6
    assert min(taken.values()) > 0.05


def test_without_equipment_nothing_is_laid_out() -> None:
    bare = {n: f for n, f in tables().items() if n != "transformers"}
    assert_same(state_of(bare), rulebook(), AS_OF)
