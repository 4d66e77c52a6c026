"""``python -m powerchannel`` is the command `powerchannel`."""

from __future__ import annotations

import sys

from powerchannel.cli import main

if __name__ == "__main__":
    sys.exit(main())
