"""EC2 access keys: ``/v3/users/{id}/credentials/OS-EC2``.

Each is a credential of the type ``ec2``; source: Keystone 30 ``api/users.py``.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import CREDENTIAL, PROJECT, USER
from mockserver.handlers.routes import Route
from mockserver.keystone.credentials.credentials import (
    EC2,
    add_credential,
    check_not_delegated,
    hash_access_key,
)
from mockserver.keystone.errors import Unauthorized
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.storage.repository import Record, fetch_all, remove
from mockserver.storage.tables import CREDENTIALS, PROJECTS, USERS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


class Ec2Credentials:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        with reading(self._state, req) as call:
            call.enforce("ec2_list_credentials", user_id=user_id)
            check_not_delegated(call)
            call.find(USER, USERS, user_id)
            held = CREDENTIALS.c.user_id == user_id
            keys = fetch_all(call.db, CREDENTIALS, [held, CREDENTIALS.c.type == EC2])
            url = call.url(f"users/{user_id}/credentials/OS-EC2")
            links = {"next": None, "self": url, "previous": None}
            shown = [_describe(call, key) for key in keys]
            resp.media = {"credentials": shown, "links": links}

    def on_post(self, req: falcon.Request, resp: falcon.Response, user_id: str) -> None:
        with writing(self._state, req) as call:
            call.enforce("ec2_create_credential", {"credential": {"user_id": user_id}})
            call.find(USER, USERS, user_id)
            project_id = str(call.body.get("tenant_id"))
            call.find(PROJECT, PROJECTS, project_id)
            check_not_delegated(call)
            access = uuid.uuid4().hex
            blob = {"access": access, "secret": uuid.uuid4().hex, "trust_id": None}
            credential = {
                "user_id": user_id,
                "project_id": project_id,
                "blob": json.dumps(blob),
                "id": hash_access_key(access),
                "type": EC2,
            }
            add_credential(call, credential)
            resp.media = {"credential": _describe(call, credential)}
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str, access: str
    ) -> None:
        with reading(self._state, req) as call:
            credential = _find(call, "ec2_get_credential", user_id, access)
            resp.media = {"credential": _describe(call, credential)}

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, user_id: str, access: str
    ) -> None:
        with writing(self._state, req) as call:
            credential = _find(call, "ec2_delete_credential", user_id, access)
            remove(call.db, CREDENTIALS, CREDENTIALS.c.id == credential["id"])
        resp.status = falcon.HTTP_204


def _find(call: Call, action: str, user_id: str, access: str) -> Record:
    """Return the credential of an access key, if the policy allows an action on it.

    Raises :class:`~mockserver.keystone.errors.NotFound` before the policy is asked, and
    :class:`Unauthorized` for a credential of another type.
    """
    call.authenticate()
    credential = call.find(CREDENTIAL, CREDENTIALS, hash_access_key(access))
    call.enforce(action, {"credential": credential}, user_id=user_id)
    call.find(USER, USERS, user_id)
    if credential["type"] != EC2:
        raise Unauthorized("EC2 access key not found.")
    check_not_delegated(call)
    return credential


def _describe(call: Call, credential: Record) -> Record:
    """Return a credential in the form of the EC2 API."""
    blob = json.loads(credential["blob"])
    user_id, access = credential["user_id"], blob["access"]
    return {
        "user_id": user_id,
        "tenant_id": credential["project_id"],
        "access": access,
        "secret": blob.get("secret"),
        "trust_id": blob.get("trust_id"),
        "links": {"self": call.url(f"users/{user_id}/credentials/OS-EC2/{access}")},
    }


ROUTES = (
    Route("/v3/users/{user_id}/credentials/OS-EC2", Ec2Credentials),
    Route("/v3/users/{user_id}/credentials/OS-EC2/{access}", Ec2Credentials, "item"),
)
