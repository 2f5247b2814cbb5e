"""The plan of a sync: the steps that make the stored images match the declared ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from imagectl.api import images
from imagectl.api.client import Client, Record
from imagectl.contract.image import IMAGE
from imagectl.errors import ConflictError
from imagectl.sync.declaration import Declaration, DeclaredImage
from imagectl.sync.image_data import find_checksum, strip_secrets
from imagectl.sync.stored import (
    COLLECTION_MARK,
    NAME_MARK,
    has_data_of,
    list_collection,
    list_unmarked,
    make_marks,
    version_of,
)
from imagectl.sync.values import MARK_PREFIX, Checksum

Prune = Literal["hide", "delete"]
"""What ``--prune`` does with images that are no longer declared."""
KEPT_PREFIXES = (MARK_PREFIX, "os_glance_", "owner_specified.")
"""Properties with these prefixes are never removed: sync, Glance and other clients set
them."""


@dataclass(frozen=True)
class Step:
    """One row of the plan.

    ``record`` is the stored image that the step is for; None for a new image.
    ``operations`` are a JSON patch of it. ``body`` and ``source`` create a new image
    and give it data. ``note`` tells the user what changes.
    """

    action: Literal["create", "publish", "update", "rotate", "hide", "delete", "keep"]
    name: str
    record: Record | None = None
    operations: Sequence[Mapping[str, Any]] = ()
    note: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    source: tuple[DeclaredImage, Checksum] | None = None


Steps = list[Step]


def make_plan(
    client: Client, declaration: Declaration, prune: Prune | None
) -> Iterator[Steps]:
    """Yield the steps for each image, in the order in which they are to be carried out.

    A ``prune`` of None keeps images that are no longer declared. Raises
    :class:`ConflictError` if there is an image of a declared name with other data
    that sync did not create, and :class:`UsageError` for a data file that cannot be
    read.
    """
    stored = list_collection(client, declaration.collection)
    for image in declaration.images:
        versions = [record for record in stored if record[NAME_MARK] == image.name]
        yield _plan_image(client, image, versions, prune)
    declared = {image.name for image in declaration.images}
    for record in stored:
        if record[NAME_MARK] not in declared:
            yield [_prune_undeclared(record, prune)]


def _plan_image(
    client: Client, image: DeclaredImage, versions: list[Record], prune: Prune | None
) -> Steps:
    """Return the steps for one declared image, of which ``versions`` are stored."""
    checksum = find_checksum(image)
    complete = [one for one in versions if one["status"] != "queued"]
    current = next((one for one in complete if has_data_of(one, checksum)), None)
    current = current or _find_adoptable(client, image, checksum)
    older = [one for one in complete if one is not current]
    steps = [_rotate(image, one) for one in older]
    if prune == "delete" and image.keep is not None:
        steps[image.keep :] = [_delete(one, "too old") for one in older[image.keep :]]
    if prune == "delete":
        unfinished = [one for one in versions if one["status"] == "queued"]
        steps += [_delete(one, "never finished") for one in unfinished]
    wanted = _declared_attributes(image, checksum)
    if current is not None:
        return [*steps, _update(image, current, wanted)]
    is_replacing = any(not one["os_hidden"] for one in older)
    return [*_create(image, checksum, wanted, is_replacing, steps)]


def _declared_attributes(image: DeclaredImage, checksum: Checksum) -> dict[str, Any]:
    """Return the attributes, properties and tags that the stored image should have."""
    tags = {} if image.tags is None else {"tags": list(image.tags)}
    return {
        "name": image.name,
        "os_hidden": image.hidden,
        **image.attributes,
        **tags,
        **(image.properties or {}),
        **make_marks(image, checksum),
    }


def _create(
    image: DeclaredImage,
    checksum: Checksum,
    wanted: Mapping[str, Any],
    is_replacing: bool,
    others: Steps,
) -> Iterator[Step]:
    """Yield the steps that store a new image, and those for ``others`` in between.

    An image that replaces another is created hidden, and published only when the old
    one is out of the way.
    """
    is_hidden_first = is_replacing and not image.hidden
    body = {**wanted, "os_hidden": True} if is_hidden_first else wanted
    origin = strip_secrets(image.url) if image.url else str(image.file)
    note = f"{origin}, {str(checksum)[:23]}..."
    source = (image, checksum)
    yield Step("create", image.name, note=note, body=body, source=source)
    yield from others
    if is_hidden_first:
        unhide = [images.replace("os_hidden", False)]
        yield Step("publish", image.name, operations=unhide, note="os_hidden: False")


def _update(image: DeclaredImage, record: Record, wanted: Mapping[str, Any]) -> Step:
    if image.tags is not None and set(image.tags) == set(record["tags"]):
        wanted = {key: value for key, value in wanted.items() if key != "tags"}
    operations = images.changes(record, wanted)
    if image.properties is not None:
        operations += [
            images.remove(key)
            for key in record
            if key not in image.properties
            and not IMAGE.has(key)
            and not key.startswith(KEPT_PREFIXES)
        ]
    return _step("update", image.name, record, operations)


def _rotate(image: DeclaredImage, record: Record) -> Step:
    """Hide an older version of an image and rename it to ``NAME (VERSION)``."""
    name = f"{image.name} ({version_of(record)})"
    operations = images.changes(record, {"name": name, "os_hidden": True})
    return _step("rotate", name, record, operations)


def _prune_undeclared(record: Record, prune: Prune | None) -> Step:
    note = "no longer declared"
    if prune == "delete":
        return _delete(record, note)
    hide = images.changes(record, {"os_hidden": True}) if prune else []
    return _step("hide", record["name"], record, hide, note)


def _delete(record: Record, note: str) -> Step:
    return Step("delete", record["name"], record, note=note)


def _step(
    action: Literal["update", "rotate", "hide"],
    name: str,
    record: Record,
    operations: Sequence[Mapping[str, Any]],
    note: str = "",
) -> Step:
    note = note or "; ".join(_describe(record, one) for one in operations)
    return Step(action if operations else "keep", name, record, operations, note)


def _describe(record: Record, operation: Mapping[str, Any]) -> str:
    key = operation["path"][1:].replace("~1", "/").replace("~0", "~")
    if operation["op"] == "remove":
        return f"{key}: removed"
    return f"{key}: {record.get(key)} -> {operation['value']}"


def _find_adoptable(
    client: Client, image: DeclaredImage, checksum: Checksum
) -> Record | None:
    """Return an image of the same name and data that sync did not create, if any.

    Raises :class:`ConflictError` if there are only images of the name with other data.
    """
    unmarked = list_unmarked(client, image.name)
    found = [one for one in unmarked if one["status"] != "queued"]
    for record in found:
        if has_data_of(record, checksum):
            return record
    if found:
        raise ConflictError(
            f"Image {found[0]['id']} is called {image.name} already, has other data"
            " and was not made by sync",
            hint="rename it, or let sync have it: imagectl image set"
            f" --property {NAME_MARK}={image.name}"
            f" --property {COLLECTION_MARK}={image.collection} {found[0]['id']}",
        )
    return None
