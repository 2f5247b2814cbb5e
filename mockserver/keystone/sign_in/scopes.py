"""The scopes that a user can choose: ``/v3/auth/projects`` and its siblings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import falcon

from imagectl.contract import Resource
from imagectl.contract.identity import DOMAIN, PROJECT, USER
from mockserver.handlers.routes import Route
from mockserver.keystone.projects.domains import shape_domain
from mockserver.keystone.projects.project_records import shape_project
from mockserver.keystone.requests.call import Call, reading
from mockserver.keystone.requests.listing import list_records, wrap
from mockserver.storage.assignments import list_assignments, list_effective
from mockserver.storage.grants import SYSTEM
from mockserver.storage.projects import with_tags
from mockserver.storage.repository import Record, fetch_all
from mockserver.storage.tables import PROJECTS, USERS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_SHAPES: dict[str, tuple[Resource, Callable[[Record], Record]]] = {
    "project": (PROJECT, shape_project),
    "domain": (DOMAIN, shape_domain),
}


class Scopes:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get_projects(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_auth_projects")
            resp.media = _list(call, "project", call.caller.user_id)

    def on_get_domains(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_auth_domains")
            resp.media = _list(call, "domain", call.caller.user_id)

    def on_get_system(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_auth_system")
            user_id = call.caller.user_id
            held = list_assignments(call.db, user_id=user_id, target=SYSTEM)
            links = {"self": call.url("auth/system")}
            resp.media = {"system": [{"all": True}] if held else [], "links": links}

    def on_get_user_projects(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.find_allowed("list_user_projects", USER, USERS, user_id)
            ids = _find_targets(call, "project", user_id)
            resp.media = list_records(
                call,
                PROJECT,
                PROJECTS,
                ("domain_id", "enabled", "name"),
                [PROJECTS.c.id.in_(ids)],
                shape=lambda project: shape_project(*with_tags(call.db, [project])),
            )


def _find_targets(call: Call, kind: str, user_id: str) -> set[str]:
    """Return the ids of the projects or domains on which a user has a role."""
    effective = list_effective(call.db, user_id=user_id)
    return {one["target_id"] for one in effective if one["target"] == kind}


def _list(call: Call, kind: str, user_id: str) -> Record:
    """Return the projects or domains on which a user has a role."""
    resource, shape = _SHAPES[kind]
    ids = _find_targets(call, kind, user_id)
    found = with_tags(call.db, fetch_all(call.db, PROJECTS, [PROJECTS.c.id.in_(ids)]))
    return wrap(call, resource, [shape(record) for record in found])


ROUTES = (
    Route("/v3/auth/projects", Scopes, "projects"),
    Route("/v3/auth/domains", Scopes, "domains"),
    Route("/v3/auth/system", Scopes, "system"),
    Route("/v3/users/{user_id}/projects", Scopes, "user_projects"),
)
