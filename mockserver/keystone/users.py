"""Users: ``/v3/users``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import USER
from mockserver.keystone.call import Call, reading, writing
from mockserver.keystone.listing import list_pages
from mockserver.keystone.options import USER_SCHEMA
from mockserver.keystone.project_records import show_change
from mockserver.keystone.schemas import (
    DOMAIN_ID,
    FLAG,
    Check,
    body_of,
    name_of,
    properties_of,
    query_of,
)
from mockserver.keystone.user_records import (
    add_user,
    change_password,
    change_user,
    delete_user,
    shape,
)
from mockserver.storage.repository import fetch
from mockserver.storage.tables import USERS

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud

FILTERS = ("domain_id", "enabled", "name")
_PROPERTIES = {
    **properties_of(USER, "email"),
    "default_project_id": {"type": ["string", "null"]},
    "options": USER_SCHEMA,
}
check_query = Check(
    query_of(
        domain_id=DOMAIN_ID,
        enabled=FLAG,
        name=name_of(255),
        sort_key={"type": "string"},
        sort_dir={"type": "string", "enum": ["asc", "desc"]},
    )
)
check_creation = Check(body_of(USER, _PROPERTIES, required=["name"]))
check_change = Check(body_of(USER, _PROPERTIES, minProperties=1))
check_password_change = Check(
    {
        "type": "object",
        "properties": {
            "original_password": {"type": "string"},
            "password": {"type": "string"},
        },
        "required": ["original_password", "password"],
        "additionalProperties": False,
    },
    verbose=True,
)


class Users:
    def __init__(self, cloud: MockCloud) -> None:
        self._cloud = cloud

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._cloud, req) as call:
            domain_id = call.caller.domain_id
            call.enforce("list_users", {"domain_id": domain_id} if domain_id else {})
            where = [USERS.c.domain_id == domain_id] if domain_id else []
            resp.media = list_pages(
                call,
                USER,
                USERS,
                FILTERS,
                where,
                shapes=lambda users: [shape(user) for user in users],
                looks_ahead=True,
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._cloud, req) as call:
            call.enforce("create_user", {"user": call.body["user"]})
            asked = call.new_record(USER)
            asked["domain_id"] = asked.get("domain_id") or call.home_domain_id
            resp.media = call.show(USER, shape(add_user(call.db, asked)))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        with reading(self._cloud, req) as call:
            enforce_on_user(call, "get_user", user_id)
            resp.media = call.show(USER, shape(call.find(USER, USERS, user_id)))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._cloud, req) as call:
            enforce_on_user(call, "update_user", user_id)
            user = call.find(USER, USERS, user_id)
            changed = change_user(call.db, user, dict(call.changes(USER, user_id)))
            resp.media = call.show(USER, shape(show_change(USERS, changed)))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        with writing(self._cloud, req) as call:
            enforce_on_user(call, "delete_user", user_id)
            call.find(USER, USERS, user_id)
            delete_user(call.db, user_id)
        resp.status = falcon.HTTP_204

    def on_post_password(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        """Let users change their password, known by the old one and no token."""
        asked = req.context.body.get("user", {})
        check_password_change(asked)
        with writing(self._cloud, req) as call:
            change_password(
                call.db, user_id, asked["original_password"], asked["password"]
            )
        resp.status = falcon.HTTP_204


def enforce_on_user(call: Call, action: str, user_id: str) -> None:
    """Let pass whom the policy allows; nobody else learns whether there is one."""
    user = fetch(call.db, USERS, USERS.c.id == user_id)
    call.enforce(action, {"user": user} if user else {}, user_id=user_id)


ROUTES = (
    ("/v3/users", Users, ""),
    ("/v3/users/{user_id}", Users, "item"),
    ("/v3/users/{user_id}/password", Users, "password"),
)
