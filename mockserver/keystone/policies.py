"""Policies, stored for other services and never read by Keystone: ``/v3/policies``.

The policy that Keystone itself enforces is ``default_policy.py``.
"""

from __future__ import annotations

from typing import Any

import falcon

from imagectl.contract.identity import POLICY
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Invalid
from mockserver.keystone.requests.call import writing
from mockserver.keystone.requests.plain_resource import PlainResource
from mockserver.keystone.requests.schemas import Check, Schema
from mockserver.storage.tables import POLICIES

_PROPERTIES = {
    "blob": {"type": "string"},
    "type": {"type": "string", "maxLength": 255},
}


def _schema(**keywords: Any) -> Schema:
    # messages quote the schema, its keywords in this order
    return {
        "type": "object",
        "properties": _PROPERTIES,
        **keywords,
        "additionalProperties": True,
    }


class Policies(PlainResource):
    """Stored policies; the schemas are those of the record, not of the body."""

    resource = POLICY
    table = POLICIES
    filters = ("type",)
    check_creation = Check(_schema(required=["blob", "type"]), verbose=True)
    check_change = Check(_schema(minProperties=1), verbose=True)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        with writing(self._state, req) as call:
            call.enforce("create_policy")
            self.check_creation(call.body.get("policy", {}))
            policy = self.insert(call, call.new_record(POLICY))
            resp.media = call.show(POLICY, policy)
        resp.status = falcon.HTTP_201

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        policy_id = path["policy_id"]
        with writing(self._state, req) as call:
            call.enforce("update_policy")
            changes = call.body.get("policy", {})
            self.check_change(changes)
            if changes.get("id", policy_id) != policy_id:
                raise Invalid("Cannot change policy ID")
            policy = self.update(call, policy_id, changes)
            resp.media = call.show(POLICY, policy)


ROUTES = (
    Route("/v3/policies", Policies),
    Route("/v3/policies/{policy_id}", Policies, "item"),
)
