"""Users: ``/v3/users``."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import USER
from mockserver.handlers.routes import Route
from mockserver.keystone.requests.call import reading, writing
from mockserver.keystone.requests.listing import in_callers_domain, list_page
from mockserver.keystone.requests.options import USER_SCHEMA
from mockserver.keystone.requests.records import repeat_extras, without
from mockserver.keystone.requests.schemas import (
    DOMAIN_ID,
    FLAG,
    Check,
    body_of,
    name_of,
    properties_of,
    query_of,
)
from mockserver.keystone.users.password_expiry import filter_by_expiry
from mockserver.keystone.users.password_rules import verify_password
from mockserver.keystone.users.user_records import (
    IGNORED,
    add_user,
    change_password,
    change_user,
    delete_user,
    shape_user,
)
from mockserver.storage.repository import fetch
from mockserver.storage.tables import USERS
from mockserver.storage.tokens import revoke_of_user

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from mockserver.state.cloud_state import CloudState

FILTERS = ("domain_id", "enabled", "name")
FEDERATED_FILTERS = ("idp_id", "protocol_id", "unique_id")
_TEXT = {"type": "string"}
_LINK = {
    "type": "object",
    "properties": {"protocol_id": _TEXT, "unique_id": _TEXT},
    "required": ["protocol_id", "unique_id"],
}
_FEDERATED = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "idp_id": _TEXT,
            "protocols": {"type": "array", "items": _LINK, "minItems": 1},
        },
        "required": ["idp_id", "protocols"],
    },
}
_SCHEMAS = {
    **properties_of(USER, "email"),
    "default_project_id": {"type": ["string", "null"]},
    "options": USER_SCHEMA,
    "federated": _FEDERATED,
}
# of several mistakes the first one in this order is reported
_PROPERTIES = {
    name: _SCHEMAS[name]
    for name in (
        "domain_id",
        "default_project_id",
        "description",
        "enabled",
        "federated",
        "name",
        "password",
        "options",
    )
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
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            domain_id = call.caller.domain_id
            call.enforce("list_users", {"domain_id": domain_id} if domain_id else {})
            where = [
                *_filter_by_federation(req),
                *filter_by_expiry(req),
                *in_callers_domain(call, USERS.c.domain_id),
            ]
            resp.media = list_page(
                call,
                USER,
                USERS,
                FILTERS,
                where,
                shape_all=lambda users: [shape_user(user) for user in users],
                looks_ahead=True,
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_user", {"user": call.body["user"]})
            user = without(call.new_record(USER), *IGNORED)
            user["domain_id"] = user.get("domain_id") or call.home_domain_id
            resp.media = call.show(USER, shape_user(add_user(call.db, user)))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        with reading(self._state, req) as call:
            user = call.find_allowed("get_user", USER, USERS, user_id)
            resp.media = call.show(USER, shape_user(user))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            user = call.find_allowed("update_user", USER, USERS, user_id)
            changed = change_user(call.db, user, call.read_changes(USER, user_id))
            resp.media = call.show(USER, shape_user(repeat_extras(USERS, changed)))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.find_allowed("delete_user", USER, USERS, user_id)
            delete_user(call.db, user_id)
        resp.status = falcon.HTTP_204

    def on_delete_tokens(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        """Revoke all tokens of a user."""
        with writing(self._state, req) as call:
            call.find_allowed("revoke_tokens_for_user", USER, USERS, user_id)
            revoke_of_user(call.db, user_id)
        resp.status = falcon.HTTP_204

    def on_post_password(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        """Change a password; the old one is asked for instead of a token."""
        asked = req.context.body.get("user", {})
        check_password_change(asked)
        old, new = asked["original_password"], asked["password"]
        with ExitStack() as after, reading(self._state, req) as call:
            user = fetch(call.db, USERS, USERS.c.id == user_id)
            if user is not None:
                verify_password(call, user, old, after)
        with writing(self._state, req) as call:
            change_password(call.db, self._state, user_id, old, new)
        resp.status = falcon.HTTP_204


def _filter_by_federation(req: falcon.Request) -> list[ColumnElement[bool]]:
    """Return a condition that no user meets if federated users are asked for."""
    return [USERS.c.id.is_(None) for name in FEDERATED_FILTERS if name in req.params]


ROUTES = (
    Route("/v3/users", Users),
    Route("/v3/users/{user_id}", Users, "item"),
    Route("/v3/users/{user_id}/password", Users, "password"),
    Route("/v3/users/{user_id}/tokens", Users, "tokens"),
)
