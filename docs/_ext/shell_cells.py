"""The cell magic ``%%shell``: run the cell in a shell and show what it prints, as one text.

``%%shell 1`` says that it must end with exit code 1. IPython's own ``%%sh`` shows the output in
pieces, and takes any failure for a failure.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(shell: InteractiveShell) -> None:
    shell.register_magic_function(run, magic_kind="cell", magic_name="shell")


def run(line: str, cell: str) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", cell],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )
    print(done.stdout, end="")
    if done.returncode != int(line or 0):
        raise RuntimeError(f"exit code {done.returncode}, not {line or 0}")
