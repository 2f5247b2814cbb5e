"""The OpenStack APIs as data: what both the client and the mock read.

A :class:`Resource` is one REST collection, a :class:`Field` one attribute of its
records. Columns and rows, request bodies, JSON schemas, SQL tables, filters and sort
keys are all derived from these tables. Nothing here imports anything of ours, and the
tables are held against real Keystone and Glance by ``tests/contract``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["string", "integer", "boolean", "flag", "time", "array", "object"]
"""``flag`` is Keystone's lenient boolean (true, "True", "on", ...); ``time`` is an
ISO 8601 string in answers and a timestamp in the database."""

Shown = Literal["always", "set", "long", "never"]
"""When a record's row is shown: in every table; once it carries a value; with
``--long``, when named by ``-c`` and in machine formats; in no output at all."""

Extras = Literal["dropped", "rows", "properties"]
"""How attributes that the table does not know are shown: not at all, each as a row of
its own, or together in one ``properties`` row."""

Filter = Literal["none", "exact", "in", "time"]
"""How a listing filters by the field: not at all; by equality; by equality or an
``in:`` list; by ``gt:``, ``gte:``, ``lt:``, ``lte:``, ``eq:`` and ``neq:``."""

FLAG_WORDS: tuple[bool | str, ...] = (
    *(True, "True", "TRUE", "true", False, "False", "FALSE", "false", ""),
    *("1", "0", "y", "Y", "n", "N", "on", "ON", "off", "OFF", "yes", "no"),
)
"""What Keystone takes for a lenient boolean."""

VISIBLE_CHARACTER = r"[\S]+"
ID_PATTERN = r"^[a-zA-Z0-9-]+$"


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute of a resource, as the service's API names it."""

    name: str
    kind: Kind = "string"
    description: str = ""
    nullable: bool = False
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    choices: tuple[str | None, ...] = ()
    items: dict[str, Any] | None = None
    required: bool = False
    """A create request must carry it."""
    read_only: bool = False
    """Only the service sets it."""
    create_only: bool = False
    """A request may set it at creation and never change it."""
    default: Any = None
    stored: bool = True
    """It has a column of its own in the resource's SQL table."""
    filter: Filter = "none"
    sortable: bool = False
    shown: Shown = "always"
    label: str = ""
    """Row name in ``show``; the attribute's name unless given."""
    header: str = ""
    """Column name in ``list``; derived from the attribute's name unless given."""

    @property
    def row(self) -> str:
        return self.label or self.name

    @property
    def column(self) -> str:
        if self.header:
            return self.header
        words = self.name.split("_")
        return " ".join("ID" if w == "id" else w.capitalize() for w in words)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the attribute, as the service publishes it."""
        kind = {"flag": ["boolean", "string", "null"], "time": "string"}.get(
            self.kind, self.kind
        )
        if self.nullable and isinstance(kind, str):
            kind = ["null", kind]
        given: dict[str, Any] = {
            "type": kind,
            "readOnly": self.read_only or None,
            "description": self.description or None,
            "minLength": self.min_length,
            "maxLength": self.max_length,
            "pattern": self.pattern,
            "enum": list(self.choices or (FLAG_WORDS if self.kind == "flag" else ())),
            "items": self.items,
        }
        return {key: value for key, value in given.items() if value not in (None, [])}


@dataclass(frozen=True, slots=True)
class Resource:
    """One REST collection: its place, its attributes and its columns."""

    noun: str
    """In the singular, with ``_`` for a blank; the key around one Keystone record."""
    service: Literal["identity", "image"]
    collection: str
    """Last part of the URL and the key around a listing (``images``)."""
    fields: tuple[Field, ...]
    columns: tuple[str, ...] = ("id", "name")
    long_columns: tuple[str, ...] = ()
    """Every column of ``list --long``; the same as ``columns`` where empty."""
    extensible: bool = False
    """Records take attributes that the table does not know."""
    extras: Extras = "dropped"
    shapes_catalog: bool = False
    """A change of its records changes the service catalog."""
    query_keys: tuple[str, ...] = ()
    """Listing parameters that are no attribute (``limit``, ``tags-any``, ...)."""
    root: str = ""
    """Path that the collection is below, where it is not the service's own root."""
    created_in_lists: bool = False
    """A create request and its answer hold a list of records."""

    @property
    def path(self) -> str:
        """Path below the service's versioned root: ``/images``."""
        return f"{self.root}/{self.collection}"

    def below(self, root: str) -> Resource:
        """Return the same collection below another path: what one record holds."""
        return replace(self, root=root)

    @property
    def envelope(self) -> str | None:
        """Key that wraps a single record; Glance wraps nothing."""
        return self.noun if self.service == "identity" else None

    @property
    def title(self) -> str:
        """The noun as it stands in a message: ``Image``."""
        return self.words.capitalize()

    @property
    def words(self) -> str:
        """The noun as the user types it: ``application credential``."""
        return self.noun.replace("_", " ")

    def field(self, name: str) -> Field:
        """Return the field called ``name``; :class:`KeyError` if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any(field.name == name for field in self.fields)

    @property
    def sort_keys(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.sortable)

    @property
    def filters(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.filter != "none")
