"""Access rules of application credentials: ``/v3/users/{id}/access_rules``.

They are created with the credentials that name them. What applies them to requests is
``callers/access_rules.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.application_credentials import ACCESS_RULE
from imagectl.contract.identity import USER
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Forbidden, NotFound
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.storage.application_credentials import shape_rule, uses_rule
from mockserver.storage.repository import Record, fetch, remove
from mockserver.storage.tables import ACCESS_RULES, USERS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

FILTERS = ("service", "path", "method")


class AccessRules:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        with reading(self._state, req) as call:
            call.enforce_on("list_access_rules", USER, USERS, user_id)
            of_user = [ACCESS_RULES.c.user_id == user_id]
            resp.media = list_records(
                call, ACCESS_RULE, ACCESS_RULES, FILTERS, of_user, shape=shape_rule
            )

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str, rule_id: str
    ) -> None:
        with reading(self._state, req) as call:
            call.enforce_on("get_access_rule", USER, USERS, user_id)
            rule = _find(call, user_id, rule_id)
            resp.media = call.show(ACCESS_RULE, shape_rule(rule))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str, rule_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.enforce_on("delete_access_rule", USER, USERS, user_id)
            _find(call, user_id, rule_id)
            if uses_rule(call.db, user_id, rule_id):
                raise Forbidden("May not delete access rule in use")
            remove(call.db, ACCESS_RULES, ACCESS_RULES.c.id == rule_id)
        resp.status = falcon.HTTP_204


def _find(call: Call, user_id: str, rule_id: str) -> Record:
    """Return an access rule of a user; raises :class:`NotFound`."""
    of_user = ACCESS_RULES.c.user_id == user_id
    rule = fetch(call.db, ACCESS_RULES, ACCESS_RULES.c.id == rule_id, of_user)
    if rule is None:
        raise NotFound.of("Access Rule", rule_id)
    return rule


ROUTES = (
    Route("/v3/users/{user_id}/access_rules", AccessRules),
    Route("/v3/users/{user_id}/access_rules/{rule_id}", AccessRules, "item"),
)
