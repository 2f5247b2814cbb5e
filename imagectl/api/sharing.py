"""The projects that an image is shared with, and those to share its copy with."""

from __future__ import annotations

from imagectl.api import lookup, members
from imagectl.api.client import Client, Cloud
from imagectl.contract.identity import DOMAIN, PROJECT
from imagectl.contract.image import MEMBER
from imagectl.errors import ConflictError


def member_ids(client: Client, image_id: str) -> list[str]:
    answer = client.document("GET", members.path(image_id), {"members": [MEMBER]})
    return [member["member_id"] for member in answer["members"]]


def add_member(client: Client, image_id: str, project_id: str) -> bool:
    """Share an image with a project; return False if it was shared already."""
    try:
        members.add(client, image_id, project_id)
    except ConflictError:
        return False
    return True


def find_matching_project(source: Cloud, target: Cloud, project_id: str) -> str:
    """Return the id of the project at the target that matches one of the source.

    Clouds that share a Keystone share their projects. Otherwise it is the project of
    the same name in the domain of the same name; raises :class:`NotFoundError` where
    there is none.
    """
    keystones = {each.session.config.auth.get("auth_url") for each in (source, target)}
    if len(keystones) == 1:
        return project_id
    project = source.identity.show(PROJECT, project_id)
    domain = source.identity.show(DOMAIN, project["domain_id"])
    domain_id = lookup.find_id(target.identity, DOMAIN, domain["name"])
    scope = {"domain_id": domain_id}
    return lookup.find_id(target.identity, PROJECT, project["name"], scope=scope)
