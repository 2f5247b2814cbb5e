"""Members of groups: ``/v3/groups/{id}/users`` and ``/v3/users/{id}/groups``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import GROUP, USER
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import NotFound
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import in_callers_domain, list_records
from mockserver.keystone.users.password_expiry import filter_by_expiry
from mockserver.keystone.users.user_records import shape_user
from mockserver.keystone.users.users import FILTERS
from mockserver.storage.groups import (
    add_member,
    groups_of,
    is_member,
    remove_member,
    users_in,
)
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import GROUPS, USERS
from mockserver.storage.tokens import revoke_of_user

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


class GroupMembers:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get_list(
        self, req: falcon.Request, resp: falcon.Response, group_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.find_allowed("list_users_in_group", GROUP, GROUPS, group_id)
            where = [
                USERS.c.id.in_(users_in(group_id)),
                *filter_by_expiry(req),
                *in_callers_domain(call, USERS.c.domain_id),
            ]
            resp.media = list_records(
                call, USER, USERS, FILTERS, where, shape=shape_user
            )

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, group_id: str, user_id: str
    ) -> None:
        with reading(self._state, req) as call:
            _enforce(call, "check_user_in_group", group_id, user_id)
            _check_membership(call, group_id, user_id)
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
            _check_membership(call, group_id, user_id)
            remove_member(call.db, group_id, user_id)
            revoke_of_user(call.db, user_id)
        resp.status = falcon.HTTP_204

    def on_get_groups(
        self, req: falcon.Request, resp: falcon.Response, user_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.find_allowed("list_groups_for_user", USER, USERS, user_id)
            where = [
                GROUPS.c.id.in_(groups_of(user_id)),
                *in_callers_domain(call, GROUPS.c.domain_id),
            ]
            resp.media = list_records(
                call, GROUP, GROUPS, ("name",), where, shape=_shape_group
            )


def _enforce(call: Call, action: str, group_id: str, user_id: str) -> None:
    """Enforce the policy on a group and a user, whether or not they exist."""
    target: Record = {}
    if group := fetch(call.db, GROUPS, GROUPS.c.id == group_id):
        target["group"] = group
    if user := fetch(call.db, USERS, USERS.c.id == user_id):
        target["user"] = user
    call.enforce(action, target)


def _check_membership(call: Call, group_id: str, user_id: str) -> None:
    """Raise :class:`NotFound` unless both exist and the user is in the group."""
    call.find(GROUP, GROUPS, group_id)
    call.find(USER, USERS, user_id)
    if not is_member(call.db, group_id, user_id):
        raise NotFound(f"User '{user_id}' not found in group '{group_id}'")


def _shape_group(group: Record) -> Record:
    # only memberships that come from an identity provider expire
    return {**group, "membership_expires_at": None}


ROUTES = (
    Route("/v3/groups/{group_id}/users", GroupMembers, "list"),
    Route("/v3/groups/{group_id}/users/{user_id}", GroupMembers, "item"),
    Route("/v3/users/{user_id}/groups", GroupMembers, "groups"),
)
