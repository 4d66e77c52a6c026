"""How the demonstration speaks: titles, and how long each part took (演示文字)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from attrs import define, field

from powerchannel.text import Lang, Text

__all__ = ["Clock", "title"]


def title(text: Text, lang: Lang) -> str:
    """Return the title of a part (小标题).

    Examples
    --------
    >>> title(Text("电费", "Bills"), "en").strip()
    '== Bills =='
    """
    return f"\n== {text.pick(lang)} =="


@define
class Clock:
    """How long each part took [s] (计时)."""

    parts: dict[Text, float] = field(factory=dict)

    @contextlib.contextmanager
    def part(self, name: Text) -> Iterator[None]:
        """Take the time of a part (分段计时)."""
        start = time.perf_counter()
        yield
        self.parts[name] = time.perf_counter() - start

    def line(self, lang: Lang) -> str:
        """Return the whole time and its parts in words (用时)."""
        shown = ", ".join(f"{name.pick(lang)} {took:.2f} s" for name, took in self.parts.items())
        return "\n" + _TOOK.fill(total=f"{sum(self.parts.values()):.2f}", parts=shown).pick(lang)


_TOOK = Text("共用 {total} s：{parts}", "{total} s in all: {parts}")
