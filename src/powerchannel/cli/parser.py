"""The command line: the same verbs for every domain, built from the domain records."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Never

from attrs import frozen

from powerchannel.cli.console import UsageError
from powerchannel.cli.domain import Domain
from powerchannel.cli.domains import DOMAINS
from powerchannel.cli.own_verbs import (
    OUT,
    PROBLEMS,
    REJECTED,
    STRICT,
    FileOption,
    OwnVerb,
    ValueOption,
)
from powerchannel.cli.values import assignment, count, month, threads
from powerchannel.text import LANGUAGES, Lang, Text

__all__ = ["build_parser", "output_form"]


_ARGPARSE_WORDS = {
    "the following arguments are required:": "缺少参数",
    "unrecognized arguments:": "不认识的参数",
    "expected one argument": "后面要有一个值",
    "expected at least one argument": "后面至少要有一个值",
    "invalid choice:": "没有这个选择",
    "choose from": "可选",
    "argument ": "参数 ",
}
"""How the standard library words its complaints, and how a Chinese reader is told."""


class _Parser(argparse.ArgumentParser):
    """Raises what it has to say, so that it can be said as JSON too."""

    def error(self, message: str) -> Never:
        chinese = message
        for english, words in _ARGPARSE_WORDS.items():
            chinese = chinese.replace(english, words)
        raise UsageError.of(
            "usage",
            self.prog,
            f"{chinese}；用法见 {self.prog} --help",
            f"{message}; see {self.prog} --help",
        )


def output_form(words: Sequence[str]) -> tuple[Lang, bool]:
    """Return the language and whether JSON is wanted, before anything else is read (输出形式)."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--lang", default="zh")
    parser.add_argument("--json", action="store_true")
    try:
        found, _ = parser.parse_known_args(list(words))
    except argparse.ArgumentError:
        return "zh", "--json" in words
    return ("en" if found.lang == "en" else "zh"), found.json


def build_parser(lang: Lang) -> argparse.ArgumentParser:
    """Build the parser of the whole command, its help in one language (命令行解析).

    Each leaf sets ``verb``, the name of what to run; see `powerchannel.cli.entry`.
    """
    return _Builder(lang).build()


