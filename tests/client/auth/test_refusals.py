"""A refused sign-in is exit 3, with a hint that names what was tried."""

from __future__ import annotations

import pytest

from imagectl.auth.refusals import refusal
from imagectl.auth.session import Session
from imagectl.config.clouds import CloudConfig
from imagectl.errors import AccessError, ServiceError
from mockserver.cloud import MockCloud
from tests.client.support.auth_server import Answer, serve
from tests.conftest import Run

pytestmark = pytest.mark.fault(9)


@pytest.mark.parametrize("auth_type", ["token", "v3token"])
def test_an_unknown_token_is_no_missing_image(
    run: Run, monkeypatch: pytest.MonkeyPatch, auth_type: str
) -> None:
    monkeypatch.setenv("OS_AUTH_TYPE", auth_type)
    monkeypatch.setenv("OS_TOKEN", "gAAAAunknown")
    outcome = run("image", "list")
    assert outcome.exit_code == 3
    assert "hint: the token (OS_TOKEN" in outcome.err


@pytest.mark.parametrize(
    "variable",
    ["OS_PROJECT_NAME", "OS_PROJECT_ID", "OS_DOMAIN_NAME", "OS_SYSTEM_SCOPE"],
)
def test_a_scope_beside_an_application_credential_is_named(
    run: Run, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    shown = run("application", "credential", "create", "ac", "-f", "json").json
    created = {key.lower(): value for key, value in shown.items()}
    for name in ("USERNAME", "PASSWORD", "PROJECT_NAME", "PROJECT_DOMAIN_NAME"):
        monkeypatch.delenv(f"OS_{name}", raising=False)
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", created["id"])
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", created["secret"])
    assert run("image", "list").exit_code == 0
    monkeypatch.setenv(variable, "all" if variable == "OS_SYSTEM_SCOPE" else "admin")
    outcome = run("image", "list")
    assert outcome.exit_code == 3
    assert f"unset {variable} " in outcome.err
    assert "password" not in outcome.err.splitlines()[1]


def test_a_wrong_application_credential_hints_at_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OS_PROJECT_NAME")
    monkeypatch.setenv("OS_AUTH_TYPE", "v3applicationcredential")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_ID", "none")
    monkeypatch.setenv("OS_APPLICATION_CREDENTIAL_SECRET", "none")
    outcome = run("image", "list")
    assert outcome.exit_code == 3
    assert "hint: check the application credential" in outcome.err


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410])
@pytest.mark.parametrize("auth_type", ["password", "v3password"])
def test_whatever_keystone_refuses_is_no_access(status: int, auth_type: str) -> None:
    refused = Answer(status, {"error": {"message": "No.", "code": status}})
    with serve(lambda asked: refused) as server, pytest.raises(AccessError) as caught:
        _ = Session(_config(server.url, auth_type)).token
    assert caught.value.status == status
    assert caught.value.hint


@pytest.mark.parametrize("status", [404, 405, 500, 503])
def test_what_is_no_keystone_refuses_nothing(status: int) -> None:
    odd = Answer(status, "<html>not here</html>")
    with serve(lambda asked: odd) as server, pytest.raises(ServiceError):
        _ = Session(_config(server.url, "password")).token


@pytest.mark.fault("P27")
def test_a_url_of_glance_is_no_keystone(run: Run, cloud: MockCloud) -> None:
    outcome = run("--os-auth-url", cloud.image_url, "image", "list")
    assert outcome.exit_code == 6
    assert "v2 authentication" not in outcome.err
    assert "it has no API version 3" in outcome.err
    assert "hint: check --os-auth-url" in outcome.err


def _config(url: str, auth_type: str) -> CloudConfig:
    auth = {"auth_url": f"{url}/v3", "username": "u", "password": "hush"}
    domain = {"user_domain_id": "default"}
    return CloudConfig(auth_type, {**auth, **domain}, token_cache=False)


@pytest.mark.parametrize("kind", ["v3totp", "v3oidcpassword", "token", "password"])
def test_every_kind_of_sign_in_has_its_own_hint(kind: str) -> None:
    hints = {
        refusal(CloudConfig(each), 401, "No.").hint
        for each in (kind, "v3applicationcredential")
    }
    assert len(hints) == 2
