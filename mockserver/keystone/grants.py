"""Roles of users on projects, domains and the system.

Assignments of groups will join those of users here; a grant knows its actor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract.identity import PROJECT, ROLE, USER
from mockserver.keystone.call import Call, reading, writing
from mockserver.keystone.domains import find_domain
from mockserver.keystone.errors import Forbidden, NotFound
from mockserver.keystone.listing import wrap
from mockserver.keystone.roles import shape
from mockserver.storage.grants import SYSTEM
from mockserver.storage.repository import (
    Record,
    exists,
    fetch,
    fetch_all,
    remove,
    store,
)
from mockserver.storage.tables import ASSIGNMENTS, PROJECTS, ROLES, USERS

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud

INHERITED = "/inherited_to_projects"
_ACTIONS = {
    "check": ("check_grant", "check_system_grant_for_user"),
    "list": ("list_grants", "list_system_grants_for_user"),
    "create": ("create_grant", "create_system_grant_for_user"),
    "revoke": ("revoke_grant", "revoke_system_grant_for_user"),
}


@dataclass(frozen=True)
class Grant:
    """What a URL names: whose roles, on what, and which one."""

    target: str
    target_id: str
    user_id: str
    role_id: str | None
    inherited: bool

    @classmethod
    def of(cls, req: falcon.Request, path: dict[str, str]) -> Grant:
        target = next((t for t in ("project", "domain") if f"{t}_id" in path), SYSTEM)
        return cls(
            target=target,
            target_id=path.get(f"{target}_id", SYSTEM),
            user_id=path["user_id"],
            role_id=path.get("role_id"),
            inherited=req.path.endswith(INHERITED),
        )

    def row(self) -> Record:
        return {
            "actor": "user",
            "actor_id": self.user_id,
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
    def __init__(self, cloud: MockCloud) -> None:
        self._cloud = cloud

    def on_get_list(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with reading(self._cloud, req) as call:
            _enforce(call, "list", grant)
            held = fetch_all(call.db, ASSIGNMENTS, grant.where())
            ids = [one["role_id"] for one in held]
            roles = fetch_all(call.db, ROLES, [ROLES.c.id.in_(ids)])
            resp.media = wrap(call, ROLE, [shape(role) for role in roles])

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with reading(self._cloud, req) as call:
            _enforce(call, "check", grant)
            _require(call, grant)
        resp.status = falcon.HTTP_204

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with writing(self._cloud, req) as call:
            target = _enforce(call, "create", grant)
            _check_domains(grant, target)
            if not exists(call.db, ASSIGNMENTS, *grant.where()):
                store(call.db, ASSIGNMENTS, grant.row())
        resp.status = falcon.HTTP_204

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        grant = Grant.of(req, path)
        with writing(self._cloud, req) as call:
            _enforce(call, "revoke", grant)
            _require(call, grant)
            remove(call.db, ASSIGNMENTS, *grant.where())
        resp.status = falcon.HTTP_204


def _enforce(call: Call, verb: str, grant: Grant) -> Record:
    """Hold the policy against all that the URL names, and return it.

    Raises :class:`NotFound` for what is not there, once the caller is known; the user
    of a grant that is taken back may be gone.
    """
    _ = call.caller
    target: Record = {}
    if grant.role_id is not None:
        target["role"] = call.find(ROLE, ROLES, grant.role_id)
    user = fetch(call.db, USERS, USERS.c.id == grant.user_id)
    if user is not None:
        target["user"] = user
    elif verb != "revoke":
        raise NotFound.of(USER.noun, grant.user_id)
    if grant.target == "project":
        target["project"] = call.find(PROJECT, PROJECTS, grant.target_id)
    elif grant.target == "domain":
        target["domain"] = find_domain(call, grant.target_id)
    call.enforce(_ACTIONS[verb][grant.target == SYSTEM], target)
    return target


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
            f" {grant.user_id}, project, domain, or system: {grant.target_id}."
        )


_ON_PROJECT = "/projects/{project_id}/users/{user_id}/roles"
_ON_DOMAIN = "/domains/{domain_id}/users/{user_id}/roles"
_ON_SYSTEM = "/system/users/{user_id}/roles"
ROUTES = (
    *((f"/v3{path}", Grants, "list") for path in (_ON_PROJECT, _ON_DOMAIN, _ON_SYSTEM)),
    *(
        (f"/v3{path}/{{role_id}}", Grants, "item")
        for path in (_ON_PROJECT, _ON_DOMAIN, _ON_SYSTEM)
    ),
    *(
        (f"/v3/OS-INHERIT{path}/{{role_id}}{INHERITED}", Grants, "item")
        for path in (_ON_PROJECT, _ON_DOMAIN)
    ),
    (f"/v3/OS-INHERIT{_ON_DOMAIN}{INHERITED}", Grants, "list"),
)
