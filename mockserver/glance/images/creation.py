"""New images, from requests and from seeds; source: Glance 33 ``domain``."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imagectl.contract.image import IMAGE
from mockserver.glance.data.uploads import Received, receive
from mockserver.glance.errors import BadRequest, Forbidden
from mockserver.glance.images.updates import SETTABLE, VISIBILITY_OPERATIONS
from mockserver.glance.requests.limits import (
    check_minimum,
    check_property_count,
    check_storable,
    check_tag_count,
)
from mockserver.glance.requests.patches import RESERVED, RESERVED_PREFIX
from mockserver.glance.requests.schemas import check_image
from mockserver.glance.times import parse_time, store_time
from mockserver.storage.images import ATTRIBUTES, Image, insert_images

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.glance.requests.call import Call
    from mockserver.state.cloud_state import CloudState

GENERATED = ("direct_url", "self", "file", "schema", "stores")
READ_ONLY = ("created_at", "updated_at", "status", "checksum", "size", "virtual_size")
LONGEST_NAME = 255


class BadData(ValueError):
    """The data of a seed's image does not have the image's disk format."""


def new_image(call: Call, body: dict[str, Any]) -> Image:
    """Return the queued image that a request describes.

    Its owner is the caller's project unless ``body`` names one. Raises
    :class:`BadRequest`, :class:`TooLarge`, and :class:`Forbidden`, also where the
    policy does not allow the caller such an image.
    """
    check_description(body)
    body.setdefault("owner", call.caller.project_id)
    _check_permission(call, body)
    return build_image(call.state, body)


def check_description(body: dict[str, Any]) -> None:
    """Check the description of a new image against the schema, and its names.

    Raises :class:`BadRequest` or :class:`Forbidden`.
    """
    for name in GENERATED:
        if name in body:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    check_image(body)
    _check_names(_properties_of(body))


def build_image(state: CloudState, body: dict[str, Any]) -> Image:
    """Return the queued image that a checked description describes.

    It has an owner only where the description names one. Raises :class:`BadRequest`,
    :class:`Forbidden` or :class:`TooLarge` for values that no new image may have.
    """
    _check_values(body)
    attributes = {name: value for name, value in body.items() if name in SETTABLE}
    properties = _properties_of(body)
    now = store_time(state.clock.now())
    image = Image(
        id=body.get("id") or state.ids.uuid("image"),
        created_at=now,
        updated_at=now,
        properties=properties,
        **{**attributes, "tags": list(dict.fromkeys(attributes.get("tags", ())))},
    )
    check_property_count(properties)
    check_storable(image)
    return image


def _properties_of(body: dict[str, Any]) -> dict[str, Any]:
    attributes = {*SETTABLE, *READ_ONLY, "id"}
    return {name: value for name, value in body.items() if name not in attributes}


def _check_names(properties: dict[str, Any]) -> None:
    for name in properties:
        if len(name) > LONGEST_NAME:
            raise BadRequest(
                "Custom property should not be greater than 255 characters."
            )
        if name in RESERVED or name.startswith(RESERVED_PREFIX):
            raise Forbidden(detail=f"Attribute '{name}' is reserved.")


def _check_permission(call: Call, body: dict[str, Any]) -> None:
    owner, visibility = body["owner"], body.get("visibility", "private")
    try:
        call.enforce_on_project("add_image", owner, visibility)
    except Forbidden:
        if owner == call.caller.project_id:
            raise
        raise Forbidden(
            detail=f"You are not permitted to create images owned by '{owner}'"
        ) from None
    if visibility in VISIBILITY_OPERATIONS:
        operation = VISIBILITY_OPERATIONS[visibility]
        call.enforce_on_project(operation, owner, visibility)


def _check_values(body: dict[str, Any]) -> None:
    check_tag_count(set(body.get("tags", ())))
    for name in READ_ONLY:
        if name in body:
            raise Forbidden(f"Attribute '{name}' is read-only.")
    if "locations" in body:
        raise Forbidden("Attribute 'locations' is reserved.")
    for name in ("min_disk", "min_ram"):
        check_minimum(name, body.get(name, 0))


def insert_seeded(
    state: CloudState,
    db: Connection,
    record: dict[str, Any],
    data: bytes | Path | None = None,
) -> Image:
    """Insert an image that a seed describes, in the form in which Glance shows images.

    With ``data``, bytes or a file, the image gets its size and hashes from there.
    Without, it is stored as described: one that is active has no bytes to download.
    Raises :class:`~mockserver.storage.repository.DuplicateRecord` for a known id,
    :class:`BadData` for data of another format and OSError for a file that cannot be
    read.
    """
    now = store_time(state.clock.now())
    shown = {field.name for field in IMAGE.fields}
    attributes = {k: v for k, v in record.items() if k in shown & ATTRIBUTES}
    for name in ("created_at", "updated_at"):
        attributes[name] = parse_time(record[name]) if name in record else now
    attributes.setdefault("id", state.ids.uuid("image"))
    image = Image(**attributes)
    image.properties = {k: v for k, v in record.items() if k not in shown}
    if data is None:
        _insert(state, db, image)
        return image
    with BytesIO(data) if isinstance(data, bytes) else data.open("rb") as source:
        received = receive(state.stores.default, image, source)
    try:
        _record_data(image, received)
        _insert(state, db, image)
    except BaseException:
        state.stores.default.delete(image.id)
        raise
    return image


def _record_data(image: Image, received: Received) -> None:
    """Make the image active, with the size and hashes of data that is in its store."""
    if received.refusal is not None:
        raise BadData(f"{image.name or image.id}: {received.refusal}")
    for name, value in received.columns().items():
        setattr(image, name, value)
    image.status = "active"


def _insert(state: CloudState, db: Connection, image: Image) -> None:
    if image.status in ("active", "deactivated") and not image.locations:
        image.locations = [state.stores.locate(state.stores.default_name, image.id)]
    insert_images(db, [image])
