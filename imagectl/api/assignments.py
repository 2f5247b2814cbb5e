"""Role assignments, and roles that imply others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagectl.api.client import Client, Record
from imagectl.api.records import Shape

_NAMED: Shape = {"id": str, "name?": str, "domain?": {"name?": str}}
_ASSIGNMENT: Shape = {
    "role?": _NAMED,
    "user?": _NAMED,
    "group?": _NAMED,
    "scope?": {"project?": _NAMED, "domain?": _NAMED},
}
_ROLE: Shape = {"id": str, "name": str}
_RULE: Shape = {"prior_role": _ROLE, "implies": [_ROLE]}


def list_assignments(client: Client, query: Mapping[str, Any]) -> list[Record]:
    """Return the role assignments that ``query`` selects."""
    shape: Shape = {"role_assignments?": [_ASSIGNMENT]}
    answer = client.document("GET", "/role_assignments", shape, params=query)
    return list(answer.get("role_assignments") or ())


def list_inferences(client: Client) -> list[Record]:
    """Return the prior roles, each with the roles that it implies."""
    shape: Shape = {"role_inferences": [_RULE]}
    rules: list[Record] = client.document("GET", "/role_inferences", shape)[
        "role_inferences"
    ]
    return rules
