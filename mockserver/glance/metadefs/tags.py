"""Tags of a namespace: words to mark resources with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.glance.errors import ServerError
from mockserver.glance.metadefs import access
from mockserver.glance.metadefs.contents import Contents, tag_name_taken
from mockserver.glance.metadefs.parts import PartKind
from mockserver.glance.metadefs.queries import check_tag_order, parse_part_page
from mockserver.glance.metadefs.schemas import check, read_definition
from mockserver.glance.metadefs.views import show_tag
from mockserver.glance.requests.bodies import ignore_body, trip_over_body, write_json
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.lookup import as_received
from mockserver.handlers.routes import Route
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import TAGS
from mockserver.storage.repository import DuplicateRecord

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_KIND = PartKind(TAGS, "tag", "metadata tag")
_TRUE_WORDS = ("1", "t", "true", "on", "y", "yes")


class Tags:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        page, marker = parse_part_page(req, min_limit=0)
        with reading(self._state, req, ignore_body) as call:
            found = _KIND.enter(call, namespace, "get_metadef_tags")
            if marker:
                page.marker = _KIND.get(call, found, marker)
            check_tag_order(page)
            tags = storage.list_tags(call.db, found["id"], page)
        write_json(resp, {"tags": [{"name": tag["name"]} for tag in tags]})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        """Replace all tags, or add to them where a header says so."""
        with writing(self._state, req, _read_tags) as call:
            found = _KIND.enter(call, namespace, "add_metadef_tags")
            if "tags" not in call.body:
                raise ServerError  # Glance's schema lets it through
            tags = call.body["tags"]
            appends = (req.get_header("X-Openstack-Append") or "").strip().lower()
            if tags and appends not in _TRUE_WORDS:
                storage.remove_parts(call.db, TAGS, found["id"])
            contents = Contents(call.db, found, call.timestamp())
            for tag in tags:
                contents.add_tag(tag["name"])
        resp.status = falcon.HTTP_201
        write_json(resp, {"tags": tags})

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str
    ) -> None:
        with writing(self._state, req, trip_over_body) as call:
            _KIND.remove_all(call, namespace, "delete_metadef_tags")
        resp.status = falcon.HTTP_204


class Tag:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        with reading(self._state, req) as call:
            _, tag = _KIND.find(call, namespace, tag_name, "get_metadef_tag")
        write_json(resp, show_tag(tag))

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        name = as_received(tag_name)
        with writing(self._state, req) as call:
            found = access.get_namespace(call, as_received(namespace))
            check("tag", {"name": name})
            access.enforce(call, "add_metadef_tag", found)
            tag = Contents(call.db, found, call.timestamp()).add_tag(name)
        resp.status = falcon.HTTP_201
        write_json(resp, show_tag(tag))

    def on_put(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        with writing(self._state, req, _read_tag) as call:
            found, tag = _KIND.find(call, namespace, tag_name, "modify_metadef_tag")
            name = call.body["name"]
            renamed = {**tag, "name": name}
            try:
                storage.update_record(call.db, TAGS, renamed, call.timestamp())
            except DuplicateRecord:
                raise tag_name_taken(found["namespace"], name) from None
        write_json(resp, show_tag(renamed))

    def on_delete(
        self, req: falcon.Request, resp: falcon.Response, namespace: str, tag_name: str
    ) -> None:
        with writing(self._state, req) as call:
            _KIND.remove(call, namespace, tag_name, "delete_metadef_tag")
        resp.status = falcon.HTTP_204


def _read_tag(req: falcon.Request) -> dict[str, Any]:
    body: dict[str, Any] = read_definition(req, "tag")
    return body


def _read_tags(req: falcon.Request) -> Any:
    return read_definition(req, "new tags")


_PATH = "/v2/metadefs/namespaces/{namespace}/tags"
ROUTES = (Route(_PATH, Tags), Route(_PATH + "/{tag_name}", Tag))
