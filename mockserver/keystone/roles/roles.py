"""Roles: ``/v3/roles``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import ROLE
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Conflict, Invalid
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.options import (
    IMMUTABLE_SCHEMA,
    check_deletable,
    check_mutable,
    merge_options,
)
from mockserver.keystone.requests.records import without
from mockserver.keystone.requests.schemas import (
    DOMAIN_ID,
    Check,
    body_of,
    name_of,
    properties_of,
    query_of,
)
from mockserver.storage.application_credentials import forget_credentials_by_role
from mockserver.storage.repository import (
    DuplicateRecord,
    Record,
    remove,
    replace,
    store,
)
from mockserver.storage.tables import ASSIGNMENTS, IMPLIED_ROLES, ROLES

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_SCHEMAS = {**properties_of(ROLE), "options": IMMUTABLE_SCHEMA}
# of several mistakes the first one in this order is reported
_PROPERTIES = {
    name: _SCHEMAS[name] for name in ("name", "description", "domain_id", "options")
}
check_query = Check(query_of(name=name_of(255), domain_id=DOMAIN_ID))
check_creation = Check(body_of(ROLE, _PROPERTIES, required=["name"]))
check_change = Check(body_of(ROLE, _PROPERTIES, minProperties=1))


class Roles:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            of_domain = bool(req.get_param("domain_id"))
            call.enforce("list_domain_roles" if of_domain else "list_roles")
            where = [] if of_domain else [ROLES.c.domain_id.is_(None)]
            resp.media = list_records(
                call, ROLE, ROLES, ("name", "domain_id"), where, shape=shape_role
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            _enforce(call, "create", call.body["role"])
            asked = call.new_record(ROLE)
            role = {"description": None, "domain_id": None, **asked}
            role["options"] = merge_options({}, asked)
            role["uniqueness"] = role["domain_id"] or ""
            try:
                store(call.db, ROLES, role)
            except DuplicateRecord:
                raise _conflict(role) from None
            resp.media = call.show(ROLE, shape_role(role))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, role_id: str
    ) -> None:
        with reading(self._state, req) as call:
            resp.media = call.show(ROLE, shape_role(_find(call, "get", role_id)))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, role_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            role = _find(call, "update", role_id)
            changes = call.read_changes(ROLE, role_id)
            check_mutable("role", role, changes)
            if changes.get("domain_id", role["domain_id"]) != role["domain_id"]:
                raise Invalid("Update of `domain_id` is not allowed.")
            role = {**role, **changes, "options": merge_options(role, changes)}
            try:
                replace(call.db, ROLES, role)
            except DuplicateRecord:
                raise _conflict(changes) from None
            resp.media = call.show(ROLE, shape_role(role))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, role_id: str
    ) -> None:
        with writing(self._state, req) as call:
            check_deletable("role", _find(call, "delete", role_id))
            _delete_role(call, role_id)
        resp.status = falcon.HTTP_204


def _delete_role(call: Call, role_id: str) -> None:
    """Delete a role with its assignments, and the credentials that users made by it."""
    implied = IMPLIED_ROLES.c
    forget_credentials_by_role(call.db, role_id)
    remove(call.db, ASSIGNMENTS, ASSIGNMENTS.c.role_id == role_id)
    remove(
        call.db,
        IMPLIED_ROLES,
        (implied.prior_role_id == role_id) | (implied.implied_role_id == role_id),
    )
    remove(call.db, ROLES, ROLES.c.id == role_id)


def _find(call: Call, verb: str, role_id: str) -> Record:
    """Return a role on which the policy allows an action: get, update or delete.

    Raises :class:`~mockserver.keystone.errors.NotFound` before the policy is asked.
    """
    call.authenticate()
    role = call.find(ROLE, ROLES, role_id)
    _enforce(call, verb, role)
    return role


def _enforce(call: Call, verb: str, role: Record) -> None:
    """Enforce the policy on a role; those of a domain have operations of their own."""
    of_domain = "domain_" if role.get("domain_id") else ""
    call.enforce(f"{verb}_{of_domain}role", {"role": role})


def _conflict(role: Record) -> Conflict:
    at = f" at domain ID {role['domain_id']}" if role.get("domain_id") else ""
    return Conflict.storing(
        "role", f"Duplicate entry found with name {role['name']}{at}"
    )


def shape_role(role: Record) -> Record:
    """Return a role as it is shown."""
    return without(role, "uniqueness")


ROUTES = (Route("/v3/roles", Roles), Route("/v3/roles/{role_id}", Roles, "item"))
