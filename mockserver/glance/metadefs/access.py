"""Namespaces that a caller sees, and what may be done in them.

Source: Glance 33 ``api/v2/policy.py`` and ``db/sqlalchemy/metadef_api/namespace.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.glance import default_policy as policy
from mockserver.glance.errors import Forbidden, NotFound
from mockserver.glance.requests.lookup import as_received
from mockserver.storage import metadefs as storage
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller


def find_namespace(db: Connection, caller: Caller, name: str) -> Record:
    """Return a namespace; :class:`NotFound`, :class:`Forbidden` if not visible."""
    namespace = storage.find_namespace(db, name)
    if namespace is None:
        raise NotFound(f"Metadata definition namespace={name} was not found.")
    if not _is_visible(caller, namespace):
        raise Forbidden(
            f"Forbidding request, metadata definition namespace={name} is not visible."
        )
    return namespace


def get_namespace(db: Connection, caller: Caller, name: str) -> Record:
    """Return a namespace that the caller sees; :class:`NotFound` for any other."""
    try:
        return find_namespace(db, caller, name)
    except (NotFound, Forbidden):
        raise NotFound(f"Namespace {name} not found") from None


def enter(db: Connection, req: falcon.Request, name: str, operation: str) -> Record:
    """Return the namespace that a path names, if its caller may do that there.

    Raises :class:`NotFound` or :class:`Forbidden`.
    """
    namespace = get_namespace(db, req.context.caller, as_received(name))
    enforce(req.context.caller, operation, namespace)
    return namespace


def enter_to_empty(
    db: Connection, req: falcon.Request, name: str, *operations: str
) -> Record:
    """Return the namespace all of whose parts of a kind the caller may remove.

    ``operations`` are what the policy asks besides leave to delete the namespace.
    """
    namespace = enter(db, req, name, "delete_metadef_namespace")
    for operation in operations:
        enforce(req.context.caller, operation, namespace)
    refuse_protected(namespace, "namespace", namespace["namespace"])
    return namespace


def _is_visible(caller: Caller, namespace: Record) -> bool:
    if caller.is_admin or namespace["visibility"] == "public":
        return True
    return caller.project_id is not None and caller.project_id == namespace["owner"]


def allows(caller: Caller, operation: str, namespace: Record | None = None) -> bool:
    target = {"project_id": caller.project_id}
    if namespace is not None:
        target = {
            "project_id": namespace["owner"],
            "visibility": namespace["visibility"],
        }
    return policy.POLICY.allows(operation, caller.credentials, target)


def enforce(caller: Caller, operation: str, namespace: Record | None = None) -> None:
    """Raise :class:`NotFound` for what the caller may not see, else Forbidden."""
    if allows(caller, operation, namespace):
        return
    if not allows(caller, "get_metadef_namespace", namespace):
        raise NotFound
    raise policy.not_authorized(operation)


def refuse_protected(namespace: Record, what: str, name: str) -> None:
    """Raise :class:`Forbidden` if a namespace keeps what it holds."""
    if namespace["protected"]:
        raise Forbidden(
            f"Metadata definition {what} {name} is protected and cannot be deleted."
        )