@frozen
class _Builder:
    lang: Lang

    def build(self) -> argparse.ArgumentParser:
        about = self._help(_ABOUT)
        parser = _Parser(prog="powerchannel", description=about, allow_abbrev=False)
        shown = f"powerchannel {version('powerchannel')}"
        parser.add_argument("--version", action="version", version=shown)
        commands = self._group(parser, "command")
        for domain in DOMAINS:
            self._domain(commands, domain)
        self._rulebook(commands)
        self._demo(commands)
        self._dictionary(commands)
        return parser

    def _domain(self, commands: _Commands, domain: Domain) -> None:
        parser = self._command(commands, domain.name, domain.title)
        verbs = self._group(parser, "verb")
        for verb, title, add in (
            ("check", _CHECK, self._check),
            ("evaluate", _EVALUATE, self._evaluate),
            ("explain", _EXPLAIN, self._explain),
        ):
            leaf = self._command(verbs, verb, title)
            leaf.set_defaults(verb=verb, domain=domain)
            many = "+" if verb != "explain" else 1
            self._tables(leaf, domain, many)
            self._inputs(leaf, domain, many)
            add(leaf, domain)
            self._output(leaf)
            self._flag(leaf, "--quiet", _QUIET)
        for own in domain.verbs:
            self._own_verb(verbs, domain, own)

    def _own_verb(self, verbs: _Commands, domain: Domain, own: OwnVerb) -> None:
        leaf = self._command(verbs, own.name, own.title)
        leaf.set_defaults(verb=f"{domain.name} {own.name}", domain=domain, own=own)
        if own.needs == "month":
            self._tables(leaf, domain, "+")
            self._inputs(leaf, domain, "+")
            self._as_of(leaf)
        for file in own.inputs:
            self._file(leaf, file)
        for value in own.values:
            self._value(leaf, value)
        self._writes(leaf, *own.outputs)
        if own.needs == "rulebook":
            self._rules(leaf, domain, "+")
        if own.strict is not None:
            self._flag(leaf, "--strict", own.strict)
        self._output(leaf)
        self._flag(leaf, "--quiet", _QUIET)

    def _file(self, leaf: argparse.ArgumentParser, file: FileOption) -> None:
        text, required = self._help(file.title), file.is_required
        leaf.add_argument(f"--{file.name}", metavar="FILE", required=required, help=text)

    def _writes(self, leaf: argparse.ArgumentParser, *files: FileOption) -> None:
        """Add the files that are written; ``outputs`` tells the verb which they are."""
        for file in files:
            self._file(leaf, file)
        leaf.set_defaults(outputs=files)

    def _value(self, leaf: argparse.ArgumentParser, value: ValueOption) -> None:
        usual = () if value.default is None else (_DEFAULT.fill(value=value.default),)
        leaf.add_argument(
            f"--{value.name}",
            metavar=None if value.choices else value.metavar,
            type=value.parse,
            choices=value.choices or None,
            default=[] if value.is_repeatable else value.default,
            required=value.is_required,
            action="append" if value.is_repeatable else "store",
            help=self._help(value.title, *usual, *([_REPEATED] if value.is_repeatable else [])),
        )

    def _tables(self, leaf: argparse.ArgumentParser, domain: Domain, many: str | int) -> None:
        """Add the tables; where ids stand beside them, each further file needs its option."""
        for table in domain.tables:
            leaf.add_argument(
                f"--{table.name}",
                metavar="FILE",
                required=table.is_required,
                action="extend" if table.has_many_files else "store",
                nargs=many if table.has_many_files else 1,
                help=self._help(table.title, _TABLE_FILES if table.has_many_files else _TABLE_FILE),
            )

    def _rules(self, leaf: argparse.ArgumentParser, domain: Domain, many: str | int) -> None:
        leaf.add_argument(
            "--rulebook",
            metavar="NAME_OR_FILE",
            default=domain.rulebook,
            help=self._help(_RULEBOOK),
        )
        if domain.rule_files is not None:
            leaf.add_argument(
                f"--{domain.rule_files.name}",
                dest="rule_files",
                metavar="NAME_OR_FILE",
                action="extend",
                nargs=many,
                default=[],
                help=self._help(domain.rule_files.title, _REPEATED),
            )

    def _inputs(self, leaf: argparse.ArgumentParser, domain: Domain, many: str | int) -> None:
        self._rules(leaf, domain, many)
        for option, text in (("--column", _COLUMN), ("--set", _SET)):
            leaf.add_argument(
                option,
                metavar="NAME=" + ("HEADER" if option == "--column" else "VALUE"),
                type=assignment(option),
                action="append",
                default=[],
                help=self._help(text),
            )
        leaf.add_argument(
            "--ids", choices=("text", "integer"), default="text", help=self._help(_IDS)
        )

    def _check(self, leaf: argparse.ArgumentParser, domain: Domain) -> None:
        del domain
        self._writes(leaf, REJECTED, PROBLEMS)
        self._flag(leaf, "--strict", STRICT)

    def _evaluate(self, leaf: argparse.ArgumentParser, domain: Domain) -> None:
        self._as_of(leaf)
        self._writes(leaf, OUT, REJECTED, PROBLEMS)
        leaf.add_argument(
            "--layout",
            choices=[layout.name for layout in domain.layouts],
            default=domain.layouts[0].name,
            help=self._help(*(_LAYOUT.fill(name=x.name, title=x.title) for x in domain.layouts)),
        )
        if domain.score_files is not None:
            leaf.add_argument(
                "--threads", metavar="N", type=threads, default=1, help=self._help(_THREADS)
            )
        self._flag(leaf, "--strict", STRICT)

    def _explain(self, leaf: argparse.ArgumentParser, domain: Domain) -> None:
        leaf.add_argument("keys", metavar="ID", nargs="+", help=self._help(domain.key))
        self._as_of(leaf)
        if domain.why_not is not None:
            help_text = self._help(domain.why_not.title)
            leaf.add_argument(f"--{domain.why_not.name}", dest="why_not", help=help_text)

    def _as_of(self, leaf: argparse.ArgumentParser) -> None:
        leaf.add_argument(
            "--as-of", metavar="YYYY-MM", type=month, required=True, help=self._help(_AS_OF)
        )

    def _rulebook(self, commands: _Commands) -> None:
        parser = self._command(commands, "rulebook", _RULEBOOKS)
        verbs = self._group(parser, "verb")
        for verb, title, names in (
            ("show", _SHOW, ("name",)),
            ("check", _CHECK_RULEBOOK, ("name",)),
            ("diff", _DIFF, ("old", "new")),
        ):
            leaf = self._command(verbs, verb, title)
            leaf.set_defaults(verb=f"rulebook {verb}")
            for name in names:
                leaf.add_argument(name, metavar="NAME_OR_FILE", help=self._help(_DOCUMENT))
            self._output(leaf)
        leaf = self._command(verbs, "schema", _SCHEMA)
        leaf.set_defaults(verb="rulebook schema")
        leaf.add_argument("kind", nargs="?", default=DOMAINS[0].name, help=self._help(_KIND))
        self._output(leaf)

    def _demo(self, commands: _Commands) -> None:
        leaf = self._command(commands, "demo", _DEMO)
        leaf.set_defaults(verb="demo")
        leaf.add_argument("--customers", type=count, default=2000, help=self._help(_CUSTOMERS))
        self._language(leaf)

    def _dictionary(self, commands: _Commands) -> None:
        leaf = self._command(commands, "dictionary", _DICTIONARY)
        leaf.set_defaults(verb="dictionary")
        self._output(leaf)

    def _output(self, leaf: argparse.ArgumentParser) -> None:
        self._language(leaf)
        self._flag(leaf, "--json", _JSON)

    def _language(self, leaf: argparse.ArgumentParser) -> None:
        leaf.add_argument("--lang", choices=LANGUAGES, default="zh", help=self._help(_LANG))

    def _flag(self, leaf: argparse.ArgumentParser, name: str, text: Text) -> None:
        leaf.add_argument(name, action="store_true", help=self._help(text))

    def _group(self, parser: argparse.ArgumentParser, name: str) -> _Commands:
        return parser.add_subparsers(dest=name, metavar=name.upper(), required=True)

    def _command(self, commands: _Commands, name: str, title: Text) -> argparse.ArgumentParser:
        text = self._help(title)
        return commands.add_parser(name, help=text, description=text, allow_abbrev=False)

    def _help(self, *texts: Text) -> str:
        return self._pick("；".join(t.zh for t in texts), "; ".join(t.en for t in texts))

    def _pick(self, zh: str, en: str) -> str:
        return (zh if self.lang == "zh" else en).replace("%", "%%")


