"""Who is in a group: ``/v3/groups/{id}/users`` and ``/v3/users/{id}/groups``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import GROUP, USER
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import NotFound
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.users.password_expiry import password_expiry
from mockserver.keystone.users.user_records import shape
from mockserver.keystone.users.users import FILTERS, enforce_on_user
from mockserver.storage.groups import (
    add_member,
    groups_of,
    is_member,
    remove_member,
    users_in,
)
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import GROUPS, USERS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from mockserver.state.cloud_state import CloudState


class GroupMembers:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get_list(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        with reading(self._state, req) as call:
            _enforce(call, "list_users_in_group", group_id)
            call.find(GROUP, GROUPS, group_id)
            where = [USERS.c.id.in_(users_in(group_id)), *password_expiry(req)]
            if own_id := call.caller.domain_id:
                where.append(USERS.c.domain_id == own_id)
            resp.media = list_records(call, USER, USERS, FILTERS, where, shape=shape)

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str, user_id: str
    ) -> None:
        with reading(self._state, req) as call:
            _enforce(call, "check_user_in_group", group_id, user_id)
            _require(call, group_id, user_id)
        resp.status = falcon.HTTP_204

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str, user_id: str
    ) -> None:
        with writing(self._state, req) as call:
            _enforce(call, "add_user_to_group", group_id, user_id)
            call.find(GROUP, GROUPS, group_id)
            call.find(USER, USERS, user_id)
            add_member(call.db, group_id, user_id)
        resp.status = falcon.HTTP_204

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str, user_id: str
    ) -> None:
        with writing(self._state, req) as call:
            _enforce(call, "remove_user_from_group", group_id, user_id)
            _require(call, group_id, user_id)
            remove_member(call.db, group_id, user_id)
        resp.status = falcon.HTTP_204

    def on_get_groups(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        with reading(self._state, req) as call:
            enforce_on_user(call, "list_groups_for_user", user_id)
            call.find(USER, USERS, user_id)
            where: list[ColumnElement[bool]] = [GROUPS.c.id.in_(groups_of(user_id))]
            if own_id := call.caller.domain_id:
                where.append(GROUPS.c.domain_id == own_id)
            resp.media = list_records(
                call, GROUP, GROUPS, ("name",), where, shape=_shape_group
            )


def _enforce(call: Call, action: str, group_id: str, user_id: str = "") -> None:
    """Let pass whom the policy allows; nobody else learns who is there."""
    target: Record = {}
    if group := fetch(call.db, GROUPS, GROUPS.c.id == group_id):
        target["group"] = group
    if user := fetch(call.db, USERS, USERS.c.id == user_id):
        target["user"] = user
    call.enforce(action, target)


def _require(call: Call, group_id: str, user_id: str) -> None:
    call.find(GROUP, GROUPS, group_id)
    call.find(USER, USERS, user_id)
    if not is_member(call.db, group_id, user_id):
        raise NotFound(f"User '{user_id}' not found in group '{group_id}'")


def _shape_group(group: Record) -> Record:
    # only memberships that a federation brings end by themselves
    return {**group, "membership_expires_at": None}


ROUTES = (
    Route("/v3/groups/{group_id}/users", GroupMembers, "list"),
    Route("/v3/groups/{group_id}/users/{user_id}", GroupMembers, "item"),
    Route("/v3/users/{user_id}/groups", GroupMembers, "groups"),
)
