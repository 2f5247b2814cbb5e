"""Whether the access rules of a token allow a request.

Source: keystonemiddleware ``auth_token/__init__.py`` (``validate_allowed_request``).
"""

from __future__ import annotations

import re
from typing import Any

_PART = re.compile(r"\{[^}]*\}|\*\*|\*|[^{}*]+")
_ANY_PARTS = {"**": ".*", "*": r"[^/]+"}
SUPPORT_HEADER = "OpenStack-Identity-Access-Rules"
"""Header by which a service says which version of access rules it enforces."""
LEAST_SUPPORT = 1.0


def is_allowed(token: dict[str, Any], service: str, method: str, path: str) -> bool:
    """Tell whether a token may be used for a request to a service.

    ``token`` is the token's document and ``service`` the type of the service. Only a
    token of an application credential with access rules is limited; even that one may
    always validate a token at Keystone.
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
    """Tell whether a path matches a rule's pattern, such as ``/v2/images/{id}/*``.

    ``{id}`` and ``*`` stand for one part of the path, ``**`` for any number of them.
    """
    expression = "".join(
        r"[^/]+" if part.startswith("{") else _ANY_PARTS.get(part, re.escape(part))
        for part in _PART.findall(pattern)
    )
    return re.fullmatch(expression, path) is not None


def are_understood(token: dict[str, Any], support: str | None) -> bool:
    """Tell whether a service that validates a token enforces its access rules.

    ``support`` is what the service sent as ``SUPPORT_HEADER``. True for a token without
    access rules. Keystone hides other tokens from services that do not.
    """
    if token.get("application_credential", {}).get("access_rules") is None:
        return True
    try:
        return float(support or 0) >= LEAST_SUPPORT
    except ValueError:
        return False
