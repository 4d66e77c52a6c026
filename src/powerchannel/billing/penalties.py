"""Back-billing of theft and breach, and the fee for paying late (追补与违约金)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from attrs import field, frozen

from powerchannel.billing.tariff import Category
from powerchannel.rulebook import Provenance
from powerchannel.rulebook.checks import above, all_of, at_least, between

__all__ = ["Breach", "BreachKind", "LateFee", "Theft"]

_hours = all_of(above(0), between(0, 24))


@frozen(kw_only=True)
class Theft:
    """Back-billing of theft (窃电追补).

    Parameters
    ----------
    unknown_days : int
        Days where it cannot be told how long it went on.
    power_hours_per_day, lighting_hours_per_day : Decimal
        Hours a day [h] of power and lighting loads.
    penalty_multiple : Decimal
        Times the supplement.
    """

    unknown_days: int = field(default=180, validator=above(0))
    power_hours_per_day: Decimal = field(default=Decimal(12), validator=_hours)
    lighting_hours_per_day: Decimal = field(default=Decimal(6), validator=_hours)
    penalty_multiple: Decimal = field(default=Decimal(3), validator=at_least(0))
    provenance: Provenance


@frozen(kw_only=True)
class BreachKind:
    """What one kind of breach costs on top (违约用电类别).

    Parameters
    ----------
    penalty_multiple : Decimal
        Times the supplement.
    yuan_per_kw : Decimal
        For a tariff without a capacity charge, per kW or kVA instead.
    """

    penalty_multiple: Decimal = field(default=Decimal(0), validator=at_least(0))
    yuan_per_kw: Decimal = field(default=Decimal(0), validator=at_least(0))
    provenance: Provenance


@frozen(kw_only=True)
class Breach:
    """Back-billing of breaches of the supply contract (违约用电追补).

    Parameters
    ----------
    unknown_days, power_hours_per_day, lighting_hours_per_day
        As of `Theft`.
    higher_priced_load : BreachKind
        A load on the tariff of a cheaper one (高价低接).
    excess_capacity : BreachKind
        More capacity than agreed (私增容量).
    sealed_equipment : BreachKind
        Use of what was suspended or sealed (启用封存设备).
    """

    unknown_days: int = field(default=90, validator=above(0))
    power_hours_per_day: Decimal = field(default=Decimal(12), validator=_hours)
    lighting_hours_per_day: Decimal = field(default=Decimal(6), validator=_hours)
    higher_priced_load: BreachKind
    excess_capacity: BreachKind
    sealed_equipment: BreachKind
    provenance: Provenance


@frozen(kw_only=True)
class LateFee:
    """The fee for paying late: simple, from the day after it was due (违约金).

    Parameters
    ----------
    daily_rate, cross_year_daily_rate : Decimal
        Of the days in the year of the debt, and of those after it.
    residential_daily_rate : Decimal, optional
        Of all days where the tariff is residential; None: as the others.
    cross_year_span : {"split", "whole"}
        Whether the rate changes on 1 January, or that of later years holds for the whole span.
    least_yuan : Decimal
        The least that is charged [yuan].
    """

    daily_rate: Decimal = field(validator=between(0, 1))
    cross_year_daily_rate: Decimal = field(validator=between(0, 1))
    residential_daily_rate: Decimal | None = field(default=None, validator=between(0, 1))
    cross_year_span: Literal["split", "whole"] = "split"
    least_yuan: Decimal = field(default=Decimal(0), validator=at_least(0))
    provenance: Provenance

    def rates(self, category: Category | None) -> tuple[Decimal, Decimal]:
        """Return the daily rates within the year of the debt and after it (日费率).

        Parameters
        ----------
        category : str, optional
            That of the tariff.
        """
        if category == "residential" and self.residential_daily_rate is not None:
            return self.residential_daily_rate, self.residential_daily_rate
        return self.daily_rate, self.cross_year_daily_rate
