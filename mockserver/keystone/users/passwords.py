"""Password hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

# far fewer rounds than a real cloud needs: tests sign in all the time
_COST = 2**8


def hash_password(password: str) -> str:
    """Return the salted scrypt hash of a password, as :func:`is_password` takes it."""
    salt = secrets.token_bytes(16)
    return f"{_encode(salt)}${_encode(_derive(password, salt))}"


def is_password(password: str, hashed: str | None) -> bool:
    """Tell whether a hash is that of a password; a user without one has none."""
    if not hashed:
        return False
    salt, _, digest = hashed.partition("$")
    derived = _derive(password, base64.b64decode(salt))
    return hmac.compare_digest(derived, base64.b64decode(digest))


def _derive(password: str, salt: bytes) -> bytes:
    secret = password.encode()
    if secret.endswith(b"\0"):  # scrypt itself ignores zeros at the end
        secret += b"\xff"
    return hashlib.scrypt(secret, salt=salt, n=_COST, r=8, p=1)


def _encode(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
