"""Account rows split where the price changes and the meters were read (按变价日示数分段)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import evolve

from powerchannel.billing.records import Account, Group, Meter
from powerchannel.billing.reference.interval_energy import is_by_intervals
from powerchannel.billing.reference.readings import is_estimated, is_usable
from powerchannel.billing.reference.segments import cut, pieces
from powerchannel.billing.rules import Rulebook
from powerchannel.errors import PowerChannelError

__all__ = ["split_where_read"]


def split_where_read(group: Group, rulebook: Rulebook) -> Group:
    """Split account rows where the price changes and all meters were read (变价日分段).

    Energy then follows the readings; a change without them is shared by days later on.

    Parameters
    ----------
    group : Group
        With readings.
    rulebook : Rulebook
        With the tariffs; one that is not there leaves the row as it is.

    Returns
    -------
    Group
        To be taken for the energy and for the bill.
    """
    rows = tuple(part for row in group.accounts for part in _parts(group, rulebook, row))
    return evolve(group, accounts=rows) if len(rows) > len(group.accounts) else group


def _parts(group: Group, rulebook: Rulebook, row: Account) -> Iterator[Account]:
    try:
        parts = pieces(rulebook, row.tariff, row.started_on, row.ended_on)
    except PowerChannelError:
        yield row
        return
    changes = [begins for _, begins, _ in parts[1:]]
    read = [day for day in changes if _is_read(group, row, day)]
    if not read:
        yield row
        return
    for begins, ends in cut(row.started_on, row.ended_on, read):
        # what was used of the year before holds for the first part alone
        used = row.year_to_date_kwh if begins == row.started_on else None
        yield evolve(row, started_on=begins, ended_on=ends, year_to_date_kwh=used)


def _is_read(group: Group, row: Account, day: date) -> bool:
    """Tell whether every active register of an account has a reading that counts on a day.

    Intervals are as good as one.
    """
    mine = [m for m in group.meters if m.account_id == row.account_id and _measures(m, day)]
    return bool(mine) and all(
        _has_readings(group, meter, day)
        or is_by_intervals(group, meter, row.started_on, row.ended_on)
        for meter in mine
    )


def _measures(meter: Meter, day: date) -> bool:
    return (meter.installed_on or date.min) <= day < (meter.removed_on or date.max)


def _has_readings(group: Group, meter: Meter, day: date) -> bool:
    readings = [
        reading
        for reading in group.readings
        if reading.meter_id == meter.meter_id
        and reading.register.startswith("active_")
        and is_usable(reading)
        and not is_estimated(reading)
    ]
    read = {reading.register for reading in readings if reading.read_on == day}
    return bool(read) and read == {reading.register for reading in readings}
