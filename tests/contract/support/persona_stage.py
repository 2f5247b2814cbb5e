"""The resources that personas act on, created when an operation first names them."""

from __future__ import annotations

import json
from string import Template
from typing import Any

import requests

from tests.contract.support.callers import (
    DATA_TYPE,
    PATCH_TYPE,
    Caller,
    password_request,
    sign_in,
    unique,
)
from tests.contract.support.personas import PASSWORD, create, find_role_id

IMAGE = {"disk_format": "raw", "container_format": "bare"}
LASTING = ("domain", "own_project", "other_domain", "unique", "self")


class Stage:
    """A domain and a project of the personas' own, and other resources.

    It maps names to ids: ``stage["group"]`` is a group in the domain, which the
    administrator creates when it is first named and again after `forget_named`.
    ``self`` is the user of :attr:`caller`.
    """

    def __init__(self, admin: Caller) -> None:
        self.admin = admin
        self.caller = admin
        self.made: list[str] = []
        self.named: set[str] = set()
        self._ids: dict[str, str] = {}
        self._personas: dict[tuple[str, str], Caller] = {}
        self._limited = ""

    def __getitem__(self, name: str) -> str:
        if name == "unique":
            return unique("walk")
        if name == "self":
            return self.caller.user_id
        self.named.add(name)
        if name not in self._ids:
            self._ids[name] = getattr(self, f"_make_{name}")()
        return self._ids[name]

    def forget_named(self) -> None:
        """Create what was named since the last call anew when it is named again."""
        for name in self.named - set(LASTING):
            self._ids.pop(name, None)
        self.named.clear()

    def send(
        self, caller: Caller, method: str, path: str, body: Any = None
    ) -> requests.Response:
        """Send an operation, with an id in place of each ``$name``."""
        version, rest = self._fill(path)[1:].split("/", 1)
        options: dict[str, Any] = {}
        if isinstance(body, str):
            options = {"data": body, "headers": {"Content-Type": DATA_TYPE}}
        elif body is not None:
            kind = PATCH_TYPE if isinstance(body, list) else "application/json"
            text = self._fill(json.dumps(body))
            options = {"data": text, "headers": {"Content-Type": kind}}
        call = caller.image if version == "v2" else caller.identity
        return call(method, f"/{rest}", **options)

    def _fill(self, text: str) -> str:
        return Template(text).substitute(self)  # type: ignore[arg-type]

    def persona(self, scope: str, role: str) -> Caller:
        """Return the caller with a role on the system, the domain or the project."""
        if (scope, role) not in self._personas:
            self._personas[scope, role] = self._make_persona(scope, role)
        return self._personas[scope, role]

    def _make_persona(self, scope: str, role: str) -> Caller:
        user_id = create(self.admin, "user", name=unique(role), password=PASSWORD)["id"]
        self.made.append(f"/v3/users/{user_id}")
        targets: dict[str, tuple[str, Any]] = {
            "system": ("/system", {"system": {"all": True}}),
            "domain": (
                f"/domains/{self['domain']}",
                {"domain": {"id": self["domain"]}},
            ),
            "project": (
                f"/projects/{self['own_project']}",
                {"project": {"id": self["own_project"]}},
            ),
        }
        path, asked = targets[scope]
        role_id = find_role_id(self.admin, role)
        granted = self.admin.identity("PUT", f"{path}/users/{user_id}/roles/{role_id}")
        assert granted.status_code == 204, granted.text
        request = password_request({"id": user_id}, PASSWORD, asked)
        return sign_in(self.admin.cloud, request)

    def clear(self) -> None:
        for path in reversed(self.made):
            if path.startswith("/v3/domains/"):
                self.send(self.admin, "PATCH", path, {"domain": {"enabled": False}})
            self.send(self.admin, "DELETE", path)

    def _create(self, noun: str, **values: Any) -> str:
        made = create(self.admin, noun, **values)
        self.made.append(f"/v3/{noun}s/{made['id']}")
        return str(made["id"])

    def _post(self, path: str, body: Any) -> Any:
        answer = self.send(self.admin, "POST", path, body)
        assert answer.status_code == 201, answer.text
        [record] = answer.json().values()
        [record] = record if isinstance(record, list) else [record]
        return record

    def _make_domain(self) -> str:
        return self._create("domain", name=unique("walk"))

    _make_other_domain = _make_domain

    def _make_own_project(self) -> str:
        return self._make_project()

    def _make_project(self) -> str:
        return self._create("project", name=unique("walk"), domain_id=self["domain"])

    def _make_far_project(self) -> str:
        """Create a project in another domain."""
        place = self["other_domain"]
        return self._create("project", name=unique("walk"), domain_id=place)

    def _make_user(self) -> str:
        return self._create("user", name=unique("walk"), domain_id=self["domain"])

    def _make_far_user(self) -> str:
        return self._create("user", name=unique("walk"), domain_id=self["other_domain"])

    def _make_group(self) -> str:
        return self._create("group", name=unique("walk"), domain_id=self["domain"])

    def _make_role(self) -> str:
        return self._create("role", name=unique("walk"))

    def _make_member_role(self) -> str:
        return find_role_id(self.admin, "member")

    def _make_domain_role(self) -> str:
        return self._create("role", name=unique("walk"), domain_id=self["domain"])

    def _make_service(self) -> str:
        return self._create("service", type=unique("walk"))

    def _make_endpoint(self) -> str:
        values = {"interface": "public", "url": "http://a.example"}
        return self._create("endpoint", service_id=self["service"], **values)

    def _make_region(self) -> str:
        return self._create("region")

    def _make_credential(self) -> str:
        values = {"type": "cert", "blob": "x", "user_id": self["user"]}
        return self._create("credential", **values)

    def _make_policy(self) -> str:
        made = self._post("/v3/policies", {"policy": {"type": "x", "blob": "x"}})
        self.made.append(f"/v3/policies/{made['id']}")
        return str(made["id"])

    def _make_registered_limit(self) -> str:
        self._limited = unique("walk")
        limit = {"resource_name": self._limited, "default_limit": 1}
        body = {"registered_limits": [{**limit, "service_id": self["service"]}]}
        made = self._post("/v3/registered_limits", body)
        self.made.append(f"/v3/registered_limits/{made['id']}")
        return str(made["id"])

    def _make_limit(self) -> str:
        self._make_registered_limit()
        limit = {"resource_name": self._limited, "resource_limit": 1}
        owner = {"service_id": self["service"], "project_id": self["own_project"]}
        made = self._post("/v3/limits", {"limits": [{**limit, **owner}]})
        self.made.append(f"/v3/limits/{made['id']}")
        return str(made["id"])

    def _make_image(self) -> str:
        """Create a private image of the personas' project, with data."""
        return self._make_image_of(self.persona("project", "admin"), "private")

    def _make_shared_image(self) -> str:
        return self._make_image_of(self.persona("project", "admin"), "shared")

    def _make_far_image(self) -> str:
        return self._make_image_of(self.admin, "private")

    def _make_public_image(self) -> str:
        return self._make_image_of(self.admin, "public")

    def _make_queued_image(self) -> str:
        owner = self.persona("project", "admin")
        return self._make_image_of(owner, "private", data=None)

    def _make_image_of(
        self, owner: Caller, visibility: str, data: bytes | None = b"data"
    ) -> str:
        values = {"name": unique("walk"), "visibility": visibility, "tags": ["one"]}
        made = owner.image("POST", "/images", json={**IMAGE, **values}).json()
        self.made.append(f"/v2/images/{made['id']}")
        if data is not None:
            assert owner.upload(made["id"], data).status_code == 204
        return str(made["id"])
