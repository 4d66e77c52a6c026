"""The catalogue of faults: what can be simulated, and what each must make fire (故障目录)."""

from __future__ import annotations

import pandas as pd

from powerchannel.errors import TableError
from powerchannel.registry import Registry
from powerchannel.text import Lang, Text
from powerchannel.theft.simulate.circuit_faults import circuit_faults
from powerchannel.theft.simulate.fault import Fault
from powerchannel.theft.simulate.other_faults import other_faults
from powerchannel.theft.simulate.wirings import WIRINGS, Wiring

__all__ = ["FAULTS", "fault_in", "faults"]

FAULTS: Registry[Fault] = Registry(
    Text("故障", "fault"), {fault.name: fault for fault in (*other_faults(), *circuit_faults())}
)
"""Every fault by name."""


def faults(*, lang: Lang = "zh") -> pd.DataFrame:
    """List every fault for every wiring that can have it (故障目录).

    Parameters
    ----------
    lang : {"zh", "en"}
        The language of the titles.

    Returns
    -------
    DataFrame
        wiring, fault, title, cause, fraction (NaN: not a fault of degree), rules: what must fire,
        such as ``voltage_loss:a``.

    Examples
    --------
    >>> listed = faults(lang="en").set_index(["wiring", "fault"])
    >>> listed.loc[("three_phase_three_wire", "voltage_open_b"), "rules"]
    'total_voltage_loss'
    """
    rows = [
        (
            wiring,
            fault.name,
            fault.title.pick(lang),
            fault.cause,
            fault.fraction,
            " ".join(f"{s.rule}:{s.phases}".rstrip(":") for s in fault.signs_in(wiring)),
        )
        for wiring in WIRINGS.names()
        for fault in map(FAULTS.get, FAULTS.names())
        if wiring in fault.wirings
    ]
    columns = ["wiring", "fault", "title", "cause", "fraction", "rules"]
    return pd.DataFrame(rows, columns=columns).astype({"fraction": "float64"})


def fault_in(wiring: Wiring, name: str) -> Fault:
    """Return a fault that a wiring can have (某接线方式的故障).

    Parameters
    ----------
    wiring : Wiring
        The wiring.
    name : str
        The name of the fault.

    Raises
    ------
    UnknownNameError
        When there is no such fault; says which there are, and the nearest.
    TableError
        When this wiring cannot have it; says which can.
    """
    fault = FAULTS.get(name)
    if wiring.name not in fault.wirings:
        can_zh = "、".join(WIRINGS.get(each).title.zh for each in fault.wirings)
        raise TableError.of(
            "fault_not_in_wiring",
            "fault",
            f"{wiring.title.zh}没有故障 {name}；它只见于：{can_zh}",
            f"{wiring.name} metering cannot have the fault {name}; only {', '.join(fault.wirings)}",
        )
    return fault
