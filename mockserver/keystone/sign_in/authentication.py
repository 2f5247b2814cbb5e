"""Authentication: who signs in and for which scope, from a request's ``auth``.

Source: Keystone 30 ``auth/core.py``, ``auth/schema.py``, ``auth/plugins``.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from typing import Any

from mockserver.keystone.errors import (
    ForbiddenAction,
    Invalid,
    ScopeRefused,
    Unauthorized,
    UnsupportedMethod,
)
from mockserver.keystone.requests.call import Call
from mockserver.keystone.sign_in.application_credential import (
    find_credential,
    verify_secret,
)
from mockserver.keystone.sign_in.lookup import find_domain, find_project, find_user
from mockserver.keystone.sign_in.totp import verify_code
from mockserver.keystone.tokens.documents import Scope
from mockserver.keystone.tokens.tokens import Proof, validate_token
from mockserver.keystone.users.password_expiry import is_expired
from mockserver.keystone.users.password_rules import verify_password
from mockserver.storage.grants import effective_roles
from mockserver.storage.repository import Record


class Authentication:
    """One attempt to sign in, checked against the database.

    ``auth`` is the request's, already validated by its schema. What a wrong or a right
    password changes is stored when ``after`` is closed, which has to be outside the
    transaction of ``call``: see
    :func:`~mockserver.keystone.users.password_rules.verify_password`.
    """

    def __init__(self, call: Call, auth: dict[str, Any], after: ExitStack) -> None:
        self._call = call
        self._db = call.db
        self._auth = auth
        self._identity: dict[str, Any] = auth["identity"]
        self._after = after

    def authenticate(self) -> tuple[Proof, Scope]:
        """Return who signs in, and for what.

        Raises :class:`Invalid` for an incomplete request, :class:`ForbiddenAction` for
        a token that may not be exchanged, :class:`~mockserver.keystone.errors.NotFound`
        for a token or a credential that is not valid, else :class:`Unauthorized`.
        """
        methods = list(dict.fromkeys(self._identity["methods"]))
        for method in methods:
            if method not in self._identity:
                raise Invalid.lacking(method, "identity")
        supported = self._call.state.settings.auth_methods
        if set(methods) - set(supported):
            raise UnsupportedMethod(supported)
        scope = self._read_scope()
        if not methods:
            raise Unauthorized
        proof = _unite([self._prove(method) for method in methods])
        if scope is None:
            scope = self._choose_scope(proof.user)
        return proof, scope

    def _prove(self, method: str) -> Proof:
        if method == "password":
            return self._prove_by_password()
        if method == "token":
            return self._prove_by_token()
        if method == "application_credential":
            return self._prove_by_credential()
        if method == "totp":
            return self._prove_by_totp()
        raise Unauthorized  # the other methods need an identity provider

    def _prove_by_password(self) -> Proof:
        named = self._named_user("password")
        user = find_user(self._db, named)
        verify_password(self._call, user, named.get("password") or "", self._after)
        if not user["enabled"]:
            raise Unauthorized
        if is_expired(user, self._call.now()):
            raise Unauthorized(
                "The password is expired and needs to be changed for user:"
                f" {user['id']}."
            )
        return Proof(user, ["password"])

    def _prove_by_totp(self) -> Proof:
        named = self._named_user("totp")
        user = find_user(self._db, named)
        verify_code(self._db, user["id"], named.get("passcode"), self._call.now())
        if not user["enabled"]:
            raise Unauthorized
        return Proof(user, ["totp"])

    def _prove_by_token(self) -> Proof:
        token_id = self._identity["token"]["id"]
        token = validate_token(self._db, self._call.state, token_id)
        asked = self._auth.get("scope") or {}
        if "system" in token and ("project" in asked or "domain" in asked):
            raise ForbiddenAction(
                "Using a system-scoped token to create a project-scoped or"
                " domain-scoped token is not allowed."
            )
        if "application_credential" in token["methods"]:
            raise ForbiddenAction(
                "Using a delegated token to create another token is not allowed."
            )
        methods = sorted({"token", *token["methods"]})
        user = find_user(self._db, {"id": token["user"]["id"]})
        return Proof(user, methods, parent=token)

    def _prove_by_credential(self) -> Proof:
        user = find_user(self._db, {"id": self._credential["user_id"]})
        secret = self._identity["application_credential"].get("secret")
        verify_secret(self._credential, secret, self._call.now())
        if not user["enabled"]:
            raise Unauthorized
        return Proof(user, ["application_credential"], credential=self._credential)

    @cached_property
    def _credential(self) -> Record:
        """The application credential that the request names."""
        return find_credential(self._db, self._identity["application_credential"])

    def _named_user(self, method: str) -> dict[str, Any]:
        payload: dict[str, Any] = self._identity[method]
        if "user" not in payload:
            raise Invalid.lacking("user", "None")  # Keystone fails to name the method
        named: dict[str, Any] = payload["user"]
        if not (named.get("id") or named.get("name")):
            raise Invalid.lacking("id or name", "user")
        return named

    def _read_scope(self) -> Scope | None:
        """Return the scope that the request asks for, None if it asks for none."""
        if "application_credential" in self._identity["methods"]:
            if "scope" in self._auth:
                raise ScopeRefused
            return Scope(project_id=self._credential["project_id"])
        if "scope" not in self._auth:
            return None
        scope = self._auth["scope"]
        kinds = ("project", "domain", "unscoped", "system", "OS-TRUST:trust")
        if sum(kind in scope for kind in kinds) != 1:
            raise Invalid.lacking(
                "system, project, domain, OS-TRUST:trust or unscoped", "scope"
            )
        if "system" in scope:
            return Scope(system=True)
        if "unscoped" in scope:
            return Scope()
        if "project" in scope:
            return Scope(project_id=find_project(self._db, scope["project"])["id"])
        if "domain" in scope:
            return Scope(domain_id=find_domain(self._db, scope["domain"])["id"])
        raise Unauthorized

    def _choose_scope(self, user: Record) -> Scope:
        """Return the scope of a request without one: the user's default project.

        A project that cannot be used is passed over; the token is unscoped then.
        """
        project_id = user["default_project_id"]
        if not project_id:
            return Scope()
        try:
            find_project(self._db, {"id": project_id})
        except Unauthorized:
            return Scope()
        if not effective_roles(self._db, user["id"], "project", project_id):
            return Scope()
        return Scope(project_id=project_id)


def _unite(proofs: list[Proof]) -> Proof:
    """Return one proof for all methods.

    Raises :class:`Unauthorized` if they prove different users.
    """
    last = proofs[-1]
    if any(proof.user["id"] != last.user["id"] for proof in proofs):
        raise Unauthorized
    return Proof(
        last.user,
        sorted({method for proof in proofs for method in proof.methods}),
        next((proof.parent for proof in proofs if proof.parent), None),
        next((proof.credential for proof in proofs if proof.credential), None),
    )
