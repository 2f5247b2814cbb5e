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

    Raises :class:`NotAuthenticated`, also for a service's token that is not valid or
    has not the role; what :meth:`Tokens.validate` raises otherwise.
    """
    if not service_token_id:
        return tokens.validate(token_id)
    if ROLE not in tokens.validate(service_token_id).roles:
        raise NotAuthenticated("the service token has not the role")
    return tokens.validate(token_id, allow_expired=True)
