"""Namespaces that a caller can see, and what the policy allows in them.

Source: Glance 33 ``api/v2/policy.py`` and ``db/sqlalchemy/metadef_api/namespace.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.glance.default_policy import not_authorized
from mockserver.glance.errors import Forbidden, NotFound
from mockserver.glance.requests.lookup import as_received
from mockserver.storage import metadefs as storage
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from mockserver.callers.callers import Caller
    from mockserver.glance.requests.call import Call


def find_namespace(call: Call, name: str) -> Record:
    """Return a namespace by its name.

    Raises :class:`NotFound`, and :class:`Forbidden` for one the caller cannot see.
    """
    namespace = storage.find_namespace(call.db, name)
    if namespace is None:
        raise NotFound(f"Metadata definition namespace={name} was not found.")
    if not _is_visible(call.caller, namespace):
        raise Forbidden(
            f"Forbidding request, metadata definition namespace={name} is not visible."
        )
    return namespace


def get_namespace(call: Call, name: str) -> Record:
    """Return a namespace that the caller can see; :class:`NotFound` for any other."""
    try:
        return find_namespace(call, name)
    except (NotFound, Forbidden):
        raise NotFound(f"Namespace {name} not found") from None


def enter(call: Call, name: str, operation: str) -> Record:
    """Return the namespace in a path, if the caller may do ``operation`` there.

    ``name`` is as falcon decodes it from the path. Raises :class:`NotFound` or
    :class:`Forbidden`.
    """
    namespace = get_namespace(call, as_received(name))
    enforce(call, operation, namespace)
    return namespace


def allows(call: Call, operation: str, namespace: Record | None = None) -> bool:
    """Tell whether the policy allows the caller an operation.

    Without a namespace the operation is on what the caller's own project has.
    """
    if namespace is None:
        return call.allows_on(operation, {"project_id": call.caller.project_id})
    target = {"project_id": namespace["owner"], "visibility": namespace["visibility"]}
    return call.allows_on(operation, target)


def enforce(call: Call, operation: str, namespace: Record | None = None) -> None:
    """Let only a caller pass whom the policy allows an operation.

    Raises :class:`NotFound` for a namespace that the caller may not read, otherwise
    :class:`Forbidden`.
    """
    if allows(call, operation, namespace):
        return
    if not allows(call, "get_metadef_namespace", namespace):
        raise NotFound
    raise not_authorized(operation)


def refuse_protected(namespace: Record, noun: str, name: str) -> None:
    """Raise :class:`Forbidden` if nothing of a namespace may be deleted.

    ``noun`` and ``name`` say what was to be deleted.
    """
    if namespace["protected"]:
        raise Forbidden(
            f"Metadata definition {noun} {name} is protected and cannot be deleted."
        )


def _is_visible(caller: Caller, namespace: Record) -> bool:
    if caller.is_admin or namespace["visibility"] == "public":
        return True
    return caller.project_id is not None and caller.project_id == namespace["owner"]
