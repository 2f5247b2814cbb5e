"""From an endpoint as the catalog has it to the root of the API version we speak."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

MAJOR_VERSIONS = {"identity": 3, "image": 2}
_VERSION = re.compile(r"v(\d+)(\.\d+)*")


def versioned_root(service_type: str, endpoint: str) -> str | None:
    """Return the root below an endpoint that names a version; None if it names none.

    Another major version is replaced by ours, as keystoneauth does for catalogs that
    still say ``/v2.0`` for identity.
    """
    base, _, last = endpoint.rstrip("/").rpartition("/")
    version = _VERSION.fullmatch(last)
    if version is None or base.endswith(":/"):
        return None
    major = MAJOR_VERSIONS.get(service_type, int(version[1]))
    return f"{base}/{last}" if int(version[1]) == major else f"{base}/v{major}"


def choose_root(service_type: str, endpoint: str, status: int, text: str) -> str:
    """Return the root that an endpoint's answer names, or else the usual one."""
    document = None
    if status in (200, 300):
        with contextlib.suppress(ValueError):
            document = json.loads(text)
    named = root_in_document(service_type, endpoint, document)
    return named or default_root(service_type, endpoint)


def default_root(service_type: str, endpoint: str) -> str:
    """Return the usual root below an endpoint that could not be asked."""
    major = MAJOR_VERSIONS.get(service_type)
    base = endpoint.rstrip("/")
    return f"{base}/v{major}" if major else base


def root_in_document(service_type: str, endpoint: str, document: Any) -> str | None:
    """Return the root that the endpoint's version document names, if it names ours."""
    best: tuple[int, ...] = ()
    root = None
    for entry in _versions(document):
        version = _VERSION.fullmatch(str(entry.get("id")))
        link = _self_link(entry)
        if version is None or link is None:
            continue
        numbers = tuple(int(number) for number in version[0][1:].split("."))
        if numbers[0] == MAJOR_VERSIONS.get(service_type) and numbers > best:
            best, root = numbers, _combine(endpoint, link)
    return root


def _versions(document: Any) -> list[Mapping[str, Any]]:
    """Return the entries of ``{"versions": {"values": [...]}}`` and its variants."""
    found = document.get("versions", []) if isinstance(document, dict) else []
    if isinstance(found, dict):
        found = found.get("values", [])
    entries = found if isinstance(found, list) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def _self_link(entry: Mapping[str, Any]) -> str | None:
    links = entry.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "self" and link.get("href"):
            return str(link["href"])
    return None


def _combine(endpoint: str, link: str) -> str:
    """Put the link's path on the endpoint's host.

    A service behind a proxy often names itself: then only the version at the end of
    its link is taken, below the endpoint's own path (keystoneauth 5.18,
    ``discover.py``).
    """
    base = urlsplit(endpoint)
    target = urlsplit(urljoin(endpoint.rstrip("/") + "/", link))
    path = target.path.rstrip("/")
    if base.netloc != target.netloc:
        path = base.path.rstrip("/") + "/" + path.rpartition("/")[2]
    return urlunsplit((base.scheme, base.netloc, path, "", ""))
