"""Where a cloud is reached: mounts behind one port, the control URL, loopback."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

IDENTITY_MOUNT = "/identity"
IMAGE_MOUNT = "/image"
CONTROL_MOUNT = "/_mock"


def control_url_of(url: str) -> str:
    """Return where the server of a service's URL is driven from."""
    return urlsplit(url)._replace(path=CONTROL_MOUNT, query="", fragment="").geturl()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
