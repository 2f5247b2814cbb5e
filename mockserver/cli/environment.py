"""How clients find a cloud: its description when it is ready, ``OS_*`` variables."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud

CREDENTIALS = (
    "username",
    "password",
    "project_name",
    "user_domain_name",
    "project_domain_name",
    "region_name",
)
"""Keys of a cloud's description whose values clients take as ``OS_`` variables."""
CONTROL_VARIABLE = "MOCKSERVER_CONTROL_URL"


def describe(cloud: MockCloud) -> dict[str, Any]:
    """Return the URLs and credentials of a cloud that is served over TCP.

    Where another Keystone validates the tokens, there are no credentials but its URL.
    """
    described = {"image_url": cloud.image_url, "pid": os.getpid()}
    if cloud.control_url is not None:
        described["control_url"] = cloud.control_url
    if cloud.settings.identity_url is not None:
        return {"identity_url": cloud.settings.identity_url, **described}
    return {
        "identity_url": cloud.identity_url,
        **described,
        "username": cloud.username,
        "password": cloud.password,
        "project_name": cloud.project_name,
        "user_domain_name": cloud.domain_name,
        "project_domain_name": cloud.domain_name,
        "region_name": cloud.region_name,
    }


def variables_of(described: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment variables that make clients use a described cloud."""
    identity_url = described["identity_url"].rstrip("/").removesuffix("/v3")
    variables = {
        "OS_AUTH_TYPE": "password",
        "OS_AUTH_URL": f"{identity_url}/v3",
        "OS_IDENTITY_API_VERSION": "3",
        "MOCKSERVER_IDENTITY_URL": identity_url,
    }
    for key in CREDENTIALS:
        if key in described:
            variables[f"OS_{key.upper()}"] = described[key]
    if image_url := described.get("image_url"):
        variables["MOCKSERVER_IMAGE_URL"] = image_url
    if control_url := described.get("control_url"):
        variables[CONTROL_VARIABLE] = control_url
    return variables


def write_exports(variables: Mapping[str, str]) -> str:
    """Return lines for a POSIX shell to source."""
    lines = (f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    return "\n".join(lines) + "\n"


def write_ready_file(path: Path, described: Mapping[str, Any]) -> None:
    """Write a cloud's description to a file that appears whole.

    Only its owner can read it, since it holds a password. Raises OSError.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(json.dumps(described, indent=2) + "\n")
    part.replace(path)
