"""Roles that imply other roles: ``/v3/roles/{id}/implies``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import ROLE
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Conflict, Forbidden, NotFound
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.storage.repository import (
    DuplicateRecord,
    Record,
    fetch,
    fetch_all,
    remove,
    store,
)
from mockserver.storage.tables import IMPLIED_ROLES, ROLES

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from mockserver.state.cloud_state import CloudState

PROHIBITED = ("admin",)


class ImpliedRoles:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get_list(
        self, req: falcon.Request, resp: falcon.Response, role_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.authenticate()
            prior = call.find(ROLE, ROLES, role_id)
            call.enforce("list_implied_roles")
            implied = _list_implied(call, role_id)
            links = {"self": call.url(f"roles/{role_id}/implies")}
            inference = {"prior_role": _brief(call, prior), "implies": implied}
            resp.media = {"role_inference": inference, "links": links}

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, role_id: str, implied_id: str
    ) -> None:
        with reading(self._state, req) as call:
            roles = _find_both(call, "get_implied_role", role_id, implied_id)
            _check_implied(call, role_id, implied_id)
            resp.media = _show(call, *roles)

    def on_head_item(
        self, req: falcon.Request, resp: falcon.Response, role_id: str, implied_id: str
    ) -> None:
        with reading(self._state, req) as call:
            _find_both(call, "check_implied_role", role_id, implied_id)
            _check_implied(call, role_id, implied_id)
        resp.status = falcon.HTTP_204

    def on_put_item(
        self, req: falcon.Request, resp: falcon.Response, role_id: str, implied_id: str
    ) -> None:
        with writing(self._state, req) as call:
            prior, role = _find_both(call, "create_implied_role", role_id, implied_id)
            global_to_domain = prior["domain_id"] is None and role["domain_id"]
            if role["name"] in PROHIBITED or global_to_domain:
                raise Forbidden(f"{implied_id} cannot be an implied roles.")
            pair = {"prior_role_id": role_id, "implied_role_id": implied_id}
            try:
                store(call.db, IMPLIED_ROLES, pair)
            except DuplicateRecord:
                raise Conflict.storing("implied_role", "Duplicate entry") from None
            resp.media = _show(call, prior, role)
        resp.status = falcon.HTTP_201

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, role_id: str, implied_id: str
    ) -> None:
        with writing(self._state, req) as call:
            _find_both(call, "delete_implied_role", role_id, implied_id)
            _check_implied(call, role_id, implied_id)
            remove(call.db, IMPLIED_ROLES, *_pair(role_id, implied_id))
        resp.status = falcon.HTTP_204

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("list_role_inference_rules")
            rules = fetch_all(call.db, IMPLIED_ROLES)
            resp.media = {
                "role_inferences": [
                    {
                        "prior_role": _brief(call, call.find(ROLE, ROLES, role_id)),
                        "implies": _list_implied(call, role_id),
                    }
                    for role_id in dict.fromkeys(
                        rule["prior_role_id"] for rule in rules
                    )
                ]
            }


def _find_both(
    call: Call, action: str, role_id: str, implied_id: str
) -> tuple[Record, Record]:
    """Return both roles of a pair, if the policy allows an action.

    Raises :class:`NotFound` before the policy is asked.
    """
    call.authenticate()
    roles = call.find(ROLE, ROLES, role_id), call.find(ROLE, ROLES, implied_id)
    call.enforce(action)
    return roles


def _pair(role_id: str, implied_id: str) -> list[ColumnElement[bool]]:
    columns = IMPLIED_ROLES.c
    return [columns.prior_role_id == role_id, columns.implied_role_id == implied_id]


def _check_implied(call: Call, role_id: str, implied_id: str) -> None:
    """Raise :class:`NotFound` unless the first role implies the second."""
    if fetch(call.db, IMPLIED_ROLES, *_pair(role_id, implied_id)) is None:
        raise NotFound(f"{role_id} does not imply {implied_id}.")


def _list_implied(call: Call, role_id: str) -> list[Record]:
    pairs = fetch_all(
        call.db, IMPLIED_ROLES, [IMPLIED_ROLES.c.prior_role_id == role_id]
    )
    ids = [pair["implied_role_id"] for pair in pairs]
    return [
        _brief(call, role) for role in fetch_all(call.db, ROLES, [ROLES.c.id.in_(ids)])
    ]


def _brief(call: Call, role: Record) -> Record:
    """Return a role with its id, its name and its link alone."""
    return call.link(ROLE, {"id": role["id"], "name": role["name"]})


def _show(call: Call, prior: Record, role: Record) -> Record:
    inference = {"prior_role": _brief(call, prior), "implies": _brief(call, role)}
    link = call.url(f"roles/{prior['id']}/implies/{role['id']}")
    return {"role_inference": inference, "links": {"self": link}}


ROUTES = (
    Route("/v3/roles/{role_id}/implies", ImpliedRoles, "list"),
    Route("/v3/roles/{role_id}/implies/{implied_id}", ImpliedRoles, "item"),
    Route("/v3/role_inferences", ImpliedRoles),
)
