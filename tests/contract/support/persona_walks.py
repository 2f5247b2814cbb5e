"""Every persona tries every operation of ``personas.json``.

An operation is a method, a path and a body, in which ``$name`` stands for the id of
what :mod:`persona_stage` makes; ``before`` is what an administrator does first.

With ``IMAGECTL_REAL_CLOUD`` set, this writes the statuses of the real services::

    python -m tests.contract.support.persona_walks
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.support.callers import Caller, sign_in_admin
from tests.contract.support.clouds import open_real
from tests.contract.support.persona_stage import Stage

DATA = Path(__file__).with_name("personas.json")
SCOPES = ("system", "domain", "project")
ROLES = ("admin", "manager", "member", "reader")
Statuses = dict[str, list[int]]


@dataclass
class Operation:
    method: str
    path: str
    body: Any = None
    before: list[list[Any]] = field(default_factory=list)
    statuses: Statuses = field(default_factory=dict)
    """By scope, the status that each of :data:`ROLES` gets."""

    @property
    def name(self) -> str:
        body = "" if self.body is None else f" {json.dumps(self.body)}"
        return f"{self.method} {self.path}{body}"

    def as_data(self) -> str:
        """Return one line of JSON, without empty values."""
        return json.dumps({key: value for key, value in vars(self).items() if value})


def load() -> list[Operation]:
    return [Operation(**one) for one in json.loads(DATA.read_text())]


def walk(stage: Stage, operation: Operation) -> Statuses:
    """Return the statuses that all personas get."""
    return {
        scope: [attempt(stage, operation, stage.persona(scope, r)) for r in ROLES]
        for scope in SCOPES
    }


def attempt(stage: Stage, operation: Operation, caller: Caller) -> int:
    stage.caller = caller
    stage.named.clear()
    for step in operation.before:
        answer = stage.send(stage.admin, *step)
        assert answer.ok, (step, answer.text)
    answer = stage.send(caller, operation.method, operation.path, operation.body)
    if answer.status_code == 201 and operation.method == "POST":
        path = answer.request.path_url
        path = path[path.index("/v3" if "/v3" in path else "/v2") :]
        stage.made += [f"{path}/{one}" for one in names_of(answer.json())]
    if operation.before or (answer.ok and operation.method != "GET"):
        stage.forget_named()  # no longer what the next persona expects
    return answer.status_code


def names_of(body: dict[str, Any]) -> list[str]:
    """Return the ids (or names) in the paths of the records that were created."""
    if "id" in body or "namespace" in body:
        return [body.get("id") or body["namespace"]]
    [found] = body.values()
    records = found if isinstance(found, list) else [found]
    return [record.get("id") or record["access"] for record in records]


def record() -> None:
    operations = load()
    with open_real() as cloud:
        stage = Stage(sign_in_admin(cloud))
        try:
            for operation in operations:
                operation.statuses = walk(stage, operation)
        finally:
            stage.clear()
    lines = ",\n".join(operation.as_data() for operation in operations)
    DATA.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    record()
