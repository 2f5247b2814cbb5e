"""Application credentials made and used on the cloud under test."""

from __future__ import annotations

from typing import Any

from tests.contract.support.callers import Caller, sign_in

SECRET = "hush"


def path_of(user: Caller, *credential_id: str) -> str:
    return "/".join((f"/users/{user.user_id}/application_credentials", *credential_id))


def create(user: Caller, name: str, **values: Any) -> dict[str, Any]:
    body = {"name": name, "secret": SECRET, **values}
    answer = user.identity("POST", path_of(user), json={"application_credential": body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["application_credential"])


def remove_all(admin: Caller, user: Caller) -> None:
    """Delete a user's credentials one by one.

    When a user is deleted, Keystone on SQLite leaves the roles of the credentials
    behind, and the next credential fails on them.
    """
    listing = admin.identity("GET", path_of(user)).json()
    for one in listing["application_credentials"]:
        admin.identity("DELETE", path_of(user, one["id"]))


def request(**credential: Any) -> dict[str, Any]:
    method = "application_credential"
    return {"auth": {"identity": {"methods": [method], method: credential}}}


def bearer_of(user: Caller, credential: dict[str, Any]) -> Caller:
    return sign_in(user.cloud, request(id=credential["id"], secret=SECRET))
