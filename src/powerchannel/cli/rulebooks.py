"""The verbs of rulebooks: show, check, diff, schema."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping

import attrs

from powerchannel.cli.console import Console
from powerchannel.cli.domains import DOMAINS
from powerchannel.layout import aligned
from powerchannel.registry import RULEBOOK_KINDS, Registry, resolve
from powerchannel.rulebook import (
    RulebookRecord,
    RuleEntry,
    bundled_rulebooks,
    diff_table,
    digest,
    dumps,
    json_schema,
    load_rulebook,
    rules,
)
from powerchannel.text import Lang, Text

__all__ = ["check", "diff", "schema", "show"]

_DOCUMENT = Text("规则集或其附件（如电价）", "rulebook or tariff")
_STATUS = {
    "stated": Text("原文", "stated"),
    "repaired": Text("修补", "repaired"),
    "assumed": Text("约定", "assumed"),
}


def show(options: argparse.Namespace, console: Console) -> int:
    """List all rules and where they come from (查看规则集)."""
    rulebook = _load(options.name)
    if console.as_json:
        console.data(dumps(rulebook))
        return 0
    console.data("\n".join(_header_lines(rulebook, console.lang)))
    for rule in rules(rulebook):
        console.data("\n".join(_rule_lines(rule, console.lang)))
    return 0


def check(options: argparse.Namespace, console: Console) -> int:
    """Say that a rulebook is valid, or all that is wrong with it (检查规则集)."""
    rulebook = _load(options.name)
    counts = Counter(rule.provenance.status for rule in rules(rulebook))
    document = {"ok": True, "name": rulebook.name, "digest": digest(rulebook), "rules": counts}
    console.answer(_header_lines(rulebook, console.lang), document)
    return 0


def diff(options: argparse.Namespace, console: Console) -> int:
    """List what differs between two rulebooks (比较规则集)."""
    table = diff_table(_load(options.old), _load(options.new)).fillna("-")
    head = (console.pick("位置", "path"), console.pick("旧", "old"), console.pick("新", "new"))
    rows = [head, *table.itertuples(index=False, name=None)]
    same = console.pick("两份规则集相同", "the two rulebooks are equal")
    lines = [aligned(rows) if len(table) else same]
    console.answer(lines, {"differences": table.to_dict("records")})
    return 0


def schema(options: argparse.Namespace, console: Console) -> int:
    """Write the JSON Schema of a kind of rulebook (规则集的 JSON Schema)."""
    record = resolve(RULEBOOK_KINDS.get(options.kind))
    assert isinstance(record, type)
    console.data(json.dumps(json_schema(record), ensure_ascii=False, indent=2))
    return 0


def _load(name: str) -> RulebookRecord:
    """Load a file, or any document that comes with the library."""
    adding = (d.rule_files for d in DOMAINS if d.rule_files is not None)
    every = (bundled_rulebooks(), *(files.bundled() for files in adding))
    named = {name: found.get(name) for found in every for name in found.names()}
    return load_rulebook(name, bundled=Registry(_DOCUMENT, named))


def _header_lines(rulebook: RulebookRecord, lang: Lang) -> list[str]:
    counts = Counter(rule.provenance.status for rule in rules(rulebook))
    shown = "，" if lang == "zh" else ", "
    message = _HEADER.fill(
        title=rulebook.title,
        name=rulebook.name,
        source=rulebook.source,
        period=_period(rulebook),
        digest=digest(rulebook),
        count=counts.total(),
        counts=shown.join(f"{_STATUS[s].pick(lang)} {n}" for s, n in counts.items()),
    )
    return message.pick(lang).split("\n")


def _period(rulebook: RulebookRecord) -> Text:
    start, end = rulebook.effective_from, rulebook.effective_to
    if start is None and end is None:
        return Text("始终有效", "always")
    return Text(
        f"{start or ''} 起，{end or '今后'} 止（不含）", f"from {start or '-'} before {end or '-'}"
    )


def _rule_lines(rule: RuleEntry, lang: Lang) -> Iterator[str]:
    origin = rule.provenance
    yield f"{rule.id}  [{_STATUS[origin.status].pick(lang)}] {origin.clause}"
    if rule.values:
        yield f"    {_words(rule.values, lang)}"
    if origin.quote:
        yield f"    “{origin.quote}”"
    if origin.note:
        yield f"    {origin.note}"


def _words(value: object, lang: Lang) -> str:
    """Return a value as people write it; a list of records by the names of its items."""
    if isinstance(value, Text):
        return value.pick(lang)
    if isinstance(value, Mapping):
        given = {key: each for key, each in value.items() if each not in (None, "", ())}
        return "  ".join(f"{key} = {_words(each, lang)}" for key, each in given.items())
    if isinstance(value, tuple):
        return "[" + ", ".join(_words(each, lang) for each in value) + "]"
    record = type(value)
    if attrs.has(record):
        fields = {a.name: getattr(value, a.name) for a in attrs.fields(record)}
        return str(fields.get("code") or fields.get("id") or f"({_words(fields, lang)})")
    return str(value)


_HEADER = Text(
    "{title}（{name}）\n来源：{source}\n施行：{period}\n摘要：{digest}\n"
    "共 {count} 条规则：{counts}\n",
    "{title} ({name})\nsource: {source}\nin force: {period}\ndigest: {digest}\n"
    "{count} rules: {counts}\n",
)
