"""The mock's Glance without Keystone, called in this process by any role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from falcon import testing

from mockserver.callers.callers import Caller, NotAuthenticated
from mockserver.cloud import MockCloud
from mockserver.glance.application import create_application

PATCH_21 = "application/openstack-images-v2.1-json-patch"
OCTETS = "application/octet-stream"
ROLES = {
    "admin": ("admin", "manager", "member", "reader"),
    "member": ("member", "reader"),
    "reader": ("reader",),
    "nobody": (),
}


class Personas:
    """Validates tokens such as ``member@p1``: a user with that role in that project."""

    def validate(self, token_id: str | None) -> Caller:
        role, _, project = (token_id or "").partition("@")
        if role not in ROLES:
            raise NotAuthenticated
        scope = {"project": {"id": project, "domain": {"id": "default"}}}
        return Caller.of(
            token_id or "",
            {
                "user": {"id": role, "name": role, "domain": {"id": "default"}},
                "roles": [{"name": name} for name in ROLES[role]],
                "expires_at": "2100-01-01T00:00:00Z",
                **(scope if project else {}),
            },
        )


class Glance:
    def __init__(self, cloud: MockCloud) -> None:
        self.cloud = cloud
        self._client = testing.TestClient(create_application(cloud.state, Personas()))

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        by: str = "admin@ops",
        **headers: str,
    ) -> testing.Result:
        sent = {"X-Auth-Token": by, "Accept": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        path, _, query = path.partition("?")
        is_raw = body is None or isinstance(body, bytes)
        return self._client.simulate_request(
            method,
            path,
            query_string=query,
            body=body if is_raw else json.dumps(body),
            headers=sent,
        )

    def create(self, by: str = "admin@ops", **values: Any) -> str:
        answer = self.ask("POST", "/v2/images", values, by)
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def show(self, image_id: str, by: str = "admin@ops") -> dict[str, Any]:
        answer = self.ask("GET", f"/v2/images/{image_id}", by=by)
        assert answer.status_code == 200, answer.text
        return dict(answer.json)

    def patch(
        self, image_id: str, *changes: dict[str, Any], by: str = "admin@ops"
    ) -> testing.Result:
        path = f"/v2/images/{image_id}"
        return self.ask("PATCH", path, list(changes), by, Content_Type=PATCH_21)

    def upload(
        self, image_id: str, data: bytes, by: str = "admin@ops", **headers: str
    ) -> testing.Result:
        path = f"/v2/images/{image_id}/file"
        return self.ask("PUT", path, data, by, **{"Content_Type": OCTETS, **headers})

    def names(self, query: str = "", by: str = "admin@ops") -> list[str]:
        answer = self.ask("GET", f"/v2/images?{query}", by=by)
        assert answer.status_code == 200, answer.text
        return [image["name"] for image in answer.json["images"]]


def reason(answer: testing.Result) -> str:
    """Return the text of an error message without its HTML."""
    return " ".join(answer.json["message"].replace("<br /><br />", "").split())


@contextmanager
def open_glance(**options: Any) -> Iterator[Glance]:
    cloud = MockCloud(**options)
    try:
        yield Glance(cloud)
    finally:
        cloud.close()
