"""Tasks: listed, shown and created; source: Glance 33 ``api/v2/tasks.py``."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import falcon

from imagectl.contract.image import UUID_PATTERN
from mockserver.glance.data.fetching import Refused, check_address
from mockserver.glance.errors import BadRequest, ImageError, NotFound, ServerError
from mockserver.glance.requests.bodies import ignore_body, read_json, write_json
from mockserver.glance.requests.call import Call, reading, writing
from mockserver.glance.requests.listing import Query, parse_limit, parse_query
from mockserver.glance.requests.lookup import get_image
from mockserver.glance.requests.schemas import check_task
from mockserver.glance.tasks.old_imports import run_old_task
from mockserver.glance.tasks.records import (
    create_task,
    show_raw,
    show_summary,
    show_task,
)
from mockserver.handlers.routes import Route
from mockserver.storage.tasks import (
    find_task,
    forget_tasks,
    select_tasks,
    tasks_of_image,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.repository import Record

STATUSES = ("pending", "processing", "success", "failure")
FILTERS = ("id", "type", "status", "owner", "image_id", "request_id", "user_id")
SORT_KEYS = (*FILTERS, "created_at", "updated_at", "expires_at")


class TaskNotDeletable(ImageError):
    status, title = 405, "Method Not Allowed"
    body = "{explanation}"


def _enforce_access(call: Call) -> None:
    call.enforce_on_project("tasks_api_access", call.caller.project_id)


class Tasks:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req, ignore_body) as call:
            _enforce_access(call)
            query = _TaskQuery(req)
            forget_tasks(call.db, call.timestamp())
            tasks = query.select(call.db)
        document: dict[str, Any] = {
            "tasks": [show_summary(task) for task in tasks],
            "first": _listing_path(query.link_query),
            "schema": "/v2/schemas/tasks",
        }
        if tasks and len(tasks) == query.limit:
            following = {**query.link_query, "marker": tasks[-1]["id"]}
            document["next"] = _listing_path(following)
        write_json(resp, document)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        # Glance asks its policy before it looks at the body
        with reading(self._state, req, ignore_body) as call:
            _enforce_access(call)
        with writing(self._state, req, self._read_task) as call:
            task = create_task(call, call.body["type"], call.body["input"])
        self._state.worker.submit(partial(run_old_task, self._state, task))
        resp.status = falcon.HTTP_201
        resp.set_header("Location", f"{req.context.base_url}/v2/tasks/{task['id']}")
        write_json(resp, show_task(task))

    def _read_task(self, req: falcon.Request) -> dict[str, Any]:
        """Return the checked body of a new task; raises :class:`BadRequest`."""
        body: dict[str, Any] = read_json(req)
        for name in ("type", "input"):
            if name not in body:
                raise BadRequest(f"Task '{name}' is required")
        check_task(body)
        if body["type"] == "import":
            self._check_source((body["input"] or {}).get("import_from"))
        if body["input"] is None:
            raise ServerError  # Glance's schema allows it, and its code does not
        return body

    def _check_source(self, url: Any) -> None:
        """Raise :class:`BadRequest` for a URL that no image may be imported from.

        Its host is looked up, so no transaction may be open.
        """
        if not url:
            raise BadRequest(f"Invalid location: {url}")
        scheme = urlsplit(str(url)).scheme
        if scheme in ("file", "filesystem"):
            raise BadRequest(
                "File based imports are not allowed. Please use a non-local source of"
                " image data."
            )
        if scheme not in ("http", "https"):
            raise BadRequest(
                "The given uri is not valid. Please specify a valid uri from the"
                " following list of supported uri ['http']"
            )
        try:
            check_address(self._state.settings.allow_web_download, url)
        except Refused:
            raise BadRequest(
                f"URI for legacy import task does not pass filtering: {url}"
            ) from None


class _TaskQuery:
    """The parameters of a listing of tasks; raises :class:`BadRequest`."""

    def __init__(self, req: falcon.Request) -> None:
        pairs = parse_query(req)
        query = Query(pairs)
        limit, self._marker = query.take("limit"), query.take("marker")
        self._descends = _descends(query.take("sort_dir") or "desc")
        sort_key = query.take("sort_key") or "created_at"
        filters = query.rest()
        _check_filters(filters)
        if self._marker and not re.match(UUID_PATTERN, self._marker):
            raise BadRequest("Invalid marker format")
        self.limit = parse_limit(limit)
        if sort_key not in SORT_KEYS:
            raise BadRequest("Sort key supplied was not valid.")
        self._order = list(dict.fromkeys((sort_key, "created_at", "id")))
        self._filters = {k: v for k, v in filters.items() if k in FILTERS}
        self.link_query = {name: text for name, text in pairs if name != "marker"}

    def select(self, db: Connection) -> list[Record]:
        """Return the tasks; raises :class:`BadRequest` for an unknown marker."""
        marker = find_task(db, self._marker) if self._marker else None
        if self._marker and marker is None:
            raise BadRequest(f"Task with the given id {self._marker} was not found")
        return select_tasks(
            db,
            self._filters,
            self._order,
            descends=self._descends,
            limit=self.limit,
            marker=marker,
        )


def _descends(direction: str) -> bool:
    if direction not in ("asc", "desc"):
        raise BadRequest(f"Invalid sort direction: {direction}")
    return direction == "desc"


def _check_filters(filters: dict[str, str]) -> None:
    known = {"status": STATUSES, "type": ("import",)}
    for name, values in known.items():
        if filters.get(name) and filters[name] not in values:
            raise BadRequest(f"Invalid {name} value: {filters[name]}")


def _listing_path(query: dict[str, str]) -> str:
    return f"/v2/tasks?{urlencode(query)}" if query else "/v2/tasks"


class TaskById:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, task_id: str) -> None:
        with reading(self._state, req, ignore_body) as call:
            _enforce_access(call)
            task = find_task(call.db, task_id)
        if task is None:
            raise NotFound(f"Could not find task {task_id}")
        write_json(resp, show_task(task))

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, task_id: str
    ) -> None:
        with reading(self._state, req, ignore_body) as call:
            _enforce_access(call)
        raise TaskNotDeletable(
            "This operation is currently not permitted on Glance Tasks. They are auto"
            " deleted after reaching the time based on their expires_at property.",
            headers={"Allow": "GET"},
        )


class ImageTasks:
    """The tasks of an image. Any other method than GET is answered with 404."""

    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        with writing(self._state, req) as call:
            forget_tasks(call.db, call.timestamp())
            try:
                image = get_image(call, image_id)
            except NotFound:
                raise NotFound from None  # here Glance does not say which image
            call.enforce("get_image", image)
            tasks = tasks_of_image(call.db, image_id)
        caller = call.caller
        seen = [t for t in tasks if caller.is_admin or t["owner"] == caller.project_id]
        write_json(resp, {"tasks": [show_raw(task) for task in seen]})


ROUTES = (
    Route("/v2/tasks", Tasks),
    Route("/v2/tasks/{task_id}", TaskById),
    Route("/v2/images/{image_id}/tasks", ImageTasks),
)
