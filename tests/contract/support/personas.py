"""Users with a role in a project of their own, made on the cloud under test."""

from __future__ import annotations

from typing import Any

from tests.contract.support.callers import Caller, password_request, sign_in, unique

PASSWORD = "pass-word"


def create(admin: Caller, noun: str, **values: Any) -> dict[str, Any]:
    """Create an Identity resource and return its body."""
    answer = admin.identity("POST", f"/{noun}s", json={noun: values})
    assert answer.status_code == 201, answer.text
    return dict(answer.json()[noun])


def find_role_id(admin: Caller, name: str) -> str:
    [role] = admin.identity("GET", f"/roles?name={name}").json()["roles"]
    return str(role["id"])


def grant(admin: Caller, user_id: str, project_id: str, role_name: str) -> None:
    role_id = find_role_id(admin, role_name)
    path = f"/projects/{project_id}/users/{user_id}/roles/{role_id}"
    answer = admin.identity("PUT", path)
    assert answer.status_code == 204, answer.text


def create_persona(admin: Caller, role_name: str) -> Caller:
    """A new user who holds one role in a new project, signed in there."""
    user = create(admin, "user", name=unique(role_name), password=PASSWORD)
    project = create(admin, "project", name=unique(role_name))
    grant(admin, user["id"], project["id"], role_name)
    scope = {"project": {"id": project["id"]}}
    return sign_in(admin.cloud, password_request({"id": user["id"]}, PASSWORD, scope))


def remove_persona(admin: Caller, persona: Caller) -> None:
    admin.identity("DELETE", f"/users/{persona.user_id}")
    admin.identity("DELETE", f"/projects/{persona.project_id}")
