"""What comes in: contacts, standing facts, dislikes and complaints (渠道数据表)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Catalogue, Classification
from powerchannel.channel.identity import normalise_phones
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.errors import Problem
from powerchannel.rulebook import load_rulebook
from powerchannel.tables import (
    CheckedTable,
    DomainTables,
    IdsMode,
    Source,
    check_tables,
    kept,
)
from powerchannel.tables.messages import problem
from powerchannel.tables.raw import Raw

__all__ = ["DEFAULT_RULEBOOK", "SCHEMAS", "Tables", "check", "default_catalogue"]

DEFAULT_RULEBOOK = "hebei-2022"


def default_catalogue() -> Catalogue:
    """Return the catalogue of the bundled rulebook (默认渠道目录)."""
    catalogue = getattr(load_rulebook(DEFAULT_RULEBOOK), "catalogue")  # noqa: B009
    assert isinstance(catalogue, Catalogue)
    return catalogue


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class Tables(DomainTables):
    """The four tables after checking (检查后的渠道数据).

    Parameters
    ----------
    catalogue : Catalogue
        What they were read with.
    checked : mapping of table name to CheckedTable
        The compact columns.
    notices : tuple of Problem
        What was found beyond single columns.
    """

    domain = "channel"

    catalogue: Catalogue

    contacts = kept("contacts", "The contacts kept (联系记录).")
    facts = kept("facts", "The facts kept (渠道事实).")
    dislikes = kept("dislikes", "The dislikes kept (不喜欢记录).")
    complaints = kept("complaints", "The complaints kept (投诉记录).")


def check(
    *,
    contacts: Source,
    facts: Source | None = None,
    dislikes: Source | None = None,
    complaints: Source | None = None,
    catalogue: Catalogue | None = None,
    ids: IdsMode = "text",
    now: date | None = None,
) -> Tables:
    """Check the channel tables and make them compact (渠道数据检查).

    Nothing that comes in is changed. Bad rows drop out with a code and the rest goes on; all
    that was found stands in `Tables.problems`, the rows left out in `Tables.rejected`.

    Parameters
    ----------
    contacts : data frame or mapping of arrays
        customer_id, channel, contacted_at, and, where there are, business_type, handling_mode,
        request_text, contact, outcome, source_system, source_key. Chinese headers and words do.
    facts : data frame, optional
        customer_id, channel, fact, since, until.
    dislikes : data frame, optional
        customer_id, channel, disliked_at, withdrawn_at.
    complaints : data frame, optional
        customer_id, channel, complained_at.
    catalogue : Catalogue, optional
        Channels and code tables; by default those of ``hebei-2022``.
    ids : {"text", "integer"}
        Whether integer columns are accepted as ids.
    now : date, optional
        Stamps after the end of the next year are rejected. By default today: the one place where
        the clock is asked, and only to tell the impossible.

    Raises
    ------
    TableError
        With every structural fault of all tables: a missing column, a wrong type, no rows.

    Examples
    --------
    >>> tables = check(
    ...     contacts={
    ...         "客户编号": ["0100000000017", "0100000000025", ""],
    ...         "渠道": ["掌上电力", "营业厅", "95598"],
    ...         "办理时间": ["2022-03-05 09:10", "2022-02-30 10:00", "2022-03-01"],
    ...     }
    ... )
    >>> tables.contacts.channel.tolist()
    ['app']
    >>> tables.rejected[["row", "code"]].values.tolist()
    [[1, 'impossible_time'], [2, 'missing_value']]
    """
    used = default_catalogue() if catalogue is None else catalogue
    sources = {
        "contacts": contacts,
        "facts": facts,
        "dislikes": dislikes,
        "complaints": complaints,
    }
    checked = check_tables(
        sources,
        SCHEMAS,
        vocabularies=used.vocabularies,
        latest_year=(now or date.today()).year + 1,
        ids=ids,
    )
    table, notices = _classify(_with_phones(checked["contacts"]), used.classifications)
    every = {**checked, "contacts": table}
    return Tables(catalogue=used, checked=every, notices=notices)


def _with_phones(table: CheckedTable) -> CheckedTable:
    contact = table.text("contact")
    if contact is None or not len(contact):
        return table
    return evolve(table, values={**table.values, "contact": normalise_phones(contact)})


def _classify(
    table: CheckedTable, rules: tuple[Classification, ...]
) -> tuple[CheckedTable, tuple[Problem, ...]]:
    """Read a missing business type from the request text; the first rule that fits decides."""
    text, codes = table.text("request_text"), table.codes("business_type")
    open_rows = np.flatnonzero(codes < 0)
    if text is None or not rules or not len(open_rows):
        return table, ()
    pooled = text.take(open_rows).pooled()
    guess = pooled.spread(_classes(pooled, table, rules), null=-1).astype(np.int16)
    filled = codes.copy()
    filled[open_rows] = guess
    count = int((guess >= 0).sum())
    if not count:
        return table, ()
    notice = problem("classified", "contacts.business_type", count=count, total=table.rows_in)
    return evolve(table, values={**table.values, "business_type": filled}), (notice,)


def _classes(
    pooled: Raw, table: CheckedTable, rules: tuple[Classification, ...]
) -> NDArray[np.int16]:
    codes = [c.code for c in table.vocabularies["business_type"]]
    words = pooled.words()
    found = np.full(len(words), -1, np.int16)
    for rule in reversed(rules):
        found[contains_any(words, rule.text_any)] = codes.index(rule.business_type)
    return found


def contains_any(words: NDArray[np.object_], wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which texts hold any of some words, whatever their case (包含任一词)."""
    folded = pd.Series(words, dtype=object).str.casefold()
    found = np.zeros(len(words), np.bool_)
    for word in wanted:
        hit = folded.str.contains(word.casefold(), regex=False, na=False)
        found |= hit.to_numpy(np.bool_)
    return found
