"""Secrets on a wrong command line, which no message repeats.

A message stays where a command line does not: in the log of a job, in a bug report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from imagectl.slips.distance import find_near

HIDDEN = "***"
SECRETS = (
    *("blob", "code", "otp", "passcode", "passphrase", "password", "pwd"),
    *("secret", "token"),
)
"""What options are called whose values are secret; they may be misspelt, too."""
_NAMED = re.compile(r"([^=:]+)[=:]\s*(.+)", re.DOTALL)
"""``--password=VALUE``, ``password=VALUE`` and ``X-Auth-Token: VALUE``."""


def without_secrets(words: Sequence[str]) -> list[str]:
    """Return the words with their secrets hidden."""
    return [f"{shown}{HIDDEN}" if secret else shown for shown, secret in _split(words)]


def hide_among(words: Sequence[str], message: str) -> str:
    """Return a message about ``words`` without the secrets among these."""
    secrets = {secret for _, secret in _split(words) if secret}
    for secret in sorted(secrets, key=len, reverse=True):
        message = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, message)
    return message


def _split(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield of each word what may be shown, and the secret that it ends with, or ""."""
    option = ""
    for word in words:
        named = _NAMED.fullmatch(word)
        if named and _is_secret(named[1]):
            yield word.removesuffix(named[2]), named[2]
        elif not word.startswith("-") and option and _is_secret(option):
            yield "", word
        else:
            yield word, ""
        option = word if word.startswith("-") and not word.endswith("-prompt") else ""


def _is_secret(name: str) -> bool:
    parts = re.split(r"[-_ ]+", name.strip("-").lower())
    return any(find_near(part, SECRETS) for part in parts)
