"""Answers of real Keystone 30 and Glance 33, kept as JSON to compare with.

``json_home.json`` is Keystone's, the schemas in this folder and in ``metadefs/`` are
Glance's, and ``libraries/`` holds what two client libraries saw of both.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent


def read_recorded(name: str) -> Any:
    """Return the recorded answer of that name, such as ``metadefs/tag``."""
    return json.loads((RECORDED / f"{name}.json").read_text())
