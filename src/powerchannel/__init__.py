"""powerchannel: the customer side of an electric utility (供电企业客户侧).

The map; everything is loaded when first used.

- `channel`: which service channel each customer prefers, scored and explained (渠道偏好)
- `billing`: bills from meter registers to every line, exact and explained (电费计算)
- `theft`: from meter records to explained suspicion and what was not recorded (窃电分析)
- `learn`: estimators on the scikit-learn contract (学习器)
- `planner`: what to do first within a budget (预算内择优)
- `load_rulebook`: rules as dated, sourced data (规则集)
- `datasets`: a generated province to try things on (模拟数据)
- `errors`: everything that can go wrong, in Chinese and English (错误)
- `testing`: case files that a clerk can read, and the laws (算例与定律)
- `show_versions`: what to put into a bug report (版本信息)

Every domain has the same four verbs: ``check`` tables, ``aggregate`` them to a state,
``evaluate`` the state by a rulebook, ``explain`` the result.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powerchannel import billing as billing
    from powerchannel import channel as channel
    from powerchannel import datasets as datasets
    from powerchannel import errors as errors
    from powerchannel import learn as learn
    from powerchannel import planner as planner
    from powerchannel import testing as testing
    from powerchannel import theft as theft
    from powerchannel.rulebook import load_rulebook as load_rulebook
    from powerchannel.versions import show_versions as show_versions

__all__ = [
    "billing",
    "channel",
    "datasets",
    "errors",
    "learn",
    "load_rulebook",
    "planner",
    "show_versions",
    "testing",
    "theft",
]

_MODULES = (*("billing", "channel", "datasets", "errors", "learn", "planner", "testing", "theft"),)
_FUNCTIONS = {
    "load_rulebook": "powerchannel.rulebook",
    "show_versions": "powerchannel.versions",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("powerchannel")
    if name in _MODULES:
        return importlib.import_module(f"powerchannel.{name}")
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module 'powerchannel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
