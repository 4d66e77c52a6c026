"""What comes in: contacts, standing facts, dislikes and complaints (渠道数据表)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Catalogue, Classification
from powerchannel.channel.identity import normalise_phones
from powerchannel.errors import Problem
from powerchannel.rulebook import load_rulebook
from powerchannel.tables import (
    CheckedTable,
    Code,
    Column,
    IdsMode,
    Schema,
    Source,
    check_tables,
    problem_table,
    rejected_table,
)
from powerchannel.tables.messages import problem
from powerchannel.tables.raw import Raw
from powerchannel.text import Text

__all__ = ["DEFAULT_RULEBOOK", "FACT_CODES", "SCHEMAS", "Tables", "check", "default_catalogue"]

DEFAULT_RULEBOOK = "hebei-2022"

FACT_CODES = (
    Code(code="followed", title=Text("关注", "followed"), aliases=("已关注",)),
    Code(code="installed", title=Text("安装", "installed"), aliases=("已安装",)),
    Code(
        code="phone_registered",
        title=Text("注册手机", "phone registered"),
        aliases=("已注册手机", "注册手机号", "注册", "已注册"),
    ),
    Code(
        code="account_bound",
        title=Text("绑定户号", "account bound"),
        aliases=("已绑定户号", "绑定", "已绑定"),
    ),
)

_CUSTOMER = Column(
    name="customer_id",
    kind="id",
    title=Text("客户编号", "customer number"),
    description=Text(
        "客户的唯一编号，文本，前导零有意义", "the customer's number: text, leading zeros count"
    ),
    is_required=True,
    aliases=("用户编号", "客户编码", "户号"),
)


def _channel(meaning: Text) -> Column:
    return Column(
        name="channel",
        kind="code",
        title=Text("渠道", "channel"),
        description=meaning,
        is_required=True,
        aliases=("服务渠道", "渠道名称", "受理渠道"),
        vocabulary="channel",
    )


def _time(name: str, title: Text, meaning: Text, *aliases: str, is_required: bool) -> Column:
    return Column(
        name=name,
        kind="time",
        title=title,
        description=meaning,
        is_required=is_required,
        aliases=aliases,
    )


def _optional(name: str, kind: str, title: Text, meaning: Text, *aliases: str) -> Column:
    return Column(
        name=name,
        kind="code" if kind == "code" else "text",
        title=title,
        description=meaning,
        is_strict=False,
        aliases=aliases,
        vocabulary=name if kind == "code" else "",
    )


CONTACTS = Schema(
    name="contacts",
    title=Text("联系记录", "contacts"),
    description=Text(
        "每行一次客户与渠道的接触", "one row for each contact of a customer with a channel"
    ),
    columns=(
        _CUSTOMER,
        _channel(Text("接触所在的渠道", "the channel of the contact")),
        _time(
            "contacted_at",
            Text("办理时间", "contacted at"),
            Text(
                "接触时间，不带时区的按上海时间",
                "time of the contact; Shanghai time unless it carries an offset",
            ),
            "受理时间",
            "联系时间",
            "登录时间",
            is_required=True,
        ),
        _optional(
            "business_type",
            "code",
            Text("业务种类", "business type"),
            Text("业务种类代码", "code of the business"),
            "业务类型",
        ),
        _optional(
            "handling_mode",
            "code",
            Text("办理方式", "handling mode"),
            Text("自助、人工、柜台等", "self-service, agent, counter and so on"),
        ),
        _optional(
            "request_text",
            "text",
            Text("诉求内容", "request text"),
            Text("客户诉求原文", "the request in the customer's words"),
            "受理内容",
        ),
        _optional(
            "contact",
            "text",
            Text("联系方式", "contact"),
            Text("电话或账号，电话会规范化", "phone or account; phones are normalised"),
            "联系电话",
            "手机号码",
        ),
        _optional(
            "outcome",
            "code",
            Text("办理结果", "outcome"),
            Text("办理结果代码", "code of the outcome"),
        ),
        _optional(
            "source_system",
            "text",
            Text("来源系统", "source system"),
            Text("导出数据的系统", "the system the row comes from"),
        ),
        _optional(
            "source_key",
            "text",
            Text("来源键", "source key"),
            Text(
                "该行在来源系统中的键，用于去重", "the row's key there, by which repeats are told"
            ),
            "工单编号",
            "流水号",
        ),
    ),
    key=("source_system", "source_key"),
    is_empty_allowed=False,
)

FACTS = Schema(
    name="facts",
    title=Text("渠道事实", "facts"),
    description=Text(
        "关注、安装、注册、绑定等持续有效的事实", "standing facts, true until they end"
    ),
    columns=(
        _CUSTOMER,
        _channel(Text("事实所属的渠道", "the channel of the fact")),
        Column(
            name="fact",
            kind="code",
            title=Text("事实", "fact"),
            description=Text("持续有效的事实", "what is true while it stands"),
            is_required=True,
            codes=FACT_CODES,
        ),
        _time(
            "since",
            Text("开始时间", "since"),
            Text("自何时起，空为一直如此", "from when; empty: always"),
            is_required=False,
        ),
        _time(
            "until",
            Text("结束时间", "until"),
            Text("到何时止，空为尚未结束", "until when; empty: it stands"),
            is_required=False,
        ),
    ),
    orders=(("since", "until"),),
)

DISLIKES = Schema(
    name="dislikes",
    title=Text("不喜欢记录", "dislikes"),
    description=Text(
        "客户明确表示不喜欢某渠道", "a customer's plain statement of disliking a channel"
    ),
    columns=(
        _CUSTOMER,
        _channel(Text("不喜欢的渠道", "the channel disliked")),
        _time(
            "disliked_at",
            Text("表示不喜欢时间", "disliked at"),
            Text("表示不喜欢的时间", "when it was stated"),
            is_required=True,
        ),
        _time(
            "withdrawn_at",
            Text("撤回时间", "withdrawn at"),
            Text("撤回的时间，空为未撤回", "when it was withdrawn; empty: it was not"),
            is_required=False,
        ),
    ),
    orders=(("disliked_at", "withdrawn_at"),),
)

COMPLAINTS = Schema(
    name="complaints",
    title=Text("投诉记录", "complaints"),
    description=Text("客户对某渠道的投诉", "complaints about a channel"),
    columns=(
        _CUSTOMER,
        _channel(Text("被投诉的渠道", "the channel complained about")),
        _time(
            "complained_at",
            Text("投诉时间", "complained at"),
            Text("投诉的时间", "when the complaint was made"),
            is_required=True,
        ),
    ),
)

SCHEMAS: Mapping[str, Schema] = {s.name: s for s in (CONTACTS, FACTS, DISLIKES, COMPLAINTS)}


def default_catalogue() -> Catalogue:
    """Return the catalogue of the bundled rulebook (默认渠道目录)."""
    catalogue = getattr(load_rulebook(DEFAULT_RULEBOOK), "catalogue")  # noqa: B009
    assert isinstance(catalogue, Catalogue)
    return catalogue


@frozen(eq=False, slots=False)
class Tables:
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

    catalogue: Catalogue
    checked: Mapping[str, CheckedTable]
    notices: tuple[Problem, ...] = ()

    @cached_property
    def contacts(self) -> pd.DataFrame:
        """The contacts kept (联系记录)."""
        return self.checked["contacts"].frame()

    @cached_property
    def facts(self) -> pd.DataFrame:
        """The facts kept (渠道事实)."""
        return self.checked["facts"].frame()

    @cached_property
    def dislikes(self) -> pd.DataFrame:
        """The dislikes kept (不喜欢记录)."""
        return self.checked["dislikes"].frame()

    @cached_property
    def complaints(self) -> pd.DataFrame:
        """The complaints kept (投诉记录)."""
        return self.checked["complaints"].frame()

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """Every row left out: table, row, code, column, value (剔除的行)."""
        return rejected_table(self.checked)

    @property
    def found(self) -> tuple[Problem, ...]:
        """Everything that was found (全部问题)."""
        return tuple(p for t in self.checked.values() for p in t.problems) + self.notices

    @cached_property
    def problems(self) -> pd.DataFrame:
        """Everything that was found: severity, code, where, count, examples, zh, en (问题表)."""
        return problem_table(self.found)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Rows in, kept and rejected for each table; in = kept + rejected (行数核对)."""
        rows = [(n, t.rows_in, t.rows, t.rejected.count) for n, t in self.checked.items()]
        return pd.DataFrame(rows, columns=["table", "rows_in", "kept", "rejected"])

    def __repr__(self) -> str:
        kept = ", ".join(f"{n}: {t.rows:,}/{t.rows_in:,}" for n, t in self.checked.items())
        return f"<channel.Tables kept/in {kept}; problems: {len(self.found)}>"

    def _repr_html_(self) -> str:
        return str(self.counts.to_html(index=False)) + str(self.problems.to_html(index=False))


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
    return Tables(used, {**checked, "contacts": table}, notices)


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
        hit = folded.str.contains(word.casefold(), regex=False)
        found |= hit.fillna(value=False).to_numpy(np.bool_)
    return found
