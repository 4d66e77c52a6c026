"""Days of intervals, for tests of what is billed by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from powerchannel.billing.records import Interval

FIRST, NEXT = date(2025, 6, 1), date(2025, 6, 2)
NIGHT_AND_DAY = (
    {"period": "valley", "from_time": "22:00", "to_time": "06:00"},
    {"period": "peak", "from_time": "06:00", "to_time": "09:00"},
    {"period": "flat", "from_time": "09:00", "to_time": "22:00"},
)


def interval(at: str, kwh: str, kvarh: str | None = None, *, meter: str = "m") -> Interval:
    """Return an interval that begins at a time of 1 June 2025, such as ``"08:15"``."""
    return Interval(
        meter_id=meter,
        started_at=datetime.fromisoformat(f"{FIRST} {at}"),
        energy_kwh=Decimal(kwh),
        reactive_kvarh=None if kvarh is None else Decimal(kvarh),
    )


def curve(
    energies: Iterable[Decimal],
    reactive: Sequence[Decimal] = (),
    *,
    minutes: int = 15,
    meter: str = "m",
    since: date = FIRST,
) -> tuple[Interval, ...]:
    """Return intervals one after another, from the midnight of a day on."""
    begins = datetime.combine(since, datetime.min.time())
    return tuple(
        Interval(
            meter_id=meter,
            started_at=begins + i * timedelta(minutes=minutes),
            energy_kwh=energy,
            reactive_kvarh=reactive[i] if reactive else None,
        )
        for i, energy in enumerate(energies)
    )
