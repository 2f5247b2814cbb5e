"""Playing a sequence of requests on a cloud, and comparing what two clouds answered.

A request is plain data. What only a cloud knows stands in it as a reference:
``<image:2>`` is the third image that the sequence made there (or the first again,
when it made two), ``<name:a>`` a name of the sequence's own, ``<project:member>`` the
project of a persona, ``<new:image>`` an id that no image had before. Answers are read
back into references, so that those of two clouds can be compared.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.contract.support.callers import (
    DATA_TYPE,
    PATCH_TYPE,
    Caller,
    password_request,
    sign_in,
    sign_in_admin,
    unique,
)
from tests.contract.support.clouds import DOORS, Cloud
from tests.contract.support.imports import wait
from tests.contract.support.personas import (
    PASSWORD,
    create,
    create_persona,
    grant,
    remove_persona,
)

UNKNOWN = "0" * 32
DISABLED = {"domain": {"enabled": False}}
REFERENCE = re.compile(r"<(\w+):(\w+)>")
VOLATILE = (
    (re.compile(r"(fuzz|member|reader)-[0-9a-f]{12}"), r"<\1>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "<time>"),
    (re.compile(r"file://[^\"]*/"), "file://<store>/"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "<hex>"),
)
UNORDERED = ("users", "projects", "roles", "groups", "role_assignments", "tags")


@dataclass(frozen=True)
class Step:
    """One request; the path is below /v3 or /v2, and references stand in it."""

    service: str
    method: str
    path: str
    by: str = "admin"
    body: Any = None
    data: bytes | None = None
    media_type: str | None = None


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


@dataclass(frozen=True)
class Deliberate:
    """A request that the mock answers otherwise, and why."""

    why: str
    service: str
    method: str
    path: str
    status: int


DELIBERATE = (
    Deliberate(
        "Keystone 30 trips over a limit that is no number",
        "identity",
        "GET",
        r"/\w+\?.*limit=x",
        500,
    ),
    Deliberate(
        "Keystone 30 trips over what lies below a project that is not there",
        "identity",
        "GET",
        r"/role_assignments\?.*include_subtree.*",
        500,
    ),
    Deliberate(
        "Keystone 30 trips over a new project that is enabled: no, a word for false",
        "identity",
        "POST",
        r"/projects",
        500,
    ),
    Deliberate(
        "Keystone 30 trips over such a word in a change, and over a name that is"
        " taken where options come with it",
        "identity",
        "PATCH",
        r"/projects/[^/]+",
        500,
    ),
)


def is_deliberate(step: Step, there: Answer) -> bool:
    return any(
        (step.service, step.method, there.status)
        == (one.service, one.method, one.status)
        and re.fullmatch(one.path, step.path)
        for one in DELIBERATE
    )


@dataclass
class Stage:
    """A cloud with the personas that take part, and what the sequence made there."""

    cloud: Cloud
    callers: dict[str, Caller]
    domain_id: str
    prefix: str = field(default_factory=lambda: unique("fuzz"))
    made: dict[str, list[str]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._run_id = uuid.uuid4().hex

    def play_all(self, steps: list[Step]) -> list[Answer]:
        """Send the requests, then clear the stage for the next sequence."""
        try:
            return [self.play(step) for step in steps]
        finally:
            self.clear()

    def play(self, step: Step) -> Answer:
        headers: dict[str, str | None] = {}
        sent: dict[str, Any] = {"headers": headers}
        if step.data is not None:
            headers["Content-Type"] = step.media_type or DATA_TYPE
            sent["data"] = step.data
        elif step.body is not None:
            is_patch = step.service == "image" and step.method == "PATCH"
            headers["Content-Type"] = step.media_type or (
                PATCH_TYPE if is_patch else "application/json"
            )
            sent["data"] = json.dumps(self._resolve(step.body))
        path = str(self._resolve(step.path))
        call = getattr(self.callers[step.by], step.service)
        response: requests.Response = call(step.method, path, **sent)
        self._remember(step, response)
        if path.endswith("/import") and response.status_code == 202:
            wait(self.callers["admin"], path.split("/")[2])
        return Answer(response.status_code, self._read(response))

    def clear(self) -> None:
        """Delete what the sequence made."""
        admin = self.callers["admin"]
        unprotected = [{"op": "replace", "path": "/protected", "value": False}]
        for image_id in self.made.pop("image", []):
            if admin.image("DELETE", f"/images/{image_id}").status_code == 403:
                admin.patch_image(image_id, *unprotected)
                admin.image("DELETE", f"/images/{image_id}")
        for noun, ids in self.made.items():
            for one in reversed(ids):
                admin.identity("DELETE", f"/{noun}s/{one}")
        self.made.clear()
        self.prefix = unique("fuzz")
        self.numbers = itertools.count()
        self._run_id = uuid.uuid4().hex

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, str):
            return REFERENCE.sub(lambda found: self._look_up(*found.groups()), value)
        if isinstance(value, list):
            return [self._resolve(one) for one in value]
        if isinstance(value, dict):
            return {self._resolve(key): self._resolve(v) for key, v in value.items()}
        return value

    def _look_up(self, kind: str, which: str) -> str:
        if kind == "name":
            return f"{self.prefix}-{which}"
        if kind == "domain":
            return self.domain_id
        if kind == "new":
            # in the order of their creation, by which listings fall back to ids
            return str(uuid.UUID(f"{self._run_id[:24]}{next(self.numbers):08x}"))
        if which in self.callers:
            return str(getattr(self.callers[which], f"{kind}_id"))
        ids = self.made.get(kind)
        return ids[int(which) % len(ids)] if ids else UNKNOWN

    def _remember(self, step: Step, response: requests.Response) -> None:
        noun = step.path.strip("/").removesuffix("s")
        if step.method != "POST" or response.status_code != 201 or "/" in noun:
            return
        body = response.json()
        made_id = body["id"] if step.service == "image" else body[noun]["id"]
        self.made.setdefault(noun, []).append(made_id)

    def _read(self, response: requests.Response) -> Any:
        text = response.text
        for value, reference in self._references():
            text = text.replace(value, reference)
        for pattern, name in VOLATILE:
            text = pattern.sub(name, text)
        try:
            return _arrange(json.loads(text))
        except ValueError:
            return text

    def _references(self) -> Iterator[tuple[str, str]]:
        yield self.cloud.identity_url, "<identity>"
        yield self.cloud.image_url, "<images>"
        yield self.prefix, "<name>"
        yield self.domain_id, "<domain:own>"
        for name, caller in self.callers.items():
            if caller.token is None:
                continue
            yield caller.user_id, f"<user:{name}>"
            yield caller.project_id, f"<project:{name}>"
        for noun, ids in self.made.items():
            for number, made_id in enumerate(ids):
                yield made_id, f"<{noun}:{number}>"


def _arrange(value: Any) -> Any:
    """Sort what the services list in no order of their own."""
    if isinstance(value, list):
        return [_arrange(one) for one in value]
    if not isinstance(value, dict):
        return value
    arranged = {key: _arrange(one) for key, one in value.items()}
    for key in UNORDERED:
        if isinstance(arranged.get(key), list):
            arranged[key].sort(key=lambda one: json.dumps(one, sort_keys=True))
    return arranged


@contextlib.contextmanager
def set_stage(cloud: Cloud) -> Iterator[Stage]:
    """Make the personas: a reader beside the member, an outsider, and nobody."""
    admin = sign_in_admin(cloud)
    member, outsider = (create_persona(admin, "member") for _ in range(2))
    user = create(admin, "user", name=unique("reader"), password=PASSWORD)
    grant(admin, user["id"], member.project_id, "reader")
    scope = {"project": {"id": member.project_id}}
    reader = sign_in(cloud, password_request({"id": user["id"]}, PASSWORD, scope))
    domain = create(admin, "domain", name=unique("fuzz"))
    callers = {
        "admin": admin,
        "member": member,
        "reader": reader,
        "outsider": outsider,
        "nobody": Caller(cloud, user_id=UNKNOWN, project_id=UNKNOWN),
    }
    yield Stage(cloud, callers, domain["id"])
    admin.identity("PATCH", f"/domains/{domain['id']}", json=DISABLED)
    admin.identity("DELETE", f"/domains/{domain['id']}")
    for persona in (reader, outsider, member):
        remove_persona(admin, persona)


@contextlib.contextmanager
def open_stage(door: str) -> Iterator[Stage]:
    with DOORS[door]() as cloud, set_stage(cloud) as stage:
        yield stage


def differences(
    steps: list[Step], here: list[Answer], there: list[Answer]
) -> Iterator[str]:
    """Yield how the answers of two clouds differ, up to a difference in status."""
    for number, (step, one, other) in enumerate(zip(steps, here, there, strict=True)):
        if one != other and not is_deliberate(step, other):
            yield f"request {number + 1}, {step}:\n  {one}\n  {other}"
        if one.status != other.status:
            break
