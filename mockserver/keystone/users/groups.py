"""Groups of users: ``/v3/groups``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import GROUP
from mockserver.handlers.routes import Route
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_pages
from mockserver.keystone.requests.schemas import (
    DOMAIN_ID,
    Check,
    body_of,
    name_of,
    properties_of,
    query_of,
)
from mockserver.keystone.users.group_records import add_group, change_group
from mockserver.storage.groups import remove_group
from mockserver.storage.repository import fetch
from mockserver.storage.tables import GROUPS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

FILTERS = ("domain_id", "name")
# a name that is too long for its column passes here, and fails there
_SCHEMAS = {**properties_of(GROUP), "name": name_of(255)}
# of several mistakes the first one in this order is reported
_PROPERTIES = {name: _SCHEMAS[name] for name in ("domain_id", "description", "name")}
_CHANGEABLE = {name: _PROPERTIES[name] for name in ("description", "name")}
check_query = Check(
    query_of(
        domain_id=DOMAIN_ID,
        name=name_of(255),
        sort_key={"type": "string"},
        sort_dir={"type": "string", "enum": ["asc", "desc"]},
    )
)
check_creation = Check(body_of(GROUP, _PROPERTIES, required=["name"]))
check_change = Check(body_of(GROUP, _CHANGEABLE, minProperties=1))


class Groups:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            own_id = call.caller.domain_id
            target = {"group": {"domain_id": own_id}} if own_id else {}
            call.enforce("list_groups", target)
            where = [GROUPS.c.domain_id == own_id] if own_id else []
            resp.media = list_pages(
                call, GROUP, GROUPS, FILTERS, where, looks_ahead=True
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_group", {"group": call.body["group"]})
            asked = call.new_record(GROUP)
            asked["domain_id"] = asked.get("domain_id") or call.home_domain_id
            resp.media = call.show(GROUP, add_group(call.db, asked))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        with reading(self._state, req) as call:
            _enforce(call, "get_group", group_id)
            resp.media = call.show(GROUP, call.find(GROUP, GROUPS, group_id))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            _enforce(call, "update_group", group_id)
            changes = call.changes(GROUP, group_id)
            group = call.find(GROUP, GROUPS, group_id)
            resp.media = call.show(GROUP, change_group(call.db, group, changes))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        with writing(self._state, req) as call:
            _ = call.caller
            group = call.find(GROUP, GROUPS, group_id)
            call.enforce("delete_group", {"group": group})
            remove_group(call.db, group_id)
        resp.status = falcon.HTTP_204


def _enforce(call: Call, action: str, group_id: str) -> None:
    """Let pass whom the policy allows; nobody else learns whether there is one."""
    group = fetch(call.db, GROUPS, GROUPS.c.id == group_id)
    call.enforce(action, {"group": group} if group else {})


ROUTES = (Route("/v3/groups", Groups), Route("/v3/groups/{group_id}", Groups, "item"))
