"""Raw HTTP to a cloud, as one user or without a token."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

import requests

from tests.contract.support.clouds import Cloud

TIMEOUT_S = 30
PATCH_TYPE = "application/openstack-images-v2.1-json-patch"
DATA_TYPE = "application/octet-stream"


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@dataclass(frozen=True)
class Caller:
    """A caller of both services, with a token or without.

    Paths are below /v3 and /v2; a header given as None is not sent.
    """

    cloud: Cloud
    token: str | None = None
    user_id: str = ""
    project_id: str = ""

    def with_token(self, token: str | None) -> Caller:
        return replace(self, token=token)

    def identity(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.fetch(method, f"{self.cloud.identity_url}/v3{path}", **options)

    def image(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.fetch(method, f"{self.cloud.image_url}/v2{path}", **options)

    def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str | None] | None = None,
        **options: Any,
    ) -> requests.Response:
        own = {"Accept": "application/json", "X-Auth-Token": self.token}
        return requests.request(
            method,
            url,
            headers={**own, **(headers or {})},
            allow_redirects=False,
            timeout=TIMEOUT_S,
            **options,
        )

    def authenticate(self, request: dict[str, Any]) -> requests.Response:
        return self.identity("POST", "/auth/tokens", json=request)

    def validate(self, token: str | None, query: str = "") -> requests.Response:
        headers = {"X-Subject-Token": token}
        return self.identity("GET", f"/auth/tokens{query}", headers=headers)

    def patch_image(self, image_id: str, *changes: Any) -> requests.Response:
        return self.image(
            "PATCH",
            f"/images/{image_id}",
            json=list(changes),
            headers={"Content-Type": PATCH_TYPE},
        )

    def upload(
        self, image_id: str, data: Any, **headers: str | None
    ) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.image(
            "PUT",
            f"/images/{image_id}/file",
            data=data,
            headers={"Content-Type": DATA_TYPE, **given},
        )

    def download(self, image_id: str, **headers: str | None) -> requests.Response:
        return self.image("GET", f"/images/{image_id}/file", headers=headers)


def password_request(
    user: dict[str, Any], password: str, scope: Any = None
) -> dict[str, Any]:
    identity = {
        "methods": ["password"],
        "password": {"user": {**user, "password": password}},
    }
    auth = (
        {"identity": identity}
        if scope is None
        else {
            "identity": identity,
            "scope": scope,
        }
    )
    return {"auth": auth}


def admin_request(cloud: Cloud, scope: Any = None) -> dict[str, Any]:
    user = {"name": cloud.username, "domain": {"id": "default"}}
    return password_request(user, cloud.password, scope)


def sign_in(cloud: Cloud, request: dict[str, Any]) -> Caller:
    """Authenticate; the caller knows the user and project of its token."""
    answer = Caller(cloud).authenticate(request)
    assert answer.status_code == 201, answer.text
    token = answer.json()["token"]
    return Caller(
        cloud,
        answer.headers["X-Subject-Token"],
        token["user"]["id"],
        token.get("project", {}).get("id", ""),
    )


def sign_in_admin(cloud: Cloud, scope: Any = None) -> Caller:
    project = {"name": cloud.project_name, "domain": {"id": "default"}}
    return sign_in(cloud, admin_request(cloud, scope or {"project": project}))
