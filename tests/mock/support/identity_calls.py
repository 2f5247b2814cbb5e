"""Calls to a mock's Keystone that take a test one line each."""

from __future__ import annotations

from typing import Any

import requests

from mockserver.cloud import MockCloud

Answer = requests.Response


def sign_in(
    cloud: MockCloud,
    username: str = "admin",
    password: str | None = None,
    scope: Any = None,
) -> Answer:
    """Ask for a token: on the project admin unless a scope is given."""
    domain = {"id": cloud.domain_id}
    secret = cloud.password if password is None else password
    user = {"name": username, "domain": domain, "password": secret}
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = scope or {"project": {"name": cloud.project_name, "domain": domain}}
    body = {"auth": {"identity": identity, "scope": scope}}
    return requests.post(f"{cloud.identity_url}/v3/auth/tokens", json=body)


def token_of(cloud: MockCloud, *arguments: Any, **more: Any) -> str:
    answer = sign_in(cloud, *arguments, **more)
    assert answer.status_code == 201, answer.text
    return answer.headers["X-Subject-Token"]


def call(
    cloud: MockCloud,
    method: str,
    path: str,
    body: Any = None,
    token: str | None = None,
    **headers: str,
) -> Answer:
    """Call below ``/v3``, as the administrator unless a token is given."""
    headers["X-Auth-Token"] = token or token_of(cloud)
    url = f"{cloud.identity_url}/v3{path}"
    return requests.request(method, url, json=body, headers=headers)


def validate(cloud: MockCloud, token: str, query: str = "") -> Answer:
    path = f"/auth/tokens{query}"
    return call(cloud, "GET", path, **{"X-Subject-Token": token})


def create(cloud: MockCloud, noun: str, **record: Any) -> dict[str, Any]:
    answer = call(cloud, "POST", f"/{noun}s", {noun: record})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()[noun]
    return created
