"""Who somebody says to be, and what for: the body of ``POST /v3/auth/tokens``.

Source: Keystone 30 ``auth/core.py``, ``auth/schema.py``, ``auth/plugins``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.keystone.errors import (
    ForbiddenAction,
    Invalid,
    ScopeRefused,
    Unauthorized,
    UnsupportedMethod,
)
from mockserver.keystone.sign_in.application_credential import (
    find_presented,
    verify_secret,
)
from mockserver.keystone.sign_in.totp import verify_code
from mockserver.keystone.tokens.documents import Scope
from mockserver.keystone.tokens.tokens import look_up
from mockserver.keystone.users.password_expiry import is_expired
from mockserver.keystone.users.password_rules import verify_password
from mockserver.storage.grants import effective_roles
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import PROJECTS, USERS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState


@dataclass(frozen=True)
class Bearer:
    """Somebody who has proved who they are."""

    user: Record
    methods: list[str]
    parent: dict[str, Any] | None = None
    """The token that proved it, whose end is that of all made from it."""
    credential: Record | None = None
    """The application credential that proved it, which narrows what it is for."""


def _unite(bearers: list[Bearer]) -> Bearer:
    """Return the one user that all methods prove; raises :class:`Unauthorized`."""
    last = bearers[-1]
    if any(one.user["id"] != last.user["id"] for one in bearers):
        raise Unauthorized
    return Bearer(
        last.user,
        sorted({method for one in bearers for method in one.methods}),
        next((one.parent for one in bearers if one.parent), None),
        next((one.credential for one in bearers if one.credential), None),
    )


class Authentication:
    """One attempt to sign in, read against the database."""

    def __init__(self, db: Connection, state: CloudState, auth: dict[str, Any]) -> None:
        self._db = db
        self._state = state
        self._auth = auth

    def authenticate(self) -> tuple[Bearer, Scope]:
        """Return who signs in and what for; raises :class:`Unauthorized`."""
        methods = list(dict.fromkeys(self._auth["identity"]["methods"]))
        for method in methods:
            if method not in self._auth["identity"]:
                raise Invalid.lacking(method, "identity")
        known = self._state.settings.auth_methods
        if set(methods) - set(known):
            raise UnsupportedMethod(known)
        scope = self._read_scope()
        if not methods:
            raise Unauthorized
        bearer = _unite([self._prove(method) for method in methods])
        if scope is None:
            scope = self._default_scope(bearer.user)
        return bearer, scope

    def _prove(self, method: str) -> Bearer:
        if method == "password":
            return self._by_password()
        if method == "token":
            return self._by_token()
        if method == "application_credential":
            return self._by_application_credential()
        if method == "totp":
            return self._by_totp()
        raise Unauthorized  # the others need what is outside of a cloud

    def _named_user(self, method: str) -> dict[str, Any]:
        payload: dict[str, Any] = self._auth["identity"][method]
        if "user" not in payload:
            raise Invalid.lacking("user", "None")  # Keystone forgets to name it
        named: dict[str, Any] = payload["user"]
        if not (named.get("id") or named.get("name")):
            raise Invalid.lacking("id or name", "user")
        return named

    def _by_totp(self) -> Bearer:
        named = self._named_user("totp")
        user = self._find_user(named)
        now = self._state.clock.now()
        verify_code(self._db, user["id"], named.get("passcode"), now)
        if not user["enabled"]:
            raise Unauthorized
        return Bearer(user, ["totp"])

    def _by_password(self) -> Bearer:
        named = self._named_user("password")
        user = self._find_user(named)
        verify_password(self._db, self._state, user, named.get("password") or "")
        if not user["enabled"]:
            raise Unauthorized
        if is_expired(user, self._state.clock.now()):
            raise Unauthorized(
                "The password is expired and needs to be changed for user:"
                f" {user['id']}."
            )
        return Bearer(user, ["password"])

    def _by_token(self) -> Bearer:
        token_id = self._auth["identity"]["token"]["id"]
        token = look_up(self._db, self._state, token_id)
        wanted = self._auth.get("scope") or {}
        if "system" in token and ("project" in wanted or "domain" in wanted):
            raise ForbiddenAction(
                "Using a system-scoped token to create a project-scoped or"
                " domain-scoped token is not allowed."
            )
        if "application_credential" in token["methods"]:
            raise ForbiddenAction(
                "Using a delegated token to create another token is not allowed."
            )
        methods = sorted({"token", *token["methods"]})
        return Bearer(self._find_user({"id": token["user"]["id"]}), methods, token)

    def _by_application_credential(self) -> Bearer:
        credential = self._find_credential()
        user = self._find_user({"id": credential["user_id"]})
        secret = self._auth["identity"]["application_credential"].get("secret")
        verify_secret(credential, secret, self._state.clock.now())
        if not user["enabled"]:
            raise Unauthorized
        return Bearer(user, ["application_credential"], credential=credential)

    def _find_credential(self) -> Record:
        payload = self._auth["identity"]["application_credential"]
        return find_presented(self._db, payload, self._find_domain)

    def _find_user(self, named: dict[str, Any]) -> Record:
        if named.get("name"):
            if "domain" not in named:
                raise Invalid.lacking("domain", "user")
            domain = self._find_domain(named["domain"])
            user = fetch(
                self._db,
                USERS,
                USERS.c.name == named["name"],
                USERS.c.domain_id == domain["id"],
            )
        else:
            user = fetch(self._db, USERS, USERS.c.id == named.get("id"))
            if user is not None:
                self._find_domain({"id": user["domain_id"]})
        if user is None:
            raise Unauthorized
        return user

    def _read_scope(self) -> Scope | None:
        """Return the scope that is asked for, None where the choice is left to us."""
        if "application_credential" in self._auth["identity"]["methods"]:
            if "scope" in self._auth:
                raise ScopeRefused
            return Scope(project_id=self._find_credential()["project_id"])
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
            return Scope(project_id=self._find_project(scope["project"])["id"])
        if "domain" in scope:
            return Scope(domain_id=self._find_domain(scope["domain"])["id"])
        raise Unauthorized

    def _default_scope(self, user: Record) -> Scope:
        project_id = user["default_project_id"]
        if not project_id:
            return Scope()
        try:
            self._find_project({"id": project_id})
        except Unauthorized:
            return Scope()
        if not effective_roles(self._db, user["id"], "project", project_id):
            return Scope()
        return Scope(project_id=project_id)

    def _find_domain(self, named: dict[str, Any]) -> Record:
        key = "name" if named.get("name") else "id"
        domain = fetch(
            self._db,
            PROJECTS,
            PROJECTS.c[key] == named.get(key),
            PROJECTS.c.is_domain,
            PROJECTS.c.enabled,
        )
        if domain is None:
            raise Unauthorized
        return domain

    def _find_project(self, named: dict[str, Any]) -> Record:
        if named.get("name"):
            if "domain" not in named:
                raise Invalid.lacking("domain", "project")
            domain = self._find_domain(named["domain"])
            where = (
                PROJECTS.c.name == named["name"],
                PROJECTS.c.domain_id == domain["id"],
            )
            project = fetch(self._db, PROJECTS, *where)
        else:
            project = fetch(self._db, PROJECTS, PROJECTS.c.id == named.get("id"))
            if project is not None and project["domain_id"] is None:
                project = None  # a domain is no project to be scoped to by id
            elif project is not None:
                self._find_domain({"id": project["domain_id"]})
        if project is None or not project["enabled"]:
            raise Unauthorized
        return project