if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


_ABOUT = Text(
    "供电企业客户侧：渠道偏好，可解释，可复核",
    "the customer side of an electric utility: channel preference, explained and exact",
)
_TABLE_FILE = Text("CSV、Parquet 或 Arrow 文件", "a CSV, Parquet or Arrow file")
_TABLE_FILES = Text(
    "CSV、Parquet 或 Arrow 文件；几个文件合为一张表，可重复",
    "CSV, Parquet or Arrow files; several are one table, repeatable",
)
_RULEBOOK = Text(
    "规则集：内置名称，或 .toml、.json 文件", "a bundled rulebook, or a .toml or .json file"
)
_DOCUMENT = Text(
    "规则集或电价：内置名称，或 .toml、.json 文件",
    "a bundled rulebook or tariff, or a .toml or .json file",
)
_COLUMN = Text(
    "本文件中某列叫什么，如 contacted_at=办理日期；其他表写成 facts.since=开通日；可重复",
    "what a column is called in this file, such as contacted_at=date; for another table "
    "facts.since=opened; repeatable",
)
_SET = Text(
    "整列取同一个值，如 channel=app；可重复", "a constant column, such as channel=app; repeatable"
)
_IDS = Text("integer：接受整数形式的编号", "integer: accept integer ids")
_AS_OF = Text("截止月，如 2022-03", "the month up to which is counted, such as 2022-03")
_LAYOUT = Text("{name}：{title}", "{name}: {title}")
_REPEATED = Text("可重复", "repeatable")
_DEFAULT = Text("默认 {value}", "by default {value}")
_THREADS = Text(
    "流式计分的线程数，默认 1；结果与线程数无关",
    "threads that score what streams, by default 1; the result does not depend on it",
)
_LANG = Text("语言", "language")
_JSON = Text("输出 JSON，供其他程序调用", "write JSON, for other programs")
_QUIET = Text("成功时不输出摘要", "no summary on success")
_CHECK = Text("检查输入表，列出全部问题", "check the tables and list every problem")
_EVALUATE = Text("计算并写出结果", "compute and write the result")
_EXPLAIN = Text("说明某些客户的每个数字从何而来", "explain every number of some customers")
_RULEBOOKS = Text("规则集：查看、检查、比较", "rulebooks: show, check, compare")
_SHOW = Text("列出全部规则及其出处", "list all rules and where they come from")
_CHECK_RULEBOOK = Text("检查规则集", "check a rulebook")
_DIFF = Text("比较两份规则集", "compare two rulebooks")
_SCHEMA = Text("输出规则集的 JSON Schema", "write the JSON Schema of rulebooks")
_KIND = Text("规则集类别", "the kind of rulebook")
_DEMO = Text("生成示例数据并演示各项工作", "make up data and show every job on it")
_CUSTOMERS = Text("客户数", "number of customers")
_DICTIONARY = Text("输出数据字典", "write the data dictionary")
