"""The program: what its start makes stays, so looking for garbage only delays it."""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line; garbage is looked for once everything is imported."""
    gc.disable()
    from imagectl.shell import main as run

    gc.freeze()
    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(main())
