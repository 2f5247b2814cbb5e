"""Records of namespaces and of what they hold, made from checked documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.glance.errors import Conflict
from mockserver.storage import metadefs as storage
from mockserver.storage.metadef_tables import OBJECTS, PROPERTIES, TAGS
from mockserver.storage.repository import DuplicateRecord, Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

Document = dict[str, Any]


def object_columns(document: Document) -> Record:
    return {
        "name": document["name"],
        "description": document.get("description"),
        "required": ",".join(document.get("required") or ()) or None,
        "json_schema": document.get("properties") or {},
    }


def association_columns(document: Document) -> Record:
    names = ("name", "prefix", "properties_target")
    return {name: document.get(name) for name in names}


class Contents:
    """Adds to one namespace.

    ``now`` is the time as records hold it; ``is_loaded`` says that the namespace comes
    from a file. Every method returns the record it stored, and raises
    :class:`Conflict` for a name that is taken.
    """

    def __init__(
        self, db: Connection, namespace: Record, now: str, *, is_loaded: bool = False
    ) -> None:
        self._db = db
        self._name = namespace["namespace"]
        self._shared = {
            "namespace_id": namespace["id"],
            **_times(now, is_loaded=is_loaded),
        }

    def add_object(self, document: Document) -> Record:
        record = {**object_columns(document), **self._shared}
        try:
            storage.add_part(self._db, OBJECTS, record)
        except DuplicateRecord:
            raise self._name_taken("object", record["name"]) from None
        return record

    def add_property(self, name: str, document: Document) -> Record:
        record = {"name": name, "json_schema": document, **self._shared}
        try:
            storage.add_part(self._db, PROPERTIES, record)
        except DuplicateRecord:
            raise self._name_taken("property", name) from None
        return record

    def add_tag(self, name: str) -> Record:
        record = {"name": name, **self._shared}
        try:
            storage.add_part(self._db, TAGS, record)
        except DuplicateRecord:
            raise tag_name_taken(self._name, name) from None
        return record

    def associate(self, document: Document) -> Record:
        """Associate a resource type, which is made where there is none of its name."""
        record = {**association_columns(document), **self._shared}
        try:
            storage.associate(self._db, record)
        except DuplicateRecord:
            raise Conflict(
                "The metadata definition resource-type association of"
                f" resource-type={record['name']} to namespace={self._name}"
                " already exists."
            ) from None
        return record

    def _name_taken(self, noun: str, name: str) -> Conflict:
        return Conflict(
            f"A metadata definition {noun} with name={name}"
            f" already exists in namespace={self._name}."
        )


def tag_name_taken(namespace: str, name: str) -> Conflict:
    return Conflict(
        f"A metadata tag with name={name} already exists in namespace={namespace}."
        " (Please note that metadata tag names are case insensitive)."
    )


def _times(now: str, *, is_loaded: bool) -> Record:
    # Glance leaves the time of an update empty for what it loads from a file
    return {"created_at": now, "updated_at": None if is_loaded else now}


def add_namespace(
    db: Connection, document: Document, now: str, *, is_loaded: bool = False
) -> Record:
    """Store a namespace with all that its document holds, and return its record.

    ``now`` and ``is_loaded`` are as for :class:`Contents`. Raises :class:`Conflict`.
    """
    namespace = {
        "namespace": document["namespace"],
        "display_name": document.get("display_name"),
        "description": document.get("description"),
        "visibility": document.get("visibility") or "private",
        "protected": document.get("protected") or False,
        "owner": document["owner"],
        **_times(now, is_loaded=is_loaded),
    }
    try:
        namespace["id"] = storage.add_namespace(db, namespace)
    except DuplicateRecord:
        raise Conflict(
            f"The metadata definition namespace={namespace['namespace']}"
            " already exists."
        ) from None
    contents = Contents(db, namespace, now, is_loaded=is_loaded)
    for association in document.get("resource_type_associations", ()):
        contents.associate(association)
    for part in document.get("objects", ()):
        contents.add_object(part)
    for tag in document.get("tags", ()):
        contents.add_tag(tag["name"])
    for name, part in document.get("properties", {}).items():
        contents.add_property(name, part)
    return namespace
