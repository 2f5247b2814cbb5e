"""Who may drive a running cloud.

Who reaches a server that listens on the loopback only may drive it. Anywhere else it
takes the administrator: their password (HTTP Basic), which no state of the cloud can
spoil, or a token with the role admin. Web pages may not, wherever they come from.
"""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING

import falcon

from mockserver.callers.callers import IdentityUnavailable, NotAuthenticated
from mockserver.state.addresses import is_loopback

if TYPE_CHECKING:
    from mockserver.callers.callers import Tokens
    from mockserver.state.cloud_state import CloudState

_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


class Guard:
    """Lets pass who may drive the cloud."""

    def __init__(self, state: CloudState, tokens: Tokens, *, is_local: bool) -> None:
        self._state = state
        self._tokens = tokens
        self._is_local = is_local and state.settings.public_url is None

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        if req.get_header("Origin"):
            raise falcon.HTTPForbidden(title="a web page may not drive a cloud")
        if self._is_near(req) or self._has_password(req) or self._has_token(req):
            return
        raise falcon.HTTPUnauthorized(
            title="the password or a token of the administrator is needed",
            challenges=['Basic realm="mockserver"'],
        )

    def _is_near(self, req: falcon.Request) -> bool:
        """Whether nobody but this machine can have sent it.

        A name that is none of the machine's own may have been pointed at it.
        """
        is_direct = not any(req.get_header(name) for name in _PROXIED)
        return self._is_local and is_direct and is_loopback(req.host.strip("[]"))

    def _has_password(self, req: falcon.Request) -> bool:
        pair = f"{self._state.username}:{self._state.password}".encode()
        wanted = b"Basic " + base64.b64encode(pair)
        given = req.get_header("Authorization") or ""
        return hmac.compare_digest(given.encode("latin-1", "replace"), wanted)

    def _has_token(self, req: falcon.Request) -> bool:
        try:
            caller = self._tokens.validate(req.get_header("X-Auth-Token"))
        except (NotAuthenticated, IdentityUnavailable):
            return False
        return caller.is_admin
