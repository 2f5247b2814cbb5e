"""Sign-in by one-time code (TOTP), as Keystone 30 answers when it is enabled."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
import requests
from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3

from mockserver.cloud import MockCloud
from mockserver.keystone.sign_in.totp import STEP_S, make_code
from mockserver.state.settings import BadSetting
from tests.mock.support.identity_calls import call, create

KEY = b"12345678901234567890"
BLOB = base64.b32encode(KEY).decode()
RFC_6238 = [
    (59, "287082"),
    (1111111109, "081804"),
    (1234567890, "005924"),
    (20000000000, "353130"),
]
UNAUTHENTICATED = "The request you have made requires authentication."


@pytest.fixture(scope="module")
def cloud() -> Iterator[MockCloud]:
    with MockCloud(auth_methods=["password", "token", "totp"]).in_process() as opened:
        opened.clock.freeze()  # so that no step ends between a code and its use
        yield opened


@pytest.fixture(scope="module")
def eve(cloud: MockCloud) -> dict[str, Any]:
    user = create(cloud, "user", name="eve", password="pw")
    for blob in ("!", "GEZDGNBVGY", BLOB.lower(), BLOB):
        keep(cloud, user["id"], blob)
    return user


def keep(cloud: MockCloud, user_id: str, blob: str) -> None:
    credential = {"type": "totp", "blob": blob, "user_id": user_id}
    answer = call(cloud, "POST", "/credentials", {"credential": credential})
    assert answer.status_code == 201, answer.text


def show_code(
    cloud: MockCloud, user: dict[str, Any], receipt: str = "", **identity: Any
) -> requests.Response:
    methods = ["totp", *identity]
    body = {"identity": {"methods": methods, "totp": {"user": user}, **identity}}
    headers = {"Openstack-Auth-Receipt": receipt}
    url = f"{cloud.identity_url}/v3/auth/tokens"
    return requests.post(url, json={"auth": body}, headers=headers)


def code_of(cloud: MockCloud, steps: int = 0) -> str:
    return make_code(KEY, int(cloud.clock.now().timestamp()) // STEP_S + steps)


@pytest.mark.parametrize(("at_s", "code"), RFC_6238)
def test_codes_match_rfc_6238(
    cloud: MockCloud, eve: dict[str, Any], at_s: int, code: str
) -> None:
    now = cloud.clock.now()
    cloud.clock.freeze(datetime.fromtimestamp(at_s, timezone.utc))
    answer = show_code(cloud, {"id": eve["id"], "passcode": code})
    cloud.clock.freeze(now)
    assert answer.status_code == 201, answer.text
    assert answer.json()["token"]["methods"] == ["totp"]


@pytest.mark.parametrize(
    ("steps", "status"), [(-2, 401), (-1, 201), (0, 201), (1, 401)]
)
def test_a_code_is_valid_for_two_steps(
    cloud: MockCloud, eve: dict[str, Any], steps: int, status: int
) -> None:
    named = {"name": "eve", "domain": {"id": "default"}}
    answer = show_code(cloud, {**named, "passcode": code_of(cloud, steps)})
    assert answer.status_code == status


@pytest.mark.parametrize("code", ["000000", "", None, 5])
def test_another_code_is_refused(
    cloud: MockCloud, eve: dict[str, Any], code: Any
) -> None:
    answer = show_code(cloud, {"id": eve["id"], "passcode": code})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == UNAUTHENTICATED


def test_invalid_keys_accept_no_code(cloud: MockCloud) -> None:
    user = create(cloud, "user", name="mallory", password="pw")
    for blob in ("!", "GEZDGNBVGY", BLOB.lower()):
        keep(cloud, user["id"], blob)
    for code in (code_of(cloud), make_code(b"", 0), make_code(b"12345", 0)):
        assert show_code(cloud, {"id": user["id"], "passcode": code}).status_code == 401


@pytest.mark.parametrize(
    ("user", "lacking"),
    [({}, "id or name in user"), ({"name": "eve"}, "domain in user")],
)
def test_a_code_needs_a_named_user(
    cloud: MockCloud, eve: dict[str, Any], user: dict[str, Any], lacking: str
) -> None:
    answer = show_code(cloud, {**user, "passcode": "1"})
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert message.startswith(f"Expecting to find {lacking}.")


def test_a_receipt_joins_a_password_and_a_code(cloud: MockCloud) -> None:
    options = {"multi_factor_auth_rules": [["password", "totp"]]}
    user = create(cloud, "user", name="alice", password="pw", options=options)
    keep(cloud, user["id"], BLOB)
    shown = {"id": user["id"], "passcode": code_of(cloud)}
    half = show_code(cloud, shown)
    assert (half.status_code, half.json()["receipt"]["methods"]) == (401, ["totp"])
    password = {"user": {"id": user["id"], "password": "pw"}}
    assert show_code(cloud, shown, password=password).status_code == 201
    body = {"auth": {"identity": {"methods": ["password"], "password": password}}}
    receipt = {"Openstack-Auth-Receipt": half.headers["Openstack-Auth-Receipt"]}
    both = requests.post(
        f"{cloud.identity_url}/v3/auth/tokens", json=body, headers=receipt
    )
    assert both.status_code == 201
    assert both.json()["token"]["methods"] == ["password", "totp"]


def test_keystoneauth_continues_with_a_receipt(cloud: MockCloud) -> None:
    options = {"multi_factor_auth_rules": [["password", "totp"]]}
    user = create(cloud, "user", name="bob", password="pw", options=options)
    keep(cloud, user["id"], BLOB)
    url = f"{cloud.identity_url}/v3"
    password = v3.Password(url, user_id=user["id"], password="pw")
    with pytest.raises(exceptions.MissingAuthMethods) as asked:
        session.Session(password).get_token()
    assert asked.value.required_auth_methods == [["password", "totp"]]
    code = v3.TOTP(url, user_id=user["id"], passcode=code_of(cloud))
    code.add_method(v3.ReceiptMethod(receipt=asked.value.receipt))
    assert session.Session(code).get_token()


def test_a_method_outside_the_settings_is_not_supported(cloud: MockCloud) -> None:
    identity = {"methods": ["application_credential"], "application_credential": {}}
    url = f"{cloud.identity_url}/v3/auth/tokens"
    answer = requests.post(url, json={"auth": {"identity": identity}})
    assert answer.status_code == 401
    known = answer.json()["error"]["identity"]["methods"]
    assert known == ["password", "token", "totp"]


def test_an_unknown_method_in_the_settings_is_refused() -> None:
    with pytest.raises(BadSetting, match="'telepathy' is no method"):
        MockCloud(auth_methods=["password", "telepathy"])
