"""The changes that a PATCH lists, in both of Glance's dialects of JSON patch.

Source: Glance 33 ``api/v2/images.py``. Version 2.1 is the JSON patch of RFC 6902
without ``copy``, ``move`` and ``test``; in 2.0 a change is ``{"OPERATION": "PATH"}``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from imagectl.contract.image import IMAGE
from mockserver.glance.errors import BadRequest, Forbidden, ServerError
from mockserver.glance.requests.schemas import check_image

OPERATIONS = ("add", "remove", "replace")
READ_ONLY = frozenset(
    field.name for field in IMAGE.fields if field.read_only and field.name != "stores"
) | {"id"}
RESERVED = ("location", "deleted", "deleted_at")
RESERVED_PREFIX = "os_glance"
_LOCATION_DEPTHS = {"add": 2, "remove": 2, "replace": 1}


@dataclass(frozen=True)
class Change:
    """One operation of a PATCH; a path has two parts only for one of the locations."""

    operation: str
    path: tuple[str, ...]
    value: Any = None
    keeps_existing: bool = False
    """Whether ``add`` fails where there is a value already, as in version 2.0."""

    @property
    def name(self) -> str:
        return self.path[0]


def parse_changes(body: Any, *, is_rfc6902: bool) -> list[Change]:
    """Return the changes that a body lists, in order.

    ``is_rfc6902`` says which dialect the body is in. Raises :class:`BadRequest`,
    :class:`Forbidden` for attributes that no client may change, and
    :class:`ServerError` for a path that is no text, on which Glance crashes.
    """
    if not isinstance(body, list):
        raise BadRequest("Request body must be a JSON array of operation objects.")
    return [_parse_change(raw, is_rfc6902) for raw in body]


def _parse_change(raw: Any, is_rfc6902: bool) -> Change:
    if not isinstance(raw, dict):
        raise BadRequest("Operations must be JSON objects.")
    operation, pointer = _parse_21(raw) if is_rfc6902 else _parse_20(raw)
    path = _parse_pointer(pointer)
    depths = _LOCATION_DEPTHS if path[0] == "locations" else {}
    if len(path) != depths.get(operation, 1):
        joined = "/".join(path)
        raise BadRequest(f"Invalid JSON pointer for this resource: '/{joined}'")
    if operation != "remove" and "value" not in raw:
        raise BadRequest(f'Operation "{operation}" requires a member named "value".')
    change = Change(operation, path, raw.get("value"), keeps_existing=not is_rfc6902)
    _check_change(change)
    return change


def _parse_21(raw: dict[str, Any]) -> tuple[str, Any]:
    available = f"It must be one of the following: {', '.join(OPERATIONS)}."
    operation = raw.get("op")
    if operation is None:
        raise BadRequest(f"Unable to find `op` in JSON Schema change. {available}")
    if operation not in OPERATIONS:
        raise BadRequest(f"Invalid operation: `{operation}`. {available}")
    if "path" not in raw:
        raise BadRequest("Unable to find 'path' in JSON Schema change")
    return operation, raw["path"]


def _parse_20(raw: dict[str, Any]) -> tuple[str, Any]:
    named = [operation for operation in OPERATIONS if operation in raw]
    if len(named) != 1:
        count = "only" if named else "exactly"
        raise BadRequest(
            f"Operation objects must contain {count} one member"
            ' named "add", "remove", or "replace".'
        )
    return named[0], raw[named[0]]


def _parse_pointer(pointer: Any) -> tuple[str, ...]:
    if not isinstance(pointer, str):
        raise ServerError
    if not pointer.startswith("/"):
        raise BadRequest(f'Pointer `{pointer}` does not start with "/".')
    if re.search(r"/\s*?/", pointer[1:]):
        raise BadRequest(f'Pointer `{pointer}` contains adjacent "/".')
    if len(pointer) > 1 and pointer.endswith("/"):
        raise BadRequest(f'Pointer `{pointer}` end with "/".')
    if re.search(r"~([^01]|$)", pointer):
        raise BadRequest(
            f'Pointer `{pointer}` contains "~" not part of a recognized'
            " escape sequence."
        )
    return tuple(
        part.replace("~1", "/").replace("~0", "~").strip()
        for part in pointer.lstrip("/").split("/")
    )


def _check_change(change: Change) -> None:
    if change.name in READ_ONLY:
        raise Forbidden(f"Attribute '{change.name}' is read-only.")
    if change.name in RESERVED or change.name.startswith(RESERVED_PREFIX):
        raise Forbidden(f"Attribute '{change.name}' is reserved.")
    if change.operation != "remove":
        is_item = len(change.path) > 1
        check_image({change.name: [change.value] if is_item else change.value})
