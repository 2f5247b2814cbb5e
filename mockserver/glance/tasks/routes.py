"""Tasks: listed, shown, and begun the old way; source: Glance 33 ``tasks.py``."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import falcon

from imagectl.contract.image import UUID_PATTERN
from mockserver.glance import default_policy as policy
from mockserver.glance.data.fetching import Refused, check_address
from mockserver.glance.errors import BadRequest, ImageError, NotFound, ServerError
from mockserver.glance.requests.bodies import read_json, refuse_body, write_json
from mockserver.glance.requests.listing import Query, parse_limit, parse_query
from mockserver.glance.requests.lookup import get_image_of
from mockserver.glance.requests.schemas import check_task
from mockserver.glance.tasks.old_imports import run_old_task
from mockserver.glance.tasks.records import (
    begin_task,
    show_raw,
    show_summary,
    show_task,
)
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage.tasks import (
    find_task,
    forget_tasks,
    select_tasks,
    tasks_of_image,
)

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

STATUSES = ("pending", "processing", "success", "failure")
FILTERS = ("id", "type", "status", "owner", "image_id", "request_id", "user_id")
SORT_KEYS = (*FILTERS, "created_at", "updated_at", "expires_at")


class TaskNotDeletable(ImageError):
    status, title = 405, "Method Not Allowed"
    body = "{explanation}"


def _enforce_access(req: falcon.Request) -> None:
    caller: Caller = req.context.caller
    policy.enforce_on_project(caller, "tasks_api_access", caller.project_id)


class Tasks:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        _enforce_access(req)
        pairs = parse_query(req)
        query = Query(pairs)
        limit, marker = query.take("limit"), query.take("marker")
        descends = _descends(query.take("sort_dir") or "desc")
        sort_key = query.take("sort_key") or "created_at"
        filters = query.rest()
        _check_filters(filters)
        if marker and not re.match(UUID_PATTERN, marker):
            raise BadRequest("Invalid marker format")
        most = parse_limit(limit)
        if sort_key not in SORT_KEYS:
            raise BadRequest("Sort key supplied was not valid.")
        order = list(dict.fromkeys((sort_key, "created_at", "id")))
        with self._state.database.begin() as db:
            forget_tasks(db, store_time(self._state.clock.now()))
            after = find_task(db, marker) if marker else None
            if marker and after is None:
                raise BadRequest(f"Task with the given id {marker} was not found")
            known = {k: v for k, v in filters.items() if k in FILTERS}
            tasks = select_tasks(
                db, known, order, descends=descends, limit=most, marker=after
            )
        asked = {name: value for name, value in pairs if name != "marker"}
        document: dict[str, Any] = {
            "tasks": [show_summary(task) for task in tasks],
            "first": _listing_path(asked),
            "schema": "/v2/schemas/tasks",
        }
        if tasks and len(tasks) == most:
            document["next"] = _listing_path({**asked, "marker": tasks[-1]["id"]})
        write_json(resp, document)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        _enforce_access(req)
        body = read_json(req)
        for name in ("type", "input"):
            if name not in body:
                raise BadRequest(f"Task '{name}' is required")
        check_task(body)
        if body["type"] == "import":
            self._check_source((body["input"] or {}).get("import_from"))
        if body["input"] is None:
            raise ServerError  # Glance looks into it all the same
        with self._state.database.begin() as db:
            task = begin_task(self._state, db, req, body["type"], body["input"])
        job = partial(run_old_task, self._state, req.context.caller, task)
        self._state.worker.submit(job)
        resp.status = falcon.HTTP_201
        resp.set_header("Location", f"{req.context.base_url}/v2/tasks/{task['id']}")
        write_json(resp, show_task(task))

    def _check_source(self, url: Any) -> None:
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
        _enforce_access(req)
        with self._state.database.read() as db:
            task = find_task(db, task_id)
        if task is None:
            raise NotFound(f"Could not find task {task_id}")
        write_json(resp, show_task(task))

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, task_id: str
    ) -> None:
        _enforce_access(req)
        raise TaskNotDeletable(
            "This operation is currently not permitted on Glance Tasks. They are auto"
            " deleted after reaching the time based on their expires_at property.",
            headers={"Allow": "GET"},
        )


class ImageTasks:
    """What was done to an image. Other methods are unknown."""

    hides_methods = True

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        with self._state.database.begin() as db:
            forget_tasks(db, store_time(self._state.clock.now()))
            try:
                image = get_image_of(db, caller, image_id)
            except NotFound:
                raise NotFound from None
            policy.enforce(caller, "get_image", image)
            tasks = tasks_of_image(db, image_id)
        seen = [t for t in tasks if caller.is_admin or t["owner"] == caller.project_id]
        write_json(resp, {"tasks": [show_raw(task) for task in seen]})


ROUTES = (
    Route("/v2/tasks", Tasks),
    Route("/v2/tasks/{task_id}", TaskById),
    Route("/v2/images/{image_id}/tasks", ImageTasks),
)
