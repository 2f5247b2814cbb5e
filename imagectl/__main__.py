"""The entry point of ``imagectl`` and ``python -m imagectl``.

The garbage collector is off during the imports: it would find nothing, because all the
objects that they create live until the program ends.
"""

from __future__ import annotations

import gc
import sys


def main() -> int:
    """Run the command line of the process and return its exit code."""
    gc.disable()
    from imagectl.shell import main as run

    gc.freeze()
    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(main())
