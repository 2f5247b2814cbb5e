"""Application credentials: ``/v3/users/{id}/application_credentials``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from imagectl.contract.application_credentials import (
    ACCESS_RULE,
    APPLICATION_CREDENTIAL,
)
from mockserver.handlers.routes import Route
from mockserver.keystone.credentials.application_credential_records import (
    NOUN,
    add_application_credential,
    shape_credential,
)
from mockserver.keystone.errors import ForbiddenAction, NotFound
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.schemas import (
    DOMAIN_ID,
    Check,
    body_of,
    name_of,
    properties_of,
    query_of,
)
from mockserver.storage.application_credentials import (
    find_application_credential,
    with_details,
)
from mockserver.storage.repository import remove
from mockserver.storage.tables import APPLICATION_CREDENTIALS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_ROLE = {
    "type": "object",
    "properties": {"id": DOMAIN_ID, "name": name_of(255)},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
_RULE = {"type": "object", "properties": properties_of(ACCESS_RULE)}
_PROPERTIES = {
    **properties_of(APPLICATION_CREDENTIAL),
    "unrestricted": {"type": ["boolean", "null"]},
    "roles": {"type": "array", "items": _ROLE},
    "access_rules": {"type": "array", "items": _RULE},
}
check_query = Check(query_of(name=name_of(255)))
check_creation = Check(
    body_of(
        APPLICATION_CREDENTIAL,
        _PROPERTIES,
        required=["name"],
        additionalProperties=False,
    )
)


class ApplicationCredentials:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            call.enforce("list_application_credentials", user_id=user_id)
            resp.media = list_records(
                call,
                APPLICATION_CREDENTIAL,
                APPLICATION_CREDENTIALS,
                ("name",),
                [APPLICATION_CREDENTIALS.c.user_id == user_id],
                shape=lambda one: shape_credential(with_details(call.db, one)),
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_application_credential", user_id=user_id)
            _check_unrestricted(call)
            asked = call.new_record(APPLICATION_CREDENTIAL)
            made = add_application_credential(call, asked)
            resp.media = call.show(APPLICATION_CREDENTIAL, made)
        resp.status = falcon.HTTP_201

    def on_get_item(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        user_id: str,
        credential_id: str,
    ) -> None:
        with reading(self._state, req) as call:
            _enforce(call, "get_application_credential", user_id, credential_id)
            credential = find_application_credential(call.db, credential_id)
            if credential is None:
                raise NotFound.of(NOUN, credential_id)
            resp.media = call.show(APPLICATION_CREDENTIAL, shape_credential(credential))

    def on_delete_item(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        user_id: str,
        credential_id: str,
    ) -> None:
        with writing(self._state, req) as call:
            _enforce(call, "delete_application_credential", user_id, credential_id)
            _check_unrestricted(call)
            table = APPLICATION_CREDENTIALS
            if not remove(call.db, table, table.c.id == credential_id):
                raise NotFound.of(NOUN, credential_id)
        resp.status = falcon.HTTP_204


def _enforce(call: Call, action: str, user_id: str, credential_id: str) -> None:
    """Enforce the policy on the user of a credential, whoever the URL names."""
    call.authenticate()
    credential = find_application_credential(call.db, credential_id)
    call.enforce(action, user_id=credential["user_id"] if credential else user_id)


def _check_unrestricted(call: Call) -> None:
    """Raise :class:`ForbiddenAction` for a token of a restricted credential.

    A restricted credential may neither create nor delete others.
    """
    if call.caller.body.get("application_credential", {}).get("restricted"):
        raise ForbiddenAction(
            "Using method 'application_credential' is not allowed for managing"
            " additional application credentials."
        )


_PATH = "/v3/users/{user_id}/application_credentials"
ROUTES = (
    Route(_PATH, ApplicationCredentials),
    Route(f"{_PATH}/{{credential_id}}", ApplicationCredentials, "item"),
)
