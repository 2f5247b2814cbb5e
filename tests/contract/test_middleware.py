"""What stands before both services: health checks, request ids, tokens, limits."""

from __future__ import annotations

import pytest

from tests.contract.conftest import Make
from tests.contract.support.callers import Caller, unique

REQUEST_ID = "req-12345678-1234-1234-1234-123456789abc"


@pytest.mark.fault(29)
@pytest.mark.parametrize("query", ["", "?detailed", "?detailed=true"])
@pytest.mark.parametrize("path", ["/healthcheck", "/healthcheck/", "/healthcheck/x"])
def test_both_services_tell_their_health(nobody: Caller, path: str, query: str) -> None:
    services = {nobody.cloud.identity_url: [], nobody.cloud.image_url: ["OK"]}
    for url, reasons in services.items():
        told = nobody.fetch("GET", f"{url}{path}{query}")
        assert told.json() == {"detailed": False, "reasons": reasons}
        text = nobody.fetch("GET", f"{url}{path}{query}", headers={"Accept": "*/*"})
        assert (text.status_code, text.text) == (200, "".join(reasons))
        assert text.headers["Content-Type"] == "text/plain; charset=UTF-8"
        page = nobody.fetch("GET", f"{url}{path}", headers={"Accept": "text/html"})
        assert page.headers["Content-Type"] == "text/html; charset=UTF-8"
        assert nobody.fetch("HEAD", f"{url}{path}").status_code == 204
        assert nobody.fetch("POST", f"{url}{path}").status_code == 200


@pytest.mark.fault(30)
@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (REQUEST_ID, REQUEST_ID),
        ("x", "req-x"),
        ("req-x", "req-x"),
        (REQUEST_ID.upper(), f"req-{REQUEST_ID.upper()}"),
        ("two words", "req-two words"),
        ("<script>", "req-<script>"),
        ("a" * 64, f"req-{'a' * 64}"),
    ],
)
def test_glance_answers_with_the_clients_request_id(
    admin: Caller, sent: str, answered: str
) -> None:
    headers = {"X-OpenStack-Request-ID": sent}
    for path in ("/images?limit=1", "/images/nowhere"):
        answer = admin.image("GET", path, headers=headers)
        assert answer.headers["x-openstack-request-id"] == answered
    own = admin.identity("GET", "/regions", headers=headers)
    assert own.headers["x-openstack-request-id"] not in (sent, answered)


@pytest.mark.fault(30)
def test_a_service_token_that_is_none_is_ignored(admin: Caller, member: Caller) -> None:
    for token in ("nothing", member.token, ""):
        headers = {"X-Service-Token": token}
        assert admin.image("GET", "/images", headers=headers).status_code == 200


@pytest.mark.fault(30)
def test_a_revoked_token_stays_so_whatever_comes(admin: Caller, make: Make) -> None:
    project = make("project", name=unique("p"))
    user = make("user", name=unique("u"), password="pw")
    roles = admin.identity("GET", "/roles?name=member").json()["roles"]
    grant = f"/projects/{project['id']}/users/{user['id']}/roles/{roles[0]['id']}"
    assert admin.identity("PUT", grant).status_code == 204
    secret = {"user": {"id": user["id"], "password": "pw"}}
    identity = {"methods": ["password"], "password": secret}
    scope = {"project": {"id": project["id"]}}
    request = {"auth": {"identity": identity, "scope": scope}}
    tokens = [admin.authenticate(request).headers["X-Subject-Token"] for _ in range(2)]
    revoked = admin.identity(
        "DELETE", "/auth/tokens", headers={"X-Subject-Token": tokens[0]}
    )
    assert revoked.status_code == 204
    for noun, record in (("project", project), ("user", user)):
        for enabled in (False, True):
            changed = {noun: {"enabled": enabled}}
            path = f"/{noun}s/{record['id']}"
            assert admin.identity("PATCH", path, json=changed).status_code == 200
            assert admin.validate(tokens[0]).status_code == 404
        # disabling a project revokes nothing, disabling a user does
        assert admin.validate(tokens[1]).status_code == (
            200 if noun == "project" else 404
        )


@pytest.mark.fault(30)
def test_leaving_a_group_revokes_the_users_tokens(admin: Caller, make: Make) -> None:
    user = make("user", name=unique("u"), password="pw")
    group = make("group", name=unique("g"))
    member = f"/groups/{group['id']}/users/{user['id']}"
    assert admin.identity("PUT", member).status_code == 204
    secret = {"user": {"id": user["id"], "password": "pw"}}
    identity = {"methods": ["password"], "password": secret}
    answer = admin.authenticate({"auth": {"identity": identity}})
    token = answer.headers["X-Subject-Token"]
    assert admin.validate(token).status_code == 200
    assert admin.identity("DELETE", member).status_code == 204
    assert admin.validate(token).status_code == 404
