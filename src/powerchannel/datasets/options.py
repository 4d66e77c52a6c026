"""What the options of every made-up data set may be, and how others are refused."""

from __future__ import annotations

from powerchannel.datasets.names import Headers
from powerchannel.datasets.writers import Encoding, Format
from powerchannel.registry import Registry
from powerchannel.text import Text

__all__ = ["ENCODINGS", "FORMATS", "LANGUAGES", "require"]

FORMATS: Registry[Format] = Registry(
    Text("文件格式", "file format"), {"csv": "csv", "parquet": "parquet", "arrow": "arrow"}
)
"""Formats of export files (文件格式)."""

ENCODINGS: Registry[Encoding] = Registry(
    Text("编码", "encoding"), {"utf-8": "utf-8", "gb18030": "gb18030"}
)
"""Encodings of CSV files (编码)."""

LANGUAGES: Registry[Headers] = Registry(
    Text("表头语言", "language of headers"), {"zh": "zh", "en": "en"}
)
"""Languages of headers and code values (表头语言)."""


def require(is_met: bool, name: str, value: object, allowed: str) -> None:  # noqa: FBT001
    """Refuse an argument that is out of its range (参数范围).

    Raises
    ------
    ValueError
        With what is allowed.

    Examples
    --------
    >>> require(0 >= 1, "months", 0, ">= 1")
    Traceback (most recent call last):
        ...
    ValueError: months 为 0，应满足 >= 1 / months is 0; allowed: >= 1
    """
    if not is_met:
        raise ValueError(
            f"{name} 为 {value}，应满足 {allowed} / {name} is {value}; allowed: {allowed}"
        )
