"""imagectl: the OpenStack image client that verifies what it moves."""

from __future__ import annotations

__version__ = "0.1.0"
