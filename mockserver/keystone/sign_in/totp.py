"""Time-based one-time passwords: the method ``totp``.

Source: Keystone 30 ``auth/plugins/totp.py`` and RFC 6238: six digits, steps of thirty
seconds, SHA-1. The code of the step before is accepted too.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mockserver.keystone.errors import Unauthorized
from mockserver.storage.repository import fetch_all
from mockserver.storage.tables import CREDENTIALS

if TYPE_CHECKING:
    from sqlalchemy import Connection

STEP_S = 30
DIGITS = 6
SHORTEST_KEY_BYTES = 16


def verify_code(db: Connection, user_id: str, code: Any, now: datetime) -> None:
    """Raise :class:`Unauthorized` unless one of the user's credentials gives the code.

    The blob of a credential of the type ``totp`` is a key in base 32; credentials whose
    key cannot be read are passed over.
    """
    own = [CREDENTIALS.c.user_id == user_id, CREDENTIALS.c.type == "totp"]
    step = int(now.timestamp()) // STEP_S
    for credential in fetch_all(db, CREDENTIALS, own):
        key = _read_key(credential["blob"])
        if key and code in (make_code(key, step), make_code(key, step - 1)):
            return
    raise Unauthorized


def make_code(key: bytes, step: int) -> str:
    """Return the code of a step, counted in steps since the Unix epoch."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _read_key(blob: str) -> bytes | None:
    """Return the key in a blob, None for one that is not base 32 or too short."""
    try:
        key = base64.b32decode(blob + "=" * (-len(blob) % 8))
    except ValueError:
        return None
    return key if len(key) >= SHORTEST_KEY_BYTES else None
