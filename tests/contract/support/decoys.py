"""One record of every kind, which no command may touch that does not name it."""

from __future__ import annotations

from typing import Any

import requests

from tests.contract.support.callers import Caller, unique
from tests.contract.support.personas import find_role_id

URL = "http://127.0.0.1:9/"
"""Where endpoints and tasks lead; nobody answers there."""


class Decoys:
    """Records on a cloud, of which :meth:`read` tells whether they changed.

    ``words["project"]`` is a project's name and ``words["region-id"]`` a region's id:
    what help texts call ``<project>`` and ``<region-id>``.
    """

    def __init__(self, admin: Caller) -> None:
        self.admin = admin
        self.words: dict[str, str] = {"marker": "x", "model": "image", "store": "x"}
        self.ids: dict[str, str] = {}
        self._made: list[str] = []
        self._below: list[str] = []
        self._make_accounts()
        self._make_catalog()
        self._make_secrets()
        self._make_image()
        self._make_definitions()

    def known(self) -> set[str]:
        """Return every text that names one of the records, or one that lasts."""
        return {*self.words.values(), *self.ids.values(), "default", "admin", "Default"}

    def read(self) -> dict[str, str]:
        """Return what the services answer about each record, by its path."""
        return {path: self._get(path) for path in (*self._made, *self._below)}

    def clear(self) -> None:
        disabled = {"domain": {"enabled": False}}
        self.admin.identity("PATCH", f"/domains/{self.ids['domain']}", json=disabled)
        for path in reversed(self._made):
            self._send("DELETE", path)

    def _send(self, method: str, path: str, body: Any = None) -> requests.Response:
        version, rest = path[1:].split("/", 1)
        call = self.admin.image if version == "v2" else self.admin.identity
        return call(method, f"/{rest}", json=body)

    def _get(self, path: str) -> str:
        answer = self._send("GET", path)
        return f"{answer.status_code} {answer.text}"

    def _put(self, path: str) -> None:
        answer = self._send("PUT", path)
        assert answer.status_code < 300, answer.text

    def _make(self, path: str, body: Any) -> dict[str, Any]:
        """Create one record and return what was answered about it."""
        answer = self._send("POST", path, body)
        assert answer.status_code == 201, answer.text
        [record] = answer.json().values() if path.startswith("/v3") else [answer.json()]
        [record] = record if isinstance(record, list) else [record]
        self._made.append(f"{path}/{record['id']}")
        return dict(record)

    def _identity(self, noun: str, path: str = "", **values: Any) -> str:
        path = path or f"/v3/{noun}s"
        word = noun.replace("_", "-")
        several = noun in ("limit", "registered_limit")
        body = {f"{noun}s": [values]} if several else {noun: values}
        identifier = str(self._make(path, body)["id"])
        self.ids[word] = self.words[f"{word}-id"] = identifier
        self.words[word] = values.get("name", identifier)
        return identifier

    def _make_accounts(self) -> None:
        self._identity("domain", name=unique("decoy"))
        project_id = self._identity("project", name=unique("decoy"), tags=["decoy"])
        self.words["parent"] = self.words["project"]
        user_id = self._identity("user", name=unique("decoy"))
        group_id = self._identity("group", name=unique("decoy"))
        role_id = self._identity("role", name=unique("decoy"))
        self._put(f"/v3/groups/{group_id}/users/{user_id}")
        self._put(f"/v3/projects/{project_id}/users/{user_id}/roles/{role_id}")
        reader_id = find_role_id(self.admin, "reader")
        self._put(f"/v3/roles/{role_id}/implies/{reader_id}")
        self._below += [
            f"/v3/groups/{group_id}/users",
            f"/v3/role_assignments?user.id={user_id}",
            f"/v3/roles/{role_id}/implies",
        ]

    def _make_catalog(self) -> None:
        service_id = self._identity(
            "service", name=unique("decoy"), type=unique("kind")
        )
        region_id = self._identity("region", id=unique("decoy"))
        place = {"service_id": service_id, "region_id": region_id}
        endpoint_id = self._identity("endpoint", interface="public", url=URL, **place)
        project_id = self.ids["project"]
        filtered = f"/v3/OS-EP-FILTER/projects/{project_id}"
        self._put(f"{filtered}/endpoints/{endpoint_id}")
        self._below.append(f"{filtered}/endpoints")
        self._make_endpoint_group(region_id, project_id)
        what = {"service_id": service_id, "resource_name": unique("decoy")}
        self._identity("registered_limit", **what, default_limit=5)
        self._identity("limit", **what, project_id=project_id, resource_limit=3)

    def _make_endpoint_group(self, region_id: str, project_id: str) -> None:
        """Create an endpoint group; the mock has none."""
        path = "/v3/OS-EP-FILTER/endpoint_groups"
        self.words["endpoint-group"] = "decoy"
        if self.admin.cloud.door == "real":
            filters = {"region_id": region_id}
            made = self._identity(
                "endpoint_group", path, name=unique("decoy"), filters=filters
            )
            self._put(f"{path}/{made}/projects/{project_id}")
            self._below.append(f"{path}/{made}/projects")

    def _make_secrets(self) -> None:
        user_id, own = self.ids["user"], f"/v3/users/{self.admin.user_id}"
        self._identity("credential", user_id=user_id, type="cert", blob="{}")
        self._identity("policy", "/v3/policies", type="decoy", blob="{}")
        rule = {"method": "GET", "path": f"/{unique('decoy')}", "service": "image"}
        path = f"{own}/application_credentials"
        body = {"name": unique("decoy"), "access_rules": [rule]}
        made = self._make(path, {"application_credential": body})
        self.words["application-credential"] = made["name"]
        [rule] = made["access_rules"]
        self.words["access-rule-id"] = rule["id"]
        self._made.insert(0, f"{own}/access_rules/{rule['id']}")

    def _make_image(self) -> None:
        tag = unique("decoy")
        body = {"visibility": "shared", "decoy": "yes", "tags": [tag]}
        image = self._make("/v2/images", {"name": unique("decoy"), **body})
        self.ids["image"] = image["id"]
        self.words |= {"image": image["name"], "tag": tag, "property": "decoy"}
        asked = {
            "import_from": URL,
            "import_from_format": "raw",
            "image_properties": {},
        }
        task = self._make("/v2/tasks", {"type": "import", "input": asked})
        self._made.pop()  # it goes on by itself
        self.words["task-id"] = task["id"]
        members = f"/v2/images/{image['id']}/members"
        member = {"member": self.ids["project"]}
        assert self._send("POST", members, member).status_code == 200
        self._below.append(members)

    def _make_definitions(self) -> None:
        name, kind = unique("decoy"), unique("decoy")
        types = [{"name": kind}]
        body = {"namespace": name, "resource_type_associations": types}
        path = "/v2/metadefs/namespaces"
        assert self._send("POST", path, body).status_code == 201
        self.words |= {"namespace": name, "resource-type": kind, "object": "decoy"}
        text = {"title": "a", "type": "string"}
        for part in (
            {"path": "objects", "name": "decoy", "properties": {"decoy": text}},
            {"path": "properties", "name": "decoy", **text},
            {"path": f"tags/{self.words['tag']}"},
        ):
            place = f"{path}/{name}/{part.pop('path')}"
            assert self._send("POST", place, part or None).status_code == 201
        self._made.append(f"{path}/{name}")
