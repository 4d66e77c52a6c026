"""The contracts of the channel tables: contacts, facts, dislikes, complaints (渠道表结构)."""

from __future__ import annotations

from collections.abc import Mapping

from powerchannel.tables import Code, Column, Schema
from powerchannel.tables.building import moment
from powerchannel.text import Text

__all__ = ["FACT_CODES", "SCHEMAS"]

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
    aliases=("用户编号", "客户编码"),
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
        moment(
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
        moment(
            "since",
            Text("开始时间", "since"),
            Text("自何时起，空为一直如此", "from when; empty: always"),
            is_required=False,
        ),
        moment(
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
        moment(
            "disliked_at",
            Text("表示不喜欢时间", "disliked at"),
            Text("表示不喜欢的时间", "when it was stated"),
            is_required=True,
        ),
        moment(
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
        moment(
            "complained_at",
            Text("投诉时间", "complained at"),
            Text("投诉的时间", "when the complaint was made"),
            is_required=True,
        ),
    ),
)

SCHEMAS: Mapping[str, Schema] = {s.name: s for s in (CONTACTS, FACTS, DISLIKES, COMPLAINTS)}
