"""What customers say: a small pool of request texts for each type of business."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from powerchannel.datasets.names import CODES

__all__ = ["AFTER_FAILURE", "ASKS_APP", "ASKS_WECHAT", "TEXTS", "text_codes"]

_BY_BUSINESS: Mapping[str, tuple[str, ...]] = {
    "payment": ("客户前来交纳本月电费", "客户预存电费", "客户补交上月电费,并索要发票"),
    "enquiry": (
        "客户查询本月电费余额",
        "客户查询近三个月用电量",
        "客户查询电费明细,反映“本月电费偏高”",
        "客户查询户号",
        "客户查询阶梯电价档位",
    ),
    "application": (
        "客户申请更名过户",
        "客户申请增容",
        "客户申请新装,现场勘查待安排",
        "客户申请峰谷电价",
    ),
    "repair": (
        "客户报修家中无电",
        "客户报修表后开关跳闸",
        "客户报修低电压,空调无法启动",
        '客户称电表显示"拉闸"',
    ),
    "consultation": ("客户咨询电价政策", "客户咨询一户多人口申请条件", "客户咨询充电桩报装流程"),
    "complaint": ("客户投诉停电未提前通知", "客户投诉抄表不准,要求核实", "客户投诉服务态度"),
    "report": ("客户举报邻居疑似窃电", "客户举报违约用电"),
    "suggestion": ("客户建议增加自助交费终端", "客户建议延长营业厅营业时间"),
    "praise": ("客户表扬抢修人员及时到场", "客户表扬窗口服务"),
    "outage": ("客户询问计划停电时间", "客户询问恢复供电时间", "客户订阅停电信息"),
    "login": ("客户登录",),
    "other": ("客户其他诉求", "来电无声"),
}

_ASKS_APP = (
    "客户咨询网上国网如何注册",
    "客户咨询网上国网怎样绑定户号",
    "客户询问掌上电力能否查询电费",
    "客户咨询网上国网交费步骤,已短信告知",
)
_ASKS_WECHAT = (
    "客户咨询微信公众号如何绑定户号",
    "客户询问关注微信公众号后怎样交费",
    "客户咨询微信公众号账单推送",
)
_AFTER_FAILURE = ("客户反映线上办理失败,来电处理", "客户反映线上交费未到账")


TEXTS: tuple[str, ...] = (
    *(text for business in CODES["business_type"] for text in _BY_BUSINESS[business]),
    *_ASKS_APP,
    *_ASKS_WECHAT,
    *_AFTER_FAILURE,
)
"""Every request text; a contact holds its position, or -1 for none."""

_COUNTS = np.array([len(_BY_BUSINESS[business]) for business in CODES["business_type"]])
_STARTS = np.cumsum(_COUNTS) - _COUNTS

AFTER_FAILURE = range(len(TEXTS) - len(_AFTER_FAILURE), len(TEXTS))
"""Positions of the texts of who calls after an online channel failed."""

ASKS_WECHAT = range(AFTER_FAILURE.start - len(_ASKS_WECHAT), AFTER_FAILURE.start)
"""Positions of the texts that ask about the WeChat account."""

ASKS_APP = range(ASKS_WECHAT.start - len(_ASKS_APP), ASKS_WECHAT.start)
"""Positions of the texts that ask about the app."""


def text_codes(business: NDArray[np.int8], draws: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return a request text for each contact, by its type of business (诉求内容).

    Parameters
    ----------
    business : ndarray of shape (n,)
        Positions in the business types.
    draws : ndarray of shape (n,)
        Uniform in [0, 1).

    Examples
    --------
    >>> TEXTS[text_codes(np.array([0], np.int8), np.array([0.5], np.float32))[0]]
    '客户预存电费'
    """
    offset = (draws * _COUNTS[business]).astype(np.int64)
    return np.asarray(_STARTS[business] + offset, dtype=np.int16)
