"""Validation of the body of ``POST /v3/auth/tokens``.

Source: Keystone 30 ``auth/schema.py``.
"""

from __future__ import annotations

from typing import Any

from mockserver.keystone.errors import Invalid
from mockserver.keystone.requests.schemas import Check

_TEXT = {"type": "string"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


_NAMED = _object(id=_TEXT, name=_TEXT)
_PROJECT = _object(name=_TEXT, id=_TEXT, domain=_NAMED)
_USER = _object(id=_TEXT, name=_TEXT, password=_TEXT, domain=_NAMED)
check_body = Check(
    {
        **_object(
            identity={
                **_object(
                    methods={"type": "array", "items": _TEXT},
                    password=_object(user=_USER),
                    token={**_object(id=_TEXT), "required": ["id"]},
                ),
                "required": ["methods"],
            },
            scope={
                **_object(project=_PROJECT, domain=_NAMED),
                "type": ["object", "string"],
            },
        ),
        "required": ["identity"],
    },
    verbose=True,
)


def check_authentication(auth: dict[str, Any]) -> None:
    """Raise :class:`Invalid` for an ``auth`` that does not fit its schema.

    Users, projects and domains have to be named by an id or a name.
    """
    check_body(auth)
    user = auth["identity"].get("password", {}).get("user")
    scope = auth.get("scope")
    scope = scope if isinstance(scope, dict) else {}
    project = scope.get("project")
    named = {
        "identity/password/user": user,
        "identity/password/user/domain": (user or {}).get("domain"),
        "scope/project": project,
        "scope/project/domain": (project or {}).get("domain"),
        "scope/domain": scope.get("domain"),
    }
    for place, value in named.items():
        if value is not None and "id" not in value and "name" not in value:
            raise Invalid(
                f"Invalid input for field {place}: id or name must be present."
            )
