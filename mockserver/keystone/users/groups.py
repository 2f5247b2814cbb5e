"""Groups of users: ``/v3/groups``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import GROUP
from mockserver.handlers.routes import Route
from mockserver.keystone.requests.call import reading, writing
from mockserver.keystone.requests.listing import in_callers_domain, list_page
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
from mockserver.storage.tables import GROUPS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

FILTERS = ("domain_id", "name")
# group_records.py refuses a name that is longer than its column, as Keystone does
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
            where = in_callers_domain(call, GROUPS.c.domain_id)
            resp.media = list_page(
                call, GROUP, GROUPS, FILTERS, where, looks_ahead=True
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_group", {"group": call.body["group"]})
            group = call.new_record(GROUP)
            group["domain_id"] = group.get("domain_id") or call.home_domain_id
            resp.media = call.show(GROUP, add_group(call.db, group))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        with reading(self._state, req) as call:
            group = call.find_allowed("get_group", GROUP, GROUPS, group_id)
            resp.media = call.show(GROUP, group)

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            # not find_allowed(): 400 for another id comes before 404
            call.enforce_on("update_group", GROUP, GROUPS, group_id)
            changes = call.read_changes(GROUP, group_id)
            group = call.find(GROUP, GROUPS, group_id)
            resp.media = call.show(GROUP, change_group(call.db, group, changes))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.authenticate()
            group = call.find(GROUP, GROUPS, group_id)
            call.enforce("delete_group", {"group": group})
            remove_group(call.db, group_id)
        resp.status = falcon.HTTP_204


ROUTES = (Route("/v3/groups", Groups), Route("/v3/groups/{group_id}", Groups, "item"))
