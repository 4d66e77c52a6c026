"""Checking the theft tables and making them compact (窃电分析数据检查)."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from powerchannel.tables import DomainTables, IdsMode, Source, check_tables, kept
from powerchannel.theft.tables.schemas import SCHEMAS

__all__ = ["SCHEMAS", "Tables", "check"]


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class Tables(DomainTables):
    """The eight tables after checking (检查后的窃电分析数据).

    Each is there by its name as a data frame.

    Parameters
    ----------
    checked : mapping of table name to CheckedTable
        The compact columns.
    """

    domain = "theft"

    points = kept("points", "The metering points kept (计量点).")
    phase_readings = kept("phase_readings", "The phase readings kept (分相曲线).")
    daily = kept("daily", "The daily energies kept (日电量).")
    inspections = kept("inspections", "The inspections kept (检查记录).")
    events = kept("events", "The meter events kept (电能表事件).")
    outages = kept("outages", "The outages kept (停电).")
    areas = kept("areas", "The supplies of areas kept (台区供电量).")
    weather = kept("weather", "The temperatures kept (气温).")


def check(
    *,
    points: Source | None = None,
    phase_readings: Source | None = None,
    daily: Source | None = None,
    inspections: Source | None = None,
    events: Source | None = None,
    outages: Source | None = None,
    areas: Source | None = None,
    weather: Source | None = None,
    ids: IdsMode = "text",
    now: date | None = None,
) -> Tables:
    """Check the theft tables and make them compact (窃电分析数据检查).

    Nothing that comes in is changed. Bad rows drop out with a code and the rest goes on; all that
    was found stands in `Tables.problems`, the rows left out in `Tables.rejected`. Quantities that
    were measured are rounded to the decimals of their column; a missing one is never zero.

    Parameters
    ----------
    points : data frame or mapping of arrays, optional
        customer_id, meter_id, wiring, rated_voltage_v, rated_current_a, maximum_current_a,
        voltage_ratio, current_ratio, contract_capacity_kva, area_id, feeder_id, industry,
        has_generation, installed_on, removed_on. Chinese headers and words do, here and below.
        Electrical rules look at no reading or day of a customer that is not here.
    phase_readings : data frame, optional
        customer_id, meter_id, read_at, phase, voltage_v, current_a, active_power_kw,
        reactive_power_kvar; as the meter sees them.
    daily : data frame, optional
        customer_id, on, energy_kwh, reading_kwh, status.
    inspections : data frame, optional
        customer_id, inspected_on, finding, finding_id, chosen_by, propensity, recovered_kwh.
    events : data frame, optional
        customer_id, meter_id, event, phase, started_at, ended_at, deviation_s [s, of a clock
        that is wrong; fast is positive]. An end before its start is kept:
        invalid events are filtered with a reason when rules are applied.
    outages : data frame, optional
        area_id, started_at, ended_at.
    areas : data frame, optional
        area_id, on, supplied_kwh, technical_loss_ratio.
    weather : data frame, optional
        on, temperature_c.
    ids : {"text", "integer"}
        Whether integer columns are accepted as ids.
    now : date, optional
        Days after the end of the next year are rejected; by default today.

    Raises
    ------
    TableError
        With every structural fault of all tables: a missing column, a wrong type.

    Examples
    --------
    >>> tables = check(daily={"户号": ["017"], "日期": ["2025-01-01"], "日用电量": ["12.5"]})
    >>> tables.daily.energy_kwh.tolist(), len(tables.rejected)
    ([12.5], 0)
    """
    sources = {
        "points": points,
        "phase_readings": phase_readings,
        "daily": daily,
        "inspections": inspections,
        "events": events,
        "outages": outages,
        "areas": areas,
        "weather": weather,
    }
    latest = (now or date.today()).year + 1
    return Tables(
        checked=check_tables(sources, SCHEMAS, vocabularies={}, latest_year=latest, ids=ids)
    )
