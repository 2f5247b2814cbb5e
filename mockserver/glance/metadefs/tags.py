"""Tags of a namespace: words to mark resources with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from mockserver.glance.errors import NotFound, ServerError
from mockserver.glance.metadefs import access
from mockserver.glance.metadefs.contents import Contents, taken_tag
from mockserver.glance.metadefs.queries import check_tag_order, parse_part_page
from mockserver.glance.metadefs.schemas import check, read_definition
from mockserver.glance.metadefs.views import show_tag
from mockserver.glance.requests.bodies import refuse_body, trip_over_body, write_json
from mockserver.glance.requests.lookup import as_received
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import TAGS
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

_TRUE_WORDS = ("1", "t", "true", "on", "y", "yes")


class Tags:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        page, marker = parse_part_page(req, least=0)
        with self._state.database.read() as db:
            found = access.enter(db, req, namespace, "get_metadef_tags")
            if marker:
                page.marker = _get_tag(db, found, marker)
            check_tag_order(page)
            tags = storage.list_tags(db, found["id"], page)
        write_json(resp, {"tags": [{"name": tag["name"]} for tag in tags]})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        body = read_definition(req, "new tags")
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "add_metadef_tags")
            if "tags" not in body:
                raise ServerError  # Glance's schema lets it through
            appends = (req.get_header("X-Openstack-Append") or "").strip().lower()
            if body["tags"] and appends not in _TRUE_WORDS:
                storage.remove_parts(db, TAGS, found["id"])
            contents = Contents(db, found, store_time(self._state.clock.now()))
            for tag in body["tags"]:
                contents.add_tag(tag["name"])
        resp.status = falcon.HTTP_201
        write_json(resp, {"tags": body["tags"]})

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        trip_over_body(req)
        with self._state.database.begin() as db:
            found = access.enter_to_empty(db, req, namespace, "delete_metadef_tags")
            storage.remove_parts(db, TAGS, found["id"])
        resp.status = falcon.HTTP_204


class Tag:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        refuse_body(req)
        with self._state.database.read() as db:
            found = access.enter(db, req, namespace, "get_metadef_tag")
            tag = _get_tag(db, found, as_received(tag_name))
        write_json(resp, show_tag(tag))

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        name = as_received(tag_name)
        with self._state.database.begin() as db:
            found = access.get_namespace(db, caller, as_received(namespace))
            check("tag", {"name": name})
            access.enforce(caller, "add_metadef_tag", found)
            now = store_time(self._state.clock.now())
            tag = Contents(db, found, now).add_tag(name)
        resp.status = falcon.HTTP_201
        write_json(resp, show_tag(tag))

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        sent = read_definition(req, "tag")
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "modify_metadef_tag")
            tag = _get_tag(db, found, as_received(tag_name))
            renamed = {**tag, "name": sent["name"]}
            now = store_time(self._state.clock.now())
            try:
                storage.update_record(db, TAGS, renamed, now)
            except DuplicateRecord:
                raise taken_tag(found["namespace"], sent["name"]) from None
        write_json(resp, show_tag(renamed))

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        refuse_body(req)
        with self._state.database.begin() as db:
            found = access.enter(db, req, namespace, "delete_metadef_tag")
            tag = _get_tag(db, found, as_received(tag_name))
            access.refuse_protected(found, "tag", tag["name"])
            storage.remove_part(db, TAGS, tag)
        resp.status = falcon.HTTP_204


def _get_tag(db: Connection, namespace: Record, name: str) -> Record:
    tag = storage.find_part(db, TAGS, namespace["id"], name)
    if tag is None:
        raise NotFound(f"Could not find metadata tag {name}")
    return tag


_PATH = "/v2/metadefs/namespaces/{namespace}/tags"
ROUTES = (Route(_PATH, Tags), Route(_PATH + "/{tag_name}", Tag))
