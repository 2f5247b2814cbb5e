"""The projects that an image is shared with."""

from __future__ import annotations

from imagectl.api.client import Client, Record
from imagectl.api.images import path_of
from imagectl.contract.image import MEMBER


def path(image_id: str, *project_id: str) -> str:
    """Return the path of an image's members, or of one of them."""
    return path_of(image_id, MEMBER.collection, *project_id)


def add(client: Client, image_id: str, project_id: str) -> Record:
    return client.record(MEMBER, "POST", path(image_id), json={"member": project_id})


def set_status(client: Client, image_id: str, project_id: str, status: str) -> Record:
    """Accept or reject an image that is shared with a project."""
    where = path(image_id, project_id)
    return client.record(MEMBER, "PUT", where, json={"status": status})


def remove(client: Client, image_id: str, project_id: str) -> None:
    client.request("DELETE", path(image_id, project_id))
