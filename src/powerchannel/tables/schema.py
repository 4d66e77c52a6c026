"""What a table must look like: columns, units, bounds, labels and the words that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import field, frozen

from powerchannel.text import Text

__all__ = ["Code", "Column", "Kind", "Schema", "Vocabulary"]

Kind: TypeAlias = Literal["id", "code", "time", "text", "decimal", "date", "flag"]
"""id: text that keeps its zeros; code: a word of a vocabulary; time: a stamp; text: free;
decimal: an exact number; date: a day; flag: yes or no."""


@frozen(kw_only=True)
class Code:
    """One code of a vocabulary and the words that exports write for it (代码值).

    Parameters
    ----------
    code : str
        The code used inside and in results.
    title : Text
        Its label; both wordings are accepted on the way in.
    aliases : tuple of str
        Other words accepted on the way in.
    """

    code: str
    title: Text
    aliases: tuple[str, ...] = ()

    @classmethod
    def of(cls, code: str, zh: str, en: str, *aliases: str) -> Code:
        """Return a code by its words alone (由词建立)."""
        return cls(code=code, title=Text(zh, en), aliases=aliases)

    @property
    def words(self) -> tuple[str, ...]:
        """All words that mean this code (全部别名)."""
        return (self.code, self.title.zh, self.title.en, *self.aliases)


Vocabulary: TypeAlias = tuple[Code, ...]


@frozen(kw_only=True)
class Column:
    """One column of a table: its name, kind, labels and what is accepted in it (列).

    Parameters
    ----------
    name : str
        The name used inside and in results.
    kind : {"id", "code", "time", "text", "decimal", "date", "flag"}
        How its values are read.
    title, description : Text
        Label and meaning.
    is_required : bool
        The table is refused without this column, and a row without a value is rejected.
    is_strict : bool
        A row whose value cannot be read is rejected; otherwise the value is left out and reported.
    aliases : tuple of str
        Other headers accepted for it; the Chinese and English titles always are.
    vocabulary : str
        For kind ``"code"``: the name of the vocabulary given at checking time.
    codes : tuple of Code
        For kind ``"code"``: a fixed vocabulary instead.
    default : str
        For kind ``"code"``: the code that an empty cell stands for.
    decimals : int
        For kind ``"decimal"``: how many are kept; a number with more is rejected, never rounded.
    is_measured : bool
        For kind ``"decimal"``: a quantity of physics, not of money: a number with more decimals is
        rounded, and data frames show floats.
    minimum, maximum : Decimal, optional
        For kind ``"decimal"``: the bounds, themselves allowed.
    unit : str
        For kind ``"decimal"``: what is counted.
    is_any_year : bool
        For kind ``"date"``: whether a year before 1990 or far in the future is accepted.
    """

    name: str
    kind: Kind
    title: Text
    description: Text
    is_required: bool = False
    is_strict: bool = True
    aliases: tuple[str, ...] = ()
    vocabulary: str = ""
    codes: Vocabulary = ()
    default: str = ""
    decimals: int = 0
    is_measured: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    is_any_year: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that names this column (可用表头)."""
        return (self.name, self.title.zh, self.title.en, *self.aliases)

    def words(self, vocabularies: Mapping[str, Vocabulary]) -> Vocabulary:
        """Return the vocabulary in force for this column (所用代码表)."""
        return vocabularies[self.vocabulary] if self.vocabulary else self.codes


@frozen(kw_only=True)
class Schema:
    """The contract of one table (表结构).

    Parameters
    ----------
    name : str
        The name of the table, which starts every message about it.
    title, description : Text
        Label and meaning.
    columns : tuple of Column
        In the order in which they are shown.
    key : tuple of str
        Columns that identify a row in its source. A row whose key was seen is a duplicate, or,
        with other content, a conflict. Where the last one is text and empty, the row has no key.
    orders : tuple of (str, str)
        Pairs of time or date columns of which the second may not lie before the first.
    is_empty_allowed : bool
        Whether a table of a header alone is accepted.
    """

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    orders: tuple[tuple[str, str], ...] = ()
    is_empty_allowed: bool = True
    _by_header: dict[str, str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        table = {_fold(h): c.name for c in self.columns for h in c.headers}
        object.__setattr__(self, "_by_header", table)

    def __getitem__(self, name: str) -> Column:
        return {c.name: c for c in self.columns}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns (列名)."""
        return tuple(c.name for c in self.columns)

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that is understood (全部可用表头)."""
        return tuple(h for c in self.columns for h in c.headers)

    def column_of(self, header: str) -> str | None:
        """Return the column that a header names, or None (表头对应的列).

        Examples
        --------
        >>> word = Text("客户编号", "customer number")
        >>> column = Column(name="customer_id", kind="id", title=word, description=word)
        >>> table = Schema(name="t", title=word, description=word, columns=(column,))
        >>> table.column_of(" 客户编号 "), table.column_of("Customer_ID"), table.column_of("x")
        ('customer_id', 'customer_id', None)
        """
        return self._by_header.get(_fold(header))

    def resolve(self, headers: Iterable[str]) -> dict[str, list[str]]:
        """Return the headers found for each column (列与表头的对应)."""
        found: dict[str, list[str]] = {}
        for header in headers:
            name = self.column_of(header)
            if name is not None:
                found.setdefault(name, []).append(header)
        return found


def _fold(header: str) -> str:
    return header.strip().lstrip("\ufeff").casefold()
