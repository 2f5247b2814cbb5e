"""URLs that come from a service: whether they are any, and where they lead."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

USUAL_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Who answers a URL: what is secret is sent to no other (RFC 6454)."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """Return the origin of an http or https URL; raises ValueError for any other."""
    parts = urlsplit(url)
    if parts.scheme not in USUAL_PORTS or not parts.hostname:
        raise ValueError("no http or https URL")
    port = parts.port or USUAL_PORTS[parts.scheme]
    return Origin(parts.scheme, parts.hostname, port)


def is_url(text: object) -> bool:
    """Return whether a request can be sent to ``text``."""
    try:
        return isinstance(text, str) and bool(origin_of(text))
    except ValueError:
        return False


def have_same_origin(one: str, other: str) -> bool:
    return is_url(one) and is_url(other) and origin_of(one) == origin_of(other)


def shown_url(url: str) -> str:
    """Return a URL without user, query and fragment, which may be secret or long."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else url
