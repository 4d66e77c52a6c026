"""``python -m powerchannel.testing FILE_OR_FOLDER...``: run cases without pytest."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from powerchannel.errors import PowerChannelError
from powerchannel.testing.running import run_case
from powerchannel.text import LANGUAGES, Lang, Text

__all__ = ["main"]

_PROGRAM = "python -m powerchannel.testing"
_DESCRIPTION = "运行算例并逐项核对 / run case files and compare every expected value"
_PATHS = "算例文件（.toml）或文件夹 / case files (.toml) or folders"
_NO_FILE = Text("没有此文件或文件夹", "there is no such file or folder")
_NO_CASES = Text("此文件夹中没有 .toml 算例", "there are no .toml cases in this folder")
_REFUSED = Text("不能运行 {file}", "CANNOT RUN {file}")
_SUMMARY = Text("共 {n} 个算例，{ok} 个相符", "{n} cases, {ok} ok")


def main(argv: Sequence[str] | None = None) -> int:
    """Run case files, one line a case, and return an exit code (运行算例命令).

    Parameters
    ----------
    argv : sequence of str, optional
        The words of the command; by default those the program was started with.

    Returns
    -------
    int
        0: all came out as expected; 1: a mismatch, or a case that cannot be run; 2: the command
        itself is wrong.

    Examples
    --------
    >>> main(["no-such-case.toml"])
    2
    """
    options = _parser().parse_args(argv)
    lang: Lang = options.lang
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show Chinese
    problems = [f"{path}: {why.pick(lang)}" for path in options.paths if (why := _unusable(path))]
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 2
    verdicts = [_run(file, lang) for file in dict.fromkeys(_files(options.paths))]
    print(_SUMMARY.fill(n=len(verdicts), ok=sum(verdicts)).pick(lang))
    return 0 if all(verdicts) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_PROGRAM, description=_DESCRIPTION)
    parser.add_argument("paths", nargs="+", type=Path, metavar="CASE", help=_PATHS)
    parser.add_argument("--lang", choices=LANGUAGES, default="zh", help="语言 / language")
    return parser


def _unusable(path: Path) -> Text | None:
    if not path.exists():
        return _NO_FILE
    return None if any(_files([path])) else _NO_CASES


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.toml")) if path.is_dir() else (path,)


def _run(file: Path, lang: Lang) -> bool:
    try:
        report = run_case(file)
    except PowerChannelError as error:
        lines = (f"  {line}" for line in error.render(lang).splitlines())
        print("\n".join([_REFUSED.fill(file=file).pick(lang), *lines]))
        return False
    print(report.render(lang))
    return report.is_ok
