"""The endpoints that the catalog of a project is limited to: ``/v3/OS-EP-FILTER``.

The catalog of a project without any has all endpoints. Source: Keystone 30
``api/os_ep_filter.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import ENDPOINT, PROJECT
from mockserver.handlers.routes import Route
from mockserver.keystone.catalog.endpoints import shape_endpoint
from mockserver.keystone.errors import Conflict, NotFound
from mockserver.keystone.projects.project_records import shape_project
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import wrap
from mockserver.storage.catalog import endpoints_of_project, projects_of_endpoint
from mockserver.storage.projects import with_tags
from mockserver.storage.repository import DuplicateRecord, exists, remove, store
from mockserver.storage.tables import ENDPOINTS, PROJECT_ENDPOINTS, PROJECTS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from mockserver.state.cloud_state import CloudState


class ProjectEndpoints:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, project_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("list_endpoints_for_project")
            call.find(PROJECT, PROJECTS, project_id)
            found = endpoints_of_project(call.db, project_id)
            resp.media = wrap(call, ENDPOINT, [shape_endpoint(one) for one in found])

    def on_get_projects(
        self, req: falcon.Request, resp: falcon.Response, endpoint_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("list_projects_for_endpoint")
            call.find(ENDPOINT, ENDPOINTS, endpoint_id)
            found = with_tags(call.db, projects_of_endpoint(call.db, endpoint_id))
            resp.media = wrap(call, PROJECT, [shape_project(one) for one in found])

    def on_get_item(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        project_id: str,
        endpoint_id: str,
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("check_endpoint_in_project")
            _find_both(call, project_id, endpoint_id)
            pair = _pair(project_id, endpoint_id)
            if not exists(call.db, PROJECT_ENDPOINTS, *pair):
                raise _missing(project_id, endpoint_id)
        resp.status = falcon.HTTP_204

    def on_put_item(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        project_id: str,
        endpoint_id: str,
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("add_endpoint_to_project")
            _find_both(call, project_id, endpoint_id)
            pair = {"project_id": project_id, "endpoint_id": endpoint_id}
            try:
                store(call.db, PROJECT_ENDPOINTS, pair)
            except DuplicateRecord:
                raise Conflict.storing("project_endpoint", "Duplicate entry") from None
        resp.status = falcon.HTTP_204

    def on_delete_item(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        project_id: str,
        endpoint_id: str,
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("remove_endpoint_from_project")
            pair = _pair(project_id, endpoint_id)
            if not remove(call.db, PROJECT_ENDPOINTS, *pair):
                raise _missing(project_id, endpoint_id)
        resp.status = falcon.HTTP_204


def _find_both(call: Call, project_id: str, endpoint_id: str) -> None:
    call.find(ENDPOINT, ENDPOINTS, endpoint_id)
    call.find(PROJECT, PROJECTS, project_id)


def _pair(project_id: str, endpoint_id: str) -> tuple[ColumnElement[bool], ...]:
    pairs = PROJECT_ENDPOINTS.c
    return pairs.project_id == project_id, pairs.endpoint_id == endpoint_id


def _missing(project_id: str, endpoint_id: str) -> NotFound:
    return NotFound(f"Endpoint {endpoint_id} not found in project {project_id}")


ROUTES = (
    Route(
        "/v3/OS-EP-FILTER/endpoints/{endpoint_id}/projects",
        ProjectEndpoints,
        "projects",
    ),
    Route("/v3/OS-EP-FILTER/projects/{project_id}/endpoints", ProjectEndpoints),
    Route(
        "/v3/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}",
        ProjectEndpoints,
        "item",
    ),
)
