"""Who may control a running cloud over ``/_mock/``.

Everybody who can reach a server that listens on a loopback address only. On any other
server the administrator, who sends the password (HTTP Basic, which works whatever the
state of the cloud's users is) or a token with the role admin. Never a web page.
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

_PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


class Guard:
    """falcon middleware that refuses the requests of everybody else.

    Where ``is_local``, the server listens on a loopback address only.
    """

    def __init__(self, state: CloudState, tokens: Tokens, *, is_local: bool) -> None:
        self._state = state
        self._tokens = tokens
        self._is_local = is_local and state.settings.public_url is None

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Raise HTTPForbidden for web pages, HTTPUnauthorized for all who may not."""
        if req.get_header("Origin"):
            raise falcon.HTTPForbidden(title="a web page may not drive a cloud")
        if self._is_from_here(req) or self._has_password(req) or self._has_token(req):
            return
        raise falcon.HTTPUnauthorized(
            title="the password or a token of the administrator is needed",
            challenges=['Basic realm="mockserver"'],
        )

    def _is_from_here(self, req: falcon.Request) -> bool:
        """Tell whether only this machine can have sent a request.

        The host has to be a loopback address: any other name may have been made to
        resolve to one by a web page's author (DNS rebinding).
        """
        is_direct = not any(req.get_header(name) for name in _PROXY_HEADERS)
        return self._is_local and is_direct and is_loopback(_host_of(req))

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


def _host_of(req: falcon.Request) -> str:
    """Return the host that a request is for, without its port, "" for a bad one."""
    try:
        return req.host.strip("[]")
    except ValueError:
        return ""
