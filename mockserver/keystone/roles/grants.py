"""Grants: roles given to users and groups on projects, domains and the system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import GROUP, PROJECT, ROLE, USER
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Forbidden, NotFound
from mockserver.keystone.projects.domains import find_domain
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import wrap
from mockserver.keystone.roles.roles import shape_role
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
    from sqlalchemy import ColumnElement, Table

    from imagectl.contract import Resource
    from mockserver.state.cloud_state import CloudState

INHERITED = "/inherited_to_projects"
_ACTORS: dict[str, tuple[Resource, Table]] = {
    "user": (USER, USERS),
    "group": (GROUP, GROUPS),
}


@dataclass(frozen=True)
class Grant:
    """What a URL names: a target, an actor, and a role or none for all roles."""

    target: str
    target_id: str
    actor: str
    actor_id: str
    role_id: str | None
    inherited: bool

    @classmethod
    def of(cls, req: falcon.Request, path: dict[str, str]) -> Grant:
        """Read a grant from the URL; ``path`` holds its variables."""
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
        """Return the policy's operation; ``verb`` is check, list, create or revoke."""
        several = "s" if verb == "list" else ""
        if self.target == SYSTEM:
            return f"{verb}_system_grant{several}_for_{self.actor}"
        return f"{verb}_grant{several}"

    def as_record(self) -> Record:
        """Return the record of the table of assignments."""
        return {
            "actor": self.actor,
            "actor_id": self.actor_id,
            "target": self.target,
            "target_id": self.target_id,
            "role_id": self.role_id,
            "inherited": self.inherited,
        }

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what selects the record, or without a role those of all roles."""
        return [
            ASSIGNMENTS.c[name] == value
            for name, value in self.as_record().items()
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
            held = fetch_all(call.db, ASSIGNMENTS, grant.conditions())
            ids = [one["role_id"] for one in held]
            roles = fetch_all(call.db, ROLES, [ROLES.c.id.in_(ids)])
            resp.media = wrap(call, ROLE, [shape_role(role) for role in roles])

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with reading(self._state, req) as call:
            _enforce(call, "check", grant)
            _check_exists(call, grant)
        resp.status = falcon.HTTP_204

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with writing(self._state, req) as call:
            target = _enforce(call, "create", grant)
            _check_domain(grant, target)
            if not exists(call.db, ASSIGNMENTS, *grant.conditions()):
                store(call.db, ASSIGNMENTS, grant.as_record())
        resp.status = falcon.HTTP_204

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with writing(self._state, req) as call:
            _enforce(call, "revoke", grant)
            _check_exists(call, grant)
            remove(call.db, ASSIGNMENTS, *grant.conditions())
        resp.status = falcon.HTTP_204


def _enforce(call: Call, verb: str, grant: Grant) -> Record:
    """Enforce the policy on the records that the URL names, and return them.

    Raises :class:`NotFound` for a record that does not exist, before the policy is
    asked; for an inherited grant the policy comes first. The user or the group need not
    exist to revoke a grant, nor for an inherited one.
    """
    call.authenticate()
    target, missing = _look_up(call, grant)
    if grant.inherited or verb == "revoke":
        missing.pop(grant.actor, None)
    if grant.inherited and verb == "revoke":
        missing.pop(grant.target, None)  # that the grant does not exist comes first
    if not grant.inherited:
        _raise_first(missing)
    call.enforce(grant.action(verb), target)
    _raise_first(missing)
    return target


def _look_up(call: Call, grant: Grant) -> tuple[Record, dict[str, NotFound]]:
    """Return the records that a URL names, and errors for those that do not exist."""
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


def _check_domain(grant: Grant, target: Record) -> None:
    """Raise :class:`Forbidden` for a role of a domain on a project of another one."""
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


def _check_exists(call: Call, grant: Grant) -> None:
    """Raise :class:`NotFound` for a role that was not granted."""
    if not exists(call.db, ASSIGNMENTS, *grant.conditions()):
        raise NotFound(
            f"Could not find role assignment with role: {grant.role_id}, user or group:"
            f" {grant.actor_id}, project, domain, or system: {grant.target_id}."
        )


_TARGET_PATHS = ("/projects/{project_id}", "/domains/{domain_id}", "/system")
_ACTOR_PATHS = ("/users/{user_id}/roles", "/groups/{group_id}/roles")
_PATHS = tuple(f"{target}{actor}" for target in _TARGET_PATHS for actor in _ACTOR_PATHS)
_INHERITABLE = tuple(path for path in _PATHS if not path.startswith("/system"))
ROUTES = (
    *(Route(f"/v3{path}", Grants, "list") for path in _PATHS),
    *(Route(f"/v3{path}/{{role_id}}", Grants, "item") for path in _PATHS),
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
