"""Made-up customers with register readings, as the state holds them: sorted columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import GROUP, MONTH, State
from powerchannel.billing.tables.words import REGISTERS
from powerchannel.billing.tariff import Tariff, from_case
from powerchannel.memory import Rows
from powerchannel.periods import parse_month
from powerchannel.rulebook import load_rulebook
from powerchannel.tables import NO_NUMBER

__all__ = ["AS_OF", "READ", "TARIFF", "Customers", "laid_out", "rulebook", "state_of"]

AS_OF = "2025-06"
TARIFF = "two-part"
READ = (
    "active_total",
    "active_sharp",
    "active_peak",
    "active_flat",
    "active_valley",
    "reactive_forward",
)
_ROWS = {code.code: row for row, code in enumerate(REGISTERS)}
_START, _END = (
    int(np.datetime64(day, "D").astype(np.int64)) for day in ("2025-06-01", "2025-07-01")
)
_MICRO = 10**6


@frozen(kw_only=True)
class Customers:
    """So many customers of one two-part tariff, each with six registers read on two days."""

    count: int
    seed: int = 1

    def readings(self) -> NDArray[np.int64]:
        """Return readings by customer, register and day, in hundredths.

        A fifth of the energies are whole multiples that make ties of half a fen.
        """
        rng = np.random.default_rng(self.seed)
        shape = (self.count, len(READ))
        used = rng.integers(0, 50_000, shape)
        used = np.where(rng.random(shape) < 0.2, used // 500 * 500, used)
        used[:, 0] = used[:, 1:5].sum(axis=1)
        used[:, 5] = used[:, 0] * rng.integers(0, 120, self.count) // 100
        first = rng.integers(0, 10_000_000, shape)
        return np.stack([first, first + used], axis=2)

    def multipliers(self) -> NDArray[np.int64]:
        """Return the multiplier of each meter."""
        rng = np.random.default_rng([self.seed, 2])
        return rng.choice(np.array([1, 20, 40, 80, 200]), self.count)

    def capacities(self) -> NDArray[np.int64]:
        """Return the kVA of each customer."""
        rng = np.random.default_rng([self.seed, 3])
        return rng.choice(np.array([100, 315, 630, 1000]), self.count)

    def standards(self) -> NDArray[np.int64]:
        """Return the power factor standard of each customer, in hundredths."""
        rng = np.random.default_rng([self.seed, 4])
        return rng.choice(np.array([90, 85, 80]), self.count)


def rulebook() -> Rulebook:
    """Return the bundled policy with the tariff of all customers."""
    policy = load_rulebook("sgcc-2024")
    assert isinstance(policy, Rulebook)
    return evolve(policy, tariffs=(_tariff(),))


def _tariff() -> Tariff:
    prices = {
        "agency": ("energy", "0.4125"),
        "line_loss": ("line_loss", "0.0195"),
        "system": ("system_operation", "0.0425"),
        "fund_a": ("fund", "0.00196875"),
        "fund_b": ("fund", "0.00625"),
        "fund_c": ("fund", "0.0005"),
        "fund_d": ("fund", "0.019"),
    }
    components: list[dict[str, object]] = [
        {"code": code, "group": group, "price": price} for code, (group, price) in prices.items()
    ]
    grid = {"code": "grid", "group": "transmission", "price": "0.1515", "floats": True}
    document = {
        "components": [*components, grid],
        "time_of_use": {"peak_factor": "1.6", "valley_factor": "0.38", "sharp_factor": "1.2"},
        "capacity_charge": {"mode": "capacity", "price_yuan_per_kva_month": "24"},
        "power_factor": {"rounding": "base"},
    }
    return from_case(document, name=TARIFF, source="made up")


def state_of(customers: Customers) -> State:
    """Lay the customers out as `aggregate` does."""
    n = customers.count
    keys = 10**9 + np.arange(n)
    month = np.full(n, parse_month(AS_OF))
    given: Mapping[str, Mapping[str, NDArray[np.integer]]] = {
        "accounts": {
            GROUP: keys,
            MONTH: month,
            "account_id": keys,
            "tariff": np.full(n, -1),
            "started_on": np.full(n, _START),
            "ended_on": np.full(n, _END),
            "power_factor_standard": customers.standards(),
        },
        "meters": {
            GROUP: keys,
            MONTH: month,
            "meter_id": keys,
            "account_id": keys,
            "multiplier": customers.multipliers() * _MICRO,
            "total_policy": np.zeros(n),
            "metering_side": np.ones(n),
        },
        "transformers": {
            GROUP: keys,
            MONTH: month,
            "transformer_id": keys,
            "account_id": keys,
            "kind": np.zeros(n),
            "capacity_kva": customers.capacities() * 10**4,
            "status": np.zeros(n),
            "loss_method": np.zeros(n),
        },
        "readings": _readings(keys, customers),
    }
    return laid_out(given, TARIFF)


def laid_out(given: Mapping[str, Mapping[str, NDArray[np.integer]]], *names: str) -> State:
    """Return sorted columns as a state; what is not given is missing in every row.

    Parameters
    ----------
    given : mapping of table to mapping of column to ndarray
        In the units of the state.
    names : str
        The ids that are not all digits: the first has the key -1.
    """
    tables = {name: _rows(rows, given.get(name, {})) for name, rows in _empty().items()}
    return State(names=np.array(names, object), tables=tables)


@cache
def _empty() -> Mapping[str, Rows]:
    return State.empty().tables


def _readings(keys: NDArray[np.int64], customers: Customers) -> dict[str, NDArray[np.integer]]:
    n, registers = len(keys), [_ROWS[name] for name in READ]
    owners = np.repeat(keys, len(READ) * 2)
    return {
        GROUP: owners,
        "meter_id": owners,
        "register": np.tile(np.repeat(registers, 2), n),
        "read_on": np.tile([_START, _END], n * len(READ)),
        "reading": customers.readings().reshape(-1) * 10**4,
        "status": np.zeros(len(owners)),
    }


def _rows(like: Rows, given: Mapping[str, NDArray[np.integer]]) -> Rows:
    """Return the columns given with their types, and nothing in the others."""
    count = len(given[GROUP]) if given else 0
    columns = {
        name: given[name].astype(old.dtype) if name in given else _nothing(name, count, old.dtype)
        for name, old in like.columns.items()
    }
    return Rows(like.name, like.key, columns)


def _nothing(name: str, count: int, dtype: np.dtype[np.integer]) -> NDArray[np.integer]:
    is_id = name.endswith("_id") or name in ("interlock_group", "loss_table")
    missing = {8: NO_NUMBER, 4: int(np.iinfo(np.int32).min), 1: -1}[dtype.itemsize]
    return np.full(count, 0 if is_id else missing, dtype)
