"""What a bug report needs: versions and which implementation runs."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, requires, version

from powerchannel._kernels.loops import loops

__all__ = ["show_versions", "versions"]


def versions() -> dict[str, str]:
    """Return the versions of Python, the library and what it depends on (版本信息)."""
    found = {
        "powerchannel": version("powerchannel"),
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "scoring": loops().name,
    }
    for requirement in requires("powerchannel") or []:
        name = requirement.replace("[", ">").split(">")[0].split("=")[0].strip()
        try:
            found.setdefault(name, version(name))
        except PackageNotFoundError:
            continue
    return found


def show_versions() -> None:
    """Print the versions of everything that matters (打印版本信息)."""
    for name, value in versions().items():
        print(f"{name:<20}{value}")
