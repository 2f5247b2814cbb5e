"""What the handlers of objects, properties and tags share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.glance.errors import NotFound
from mockserver.glance.metadefs import access
from mockserver.glance.requests.lookup import as_received
from mockserver.storage import metadefs as storage
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Table

    from mockserver.glance.requests.call import Call


@dataclass(frozen=True)
class PartKind:
    """A kind of part that a namespace has many of, each under a name of its own.

    Names of namespaces and parts are arguments as falcon decodes them from a path.
    """

    table: Table
    noun: str
    """What Glance calls such a part when it refuses to delete it."""
    missing_noun: str
    """What Glance calls such a part when there is none of that name."""
    enter: Callable[[Call, str, str], Record] = access.enter
    """Returns the namespace of a call, as :func:`access.enter` does."""

    def find(
        self, call: Call, namespace_name: str, name: str, operation: str
    ) -> tuple[Record, Record]:
        """Return a namespace and a part of it, if the caller may do ``operation``.

        Raises :class:`NotFound` or :class:`Forbidden`.
        """
        namespace = self.enter(call, namespace_name, operation)
        return namespace, self.get(call, namespace, as_received(name))

    def get(self, call: Call, namespace: Record, name: str) -> Record:
        """Return a part by its stored name; raises :class:`NotFound`."""
        part = storage.find_part(call.db, self.table, namespace["id"], name)
        if part is None:
            raise NotFound(f"Could not find {self.missing_noun} {name}")
        return part

    def remove(
        self, call: Call, namespace_name: str, name: str, operation: str
    ) -> None:
        """Remove a part, if the caller may do ``operation``.

        Raises :class:`NotFound`, and :class:`Forbidden` also for a protected namespace.
        """
        namespace, part = self.find(call, namespace_name, name, operation)
        access.refuse_protected(namespace, self.noun, part["name"])
        storage.remove_part(call.db, self.table, part)

    def remove_all(self, call: Call, namespace_name: str, *operations: str) -> None:
        """Remove all such parts, if the caller may delete the whole namespace.

        ``operations`` are what the caller must be allowed besides that. Raises
        :class:`NotFound`, and :class:`Forbidden` also for a protected namespace.
        """
        # not self.enter: here the error for no such namespace is the same for all kinds
        namespace = access.enter(call, namespace_name, "delete_metadef_namespace")
        for operation in operations:
            access.enforce(call, operation, namespace)
        access.refuse_protected(namespace, "namespace", namespace["namespace"])
        storage.remove_parts(call.db, self.table, namespace["id"])
