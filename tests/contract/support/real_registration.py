"""Registering a real Glance at a Keystone of any make, real or mock.

Part of the script `real_services.py`: only the standard library, and no package.
"""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

SERVICE_USERNAME = "glance-service"
SERVICE_PASSWORD = "service-secret"
TIMEOUT_S = 120


@dataclass(frozen=True)
class Identity:
    """A Keystone to register at and the administrator who may do it."""

    url: str
    password: str
    username: str = "admin"
    project_name: str = "admin"
    region_name: str = "RegionOne"


class IdentityApi:
    """The few Identity calls that registering a service takes."""

    def __init__(self, identity: Identity) -> None:
        self.url = identity.url + "/v3"
        domain = {"name": "Default"}
        user = {"name": identity.username, "domain": domain}
        project = {"name": identity.project_name, "domain": domain}
        methods = {
            "methods": ["password"],
            "password": {"user": {**user, "password": identity.password}},
        }
        body = {"auth": {"identity": methods, "scope": {"project": project}}}
        answer = self._open("POST", "/auth/tokens", {}, body)
        self.headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}

    def _open(
        self, method: str, path: str, headers: dict[str, str], body: Any = None
    ) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **headers}
        request = urllib.request.Request(
            self.url + path, data=data, headers=headers, method=method
        )
        return urllib.request.urlopen(request, timeout=TIMEOUT_S)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        with self._open(method, path, self.headers, body) as answer:
            return json.loads(answer.read() or b"null")

    def ensure(
        self, noun: str, match: dict[str, str], values: dict[str, Any]
    ) -> dict[str, Any]:
        """Find the resource that has the values of match, or create it."""
        listed = self.call("GET", f"/{noun}s?" + urllib.parse.urlencode(match))
        if found := listed[noun + "s"]:
            path = f"/{noun}s/{found[0]['id']}"
            answer = self.call("PATCH", path, {noun: values})
        else:
            answer = self.call("POST", f"/{noun}s", {noun: {**match, **values}})
        return dict(answer[noun])


def register_service_user(identity: Identity) -> IdentityApi:
    """Give Glance a user to validate tokens with; `glance` stays free for the guide."""
    api = IdentityApi(identity)
    project = api.ensure(
        "project", {"name": "service", "domain_id": "default"}, {"enabled": True}
    )
    user = api.ensure(
        "user",
        {"name": SERVICE_USERNAME, "domain_id": "default"},
        {"password": SERVICE_PASSWORD},
    )
    [role] = api.call("GET", "/roles?name=admin")["roles"]
    grant = f"/projects/{project['id']}/users/{user['id']}/roles/{role['id']}"
    api.call("PUT", grant)
    return api


def register_image_service(
    api: IdentityApi, identity: Identity, image_url: str, service_type: str = "image"
) -> None:
    """Put Glance's service and its three endpoints into a Keystone."""
    match = {"type": service_type, "name": "glance"}
    service = api.ensure("service", match, {"enabled": True})
    for interface in ("public", "internal", "admin"):
        match = {"service_id": service["id"], "interface": interface}
        region = {"region_id": identity.region_name}
        api.ensure("endpoint", match, {"url": image_url, **region})
