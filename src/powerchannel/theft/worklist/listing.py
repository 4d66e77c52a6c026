"""The list of suspected problems: whom to visit, why, and what it should bring (隐患问题清单)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import pandas as pd
from attrs import frozen

from powerchannel.text import Lang
from powerchannel.theft.worklist.choosing import Crew
from powerchannel.theft.worklist.distribution import flag_rates
from powerchannel.theft.worklist.printing import page
from powerchannel.theft.worklist.records import Record
from powerchannel.theft.worklist.writing import csv_text, json_text, record_table

__all__ = ["Worklist"]


@frozen(eq=False, slots=False, kw_only=True)
class Worklist:
    """Customers to visit within the hours, and how likely everyone was to be (隐患问题清单).

    Parameters
    ----------
    records : tuple of Record
        The customers to visit, by expected energy.
    customers : DataFrame
        Every customer of the result: customer_id, area_id, feeder_id, industry, expected_kwh,
        chosen_by (``model``, ``random``, empty), propensity.
    crew : Crew
        The hours.
    bound_kwh : float
        No list within the hours has more expected energy [kWh].
    seed : int
        What the random part was drawn with; with it the list can be made again.
    lang : {"zh", "en"}
        The language of tables and pages.
    """

    records: tuple[Record, ...]
    customers: pd.DataFrame
    crew: Crew
    bound_kwh: float
    seed: int
    lang: Lang

    def __len__(self) -> int:
        return len(self.records)

    @property
    def hours(self) -> float:
        """What the visits take, travel included [h] (所需工时)."""
        return math.fsum(record.hours for record in self.records)

    @property
    def propensities(self) -> pd.DataFrame:
        """Of every customer, how likely a visit was: the log (抽中概率).

        Keep it: ``labels_of`` and unbiased counts need it.
        """
        return self.customers[["customer_id", "chosen_by", "propensity"]]

    @cached_property
    def summary(self) -> Mapping[str, float]:
        """What the list takes and should bring (清单概览).

        visits, random_visits, random_share, hours, expected_kwh with its low and high (all losses
        at the end of their intervals at once; NaN where one has no interval), bound_kwh,
        chance_kwh (standard deviation of what is brought back, were customers independent),
        expected_yuan. What is not known adds nothing.
        """
        return {
            "visits": len(self),
            "random_visits": self._drawn,
            "random_share": self._drawn / len(self) if len(self) else 0.0,
            "crew_hours": self.crew.hours,
            "hours": self.hours,
            "expected_kwh": float(self.table["expected_kwh"].sum()),
            "expected_kwh_low": float(self.table["expected_kwh_low"].sum(skipna=False)),
            "expected_kwh_high": float(self.table["expected_kwh_high"].sum(skipna=False)),
            "chance_kwh": math.sqrt(math.fsum(r.chance_variance for r in self.records)),
            "bound_kwh": self.bound_kwh,
            "expected_yuan": float(self.table["expected_yuan"].sum(min_count=1)),
        }

    @property
    def _drawn(self) -> int:
        return sum(record.chosen_by == "random" for record in self.records)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a customer to visit (清单表).

        The columns of `Record`; rule_id, rule, phase, started_at, ended_at, evidence, clause and
        clause_status are those of its first observation, cause_title and site_check are words.
        """
        return record_table(self.records, self.lang)

    def flag_rates(self, by: str = "industry", *, smallest: int = 20) -> pd.DataFrame:
        """Compare how often groups are on the list by rank (标记率对比).

        See `powerchannel.theft.worklist.flag_rates`.
        """
        flagged = self.customers.assign(is_flagged=self.customers["chosen_by"] == "model")
        return flag_rates(flagged, by, smallest=smallest, lang=self.lang)

    def to_csv(self) -> str:
        """Return the table as CSV text (清单 CSV).

        Text that a spreadsheet would run as a formula gets an apostrophe.
        """
        return csv_text(self.table)

    def to_json(self) -> str:
        """Return summary and records as JSON text, words in both languages (清单 JSON)."""
        return json_text(self.records, self.summary, seed=self.seed)

    def to_html(self) -> str:
        """Return a page to print, one block a customer with boxes to tick (打印页)."""
        return page(self.records, self.summary, self.lang)

    def __repr__(self) -> str:
        told = self.summary
        return (
            f"<theft.Worklist {len(self):,} visits ({self._drawn:,} at random) in "
            f"{self.hours:,.1f} of {self.crew.hours:,.1f} h, {told['expected_kwh']:,.0f} kWh "
            f"expected, at most {self.bound_kwh:,.0f}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>".replace("<theft", "&lt;theft") + str(
            self.table.head(20).to_html(index=False)
        )
