"""Tags of projects: ``/v3/projects/{id}/tags``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import PROJECT
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import NotFound
from mockserver.keystone.pages import HTML
from mockserver.keystone.projects.projects import TAGS_SCHEMA
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.schemas import Check
from mockserver.storage.projects import set_tags, with_tags
from mockserver.storage.repository import Record, remove
from mockserver.storage.tables import PROJECT_TAGS, PROJECTS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

check_body = Check(
    {
        "type": "object",
        "properties": {"tags": {"type": "array", "items": TAGS_SCHEMA["items"]}},
        "additionalProperties": False,
    }
)
check_name = Check(TAGS_SCHEMA["items"], verbose=True)
check_tags = Check(TAGS_SCHEMA, verbose=True)


class ProjectTags:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, project_id: str
    ) -> None:
        with reading(self._state, req) as call:
            resp.media = _show(call, _find_tags(call, "list_project_tags", project_id))

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, project_id: str
    ) -> None:
        check_body(req.context.body)
        with writing(self._state, req) as call:
            # not find_allowed(): 400 for the tags comes before 404
            call.enforce_on("update_project_tags", PROJECT, PROJECTS, project_id)
            tags = call.body.get("tags", {})
            check_tags(tags)
            call.find(PROJECT, PROJECTS, project_id)
            set_tags(call.db, project_id, tags)
            resp.media = _show(call, tags)

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, project_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.find_allowed("delete_project_tags", PROJECT, PROJECTS, project_id)
            set_tags(call.db, project_id, ())
        resp.status = falcon.HTTP_204

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, project_id: str, tag: str
    ) -> None:
        with reading(self._state, req) as call:
            _require_tag(tag, _find_tags(call, "get_project_tag", project_id))
        resp.status = falcon.HTTP_204

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, project_id: str, tag: str
    ) -> None:
        with writing(self._state, req) as call:
            # not find_allowed(): 400 for the tag comes before 404
            call.enforce_on("create_project_tag", PROJECT, PROJECTS, project_id)
            check_name(tag)
            tags = [*_tags_of(call, call.find(PROJECT, PROJECTS, project_id)), tag]
            check_tags(tags)
            set_tags(call.db, project_id, tags)
            # Keystone, too, leaves out /projects
            resp.set_header("Location", call.url(f"{project_id}/tags/{tag}"))
        resp.content_type = HTML
        resp.status = falcon.HTTP_201

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, project_id: str, tag: str
    ) -> None:
        with writing(self._state, req) as call:
            _require_tag(tag, _find_tags(call, "delete_project_tag", project_id))
            of_project = PROJECT_TAGS.c.project_id == project_id
            remove(call.db, PROJECT_TAGS, of_project, PROJECT_TAGS.c.name == tag)
        resp.status = falcon.HTTP_204


def _find_tags(call: Call, action: str, project_id: str) -> list[str]:
    """Return the tags of a project on which the policy allows an action.

    Raises what :meth:`Call.find_allowed` raises.
    """
    return _tags_of(call, call.find_allowed(action, PROJECT, PROJECTS, project_id))


def _tags_of(call: Call, project: Record) -> list[str]:
    [tagged] = with_tags(call.db, [project])
    tags: list[str] = tagged["tags"]
    return tags


def _require_tag(tag: str, tags: list[str]) -> None:
    if tag not in tags:
        raise NotFound.of("project tag", tag)


def _show(call: Call, tags: list[str]) -> dict[str, object]:
    return {"links": {"self": call.url("").rstrip("/")}, "tags": tags}


ROUTES = (
    Route("/v3/projects/{project_id}/tags", ProjectTags),
    Route("/v3/projects/{project_id}/tags/{tag}", ProjectTags, "item"),
)
