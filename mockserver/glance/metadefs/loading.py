"""Definitions from files, as ``glance-manage db_load_metadefs`` takes them.

Source: Glance 33 ``db/sqlalchemy/metadata.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.glance.errors import ImageError
from mockserver.glance.metadefs import shapes
from mockserver.glance.metadefs.contents import add_namespace
from mockserver.storage.metadefs import find_namespace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

DEFAULT_OWNER = "admin"
_OBJECT = ("name", "description", "properties")
"""The attributes of an object that Glance loads; ``required`` is none of them."""


class BadDefinition(ValueError):
    """Glance could not show a namespace of such contents."""


def load_namespace(db: Connection, document: Mapping[str, Any], now: str) -> None:
    """Store a namespace with all that it holds, unless there is one of its name.

    ``now`` is the time as records hold it. Raises :class:`BadDefinition` for what
    Glance could not show afterwards, and KeyError where the namespace has no name.
    """
    if find_namespace(db, document["namespace"]) is not None:
        return
    known = {name: document[name] for name in shapes.NAMESPACE.names & set(document)}
    known["objects"] = [
        {name: one[name] for name in _OBJECT if one.get(name) is not None}
        for one in document.get("objects", ())
    ]
    try:
        shaped = shapes.NAMESPACE(known)
        owner = shaped.get("owner", DEFAULT_OWNER)
        add_namespace(db, {**shaped, "owner": owner}, now, is_loaded=True)
    except ImageError as error:
        raise BadDefinition(f"{document['namespace']}: {error}") from error
