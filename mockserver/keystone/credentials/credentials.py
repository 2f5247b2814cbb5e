"""Credentials, stored as blobs: ``/v3/credentials``.

Source: Keystone 30 ``api/credentials.py``.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract.identity import CREDENTIAL
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Conflict, ForbiddenAction, Invalid
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.keystone.requests.schemas import Check, body_of, properties_of
from mockserver.storage.repository import (
    DuplicateRecord,
    Record,
    remove,
    replace,
    store,
)
from mockserver.storage.tables import CREDENTIALS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

EC2 = "ec2"
_PRIMARY_METHODS = frozenset({"password", "token"})
_PROPERTIES = properties_of(CREDENTIAL)
_REQUIRED = ["blob", "type", "user_id"]
_SCOPE_KEYS = ("trust_id", "app_cred_id", "access_token_id", "access_id")
check_query = Check(
    {
        "type": "object",
        "properties": {"user_id": {"type": "string"}, "type": {"type": "string"}},
    }
)
check_creation = Check(
    body_of(
        CREDENTIAL,
        {"id": {"type": "string"}, **_PROPERTIES},
        closed=False,
        required=_REQUIRED,
        **{
            "if": {"properties": {"type": {"const": EC2}}},
            "then": {"required": [*_REQUIRED, "project_id"]},
        },
    )
)
check_change = Check(
    body_of(
        CREDENTIAL,
        {"blob": _PROPERTIES["blob"]},
        closed=False,
        additionalProperties=False,
        required=["blob"],
    )
)


class Credentials:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            own = {"credential": {"user_id": call.caller.user_id}}
            call.enforce("list_credentials", {} if call.caller.system else own)
            resp.media = list_records(
                call,
                CREDENTIAL,
                CREDENTIALS,
                ("user_id", "type"),
                is_visible=lambda one: _is_visible(call, one),
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_credential", {"credential": call.body["credential"]})
            check_not_delegated(call)
            credential = {"project_id": None, **call.new_record(CREDENTIAL)}
            if credential["type"].lower() == EC2:
                access = _read_ec2(credential["blob"])["access"]
                credential["id"] = hash_access_key(access)
            add_credential(call, credential)
            resp.media = call.show(CREDENTIAL, credential)
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, credential_id: str
    ) -> None:
        with reading(self._state, req) as call:
            credential = _find(call, "get_credential", credential_id)
            resp.media = call.show(CREDENTIAL, credential)

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, credential_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            credential = _find(call, "update_credential", credential_id)
            asked = call.body["credential"]["blob"]
            changed = {**credential, "blob": asked}
            if credential["type"].lower() == EC2:
                changed["blob"] = json.dumps(_rescope(credential, asked))
            replace(call.db, CREDENTIALS, changed)
            resp.media = call.show(CREDENTIAL, {**changed, "blob": asked})

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, credential_id: str
    ) -> None:
        with writing(self._state, req) as call:
            _find(call, "delete_credential", credential_id)
            remove(call.db, CREDENTIALS, CREDENTIALS.c.id == credential_id)
        resp.status = falcon.HTTP_204


def add_credential(call: Call, credential: Record) -> None:
    """Store a new credential; raises :class:`Conflict` for an id that is taken."""
    try:
        store(call.db, CREDENTIALS, credential)
    except DuplicateRecord:
        raise Conflict.storing(
            "credential", f"Duplicate entry found with ID {credential['id']}"
        ) from None


def hash_access_key(access: str) -> str:
    """Return the id of the credential that holds an EC2 access key."""
    return hashlib.sha256(access.encode()).hexdigest()


def check_not_delegated(call: Call) -> None:
    """Raise :class:`ForbiddenAction` for a token of an application credential."""
    if not _PRIMARY_METHODS.issuperset(call.caller.body["methods"]):
        raise ForbiddenAction("Delegated tokens cannot access credentials directly")


def _find(call: Call, action: str, credential_id: str) -> Record:
    """Return a credential on which the policy allows an action.

    Raises what :meth:`Call.find_allowed` raises, and :class:`ForbiddenAction`.
    """
    credential = call.find_allowed(action, CREDENTIAL, CREDENTIALS, credential_id)
    check_not_delegated(call)
    return credential


def _is_visible(call: Call, credential: Record) -> bool:
    """Tell whether a listing shows the caller a credential."""
    try:
        check_not_delegated(call)
        call.enforce("get_credential", {"credential": credential})
    except ForbiddenAction:
        return False
    return True


def _read_ec2(text: str) -> dict[str, Any]:
    """Return the blob of an EC2 credential, decoded; raises :class:`Invalid`."""
    try:
        blob = json.loads(text)
    except ValueError:
        raise Invalid("Invalid blob in credential") from None
    if not blob or not isinstance(blob, dict):
        raise Invalid.lacking("blob", "credential")
    if blob.get("access") is None:
        raise Invalid.lacking("access", "credential")
    return blob


def _rescope(credential: Record, text: str) -> dict[str, Any]:
    """Return the new blob of an EC2 credential, decoded.

    Raises :class:`Invalid` for one that is for another scope than the old one.
    """
    old, new = json.loads(credential["blob"]), _read_ec2(text)
    for key in _SCOPE_KEYS:
        if old.get(key) != new.get(key):
            raise Invalid(f"{key} can not be updated for credential")
    return new


ROUTES = (
    Route("/v3/credentials", Credentials),
    Route("/v3/credentials/{credential_id}", Credentials, "item"),
)
