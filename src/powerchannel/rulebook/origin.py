"""Which rules a result was made by, and whether they were in force (结果来源).

Imported by its own name: it needs months, which reading a rulebook does not.
"""

from __future__ import annotations

from datetime import date, timedelta
from importlib.metadata import version
from typing import TypeVar

from attrs import frozen

from powerchannel.errors import NotInForceError, RulebookError
from powerchannel.periods import Interval, format_month
from powerchannel.rulebook.records import RulebookRecord, rules
from powerchannel.rulebook.writing import digest

__all__ = ["Origin", "rulebook_for"]

R = TypeVar("R")


@frozen(kw_only=True)
class Origin:
    """Where a result comes from, so that it can be made again (结果来源).

    Parameters
    ----------
    library_version : str
        Version of powerchannel.
    rulebook, rulebook_digest : str
        Name and fingerprint of the rules, with all that was put into them.
    as_of : str
        The month.
    state_digest : str
        Fingerprint of what was remembered.
    assumed : tuple of str
        Ids of the rules that no source states.
    path : str
        Which implementation computed it.
    notes : tuple of str
        What a reader should know, such as keys that were left out.
    """

    library_version: str
    rulebook: str
    rulebook_digest: str
    as_of: str
    state_digest: str
    assumed: tuple[str, ...]
    path: str
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        rulebook: RulebookRecord,
        *,
        as_of: str,
        state_digest: str,
        path: str,
        notes: tuple[str, ...],
    ) -> Origin:
        """Return the origin of a result of this library (记录来源)."""
        return cls(
            library_version=version("powerchannel"),
            rulebook=rulebook.name,
            rulebook_digest=digest(rulebook),
            as_of=as_of,
            state_digest=state_digest,
            assumed=tuple(r.id for r in rules(rulebook) if r.provenance.status == "assumed"),
            path=path,
            notes=notes,
        )


def rulebook_for(rulebook: RulebookRecord, record: type[R], *, kind: str, month: int) -> R:
    """Return a rulebook if it is of a domain's kind and in force at a month's end (取用规则集).

    Parameters
    ----------
    rulebook : RulebookRecord
        Any rulebook.
    record : type
        The record class of the domain.
    kind : str
        Its name in the registry of kinds.
    month : int
        The month, since 1970-01.

    Raises
    ------
    RulebookError
        When the rulebook is of another kind.
    NotInForceError
        When it is not in force on the last day of the month.
    """
    if not isinstance(rulebook, record):
        raise RulebookError.of(
            "wrong_kind",
            "$.kind",
            f"需要 kind = {kind!r} 的规则，得到 {type(rulebook).__name__}",
            f"a rulebook of kind {kind!r} is needed, not {type(rulebook).__name__}",
        )
    start, end = rulebook.effective_from, rulebook.effective_to
    if not Interval(start=start, end=end).contains(_last_day(month)):
        shown = format_month(month)
        raise NotInForceError.of(
            "not_in_force",
            f"rulebook {rulebook.name}",
            f"{shown} 不在生效期 [{start or '-'}, {end or '-'}) 内；请换用当时的规则",
            f"{shown} lies outside its effective dates [{start or '-'}, {end or '-'}); "
            "use the rulebook of that time",
        )
    return rulebook


def _last_day(month: int) -> date:
    year, index = divmod(month + 1, 12)
    return date(1970 + year, index + 1, 1) - timedelta(days=1)
