"""The OpenStack APIs as data, read by both the client and the mock.

A :class:`Resource` describes one REST collection, a :class:`Field` one attribute of
its records. Columns and rows, request bodies, JSON schemas, SQL tables, filters and
sort keys are all derived from these tables. The package imports only the standard
library. The tests in ``tests/contract`` compare the tables with real Keystone and
Glance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["string", "integer", "boolean", "flag", "time", "array", "object"]
"""The type of a field's value. ``flag`` is Keystone's lenient boolean (true, "True",
"on", ...); ``time`` is an ISO 8601 string in answers and a timestamp in the database;
the others are JSON's."""

Shown = Literal["always", "set", "long", "never"]
"""When ``show`` prints a field's row: ``always``; ``set``: when it has a value;
``long``: with ``--long``, when named by ``-c``, and in machine formats; ``never``."""

Extras = Literal["dropped", "rows", "properties"]
"""How ``show`` prints attributes that are not in the table: not at all, each as a row
of its own, or together in one ``properties`` row."""

Filter = Literal["none", "exact", "in", "time"]
"""How a listing filters by the field: ``exact``: by equality; ``in``: by equality or
an ``in:`` list; ``time``: by ``gt:``, ``gte:``, ``lt:``, ``lte:``, ``eq:`` and
``neq:``."""

FLAG_WORDS: tuple[bool | str, ...] = (
    True,
    "True",
    "TRUE",
    "true",
    False,
    "False",
    "FALSE",
    "false",
    "",
    "1",
    "0",
    "y",
    "Y",
    "n",
    "N",
    "on",
    "ON",
    "off",
    "OFF",
    "yes",
    "no",
)
"""The values that Keystone accepts for a lenient boolean, in the order of its schema
(Keystone 30, ``api/validation/parameter_types.py``)."""

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
    """A create request must contain it."""
    read_only: bool = False
    """Only the service sets it."""
    create_only: bool = False
    """A create request may set it; an update may not change it."""
    default: Any = None
    stored: bool = True
    """It has a column of its own in the resource's SQL table."""
    filter: Filter = "none"
    sortable: bool = False
    shown: Shown = "always"
    label: str = ""
    """Row name in ``show``; the attribute's name where empty."""
    header: str = ""
    """Column name in ``list``; derived from the attribute's name where empty."""

    @property
    def row(self) -> str:
        """The name of the field's row in ``show``."""
        return self.label or self.name

    @property
    def column(self) -> str:
        """The name of the field's column in ``list``: ``Project ID``."""
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
    """One REST collection: its URL, the fields of its records, and its columns."""

    noun: str
    """In the singular, with ``_`` for a blank; Keystone wraps a record in this key."""
    service: Literal["identity", "image"]
    collection: str
    """Last part of the URL, and the key of the list in a listing (``images``)."""
    fields: tuple[Field, ...]
    columns: tuple[str, ...] = ("id", "name")
    long_columns: tuple[str, ...] = ()
    """All columns of ``list --long``; the same as ``columns`` where empty."""
    extensible: bool = False
    """Records may have attributes that are not in ``fields``."""
    extras: Extras = "dropped"
    shapes_catalog: bool = False
    """Creating, changing or deleting a record changes the service catalog."""
    query_keys: tuple[str, ...] = ()
    """Query parameters of a listing besides fields (``limit``, ``tags-any``, ...)."""
    root: str = ""
    """Path in front of the collection, below the service's versioned root."""
    created_in_lists: bool = False
    """A create request and its answer contain a list of records, not one record."""

    @property
    def path(self) -> str:
        """Path below the service's versioned root: ``/images``."""
        return f"{self.root}/{self.collection}"

    def below(self, root: str) -> Resource:
        """Return a copy for the collection below another path, as in one namespace."""
        return replace(self, root=root)

    @property
    def envelope(self) -> str | None:
        """Key that Keystone wraps a single record in; None for Glance."""
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
        """Return the field called ``name``. Raises :class:`KeyError` for no field."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Tell whether there is a field called ``name``."""
        return any(field.name == name for field in self.fields)

    @property
    def sort_keys(self) -> tuple[str, ...]:
        """The names of the fields that a listing can be sorted by."""
        return tuple(field.name for field in self.fields if field.sortable)

    @property
    def filters(self) -> tuple[Field, ...]:
        """The fields that a listing can be filtered by."""
        return tuple(field for field in self.fields if field.filter != "none")
