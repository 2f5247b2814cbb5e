"""Policies, which Keystone keeps for others and never reads: ``/v3/policies``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import POLICY
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Invalid
from mockserver.keystone.requests.call import reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.schemas import Check
from mockserver.storage.repository import remove, replace, store
from mockserver.storage.tables import POLICIES

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_PROPERTIES = {
    "blob": {"type": "string"},
    "type": {"type": "string", "maxLength": 255},
}
check_creation = Check(
    {
        "type": "object",
        "properties": _PROPERTIES,
        "required": ["blob", "type"],
        "additionalProperties": True,
    },
    verbose=True,
)
check_change = Check(
    {
        "type": "object",
        "properties": _PROPERTIES,
        "minProperties": 1,
        "additionalProperties": True,
    },
    verbose=True,
)


class Policies:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with reading(self._state, req) as call:
            call.enforce("list_policies")
            resp.media = list_records(call, POLICY, POLICIES, ("type",))

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req) as call:
            call.enforce("create_policy")
            check_creation(call.body.get("policy", {}))
            policy = call.new_record(POLICY)
            store(call.db, POLICIES, policy)
            resp.media = call.show(POLICY, policy)
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, policy_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce("get_policy")
            resp.media = call.show(POLICY, call.find(POLICY, POLICIES, policy_id))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, policy_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("update_policy")
            changes = call.body.get("policy", {})
            check_change(changes)
            if changes.get("id", policy_id) != policy_id:
                raise Invalid("Cannot change policy ID")
            policy = {**call.find(POLICY, POLICIES, policy_id), **changes}
            replace(call.db, POLICIES, policy)
            resp.media = call.show(POLICY, policy)

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, policy_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce("delete_policy")
            call.find(POLICY, POLICIES, policy_id)
            remove(call.db, POLICIES, POLICIES.c.id == policy_id)
        resp.status = falcon.HTTP_204


ROUTES = (
    Route("/v3/policies", Policies),
    Route("/v3/policies/{policy_id}", Policies, "item"),
)
