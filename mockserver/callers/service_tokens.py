"""Service tokens: a service that goes on with the work of a user whose token expired.

Source: keystonemiddleware ``auth_token/__init__.py``.
"""

from __future__ import annotations

from mockserver.callers.callers import Caller, NotAuthenticated, Tokens

ROLE = "service"


def validate_with_service(
    tokens: Tokens, token_id: str | None, service_token_id: str | None
) -> Caller:
    """Return the bearer of a token, which may have expired if a service sends it.

    As in Glance, which delays the decision, a service's token that is not valid or has
    not the role counts as none. Raises what :meth:`Tokens.validate` raises.
    """
    if service_token_id and _is_of_service(tokens, service_token_id):
        return tokens.validate(token_id, allow_expired=True)
    return tokens.validate(token_id)


def _is_of_service(tokens: Tokens, token_id: str) -> bool:
    try:
        return ROLE in tokens.validate(token_id).roles
    except NotAuthenticated:
        return False
