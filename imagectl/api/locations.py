"""The locations of image data, by both of Glance 33's interfaces.

A service that shows locations to everyone accepts patches of the image's
``locations``. Since API 2.17 every service has ``/v2/images/{id}/locations`` as well:
a POST adds the location of a queued image in a task, and a GET lists locations for
other services only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from imagectl.api import images
from imagectl.api.client import Client, Record
from imagectl.api.records import Shape
from imagectl.errors import ImagectlError, NotFoundError

Location = dict[str, Any]
LOCATION: Shape = {"url": str, "metadata?": dict}


def _shown(record: Mapping[str, Any]) -> list[Location]:
    """Return the ``locations`` of an image record.

    Raises :class:`ImagectlError` where the service does not show them.
    """
    locations = record.get("locations")
    if locations is None:
        raise ImagectlError(f"The service does not show where image {record['id']} is.")
    return list(locations)


def list_all(client: Client, record: Mapping[str, Any]) -> list[Location]:
    """Return the locations of an image, requested where the record has none."""
    if record.get("locations") is not None:
        return _shown(record)
    return list(client.array(images.path_of(record["id"], "locations"), LOCATION))


def register(
    client: Client, image_id: str, url: str, validation_data: Mapping[str, str]
) -> str | None:
    """Add the location of a queued image and return the id of the request.

    The service checks the location in a task, which has that id (see
    :func:`imagectl.api.imports.wait_for_import`). On a service older than API 2.17 the
    location is patched into the image, and None is returned.
    """
    checked = {"validation_data": dict(validation_data)} if validation_data else {}
    body = {"url": url, **checked}
    try:
        response = client.request(
            "POST", images.path_of(image_id, "locations"), json=body
        )
    except NotFoundError:
        add(client, image_id, {"metadata": {}, **body})
        return None
    return response.headers.get("X-Openstack-Request-Id")


def add(client: Client, image_id: str, location: Location) -> Record:
    return images.patch(
        client,
        image_id,
        [{"op": "add", "path": "/locations/-", "value": location}],
    )


def replace_metadata(
    client: Client, record: Mapping[str, Any], url: str, metadata: Mapping[str, str]
) -> Record:
    """Replace the metadata of the location at ``url``.

    Raises :class:`NotFoundError` where the image has no such location.
    """
    locations = _shown(record)
    _positions(record["id"], locations, [url])
    changed = [
        {**each, "metadata": dict(metadata)} if each["url"] == url else each
        for each in locations
    ]
    return images.patch(client, record["id"], [images.replace("locations", changed)])


def remove(client: Client, record: Mapping[str, Any], urls: Sequence[str]) -> None:
    """Remove locations, all or none.

    Raises :class:`NotFoundError` where the image does not have one of them.
    """
    positions = _positions(record["id"], _shown(record), dict.fromkeys(urls))
    operations = [
        {"op": "remove", "path": f"/locations/{position}"}
        for position in sorted(positions, reverse=True)
    ]
    images.patch(client, record["id"], operations)


def _positions(
    image_id: str, locations: Sequence[Location], urls: Iterable[str]
) -> list[int]:
    known = [location["url"] for location in locations]
    for url in urls:
        if url not in known:
            raise NotFoundError(f"Image {image_id} has no location {url}.")
    return [known.index(url) for url in urls]
