"""Losses of a customer's own line, by ratio or resistance (线损电量)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial

from powerchannel.billing.records import WireLine
from powerchannel.billing.reference.job import Job, Slice
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.rounding import half_up, total_of
from powerchannel.billing.reference.spread import Pool

__all__ = ["SIGNS", "pools", "resistance_loss"]

SIGNS = {"": 1, "customer": 1, "downstream": 1, "utility": -1, "upstream": -1}
"""Whether the loss is added or taken off, by the side of the line (线路侧符号)."""
_NONE = (Decimal(0), Decimal(0))


def pools(job: Job, part: Slice, points: Mapping[tuple[str, int], Point]) -> list[Pool]:
    """Gather the points of a slice by the line they are behind (按线路归集)."""
    members: dict[str, list[Point]] = {}
    for point in sorted(points.values(), key=lambda p: p.key):
        if point.line_id:
            members.setdefault(point.line_id, []).append(point)
    known = {line.line_id: line for line in job.group.lines}
    return [
        Pool(
            ids=(name,),
            members=tuple(found),
            compute=partial(_line_loss, job, part, known.get(name), tuple(found)),
        )
        for name, found in sorted(members.items())
    ]


def _line_loss(
    job: Job, part: Slice, line: WireLine | None, members: Sequence[Point]
) -> tuple[Decimal, Decimal]:
    """Return the loss on what was metered and lost in transformers."""
    if line is None:
        return _lack(job, members[0].line_id, "line_id")
    if line.side not in SIGNS:
        job.notes.add("side_unknown", line.line_id, is_fatal=True, side=line.side)
        return _NONE
    energy = sum((p.net_kwh + total_of(p.transformer) for p in members), Decimal(0))
    reactive = sum((p.net_reactive + p.transformer_reactive for p in members), Decimal(0))
    rounding = job.rounding(members[0].account_id)
    if line.loss_ratio is not None:
        ratio, decimals = Fraction(line.loss_ratio), rounding.billed_decimals
        found = Fraction(energy) * ratio, Fraction(reactive) * ratio
    elif line.resistance_ohm is None or not line.voltage_kv:
        return _lack(job, line.line_id, "voltage_kv" if line.resistance_ohm else "loss_ratio")
    else:
        decimals = rounding.metered_decimals
        flow = max(Fraction(energy), Fraction(0)), max(Fraction(reactive), Fraction(0))
        found = (
            resistance_loss(*flow, line.resistance_ohm, line.voltage_kv, part.days),
            resistance_loss(*flow, line.reactance_ohm or Decimal(0), line.voltage_kv, part.days),
        )
    sign = SIGNS[line.side]
    return half_up(sign * found[0], decimals), half_up(sign * found[1], decimals)


def resistance_loss(
    energy: Fraction, reactive: Fraction, ohm: Decimal, kv: Decimal, days: int
) -> Fraction:
    """Return ``(A^2 + R^2) x R_line / (U^2 x T x 1000)`` (电阻法线损).

    Three phases, from ``3 x I^2 x R_line x T / 1000`` with the current of an even load.

    Parameters
    ----------
    energy, reactive : Fraction
        A [kWh] and R [kvarh] through the line.
    ohm : Decimal
        Resistance of a phase; the reactance for reactive energy [ohm].
    kv : Decimal
        Voltage between phases [kV].
    days : int
        T in days.

    Examples
    --------
    >>> float(resistance_loss(Fraction(72_000), Fraction(0), Decimal(5), Decimal(10), 30))
    360.0
    """
    hours = 24 * days
    return (energy**2 + reactive**2) * Fraction(ohm) / (Fraction(kv) ** 2 * hours * 1000)


def _lack(job: Job, where: str, field: str) -> tuple[Decimal, Decimal]:
    job.notes.add("loss_data_missing", where, is_fatal=True, field=field)
    return _NONE
