"""What a utility's exports call things: Chinese headers, code values, and old names of channels.

Everything Chinese that an export file of `Province.write` holds, apart from free text, is listed
here, so that whoever reads such a file knows what it must accept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

__all__ = ["ALIASES", "CHANNELS", "CODES", "HEADERS", "Headers", "header", "written"]

Headers: TypeAlias = Literal["zh", "en"]

CHANNELS: Mapping[str, str] = {
    "hotline": "95598",
    "hall": "营业厅",
    "app": "网上国网",
    "wechat": "微信公众号",
    "alipay": "支付宝",
    "sms": "定制短信",
    "bank": "银行代缴",
    "portal": "门户网站",
}

ALIASES: Mapping[str, str] = {"掌上电力": "app"}
"""Old names of channels that still turn up in exports, and the channel they mean."""

CODES: Mapping[str, Mapping[str, str]] = {
    "channel": CHANNELS,
    "business_type": {
        "payment": "交费",
        "enquiry": "查询",
        "application": "办电",
        "repair": "报修",
        "consultation": "咨询",
        "complaint": "投诉",
        "report": "举报",
        "suggestion": "建议",
        "praise": "表扬",
        "outage": "停电信息",
        "login": "登录",
        "other": "其他",
    },
    "handling_mode": {
        "self_service": "自助",
        "agent": "人工",
        "counter": "柜台",
        "push_link": "推送链接",
        "batch": "代扣",
        "other": "其他",
    },
    "outcome": {
        "resolved": "已办结",
        "unresolved": "未办结",
        "transferred": "转派",
        "abandoned": "放弃",
        "failed": "失败",
    },
    "fact": {
        "followed": "关注",
        "installed": "安装",
        "phone_registered": "注册手机",
        "account_bound": "绑定户号",
    },
    "kind": {"residential": "居民", "commercial": "商业", "industrial": "工业"},
}
"""Column, code, and how an export with Chinese headers writes the code."""

HEADERS: Mapping[str, str] = {
    "customer_id": "客户编号",
    "channel": "渠道",
    "contacted_at": "办理时间",
    "business_type": "业务种类",
    "handling_mode": "办理方式",
    "request_text": "诉求内容",
    "contact": "联系方式",
    "outcome": "办理结果",
    "source_system": "来源系统",
    "source_key": "来源键",
    "fact": "事实",
    "since": "开始时间",
    "until": "结束时间",
    "disliked_at": "表示不喜欢时间",
    "withdrawn_at": "撤回时间",
    "complained_at": "投诉时间",
    "kind": "客户类别",
    "district": "所属区域",
    "phone": "联系电话",
    "opened_on": "开户日期",
    "account_id": "户号",
    "voltage_v": "供电电压",
    "capacity_kva": "合同容量",
}
"""Column, and its Chinese header."""


def header(column: str, headers: Headers) -> str:
    """Return the header that an export gives a column (导出表头).

    Parameters
    ----------
    column : str
        The canonical name of the column.
    headers : {"zh", "en"}
        The language of the export. A column without a Chinese header keeps its name.

    Examples
    --------
    >>> header("contacted_at", "zh")
    '办理时间'
    """
    return HEADERS.get(column, column) if headers == "zh" else column


def written(column: str, values: Iterable[str], headers: Headers) -> list[str]:
    """Return what an export writes for values of a column (导出取值).

    Parameters
    ----------
    column : str
        The canonical name of the column.
    values : iterable of str
        Codes of that column, or any other texts, which are written as they are.
    headers : {"zh", "en"}
        The language of the export.

    Examples
    --------
    >>> written("channel", ["app", "掌上电力"], "zh")
    ['网上国网', '掌上电力']
    """
    words = CODES.get(column, {}) if headers == "zh" else {}
    return [words.get(value, value) for value in values]
