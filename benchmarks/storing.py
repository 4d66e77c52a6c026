"""Results as JSON files, one a domain and size, each with a note beside it: ``channel-small``."""

from __future__ import annotations

import json
from pathlib import Path

from cattrs.preconf.json import make_converter

from benchmarks.cases import DOMAINS, SIZES
from benchmarks.results import Results

__all__ = ["KEPT", "kept", "load", "note_place", "save"]

KEPT = Path(__file__).parent / "results"
"""Where the results are that the page shows."""

_CONVERTER = make_converter()


def save(results: Results, path: Path) -> None:
    """Write results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_CONVERTER.unstructure(results), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def load(path: Path) -> Results:
    """Read results back."""
    return _CONVERTER.structure(json.loads(path.read_text(encoding="utf-8")), Results)


def kept() -> list[Results]:
    """Return all results of domains that are kept, by name; others lie beside them."""
    names = {f"{domain}-{sizes}" for domain in DOMAINS for sizes in SIZES}
    return [load(path) for path in sorted(KEPT.glob("*.json")) if path.stem in names]


def note_place(results: Results) -> Path:
    """Return where people write what bounds the goals that these results do not meet."""
    return KEPT / f"{results.domain}-{results.sizes}.md"
