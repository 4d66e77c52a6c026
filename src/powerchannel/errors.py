"""Every error of the library, and the `Problem` they are made of.

An error carries all problems at once; each says what, where, how many, an example, and the way
out, in Chinese and in English. ``str(error)`` shows both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Self, TypeAlias

from attrs import field, frozen

from powerchannel.text import Lang, Text

__all__ = [
    "InfeasibleError",
    "LeakageError",
    "MergeError",
    "NotInForceError",
    "PowerChannelError",
    "Problem",
    "ReconciliationError",
    "RulebookError",
    "Severity",
    "TableError",
    "UnknownNameError",
]

Severity: TypeAlias = Literal["fault", "rejected", "notice"]
"""fault: nothing can be computed; rejected: rows dropped out; notice: worth knowing, all kept."""


@frozen(kw_only=True)
class Problem:
    """One kind of problem in one place, with how often it occurs and examples (问题).

    Parameters
    ----------
    code : str
        A stable name for programs, such as ``"missing_column"``.
    where : str
        The place: ``"contacts.customer_id"`` in a table, ``"$.streak.steps[1]"`` in a rulebook.
    message : Text
        What is wrong, how many, and what to do. A gap ``{examples}`` is filled when rendered.
    severity : {"fault", "rejected", "notice"}
        What became of it.
    count : int
        How many values or rows are concerned.
    examples : tuple of (int, str)
        Row positions, counted from 0, and the value found there.
    details : mapping of str to object
        What else the message was made from, so that what the parts of a table have in common can
        be told once.
    """

    code: str
    where: str
    message: Text
    severity: Severity = "fault"
    count: int = 1
    examples: tuple[tuple[int, str], ...] = ()
    details: Mapping[str, object] = field(factory=dict, eq=False, repr=False)

    def render(self, lang: Lang = "zh", *, first_row: int = 0) -> str:
        """Return the sentence that a person reads (问题说明).

        Parameters
        ----------
        lang : {"zh", "en"}
            The language.
        first_row : int
            The number of the first data row: 0 for a table in memory, 2 for a line of a file.
        """
        word = "第 {} 行: {}" if lang == "zh" else "row {}: {}"
        shown = "; ".join(word.format(row + first_row, value) for row, value in self.examples)
        return f"{self.where}: " + self.message.pick(lang).replace("{examples}", shown)


class PowerChannelError(Exception):
    """The base of every error the library raises on purpose (本库错误基类).

    Parameters
    ----------
    problems : iterable of Problem
        All that was found, not only the first.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    @classmethod
    def of(cls, code: str, where: str, zh: str, en: str, *, count: int = 1) -> Self:
        """Build an error of a single problem (单一问题)."""
        return cls([Problem(code=code, where=where, message=Text(zh, en), count=count)])

    def render(self, lang: Lang = "zh", *, first_row: int = 0) -> str:
        """Return one line a problem in one language (逐条说明)."""
        return "\n".join(p.render(lang, first_row=first_row) for p in self.problems)

    def __str__(self) -> str:
        return f"{self.render('zh')}\n{self.render('en')}"


class TableError(PowerChannelError, ValueError):
    """A table cannot be used at all: a column is missing, of the wrong type, or it is empty."""


class RulebookError(PowerChannelError, ValueError):
    """A rulebook document is not valid, or does not fit what it is used with."""


class NotInForceError(PowerChannelError, LookupError):
    """No rulebook, price or calendar is in force at the time asked for."""


class MergeError(PowerChannelError, ValueError):
    """Two states cannot be merged, for instance because their catalogues differ."""


class UnknownNameError(PowerChannelError, KeyError):
    """A name is not known; the message lists the names there are and the nearest ones."""


class InfeasibleError(PowerChannelError, ValueError):
    """No choice meets all constraints."""


class ReconciliationError(PowerChannelError, ArithmeticError):
    """Parts that must add up to a total do not."""


class LeakageError(PowerChannelError, ValueError):
    """Labels can be told from what no customer did; a score on such data means nothing."""
