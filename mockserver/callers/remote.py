"""Tokens of another Keystone, validated as keystonemiddleware does it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from mockserver.callers.access_rules import SUPPORT_HEADER
from mockserver.callers.callers import Caller, IdentityUnavailable, NotAuthenticated
from mockserver.storage.tokens import digest_of

if TYPE_CHECKING:
    from mockserver.state.settings import Settings

KEPT_FOR_S = 5.0
"""How long a token counts as valid without asking again."""
KEPT_TOKENS = 1000


class RemoteTokens:
    """Tells a token's bearer by asking the Keystone at ``settings.identity_url``.

    It signs in there as the service user of the settings, with the first token that it
    has to validate.
    """

    def __init__(self, settings: Settings) -> None:
        url = (settings.identity_url or "").rstrip("/").removesuffix("/v3")
        self._url = f"{url}/v3"
        self._credentials: dict[str, Any] = {
            "auth_url": self._url,
            "username": settings.service_username,
            "password": settings.service_password,
            "project_name": settings.service_project_name,
            "user_domain_name": settings.service_user_domain_name,
            "project_domain_name": settings.service_project_domain_name,
        }
        self._session: Any = None
        self._opening = threading.Lock()
        self._known: dict[str, tuple[float, Caller]] = {}

    def validate(self, token_id: str | None, *, allow_expired: bool = False) -> Caller:
        if not token_id:
            raise NotAuthenticated
        digest, now = digest_of(token_id), time.monotonic()
        known = self._known.get(digest)
        if known is not None and now - known[0] < KEPT_FOR_S:
            return known[1]
        caller = Caller.of(token_id, self._ask(token_id, allow_expired))
        if allow_expired:
            return caller
        if len(self._known) >= KEPT_TOKENS:
            self._known.clear()
        self._known[digest] = now, caller
        return caller

    def _ask(self, token_id: str, allow_expired: bool) -> dict[str, Any]:
        from keystoneauth1 import exceptions

        params = {"nocatalog": ""} | ({"allow_expired": "1"} if allow_expired else {})

        try:
            answer = self._open_session().get(
                f"{self._url}/auth/tokens",
                headers={"X-Subject-Token": token_id, SUPPORT_HEADER: "1.0"},
                params=params,
                authenticated=True,
            )
        except exceptions.NotFound as error:
            raise NotAuthenticated from error
        except exceptions.ClientException as error:
            raise IdentityUnavailable(str(error)) from error
        body: dict[str, Any] = answer.json()["token"]
        return body

    def _open_session(self) -> Any:
        from keystoneauth1 import session
        from keystoneauth1.identity import v3

        with self._opening:
            if self._session is None:
                plugin = v3.Password(**self._credentials)
                self._session = session.Session(auth=plugin)
        return self._session
