"""What has to be done so that what is stored is what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from imagectl.api import images
from imagectl.api.client import Client, Record
from imagectl.contract.image import IMAGE
from imagectl.errors import ConflictError
from imagectl.sync.declaration import Declaration, DeclaredImage
from imagectl.sync.origins import checksum_of, shown
from imagectl.sync.stored import NAME as NAME_MARK
from imagectl.sync.stored import called, holds, in_collection, marks, version_of
from imagectl.sync.values import MARK_PREFIX, Checksum

Prune = Literal["hide", "delete"]
LEFT_ALONE = (MARK_PREFIX, "os_glance_", "owner_specified.")
"""Properties that no declaration takes away: others set them."""


@dataclass(frozen=True)
class Step:
    """One row of the plan; what ``operations`` change is an image that there is."""

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
    """Yield the steps for each image, in the order in which they have to be taken.

    Raises :class:`ConflictError` where an image of the name is there that nobody
    declared, and :class:`UsageError` for a file that cannot be read.
    """
    stored = in_collection(client, declaration.collection)
    for image in declaration.images:
        group = [one for one in stored if one[NAME_MARK] == image.name]
        yield _steps_for(client, image, group, prune)
    declared = {image.name for image in declaration.images}
    for record in stored:
        if record[NAME_MARK] not in declared:
            yield [_undeclared(record, prune)]


def _steps_for(
    client: Client, image: DeclaredImage, group: list[Record], prune: Prune | None
) -> Steps:
    checksum = checksum_of(image)
    there = [one for one in group if one["status"] != "queued"]
    current = next((one for one in there if holds(one, checksum)), None)
    current = current or _adopted(client, image, checksum)
    former = [one for one in there if one is not current]
    steps = [_rotate(image, one) for one in former]
    if prune == "delete" and image.keep is not None:
        steps[image.keep :] = [_delete(one, "too old") for one in former[image.keep :]]
    if prune == "delete":
        unfinished = [one for one in group if one["status"] == "queued"]
        steps += [_delete(one, "never finished") for one in unfinished]
    wanted = _wanted(image, checksum)
    if current is not None:
        return [*steps, _update(image, current, wanted)]
    is_replacing = any(not one["os_hidden"] for one in former)
    return [*_create(image, checksum, wanted, is_replacing, steps)]


def _wanted(image: DeclaredImage, checksum: Checksum) -> dict[str, Any]:
    """Return all that the declaration says of the stored image."""
    tags = {} if image.tags is None else {"tags": list(image.tags)}
    return {
        "name": image.name,
        "os_hidden": image.hidden,
        **image.attributes,
        **tags,
        **(image.properties or {}),
        **marks(image, checksum),
    }


def _create(
    image: DeclaredImage,
    checksum: Checksum,
    wanted: Mapping[str, Any],
    is_replacing: bool,
    others: Steps,
) -> Iterator[Step]:
    """Store a new image; out of sight until those before it have made room."""
    is_late = is_replacing and not image.hidden
    body = {**wanted, "os_hidden": True} if is_late else wanted
    origin = shown(image.url) if image.url else str(image.file)
    note = f"{origin}, {str(checksum)[:23]}..."
    source = (image, checksum)
    yield Step("create", image.name, note=note, body=body, source=source)
    yield from others
    if is_late:
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
            and not key.startswith(LEFT_ALONE)
        ]
    return _step("update", image.name, record, operations)


def _rotate(image: DeclaredImage, record: Record) -> Step:
    name = f"{image.name} ({version_of(record)})"
    operations = images.changes(record, {"name": name, "os_hidden": True})
    return _step("rotate", name, record, operations)


def _undeclared(record: Record, prune: Prune | None) -> Step:
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
    note = note or "; ".join(_spell(record, one) for one in operations)
    return Step(action if operations else "keep", name, record, operations, note)


def _spell(record: Record, operation: Mapping[str, Any]) -> str:
    key = operation["path"][1:].replace("~1", "/").replace("~0", "~")
    if operation["op"] == "remove":
        return f"{key}: removed"
    return f"{key}: {record.get(key)} -> {operation['value']}"


def _adopted(client: Client, image: DeclaredImage, checksum: Checksum) -> Record | None:
    """Return the image that somebody else stored under the name, if its data is right.

    Raises :class:`ConflictError` if it is not.
    """
    found = [one for one in called(client, image.name) if one["status"] != "queued"]
    for record in found:
        if holds(record, checksum):
            return record
    if found:
        raise ConflictError(
            f"Image {found[0]['id']} is called {image.name} already, has other data"
            " and was not made by sync",
            hint="rename it, or let sync have it: imagectl image set"
            f" --property {NAME_MARK}={image.name}"
            f" --property {MARK_PREFIX}collection={image.collection} {found[0]['id']}",
        )
    return None
