"""Requests held against the access rules of the token that they carry.

Source: keystonemiddleware ``auth_token/__init__.py`` (``validate_allowed_request``).
"""

from __future__ import annotations

import re
from typing import Any

_PART = re.compile(r"\{[^}]*\}|\*\*|\*|[^{}*]+")
_ANY_PARTS = {"**": ".*", "*": r"[^/]+"}
SUPPORT_HEADER = "OpenStack-Identity-Access-Rules"
LEAST_SUPPORT = 1.0


def is_allowed(token: dict[str, Any], service: str, method: str, path: str) -> bool:
    """Tell whether a token may be used for a request to a service.

    Only an application credential with access rules forbids any; a token may always
    ask Keystone about a token.
    """
    rules = token.get("application_credential", {}).get("access_rules")
    if rules is None:
        return True
    if (service, method) == ("identity", "GET") and path.endswith("/v3/auth/tokens"):
        return True
    return any(
        rule["service"] == service
        and rule["method"] == method
        and _matches(rule["path"], path)
        for rule in rules
    )


def _matches(pattern: str, path: str) -> bool:
    """Compare a path to ``/v2/images/{id}/*``: a part by name or ``*``, or ``**``."""
    expression = "".join(
        r"[^/]+" if part.startswith("{") else _ANY_PARTS.get(part, re.escape(part))
        for part in _PART.findall(pattern)
    )
    return re.fullmatch(expression, path) is not None


def are_understood(token: dict[str, Any], support: str | None) -> bool:
    """Tell whether who validates a token knows of its access rules, if it has any."""
    if token.get("application_credential", {}).get("access_rules") is None:
        return True
    try:
        return float(support or 0) >= LEAST_SUPPORT
    except ValueError:
        return False
