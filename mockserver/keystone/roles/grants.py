"""Roles of users and groups on projects, domains and the system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract.identity import GROUP, PROJECT, ROLE, USER
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Forbidden, NotFound
from mockserver.keystone.projects.domains import find_domain
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import wrap
from mockserver.keystone.roles.roles import shape
from mockserver.storage.grants import SYSTEM
from mockserver.storage.repository import (
    Record,
    exists,
    fetch_all,
    remove,
    store,
)
from mockserver.storage.tables import ASSIGNMENTS, GROUPS, PROJECTS, ROLES, USERS

if TYPE_CHECKING:
    from sqlalchemy import Table

    from imagectl.contract import Resource
    from mockserver.state.cloud_state import CloudState

INHERITED = "/inherited_to_projects"
_ACTORS: dict[str, tuple[Resource, Table]] = {
    "user": (USER, USERS),
    "group": (GROUP, GROUPS),
}


@dataclass(frozen=True)
class Grant:
    """What a URL names: whose roles, on what, and which one."""

    target: str
    target_id: str
    actor: str
    actor_id: str
    role_id: str | None
    inherited: bool

    @classmethod
    def of(cls, req: falcon.Request, path: dict[str, str]) -> Grant:
        target = next((t for t in ("project", "domain") if f"{t}_id" in path), SYSTEM)
        actor = "user" if "user_id" in path else "group"
        return cls(
            target=target,
            target_id=path.get(f"{target}_id", SYSTEM),
            actor=actor,
            actor_id=path[f"{actor}_id"],
            role_id=path.get("role_id"),
            inherited=req.path.endswith(INHERITED),
        )

    def action(self, verb: str) -> str:
        """Return the operation that the policy knows: check, list, create, revoke."""
        several = "s" if verb == "list" else ""
        if self.target == SYSTEM:
            return f"{verb}_system_grant{several}_for_{self.actor}"
        return f"{verb}_grant{several}"

    def row(self) -> Record:
        return {
            "actor": self.actor,
            "actor_id": self.actor_id,
            "target": self.target,
            "target_id": self.target_id,
            "role_id": self.role_id,
            "inherited": self.inherited,
        }

    def where(self) -> list[Any]:
        """Return the conditions that select it, or all of its kind without a role."""
        row = self.row()
        return [
            ASSIGNMENTS.c[name] == value
            for name, value in row.items()
            if value is not None
        ]


class Grants:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get_list(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with reading(self._state, req) as call:
            _enforce(call, "list", grant)
            held = fetch_all(call.db, ASSIGNMENTS, grant.where())
            ids = [one["role_id"] for one in held]
            roles = fetch_all(call.db, ROLES, [ROLES.c.id.in_(ids)])
            resp.media = wrap(call, ROLE, [shape(role) for role in roles])

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with reading(self._state, req) as call:
            _enforce(call, "check", grant)
            _require(call, grant)
        resp.status = falcon.HTTP_204

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with writing(self._state, req) as call:
            target = _enforce(call, "create", grant)
            _check_domains(grant, target)
            if not exists(call.db, ASSIGNMENTS, *grant.where()):
                store(call.db, ASSIGNMENTS, grant.row())
        resp.status = falcon.HTTP_204

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with writing(self._state, req) as call:
            _enforce(call, "revoke", grant)
            _require(call, grant)
            remove(call.db, ASSIGNMENTS, *grant.where())
        resp.status = falcon.HTTP_204


def _enforce(call: Call, verb: str, grant: Grant) -> Record:
    """Hold the policy against all that the URL names, and return it.

    Raises :class:`NotFound` for what is not there, once the caller is known; the user
    or group of a grant that is taken back may be gone. Inherited grants are looked
    at by the policy first, and to whom they are given need not be anybody.
    """
    _ = call.caller
    target, missing = _look_up(call, grant)
    if grant.inherited or verb == "revoke":
        missing.pop(grant.actor, None)
    if grant.inherited and verb == "revoke":
        missing.pop(grant.target, None)  # that there is no such grant is said first
    if not grant.inherited:
        _raise_first(missing)
    call.enforce(grant.action(verb), target)
    _raise_first(missing)
    return target


def _look_up(call: Call, grant: Grant) -> tuple[Record, dict[str, NotFound]]:
    """Return what a URL names, and what of it cannot be found."""
    resource, table = _ACTORS[grant.actor]
    finders: dict[str, Callable[[], Record]] = {
        "role": lambda: call.find(ROLE, ROLES, str(grant.role_id)),
        grant.actor: lambda: call.find(resource, table, grant.actor_id),
        "project": lambda: call.find(PROJECT, PROJECTS, grant.target_id),
        "domain": lambda: find_domain(call, grant.target_id),
    }
    target: Record = {}
    missing: dict[str, NotFound] = {}
    for name in ("role", grant.actor, grant.target):
        if name == SYSTEM or (name == "role" and grant.role_id is None):
            continue
        try:
            target[name] = finders[name]()
        except NotFound as error:
            missing[name] = error
    return target, missing


def _raise_first(missing: dict[str, NotFound]) -> None:
    for error in missing.values():
        raise error


def _check_domains(grant: Grant, target: Record) -> None:
    """Raise :class:`Forbidden` for a domain's own role outside that domain."""
    domain_id = target["role"]["domain_id"]
    if (
        domain_id
        and "project" in target
        and target["project"]["domain_id"] != domain_id
    ):
        raise Forbidden(
            f"Project {grant.target_id} must be in the same domain as the role"
            f" {grant.role_id} being assigned."
        )


def _require(call: Call, grant: Grant) -> None:
    if not exists(call.db, ASSIGNMENTS, *grant.where()):
        raise NotFound(
            f"Could not find role assignment with role: {grant.role_id}, user or group:"
            f" {grant.actor_id}, project, domain, or system: {grant.target_id}."
        )


_ON = ("/projects/{project_id}", "/domains/{domain_id}", "/system")
_TO = ("/users/{user_id}/roles", "/groups/{group_id}/roles")
_HELD = tuple(f"{on}{to}" for on in _ON for to in _TO)
_INHERITABLE = tuple(path for path in _HELD if not path.startswith("/system"))
ROUTES = (
    *(Route(f"/v3{path}", Grants, "list") for path in _HELD),
    *(Route(f"/v3{path}/{{role_id}}", Grants, "item") for path in _HELD),
    *(
        Route(f"/v3/OS-INHERIT{path}/{{role_id}}{INHERITED}", Grants, "item")
        for path in _INHERITABLE
    ),
    *(
        Route(f"/v3/OS-INHERIT{path}{INHERITED}", Grants, "list")
        for path in _INHERITABLE
        if path.startswith("/domains")
    ),
)
