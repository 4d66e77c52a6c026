"""Prices as a dated document: what a kWh, a kVA and a kW cost, and how it is rounded (电价表).

Everything that a price list or a province decides is data here; what a utility decides about
readings, theft, late fees and audits is the rulebook (`powerchannel.billing.rules`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from functools import cached_property
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import ClassVar, Literal, TypeAlias

from attrs import field, frozen

from powerchannel.billing.tariff.cases import stated_by, whole_tiers, with_provenance
from powerchannel.billing.tariff.clauses import (
    GROUPS,
    CapacityCharge,
    ChargeGroup,
    Component,
    FeedIn,
    PowerFactor,
    Rounding,
    Tiers,
)
from powerchannel.billing.tariff.consistency import (
    funds_outside,
    missing_periods,
    sum_of_funds,
    twice,
    unpriced,
    without_factors,
)
from powerchannel.billing.tariff.periods import known_periods
from powerchannel.billing.tariff.time_of_use import Calendar, Span, TimeOfUse
from powerchannel.errors import RulebookError
from powerchannel.registry import Registry
from powerchannel.rulebook import (
    FrozenMapping,
    Provenance,
    Shelf,
    bundled_documents,
    load_rulebook,
    structure,
)
from powerchannel.rulebook.checks import all_of, at_least, each, is_named, refuse
from powerchannel.text import Text

__all__ = [
    "GROUPS",
    "Calendar",
    "CapacityCharge",
    "Category",
    "ChargeGroup",
    "Component",
    "FeedIn",
    "PowerFactor",
    "Rounding",
    "Span",
    "Tariff",
    "Tiers",
    "TimeOfUse",
    "bundled_tariffs",
    "editions",
    "from_case",
    "load_tariff",
]

Category: TypeAlias = Literal["residential", "agriculture", "commerce_industry"]

_EXACT_DIGITS = 200
_NO_PRICES: Mapping[str, Decimal] = FrozenMapping({})


@frozen(kw_only=True)
class Tariff:
    """A tariff (电价).

    Parameters
    ----------
    name, title, source : str, Text, str
        Accounts name it; several editions of one name follow one another without a gap.
    effective_from, effective_to : date, optional
        The days ``[from, to)`` it is in force.
    category : {"residential", "agriculture", "commerce_industry"}, optional
        居民生活、农业生产、工商业: what late fees and audits go by.
    components : tuple of Component
        What each kWh is charged.
    catalogue_price : Decimal, optional
        The published price of residents and agriculture [yuan/kWh].
    catalogue_prices : mapping of period to Decimal
        Published prices by period instead.
    catalogue_includes_funds : bool
        Whether the funds are inside them, and inside the prices of a table of tiers; the base
        price is then the rest.
    """

    kind: Literal["tariff"]
    schema_version: int
    name: str = field(validator=is_named)
    title: Text
    source: str
    effective_from: date | None = None
    effective_to: date | None = field(default=None)
    category: Category | None = None
    components: tuple[Component, ...] = field(default=())
    catalogue_price: Decimal | None = field(default=None, validator=at_least(0))
    catalogue_prices: Mapping[str, Decimal] = field(
        default=_NO_PRICES, validator=all_of(known_periods, each(at_least(0)))
    )
    catalogue_includes_funds: bool = field(default=False)
    time_of_use: TimeOfUse | None = None
    tiers: Tiers | None = field(default=None)
    feed_in: FeedIn | None = None
    capacity_charge: CapacityCharge | None = None
    power_factor: PowerFactor | None = None
    rounding: Rounding | None = None
    provenance: Provenance | None = None

    SCHEMA_VERSION: ClassVar[int] = 1

    @effective_to.validator
    def _is_ever_in_force(self, _: object, value: date | None) -> None:
        if value is not None and self.effective_from is not None and value <= self.effective_from:
            raise ValueError(
                Text("失效日期须晚于生效日期", "effective_to must be later than effective_from")
            )

    @components.validator
    def _components_fit(self, _: object, value: tuple[Component, ...]) -> None:
        rule = self.time_of_use
        refuse([*twice(value), *without_factors(value, rule), *unpriced(value, rule)])

    @catalogue_prices.validator
    def _one_catalogue(self, _: object, value: Mapping[str, Decimal]) -> None:
        if value and self.catalogue_price is not None:
            raise ValueError(
                Text(
                    "catalogue_price 与 catalogue_prices 只能写其一",
                    "write catalogue_price or catalogue_prices, not both of them",
                )
            )
        refuse(missing_periods("$", value, self.time_of_use))

    @tiers.validator
    def _one_price_a_tier(self, _: object, value: Tiers | None) -> None:
        if value is None or value.model == "adder":
            return
        if self.catalogue_price is not None or self.catalogue_prices:
            raise ValueError(
                Text(
                    "各档自有价格，不可再写目录电价；请去掉其一",
                    "the tiers have prices of their own beside a catalogue price; remove one",
                )
            )
        refuse(
            found
            for i, prices in enumerate(value.prices)
            for found in missing_periods(f"$.prices[{i}]", prices, self.time_of_use)
        )

    @catalogue_includes_funds.validator
    def _funds_are_inside(self, _: object, value: bool) -> None:  # noqa: FBT001
        if value:
            refuse(funds_outside(self.components, self.published_prices))

    @property
    def published_prices(self) -> tuple[Mapping[str, Decimal], ...]:
        """The prices as published: of the catalogue, or of each tier of a table (目录电价)."""
        if self.tiers is not None and self.tiers.model == "table":
            return self.tiers.prices
        if self.catalogue_price is not None:
            return (FrozenMapping({"total": self.catalogue_price}),)
        return (self.catalogue_prices,) if self.catalogue_prices else ()

    @property
    def included_funds(self) -> Decimal:
        """The funds inside the published prices [yuan/kWh] (价内基金)."""
        return sum_of_funds(self.components) if self.catalogue_includes_funds else Decimal(0)

    def period_prices(self, component: Component) -> Mapping[str, Decimal]:
        """Return the prices of a component, exactly (组成的各时段电价).

        Parameters
        ----------
        component : Component
            One of this tariff's.

        Returns
        -------
        mapping of period to Decimal
            ``total`` alone where one price holds for all kWh; otherwise a price a period, with
            ``total`` for energy without periods wherever there is a flat price. Empty where its
            amount is given.

        Examples
        --------
        >>> retail = load_tariff("chongqing-two-part-retail-2026")
        >>> grid = next(c for c in retail.components if c.floats)
        >>> prices = retail.period_prices(grid)
        >>> [str(prices[period].normalize()) for period in ("sharp", "peak", "flat", "valley")]
        ['0.29088', '0.2424', '0.1515', '0.05757']
        """
        if component.price is None:
            return _with_total(component.prices)
        if component.floats and self.time_of_use is not None:
            return self.time_of_use.prices(component.price)
        return FrozenMapping({"total": component.price})

    @cached_property
    def component_prices(self) -> tuple[tuple[Component, Mapping[str, Decimal]], ...]:
        """Each component with its `period_prices`, worked out once (各组成的电价)."""
        return tuple((c, MappingProxyType({**self.period_prices(c)})) for c in self.components)

    def base_prices(self) -> Mapping[str, Decimal]:
        """Return the catalogue price less the funds inside it (不含基金的目录电价).

        One catalogue price moves with time of use, the funds inside it do not:
        ``(catalogue - funds) x factor``. Published prices by period are as they stand:
        ``catalogue - funds``.

        Returns
        -------
        mapping of period to Decimal
            As `period_prices`; empty without a catalogue price. Of the tiers of a table, see
            `tier_prices`.
        """
        return self._base_prices

    @cached_property
    def _base_prices(self) -> Mapping[str, Decimal]:
        if self.tiers is not None and self.tiers.model == "table":
            return _NO_PRICES
        bases = [self._less_funds(prices) for prices in self.published_prices]
        if not bases:
            return _NO_PRICES
        if self.catalogue_price is not None and self.time_of_use is not None:
            return self.time_of_use.prices(bases[0]["total"])
        return _with_total(bases[0])

    def tier_prices(self) -> tuple[Mapping[str, Decimal], ...]:
        """Return the prices of each tier without the funds inside them (各档电价).

        Returns
        -------
        tuple of mapping of period to Decimal
            One mapping a tier, as `period_prices`: of a table its prices, of adders the base
            prices with the increment. Empty without tiers.
        """
        return self._tier_prices

    @cached_property
    def _tier_prices(self) -> tuple[Mapping[str, Decimal], ...]:
        if self.tiers is None:
            return ()
        if self.tiers.model == "table":
            return tuple(_with_total(self._less_funds(prices)) for prices in self.tiers.prices)
        base = self.base_prices() or {"total": Decimal(0)}
        with localcontext(prec=_EXACT_DIGITS):
            return tuple(
                FrozenMapping({period: price + more for period, price in base.items()})
                for more in self.tiers.increments
            )

    def _less_funds(self, prices: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
        with localcontext(prec=_EXACT_DIGITS):
            return FrozenMapping({p: price - self.included_funds for p, price in prices.items()})


def _with_total(prices: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    """Return prices with that of energy without periods, which is the flat one (补总价)."""
    return FrozenMapping({"total": prices["flat"], **prices} if "flat" in prices else prices)


def editions(tariffs: Iterable[Tariff], name: str) -> Shelf[Tariff]:
    """Return the editions of one tariff, of which one is in force on a day (电价各版).

    Parameters
    ----------
    tariffs : iterable of Tariff
        Any tariffs.
    name : str
        The name that accounts use.

    Returns
    -------
    Shelf of Tariff
        Its editions without a gap; `Shelf.at` gives that of a day.

    Raises
    ------
    UnknownNameError
        When no tariff has the name; says which there are.
    RulebookError
        When the editions leave a gap or overlap.

    Examples
    --------
    >>> retail = load_tariff("chongqing-two-part-retail-2026")
    >>> editions([retail], retail.name).at(date(2026, 8, 1)) is retail
    True
    """
    by_name: dict[str, list[Tariff]] = {}
    for tariff in tariffs:
        by_name.setdefault(tariff.name, []).append(tariff)
    return Shelf(Registry(Text("电价", "tariff"), by_name).get(name))


def bundled_tariffs() -> Registry[Traversable]:
    """Return the tariffs that come with the library, by name (内置电价).

    Returns
    -------
    Registry of Traversable
        The files, by their name without ``.toml``.

    Examples
    --------
    >>> "shanghai-residential-tiers" in bundled_tariffs().names()
    True
    """
    return Registry(Text("电价", "tariff"), bundled_documents("powerchannel.billing", "tariffs"))


def load_tariff(name_or_path: str | os.PathLike[str]) -> Tariff:
    """Load a tariff that comes with the library, or one from a file (载入电价).

    Parameters
    ----------
    name_or_path : str or path
        A bundled name, or a path that ends in ``.toml`` or ``.json``.

    Raises
    ------
    UnknownNameError
        When no bundled tariff has this name; says which there are.
    RulebookError
        When the file cannot be read, is of another kind, or is not valid, with every problem.

    Examples
    --------
    >>> load_tariff("shanghai-residential-tiers").tiers.limits_kwh
    (Decimal('3120'), Decimal('4800'))
    """
    found = load_rulebook(name_or_path, bundled=bundled_tariffs())
    if not isinstance(found, Tariff):
        raise RulebookError.of(
            "not_a_tariff",
            "$.kind",
            f"应为电价（kind = tariff），实为 {found.kind}；请改用电价文件",
            f"a tariff is expected (kind = tariff), found {found.kind}; name the file of a tariff",
        )
    return found


def from_case(
    document: Mapping[str, object], *, name: str, source: str, where: str = "$"
) -> Tariff:
    """Return the tariff of a worked example, which has neither head nor sources (算例电价).

    Whatever names no provenance is taken as stated by the example. Short forms are taken as well:
    increments without the 0 of the first tier, tier prices that are one number, and tier prices
    as one list for each period.

    Parameters
    ----------
    document : mapping of str to object
        Such as ``{"components": [{"code": "grid", "group": "transmission", "price": "0.15"}]}``.
    name : str
        The name that accounts use.
    source : str
        The source of the example.
    where : str
        The path of the document, put before the path of each problem.

    Raises
    ------
    RulebookError
        With every problem of the document.

    Examples
    --------
    >>> from_case({"catalogue_price": "0.53"}, name="main", source="a bill").provenance.clause
    'a bill'
    """
    head = {
        "kind": "tariff",
        "schema_version": Tariff.SCHEMA_VERSION,
        "title": {"zh": name, "en": name},
        "source": source,
    }
    written = {**head, **document, "name": name}
    if isinstance(tiers := written.get("tiers"), Mapping):
        written["tiers"] = whole_tiers(tiers)
    return structure(Tariff, with_provenance(Tariff, written, stated_by(source)), where=where)
