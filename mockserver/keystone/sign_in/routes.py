"""Signing in, and the token of a request: ``/v3/auth/tokens`` and its catalog."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.callers.access_rules import SUPPORT_HEADER, are_understood
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Forbidden, Invalid, NotFound
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.sign_in import receipts
from mockserver.keystone.sign_in.authentication import Authentication
from mockserver.keystone.sign_in.bodies import check_authentication
from mockserver.keystone.tokens.tokens import (
    EXPIRED_WINDOW_S,
    Proof,
    issue_token,
    validate_token,
)
from mockserver.storage import tokens as storage
from mockserver.storage.catalog import build_catalog
from mockserver.storage.tables import TOKENS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


class AuthTokens:
    """Sign-ins, and the token that ``X-Subject-Token`` carries."""

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        auth = req.context.body.get("auth")
        if auth is not None:
            check_authentication(auth)
        if not auth:
            raise Invalid.lacking("auth", "request body")
        with ExitStack() as after, reading(self._state, req) as call:
            proof, scope = Authentication(call, auth, after).authenticate()
            proof = receipts.add_receipt(call, proof)
        if not receipts.is_sufficient(self._state, proof):
            self._ask_for_more(req, resp, proof)
            return
        with writing(self._state, req) as call:
            token_id, token = issue_token(call.db, self._state, proof, scope)
            resp.media = _show(call, token)
        resp.set_header("X-Subject-Token", token_id)
        resp.status = falcon.HTTP_201

    def _ask_for_more(
        self, req: falcon.Request, resp: falcon.Response, proof: Proof
    ) -> None:
        """Answer with a receipt for the methods that were proved."""
        with writing(self._state, req) as call:
            receipt_id, resp.media = receipts.issue_receipt(call, proof)
        resp.set_header(receipts.HEADER, receipt_id)
        resp.status = falcon.HTTP_401

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._validate(req, resp, "validate_token")

    def on_head(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._validate(req, resp, "check_token")

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req) as call:
            token = _find_subject(call, "revoke_token")
            call.enforce("revoke_token", _target(token))
            audit_id = token["audit_ids"][0]
            revoked = TOKENS.c.audit_id == audit_id
            if req.get_param("cascade", default="true").lower() not in ("false", "0"):
                revoked |= TOKENS.c.chain_id == audit_id
            storage.revoke_tokens(call.db, revoked)
        resp.status = falcon.HTTP_204

    def on_get_catalog(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_auth_catalog")
            caller = call.caller
            if caller.project_id is None:
                raise Forbidden
            catalog = build_catalog(call.db, caller.user_id, caller.project_id)
            links = {"self": call.url("auth/catalog")}
            resp.media = {"catalog": catalog, "links": links}

    def _validate(
        self, req: falcon.Request, resp: falcon.Response, action: str
    ) -> None:
        with reading(self._state, req) as call:
            token = _find_subject(call, action)
            call.enforce(action, _target(token))
            resp.media = _show(call, token)
        resp.set_header(
            "X-Subject-Token", req.get_header("X-Subject-Token", required=True)
        )


def _find_subject(call: Call, action: str) -> dict[str, Any]:
    """Return the document of the token that ``X-Subject-Token`` carries.

    Raises :class:`~mockserver.keystone.errors.Unauthorized` for the caller's own token,
    and :class:`NotFound` for one that is not valid or not there; if it is not there the
    policy is enforced first.
    """
    caller = call.caller
    token_id = call.req.get_header("X-Subject-Token")
    if not token_id:
        call.enforce(action)
    support = call.req.get_header(SUPPORT_HEADER)
    if token_id == caller.token_id:
        return _check_support(caller.body, support)
    allow_expired = call.req.get_param("allow_expired", default="").lower()
    is_on = allow_expired in ("1", "true", "t", "yes", "y")
    window_s = EXPIRED_WINDOW_S if is_on else 0
    token = validate_token(call.db, call.state, token_id, window_s=window_s)
    return _check_support(token, support)


def _check_support(token: dict[str, Any], support: str | None) -> dict[str, Any]:
    """Return a token, but not to a service that would not apply its access rules.

    ``support`` is the version of access rules that the service declares. Raises
    :class:`NotFound`.
    """
    if not are_understood(token, support):
        raise NotFound("Failed to validate token")
    return token


def _target(token: dict[str, Any]) -> dict[str, Any]:
    return {"token": {"user_id": token["user"]["id"]}}


def _show(call: Call, token: dict[str, Any]) -> dict[str, Any]:
    """Return the body of an answer; a scoped token has its catalog unless unwanted."""
    if "roles" in token and "nocatalog" not in call.req.params:
        project_id = token.get("project", {}).get("id")
        catalog = build_catalog(call.db, token["user"]["id"], project_id)
        token = {**token, "catalog": catalog}
    return {"token": token}


ROUTES = (
    Route("/v3/auth/tokens", AuthTokens),
    Route("/v3/auth/catalog", AuthTokens, "catalog"),
)
