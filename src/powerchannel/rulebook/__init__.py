"""Rulebooks: what people decided, as data with a source, a digest and dates (规则集).

`load_rulebook` gives the frozen record of a TOML or JSON document, or one `RulebookError` with all
that is wrong in it; `dumps` writes it back; `digest`, `diff` and `rules` tell two rulebooks apart
and say where each rule comes from; `Shelf` finds the edition in force on a day. `structure` and
`json_schema` do the same for any attrs class. Reading a file is the one I/O on this floor.
"""

from __future__ import annotations

from powerchannel.rulebook.compare import Difference, diff, diff_table
from powerchannel.rulebook.loading import (
    bundled_documents,
    bundled_rulebooks,
    load_rulebook,
    loads,
)
from powerchannel.rulebook.parsing import Format
from powerchannel.rulebook.reading import structure
from powerchannel.rulebook.records import (
    FrozenMapping,
    Provenance,
    RulebookRecord,
    RuleEntry,
    Status,
    rules,
)
from powerchannel.rulebook.schema import json_schema
from powerchannel.rulebook.shelf import Shelf
from powerchannel.rulebook.writing import digest, dumps

__all__ = [
    "Difference",
    "Format",
    "FrozenMapping",
    "Provenance",
    "RuleEntry",
    "RulebookRecord",
    "Shelf",
    "Status",
    "bundled_documents",
    "bundled_rulebooks",
    "diff",
    "diff_table",
    "digest",
    "dumps",
    "json_schema",
    "load_rulebook",
    "loads",
    "rules",
    "structure",
]
