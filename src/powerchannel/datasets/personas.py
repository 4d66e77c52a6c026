"""Who lives in the province: personas, and what their contacts are about.

Every number here is made up. They are chosen so that each rule of the channel preference has
customers it applies to: runs of months, frequent use, evenings, payments, opened push links,
questions about the app at the hotline, machines, and customers with no evidence at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.names import CHANNELS, CODES
from powerchannel.datasets.streams import cumulative
from powerchannel.text import Text

__all__ = [
    "BUSINESS_BY_CHANNEL",
    "HANDLING_BY_CHANNEL",
    "HAS_PHONE_BY_CHANNEL",
    "KINDS",
    "MACHINE_USES",
    "OTHERS_BY_PERSONA",
    "OUTCOME_BY_HANDLING",
    "PERSONAS",
    "PERSONA_BY_KIND",
    "PREFERRED_BY_PERSONA",
    "SEASONS",
    "SOURCE_SYSTEMS",
    "Persona",
    "Season",
    "channel_table",
]

Season: TypeAlias = Literal["flat", "summer", "winter", "business"]

SEASONS: Mapping[Season, tuple[float, ...]] = {
    "flat": (1.0,) * 12,
    # Storms and air conditioning.
    "summer": (0.9, 0.8, 0.7, 0.7, 0.8, 1.2, 1.7, 1.8, 1.1, 0.7, 0.7, 0.9),
    # Electric heating.
    "winter": (1.7, 1.5, 1.0, 0.7, 0.6, 0.7, 0.9, 0.9, 0.7, 0.8, 1.1, 1.4),
    # The spring festival is quiet, the end of a quarter is not.
    "business": (0.8, 0.5, 1.3, 1.0, 1.0, 1.3, 1.0, 1.0, 1.2, 0.8, 1.0, 1.1),
}
"""Factors on the contacts of January to December."""

KINDS: Mapping[str, float] = {"residential": 0.92, "commercial": 0.06, "industrial": 0.02}
"""Kinds of customer, and the share of each."""

MACHINE_USES = 300
"""The most that a machine calls in a month; it calls at least half as often."""


@frozen(kw_only=True)
class Persona:
    """One way of dealing with the utility (客户画像原型).

    Parameters
    ----------
    code : str
        The name in the truth table.
    title : Text
        The name for people.
    shares : tuple of 3 floats
        Weights among residential, commercial and industrial customers.
    preferred : mapping of str to float
        Weights of the latent preferred channel.
    others : mapping of str to float
        Weights of the channels used beside the preferred one.
    loyalty_ratio : float
        Share of the occasional contacts that go to the preferred channel.
    habit_ratio : float
        Share of months with a habitual contact, mostly a payment, in the preferred channel.
    occasional_count : float
        Expected further contacts a month.
    evening_ratio : float
        Share of contacts between 20:00 and 08:00, where the channel is open then.
    push_ratio : float
        Share of app and WeChat contacts that begin with a pushed link.
    curious_ratio : float
        Share of hotline and hall contacts that ask about the app or the WeChat account.
    season : {"flat", "summer", "winter", "business"}
        When in the year the occasional contacts fall.
    is_machine : bool
        Whether a program calls hundreds of times a month.
    """

    code: str
    title: Text
    shares: tuple[float, float, float]
    preferred: Mapping[str, float]
    others: Mapping[str, float]
    loyalty_ratio: float = 0.7
    habit_ratio: float = 0.0
    occasional_count: float = 0.3
    evening_ratio: float = 0.12
    push_ratio: float = 0.05
    curious_ratio: float = 0.04
    season: Season = "flat"
    is_machine: bool = False


_SERVICE = {"hotline": 0.5, "hall": 0.2, "app": 0.1, "wechat": 0.1, "sms": 0.05, "portal": 0.05}

PERSONAS: tuple[Persona, ...] = (
    Persona(
        code="app_regular",
        title=Text("网上国网常客", "regular of the utility app"),
        shares=(0.12, 0.15, 0.05),
        preferred={"app": 1.0},
        others=_SERVICE,
        loyalty_ratio=0.8,
        habit_ratio=0.85,
        occasional_count=0.6,
    ),
    Persona(
        code="wechat_payer",
        title=Text("微信交费", "pays by WeChat"),
        shares=(0.15, 0.10, 0.0),
        preferred={"wechat": 1.0},
        others=_SERVICE,
        habit_ratio=0.85,
        push_ratio=0.15,
    ),
    Persona(
        code="alipay_payer",
        title=Text("支付宝交费", "pays by Alipay"),
        shares=(0.13, 0.08, 0.0),
        preferred={"alipay": 1.0},
        others=_SERVICE,
        loyalty_ratio=0.3,
        habit_ratio=0.88,
        occasional_count=0.2,
    ),
    Persona(
        code="bank_debit",
        title=Text("银行代扣", "bank debit"),
        shares=(0.11, 0.15, 0.35),
        preferred={"bank": 1.0},
        others=_SERVICE,
        loyalty_ratio=0.0,
        habit_ratio=0.97,
        occasional_count=0.1,
    ),
    Persona(
        code="hall_regular",
        title=Text("营业厅常客", "regular of the service hall"),
        shares=(0.09, 0.12, 0.10),
        preferred={"hall": 1.0},
        others={"hotline": 0.8, "sms": 0.2},
        habit_ratio=0.6,
        occasional_count=0.2,
        evening_ratio=0.03,
        curious_ratio=0.10,
    ),
    Persona(
        code="hotline_caller",
        title=Text("95598 热线客户", "calls the hotline"),
        shares=(0.08, 0.08, 0.05),
        preferred={"hotline": 1.0},
        others={"hall": 0.5, "app": 0.2, "wechat": 0.2, "sms": 0.1},
        loyalty_ratio=0.85,
        occasional_count=0.7,
        season="summer",
    ),
    Persona(
        code="night_owl",
        title=Text("夜间办理客户", "deals at night"),
        shares=(0.05, 0.04, 0.05),
        preferred={"app": 0.5, "wechat": 0.3, "hotline": 0.2},
        others={"hotline": 0.4, "app": 0.3, "wechat": 0.3},
        habit_ratio=0.4,
        occasional_count=0.8,
        evening_ratio=0.75,
        season="winter",
    ),
    Persona(
        code="link_opener",
        title=Text("短信链接客户", "opens the links in text messages"),
        shares=(0.05, 0.05, 0.02),
        preferred={"sms": 0.6, "wechat": 0.4},
        others={"app": 0.4, "wechat": 0.4, "sms": 0.2},
        habit_ratio=0.3,
        occasional_count=0.5,
        push_ratio=0.7,
    ),
    Persona(
        code="newcomer",
        title=Text("转线上的客户", "on the way to the online channels"),
        shares=(0.05, 0.05, 0.03),
        preferred={"app": 0.6, "wechat": 0.4},
        others={"hotline": 0.6, "hall": 0.4},
        loyalty_ratio=0.3,
        occasional_count=0.7,
        curious_ratio=0.45,
    ),
    Persona(
        code="portal_clerk",
        title=Text("企业门户经办人", "clerk of a company, at the portal"),
        shares=(0.0, 0.15, 0.33),
        preferred={"portal": 0.85, "hall": 0.15},
        others={"hall": 0.4, "hotline": 0.4, "app": 0.2},
        habit_ratio=0.9,
        occasional_count=0.8,
        evening_ratio=0.02,
        season="business",
    ),
    Persona(
        code="rare",
        title=Text("低频客户", "hardly ever in touch"),
        shares=(0.1699, 0.03, 0.019),
        preferred={"hotline": 0.35, "hall": 0.25, "app": 0.15, "wechat": 0.15, "alipay": 0.10},
        others=_SERVICE,
        occasional_count=0.06,
        season="summer",
    ),
    Persona(
        code="machine",
        title=Text("程序账号", "a program, not a person"),
        shares=(0.0001, 0.0, 0.001),
        preferred={"portal": 0.7, "app": 0.3},
        others={"portal": 1.0},
        loyalty_ratio=0.95,
        occasional_count=0.0,
        evening_ratio=0.5,
        is_machine=True,
    ),
)

PERSONA_BY_KIND: NDArray[np.float64] = cumulative(np.array([p.shares for p in PERSONAS]).T)
"""Cumulative shares of the personas, of shape (kinds, personas)."""


def _weights(codes: Mapping[str, str], weights: Mapping[str, float]) -> list[float]:
    if unknown := weights.keys() - codes.keys():
        raise KeyError(f"没有这些代码 / no such codes: {sorted(unknown)}")
    return [weights.get(code, 0.0) for code in codes]


def channel_table(*weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Return cumulative distributions over the channels, one a row (渠道分布).

    Parameters
    ----------
    *weights : mapping of str to float
        Channel code and weight.

    Raises
    ------
    KeyError
        When a channel is not known.

    Examples
    --------
    >>> channel_table({"hall": 1, "app": 1})[0].tolist()
    [0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    return cumulative(np.array([_weights(CHANNELS, row) for row in weights]))


PREFERRED_BY_PERSONA: NDArray[np.float64] = channel_table(*(p.preferred for p in PERSONAS))
"""Cumulative weights of the latent preferred channel, of shape (personas, channels)."""

OTHERS_BY_PERSONA: NDArray[np.float64] = channel_table(*(p.others for p in PERSONAS))
"""Cumulative weights of the channels beside it, of shape (personas, channels)."""


def _table(column: str, rows: Mapping[str, Mapping[str, float]], order: str) -> NDArray[np.float64]:
    return cumulative(np.array([_weights(CODES[column], rows[code]) for code in CODES[order]]))


BUSINESS_BY_CHANNEL: NDArray[np.float64] = _table(
    "business_type",
    {
        "hotline": {"enquiry": 0.35, "repair": 0.2, "consultation": 0.17, "outage": 0.12}
        | {"application": 0.05, "complaint": 0.04, "report": 0.01, "suggestion": 0.02}
        | {"praise": 0.01, "other": 0.03},
        "hall": {"payment": 0.4, "application": 0.3, "enquiry": 0.17, "consultation": 0.1}
        | {"complaint": 0.01, "other": 0.02},
        "app": {"payment": 0.25, "enquiry": 0.3, "login": 0.33, "application": 0.05}
        | {"repair": 0.02, "outage": 0.05},
        "wechat": {"payment": 0.3, "enquiry": 0.4, "login": 0.1, "outage": 0.15}
        | {"consultation": 0.05},
        "alipay": {"payment": 0.9, "enquiry": 0.1},
        "sms": {"outage": 0.5, "enquiry": 0.5},
        "bank": {"payment": 1.0},
        "portal": {"enquiry": 0.35, "application": 0.3, "login": 0.3, "payment": 0.05},
    },
    "channel",
)
"""Cumulative, of shape (channels, business types)."""

HANDLING_BY_CHANNEL: NDArray[np.float64] = _table(
    "handling_mode",
    {
        "hotline": {"agent": 0.85, "self_service": 0.15},
        "hall": {"counter": 0.9, "self_service": 0.1},
        "app": {"self_service": 1.0},
        "wechat": {"self_service": 1.0},
        "alipay": {"self_service": 1.0},
        "sms": {"push_link": 0.5, "self_service": 0.5},
        "bank": {"batch": 0.9, "counter": 0.1},
        "portal": {"self_service": 0.97, "other": 0.03},
    },
    "channel",
)
"""Cumulative, of shape (channels, handling modes)."""

OUTCOME_BY_HANDLING: NDArray[np.float64] = _table(
    "outcome",
    {
        "self_service": {"resolved": 0.93, "failed": 0.04, "abandoned": 0.03},
        "agent": {"resolved": 0.82, "transferred": 0.12, "unresolved": 0.04, "abandoned": 0.02},
        "counter": {"resolved": 0.95, "transferred": 0.03, "unresolved": 0.02},
        "push_link": {"resolved": 0.85, "abandoned": 0.12, "failed": 0.03},
        "batch": {"resolved": 0.985, "failed": 0.015},
        "other": {"resolved": 0.9, "unresolved": 0.1},
    },
    "handling_mode",
)
"""Cumulative, of shape (handling modes, outcomes)."""

HAS_PHONE_BY_CHANNEL: NDArray[np.float32] = np.array(
    [1.0, 0.7, 0.95, 0.8, 0.6, 1.0, 0.0, 0.9], dtype=np.float32
)
"""Share of contacts whose record holds a phone number, in the order of the channels."""

SOURCE_SYSTEMS: tuple[str, ...] = (
    "95598业务系统",
    "营销业务系统",
    "网上国网平台",
    "微信公众平台",
    "支付宝生活缴费",
    "短信平台",
    "银行接口",
    "门户网站后台",
)
"""The system that each channel's contacts come from, in the order of the channels."""
