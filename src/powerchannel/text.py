"""Words in two languages: every label and message exists in Chinese and in English."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

__all__ = ["LANGUAGES", "Lang", "Text"]

Lang: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")


@frozen
class Text:
    """One text in Chinese and English (双语文本).

    Parameters
    ----------
    zh : str
        The Chinese wording.
    en : str
        The English wording.

    Examples
    --------
    >>> Text("营业厅", "service hall").pick("en")
    'service hall'
    """

    zh: str
    en: str

    def pick(self, lang: Lang) -> str:
        """Return the wording in one language (取某一语言的文字).

        Parameters
        ----------
        lang : {"zh", "en"}
            The language wanted.

        Raises
        ------
        ValueError
            When `lang` is neither of the two.
        """
        if lang not in LANGUAGES:
            raise ValueError(f"语言只有 zh 与 en / lang is 'zh' or 'en', not {lang!r}")
        return self.zh if lang == "zh" else self.en

    def fill(self, **values: object) -> Text:
        """Return the text with its ``{named}`` gaps filled in both languages (填入数值).

        A value that is itself a `Text` fills each language with its own wording; a gap for which
        no value is given stays.

        Examples
        --------
        >>> Text("共 {n} 行", "{n} rows").fill(n=3).en
        '3 rows'
        """

        def each(lang: Lang) -> _Gaps:
            return _Gaps({k: v.pick(lang) if isinstance(v, Text) else v for k, v in values.items()})

        return Text(self.zh.format_map(each("zh")), self.en.format_map(each("en")))


class _Gaps(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"
