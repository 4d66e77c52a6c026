"""``python -m powerchannel.testing FILE_OR_FOLDER...``."""

from __future__ import annotations

import sys

from powerchannel.testing.command import main

if __name__ == "__main__":
    sys.exit(main())
