"""What a person or a program sees: data on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Never, Self

from attrs import define, frozen

from powerchannel.errors import PowerChannelError, Problem, Severity
from powerchannel.text import Lang, Text

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["Console", "Steps", "UsageError", "problem_document"]

_SEVERITIES: dict[Severity, Text] = {
    "fault": Text("错误", "fault"),
    "rejected": Text("剔除", "rejected"),
    "notice": Text("提示", "notice"),
}


class UsageError(PowerChannelError, ValueError):
    """The command itself is wrong, whatever the files hold."""


@define
class Console:
    """Where output goes, and in which language and form (输出).

    Parameters
    ----------
    lang : {"zh", "en"}
        The language.
    as_json : bool
        Whether what is written is for programs.
    is_quiet : bool
        Whether a success is silent.
    """

    lang: Lang = "zh"
    as_json: bool = False
    is_quiet: bool = False

    def data(self, text: str) -> None:
        """Write what was asked for to stdout (输出数据)."""
        print(text)

    def answer(self, lines: Iterable[str], content: Mapping[str, object]) -> None:
        """Write what was asked for to stdout, as lines or as one JSON document (输出结果)."""
        self.data(_json(content) if self.as_json else "\n".join(lines))

    def report(self, lines: Iterable[str], content: Mapping[str, object]) -> None:
        """Write how it went to stderr, as lines or as one JSON document (运行摘要)."""
        if self.is_quiet:
            return
        text = _json({"ok": True, "exit_code": 0, **content}) if self.as_json else "\n".join(lines)
        print(text, file=sys.stderr)

    def failure(self, error: PowerChannelError, exit_code: int) -> None:
        """Write what went wrong to stderr (错误信息)."""
        if self.as_json:
            document = {
                "ok": False,
                "exit_code": exit_code,
                "error": type(error).__name__,
                "problems": [problem_document(p) for p in error.problems],
            }
            print(_json(document), file=sys.stderr)
        else:
            print("\n".join(self.problem_lines(error.problems)), file=sys.stderr)

    def problem_lines(self, problems: Iterable[Problem]) -> list[str]:
        """Return one line a problem, the worst first (逐条问题)."""
        order = list(_SEVERITIES)
        ranked = sorted(problems, key=lambda p: order.index(p.severity))
        words = {severity: text.pick(self.lang) for severity, text in _SEVERITIES.items()}
        return [f"[{words[p.severity]}] {p.render(self.lang)}" for p in ranked]

    def pick(self, zh: str, en: str) -> str:
        """Return the wording in the console's language (取当前语言)."""
        return zh if self.lang == "zh" else en

    def steps(self, count: int) -> Steps:
        """Return a progress bar: shown on a terminal, nothing in a pipe (进度条)."""
        from tqdm import tqdm

        is_shown = sys.stderr.isatty() and not self.is_quiet and not self.as_json
        return Steps(self, tqdm(total=count, leave=False, bar_format=_BAR, disable=not is_shown))


@frozen
class Steps:
    """Progress over a known number of steps (进度)."""

    _console: Console
    _bar: tqdm[Never]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    @contextlib.contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """Name the step that runs now (当前步骤)."""
        self._bar.set_description(self._console.pick(zh, en))
        yield
        self._bar.update()


def problem_document(problem: Problem) -> dict[str, object]:
    """Return a problem for programs (问题的 JSON 形式)."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "where": problem.where,
        "count": problem.count,
        "examples": [{"row": row, "value": value} for row, value in problem.examples],
        "zh": problem.render("zh"),
        "en": problem.render("en"),
    }


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


_BAR = "{desc} {bar:20} {n_fmt}/{total_fmt} {elapsed}"
