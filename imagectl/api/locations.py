"""Where the data of an image is: the two ways in which Glance 33 tells and takes it.

Services that show locations to everyone take patches of them (``locations`` of the
image); all since API 2.17 have ``/v2/images/{id}/locations``, which registers one for
a queued image in a task, and tells of them to other services only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from imagectl.api import images
from imagectl.api.client import Client, Record
from imagectl.errors import ImagectlError, NotFoundError

Location = dict[str, Any]


def shown(record: Mapping[str, Any]) -> list[Location]:
    """Return the locations of an image. Raises :class:`ImagectlError` if it has none
    that the service shows."""
    locations = record.get("locations")
    if locations is None:
        raise ImagectlError(f"The service does not show where image {record['id']} is.")
    return list(locations)


def all_of(client: Client, record: Mapping[str, Any]) -> list[Location]:
    """Return the locations, by whichever way they are told."""
    if record.get("locations") is not None:
        return shown(record)
    return list(client.array(images.path_of(record["id"], "locations")))


def register(
    client: Client, image_id: str, url: str, validation_data: Mapping[str, str]
) -> str | None:
    """Say where the data of a queued image is; return the id of the request.

    The service looks at it in a task (see :func:`imagectl.api.imports.follow`); one
    before API 2.17 has it written into the image.
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
    """Give a location other metadata. Raises :class:`NotFoundError` without it."""
    locations = shown(record)
    _places(record["id"], locations, [url])
    changed = [
        {**place, "metadata": dict(metadata)} if place["url"] == url else place
        for place in locations
    ]
    return images.patch(client, record["id"], [images.replace("locations", changed)])


def remove(client: Client, record: Mapping[str, Any], urls: Sequence[str]) -> None:
    """Remove locations, all or none. Raises :class:`NotFoundError` for an unknown."""
    places = _places(record["id"], shown(record), dict.fromkeys(urls))
    operations = [
        {"op": "remove", "path": f"/locations/{place}"}
        for place in sorted(places, reverse=True)
    ]
    images.patch(client, record["id"], operations)


def _places(
    image_id: str, locations: Sequence[Location], urls: Iterable[str]
) -> list[int]:
    known = [location["url"] for location in locations]
    for url in urls:
        if url not in known:
            raise NotFoundError(f"Image {image_id} has no location {url}.")
    return [known.index(url) for url in urls]
