"""``python -m mockserver``."""

from __future__ import annotations

import sys

from mockserver.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
