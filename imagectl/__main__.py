from __future__ import annotations

import sys

from imagectl.shell import main

sys.exit(main())
