"""Where it was measured: processor, memory, load, versions."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from powerchannel.versions import versions as library_versions

__all__ = ["machine", "versions"]

_OURS = ("powerchannel", "python", "scoring", "numpy", "pandas")
_PEERS = ("pyarrow", "polars", "duckdb", "nrel-pysam")
_FLAGS = ("avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl", "bmi2")


def machine() -> dict[str, str | int | float]:
    """Return what is known of this machine; the load tells whether it was quiet."""
    processor = _facts(Path("/proc/cpuinfo"))
    memory = _facts(Path("/proc/meminfo")).get("MemTotal", "0 kB")
    flags = processor.get("flags", "").split()
    return {
        "processor": processor.get("model name", platform.processor()),
        "family_model": f"{processor.get('cpu family', '?')}/{processor.get('model', '?')}",
        "cache": processor.get("cache size", "?"),
        "flags": " ".join(f for f in _FLAGS if f in flags),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(int(memory.split()[0]) / 1e6, 1),
        "system": platform.platform(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else -1.0,
    }


def _facts(path: Path) -> dict[str, str]:
    """Read ``name : value`` lines, the first of each name."""
    found: dict[str, str] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        name, _, value = line.partition(":")
        found.setdefault(name.strip(), value.strip())
    return found


def versions() -> dict[str, str]:
    """Return the versions of all that takes part, and which scoring path runs by itself."""
    known = library_versions()
    found = {name: known[name] for name in _OURS}
    for name in _PEERS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
