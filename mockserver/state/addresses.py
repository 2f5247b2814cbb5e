"""Paths of the services behind one port, the control URL, loopback addresses."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

IDENTITY_MOUNT = "/identity"
IMAGE_MOUNT = "/image"
CONTROL_MOUNT = "/_mock"


def control_url_of(url: str) -> str:
    """Return the URL of ``/_mock`` on the server that a service's URL leads to."""
    return urlsplit(url)._replace(path=CONTROL_MOUNT, query="", fragment="").geturl()


def is_loopback(host: str) -> bool:
    """Tell whether an address, or "localhost", can be reached from this machine only.

    Any other name counts as reachable from elsewhere.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
