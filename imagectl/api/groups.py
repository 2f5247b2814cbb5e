"""The members of a group."""

from __future__ import annotations

from imagectl.api.client import Client, quote
from imagectl.contract.identity import GROUP
from imagectl.errors import NotFoundError


def members_path(group_id: str) -> str:
    """Return the path at which the members of a group are listed."""
    return f"{GROUP.path}/{quote(group_id)}/users"


def add_member(client: Client, group_id: str, user_id: str) -> None:
    client.request("PUT", f"{members_path(group_id)}/{quote(user_id)}")


def remove_member(client: Client, group_id: str, user_id: str) -> None:
    client.request("DELETE", f"{members_path(group_id)}/{quote(user_id)}")


def has_member(client: Client, group_id: str, user_id: str) -> bool:
    try:
        client.request("HEAD", f"{members_path(group_id)}/{quote(user_id)}")
    except NotFoundError:
        return False
    return True
