"""Losses of customers' own lines, by ratio or resistance, and who carries them (线损电量)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints, decided, quotient
from powerchannel.billing.batch.columns.keys import Keys, pair_places
from powerchannel.billing.batch.columns.sharing import Amounts
from powerchannel.billing.batch.energy.points import Points, unit_of
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.losses.carrying import Pools, carried
from powerchannel.billing.reference.lines import SIGNS, resistance_loss
from powerchannel.billing.rules import Losses
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.billing.tariff import Rounding
from powerchannel.ids import Ids
from powerchannel.tables import NO_NUMBER

__all__ = ["behind_lines", "with_lines"]

Bools = NDArray[np.bool_]

_MOST, _NEAR = 1e15, 1e-12
_HOURS = 24
_PLACES = {
    name: SCHEMAS["lines"][name].decimals
    for name in ("loss_ratio", "resistance_ohm", "reactance_ohm", "voltage_kv")
}


def with_lines(chunk: Chunk, points: Points, rounding: Rounding, rules: Losses) -> Points:
    """Add what the lines lose to the points behind them (线损分摊).

    Parameters
    ----------
    chunk : Chunk
        With the lines; groups that cannot be billed get a reason.
    points : Points
        With the losses of transformers.
    rounding : Rounding
        Of the tariffs of all of them.
    rules : Losses
        How losses are shared.

    Returns
    -------
    Points
        Those of groups that can be billed.
    """
    pools = Pools.by(points.wire)
    if not len(pools):
        return points
    loss, reactive, is_out = _losses(chunk, points, pools, rounding)
    whole = carried(points, pools, points.bears_line, loss, reactive, rounding, rules)
    is_odd = np.zeros(len(points), np.bool_)
    is_odd[pools.member] = is_out[pools.of] | (rules.share_by != "energy")
    return evolve(points, line=whole).refused(chunk, is_odd, "lines")


def behind_lines(chunk: Chunk, points: Points) -> Points:
    """Return points with the lines that they are behind (所属线路).

    Parameters
    ----------
    chunk : Chunk
        With the lines; groups of which a line is not known get a reason.
    points : Points
        Meters.
    """
    named = chunk.legs.of("line_id", points.leg)
    at = np.flatnonzero(named)
    if not len(at):
        return points
    wire = np.full(len(points), -1)
    table = chunk.tables["lines"]
    wire[at] = pair_places(points.group[at], named[at], chunk.places("lines"), table["line_id"])
    found = evolve(points, wire=wire)
    return found.refused(chunk, (named != 0) & (wire < 0), "lines")


def _losses(
    chunk: Chunk, points: Points, pools: Pools, rounding: Rounding
) -> tuple[Amounts, Amounts, Bools]:
    """Return the losses on what was metered and lost in transformers, and which are left."""
    unit, lost = unit_of(rounding), points.transformer
    kwh, kvarh = pools.summed(points.net.sum(axis=0)), pools.summed(points.net_reactive)
    if lost is not None:
        kwh = kwh + pools.summed(lost.values.sum(axis=0))
        kvarh = kvarh + pools.summed(lost.reactive.values)
    first, table = pools.member[pools.starts], chunk.tables["lines"]
    row = points.wire[first]
    columns = {name: table[name][row].astype(np.int64) for name in _PLACES}
    sign = _signs(table["side"][row], chunk.names)
    is_ratio = columns["loss_ratio"] != NO_NUMBER
    is_odd = (sign == 0) | (
        ~is_ratio & ((columns["resistance_ohm"] == NO_NUMBER) | (columns["voltage_kv"] <= 0))
    )
    owner = points.row[first]
    days = (chunk.accounts["ended_on"][owner] - chunk.accounts["started_on"][owner]).astype(
        np.int64
    )
    shown = np.where(is_ratio, rounding.billed_decimals, rounding.metered_decimals)
    ratio = np.where(is_ratio, columns["loss_ratio"], 0)
    found = []
    for energy, ohm in ((kwh, "resistance_ohm"), (kvarh, "reactance_ohm")):
        part = np.where(columns[ohm] == NO_NUMBER, 0, columns[ohm])
        flow = _Flow(kwh, kvarh, part, columns["voltage_kv"], days, unit)
        by_ohm, is_far = flow.losses(rounding.metered_decimals, ~is_ratio & ~is_odd)
        is_odd |= is_far
        by_ratio = quotient(
            energy, ratio, 10 ** (_PLACES["loss_ratio"] + unit - rounding.billed_decimals)
        )
        value = np.where(is_ratio, by_ratio, by_ohm) * 10 ** (unit - shown)
        found.append(Amounts(sign * value, shown))
    return found[0], found[1], is_odd


def _signs(sides: Keys, names: NDArray[np.object_]) -> Ints:
    """Return whether a loss is added or taken off; 0 for a side that is not known."""
    distinct, at = np.unique(sides.astype(np.int64), return_inverse=True)
    texts = Ids(distinct, names).to_text().tolist()
    return np.array([SIGNS.get(text or "", 0) for text in texts], np.int64)[at.reshape(-1)]


class _Flow:
    """What flows through lines."""

    def __init__(self, kwh: Ints, kvarh: Ints, ohm: Ints, kv: Ints, days: Ints, unit: int) -> None:
        self._kwh, self._kvarh, self._ohm, self._kv = kwh, kvarh, ohm, kv
        self._days, self._unit = days, unit

    def losses(self, decimals: int, mask: Bools) -> tuple[Ints, Bools]:
        """Return ``(A^2 + R^2) x R_line / (U^2 x T x 1000)``, and which are too large."""
        scale = 10.0**-self._unit
        squared = (self._kwh * scale) ** 2 + (self._kvarh * scale) ** 2
        ohm = self._ohm * 10.0 ** -_PLACES["resistance_ohm"]
        kv = np.where(mask, self._kv, 1) * 10.0 ** -_PLACES["voltage_kv"]
        units = squared * ohm / (kv**2 * (_HOURS * 1000 * self._days)) * 10.0**decimals
        is_far = mask & ~(units < _MOST)
        units = np.where(mask & ~is_far, units, 0)

        def exact(row: int) -> Fraction:
            return self._exact(row) * Fraction(10**decimals)

        return decided(units, np.where(mask, units * _NEAR + _NEAR, -1), exact), is_far

    def _exact(self, row: int) -> Fraction:
        kwh, kvarh = (Fraction(int(v[row]), 10**self._unit) for v in (self._kwh, self._kvarh))
        ohm, kv = (
            Decimal(int(v[row])).scaleb(-_PLACES[name])
            for v, name in ((self._ohm, "resistance_ohm"), (self._kv, "voltage_kv"))
        )
        return resistance_loss(kwh, kvarh, ohm, kv, int(self._days[row]))
