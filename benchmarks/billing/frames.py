"""The same customers as raw frames, text as an export has it; and others that are less alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.billing.data import READ, TARIFF, Customers
from powerchannel.money import decimal_text

__all__ = ["Frames", "Mixed", "frames_of"]

Frames = dict[str, pd.DataFrame]

_DAYS = ("2025-06-01", "2025-07-01")
_FORMULA = {
    "loss_method": "formula",
    "no_load_loss_kw": "0.5",
    "load_loss_kw": "4.2",
    "no_load_current_percent": "1.1",
    "short_circuit_voltage_percent": "4",
}
"""Of a transformer of 315 kVA."""


def frames_of(customers: Customers) -> Frames:
    """Return accounts, meters, transformers and readings, everything text, sorted by nothing."""
    n, rng = customers.count, np.random.default_rng([customers.seed, 9])
    ids = _texts(10**9 + np.arange(n))
    days = dict(zip(("started_on", "ended_on"), _DAYS, strict=True))
    found = {
        "accounts": pd.DataFrame(
            {
                "account_id": ids,
                "tariff": TARIFF,
                **days,
                "power_factor_standard": _numbers(customers.standards(), 2),
            }
        ),
        "meters": pd.DataFrame(
            {
                "meter_id": ids,
                "account_id": ids,
                "multiplier": _numbers(customers.multipliers()),
                "total_policy": "parts",
                "metering_side": "high",
            }
        ),
        "transformers": pd.DataFrame(
            {
                "transformer_id": ids,
                "account_id": ids,
                "capacity_kva": _numbers(customers.capacities()),
                "loss_method": "none",
            }
        ),
        "readings": _readings(ids, customers.readings()),
    }
    return {
        name: frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
        for name, frame in found.items()
    }


def _readings(ids: NDArray[np.object_], read: NDArray[np.int64]) -> pd.DataFrame:
    n, each = len(ids), read[0].size
    return pd.DataFrame(
        {
            "meter_id": np.repeat(ids, each),
            "register": np.tile(np.repeat(np.array(READ, object), 2), n),
            "read_on": np.tile(np.array(_DAYS, object), n * len(READ)),
            "reading": _numbers(read.reshape(-1), 2),
        }
    )


def _numbers(values: NDArray[np.int64], decimals: int = 0) -> NDArray[np.object_]:
    return decimal_text(values, decimals).astype(object) if decimals else _texts(values)


def _texts(values: NDArray[np.int64]) -> NDArray[np.object_]:
    return values.astype(np.str_).astype(object)


@frozen(kw_only=True)
class Mixed:
    """Customers of whom three in ten are as plain as `Customers` are.

    Three in ten are metered on the low side of a transformer with losses by formula, two have a
    second meter, one a line with losses, and one a transformer with losses and a second meter.
    """

    count: int
    seed: int = 1

    @property
    def frames(self) -> Frames:
        """The tables as they come in."""
        found = frames_of(Customers(count=self.count, seed=self.seed))
        place = found["accounts"]["account_id"].astype(np.int64) % 10
        ids = {kind: found["accounts"]["account_id"][place.isin(at)] for kind, at in _KINDS.items()}
        _give_losses(found, ids["transformer_loss"])
        _give_lines(found, ids["line_loss"])
        _give_second_meters(found, ids["second_meter"])
        return found


_KINDS = {"transformer_loss": (3, 4, 5, 9), "second_meter": (6, 7, 9), "line_loss": (8,)}


def _give_losses(found: Frames, ids: pd.Series) -> None:
    meters, transformers = found["meters"], found["transformers"]
    meters.loc[meters["account_id"].isin(ids), "metering_side"] = "low"
    is_mine = transformers["account_id"].isin(ids)
    for column, value in _FORMULA.items():
        transformers.loc[is_mine, column] = value


def _give_lines(found: Frames, ids: pd.Series) -> None:
    meters = found["meters"]
    meters["line_id"] = meters["account_id"].where(meters["account_id"].isin(ids), "")
    found["lines"] = pd.DataFrame({"line_id": ids, "loss_ratio": "0.025"})


def _give_second_meters(found: Frames, ids: pd.Series) -> None:
    """Hang a meter beside the first, with the same readings."""
    for name in ("meters", "readings"):
        more = found[name][found[name]["meter_id"].isin(ids)]
        more = more.assign(meter_id=more["meter_id"] + "2")
        found[name] = pd.concat([found[name], more], ignore_index=True)
