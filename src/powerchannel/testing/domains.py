"""What each domain computes from a case: a new domain is one more record in `CASE_DOMAINS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from attrs import frozen

from powerchannel.registry import Registry, resolve
from powerchannel.rulebook import RulebookRecord
from powerchannel.tables import Schema
from powerchannel.testing.billing import billing_rulebook, billing_values
from powerchannel.testing.case import Case
from powerchannel.testing.channel import channel_values
from powerchannel.testing.comparing import Key, Value
from powerchannel.testing.theft import theft_values
from powerchannel.text import Text

__all__ = ["CASE_DOMAINS", "CaseDomain", "Change"]

Change: TypeAlias = Callable[
    [RulebookRecord, Mapping[str, object], Mapping[str, object], str], RulebookRecord
]
"""From a rulebook, the changes and the own keys of a case, and its source to its rulebook."""


@frozen(kw_only=True)
class CaseDomain:
    """How the cases of one domain are computed (业务域的算例).

    Parameters
    ----------
    tables : tuple of str, or str
        The tables that a case may have: their names, or where their contracts stand
        (``module:attribute``), which is read when a case has a table.
    key : mapping of column to default
        The columns of ``[expect]`` that name a value, and what stands where a column is left out;
        None where it must be given.
    compute : callable
        Every value of a case, by those columns.
    rulebook : str
        The rulebook of a case that names none; empty where a case may do without.
    keys : tuple of str
        Keys of a case file that belong to this domain alone; they come as `Case.details`.
    change : callable, optional
        Works the changes of a case, these keys and its source into the rulebook; what it refuses
        is told with its path. Without it, changes replace keys of the rulebook, table by table.
    calculators : str
        The module whose public functions a case may call; empty for none.
    """

    tables: tuple[str, ...] | str
    key: Mapping[str, str | None]
    compute: Callable[[Case], Mapping[Key, Value]]
    rulebook: str = ""
    keys: tuple[str, ...] = ()
    change: Change | None = None
    calculators: str = ""

    @property
    def table_names(self) -> tuple[str, ...]:
        """The names of the tables that a case may have (表名)."""
        if isinstance(self.tables, str):
            return tuple(cast("Mapping[str, Schema]", resolve(self.tables)))
        return self.tables


CASE_DOMAINS: Registry[CaseDomain] = Registry(
    Text("业务域", "domain"),
    {
        "channel": CaseDomain(
            tables="powerchannel.channel.tables:SCHEMAS",
            key={"customer_id": "", "channel": "", "name": None},
            compute=channel_values,
            rulebook="hebei-2022",
        ),
        "billing": CaseDomain(
            tables="powerchannel.billing.tables:SCHEMAS",
            key={"id": None, "name": None, "period": "total"},
            compute=billing_values,
            rulebook="sgcc-2024",
            keys=("tariffs",),
            change=billing_rulebook,
            calculators="powerchannel.billing.calculators",
        ),
        "theft": CaseDomain(
            tables="powerchannel.theft.tables:SCHEMAS",
            key={"id": None, "name": None, "phase": ""},
            compute=theft_values,
            rulebook="dlt698-theft",
        ),
    },
)
"""The domains that case files can be of."""
