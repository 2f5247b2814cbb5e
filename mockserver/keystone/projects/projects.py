"""Projects: ``/v3/projects``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract.identity import PROJECT
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Invalid
from mockserver.keystone.projects.hierarchy import expand
from mockserver.keystone.projects.project_records import (
    add_project,
    change_project,
    delete_project,
    shape_project,
)
from mockserver.keystone.requests.call import reading, writing
from mockserver.keystone.requests.listing import in_callers_domain, list_page
from mockserver.keystone.requests.options import IMMUTABLE_SCHEMA
from mockserver.keystone.requests.records import repeat_extras
from mockserver.keystone.requests.schemas import (
    DOMAIN_ID,
    FLAG,
    Check,
    name_of,
    properties_of,
    query_of,
)
from mockserver.storage.projects import has_tags, with_tags
from mockserver.storage.tables import PROJECTS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from mockserver.state.cloud_state import CloudState

FILTERS = ("domain_id", "enabled", "name", "parent_id", "is_domain")
TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")
TAGS_SCHEMA = {
    **properties_of(PROJECT)["tags"],
    "required": [],
    "maxItems": 80,
    "uniqueItems": True,
}
_SCHEMAS = {
    **properties_of(PROJECT),
    "tags": TAGS_SCHEMA,
    "options": IMMUTABLE_SCHEMA,
}
# of several mistakes the first one in this order is reported
PROPERTIES = {
    name: _SCHEMAS[name]
    for name in (
        "description",
        "domain_id",
        "enabled",
        "is_domain",
        "parent_id",
        "name",
        "tags",
        "options",
    )
}
_CHANGEABLE = ("description", "enabled", "name", "options", "tags")


# unlike with body_of(), a body without a project passes the schema
def _body(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    project = {"type": "object", "properties": properties, **more}
    return {
        "type": "object",
        "properties": {"project": project},
        "additionalProperties": False,
    }


check_query = Check(
    query_of(
        domain_id=DOMAIN_ID,
        enabled=FLAG,
        name=name_of(64),
        parent_id={"type": "string", "format": "uuid"},
        is_domain=FLAG,
    )
)
check_creation = Check(_body(PROPERTIES, required=["name"]))
check_change = Check(_body({name: PROPERTIES[name] for name in _CHANGEABLE}))


class Projects:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            domain_id = call.caller.domain_id
            call.enforce("list_projects", {"domain_id": domain_id} if domain_id else {})
            where = [*_filter(req), *in_callers_domain(call, PROJECTS.c.domain_id)]
            resp.media = list_page(
                call,
                PROJECT,
                PROJECTS,
                FILTERS,
                where,
                shape_all=lambda projects: [
                    shape_project(project) for project in with_tags(call.db, projects)
                ],
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            asked = call.body.get("project", {})
            call.enforce("create_project", {"project": asked})
            if "name" not in asked:
                raise Invalid("'name' is a required property")
            project = call.new_record(PROJECT)
            if not project.get("is_domain") and not project.get("domain_id"):
                project["domain_id"] = call.home_domain_id
            project = shape_project(add_project(call.db, project))
            resp.media = call.show(PROJECT, project)
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, project_id: str
    ) -> None:
        with reading(self._state, req) as call:
            project = call.find_allowed("get_project", PROJECT, PROJECTS, project_id)
            [project] = with_tags(call.db, [project])
            shown = {**shape_project(project), **expand(call, project)}
            resp.media = call.show(PROJECT, shown)

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, project_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            # not find_allowed(): 400 for another id comes before 404
            call.enforce_on("update_project", PROJECT, PROJECTS, project_id)
            changes = call.read_changes(PROJECT, project_id)
            project = change_project(
                call.db, call.find(PROJECT, PROJECTS, project_id), changes
            )
            shown = repeat_extras(PROJECTS, shape_project(project))
            resp.media = call.show(PROJECT, shown)

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, project_id: str
    ) -> None:
        with writing(self._state, req) as call:
            project = call.find_allowed("delete_project", PROJECT, PROJECTS, project_id)
            delete_project(call.db, project)
        resp.status = falcon.HTTP_204


def _filter(req: falcon.Request) -> list[ColumnElement[bool]]:
    """Return the conditions of tags, and the one that leaves out domains."""
    where = [] if "is_domain" in req.params else [~PROJECTS.c.is_domain]
    for kind in TAG_FILTERS:
        if kind in req.params:
            where.append(has_tags(kind, req.get_param(kind, default="").split(",")))
    return where


ROUTES = (
    Route("/v3/projects", Projects),
    Route("/v3/projects/{project_id}", Projects, "item"),
)
