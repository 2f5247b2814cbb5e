"""Find the root URL of the API version that imagectl uses, below an endpoint.

A catalog may have ``http://host:9292`` or ``http://host:9292/v1``, where requests are
sent to ``http://host:9292/v2/images``. Root URLs have no trailing slash.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from imagectl.config.clouds import CloudConfig
from imagectl.errors import UsageError
from imagectl.http.bodies import parse_json

MAJOR_VERSIONS = {"identity": 3, "image": 2}
_VERSION = re.compile(r"v(\d{1,9})(\.\d{1,9}){0,3}", re.ASCII)


def check_api_version(config: CloudConfig, service_type: str) -> None:
    """Raise :class:`UsageError` if a version is configured that is not supported."""
    wanted = config.service(service_type).api_version
    major = MAJOR_VERSIONS.get(service_type)
    if wanted and major and wanted.lstrip("v").partition(".")[0] != str(major):
        raise UsageError(
            f"{service_type.capitalize()} API version {wanted} is not supported; "
            f"only version {major} is."
        )


def versioned_root(service_type: str, endpoint: str) -> str | None:
    """Return the root for an endpoint whose URL ends in a version; None otherwise.

    Another major version is replaced by the supported one, as keystoneauth does for
    catalogs that still have ``/v2.0`` for identity.
    """
    base, _, last = endpoint.rstrip("/").rpartition("/")
    version = _VERSION.fullmatch(last)
    if version is None or base.endswith(":/"):
        return None
    major = MAJOR_VERSIONS.get(service_type, int(version[1]))
    return f"{base}/{last}" if int(version[1]) == major else f"{base}/v{major}"


def choose_root(service_type: str, endpoint: str, status: int, body: bytes) -> str:
    """Return the root that the endpoint's version document names, or the usual one.

    ``status`` and ``body`` are those of the answer to ``GET endpoint``.
    """
    document = None
    if status in (200, 300):
        with contextlib.suppress(ValueError):
            document = parse_json(body)
    named = root_in_document(service_type, endpoint, document)
    return named or default_root(service_type, endpoint)


def default_root(service_type: str, endpoint: str) -> str:
    """Return the usual root below an endpoint: ``/v2`` for image."""
    major = MAJOR_VERSIONS.get(service_type)
    base = endpoint.rstrip("/")
    return f"{base}/v{major}" if major else base


def root_in_document(service_type: str, endpoint: str, document: Any) -> str | None:
    """Return the root of the supported major version in a version document.

    Of several minor versions the latest is taken. Returns None if the document names
    no supported version, or is no version document.
    """
    best: tuple[int, ...] = ()
    root = None
    for entry in versions_in(document):
        version = _VERSION.fullmatch(str(entry.get("id")))
        link = _self_link(entry)
        if version is None or link is None:
            continue
        numbers = tuple(int(number) for number in version[0][1:].split("."))
        if numbers[0] == MAJOR_VERSIONS.get(service_type) and numbers > best:
            with contextlib.suppress(ValueError):  # a link that is no URL
                best, root = numbers, _combine(endpoint, link)
    return root


def versions_in(document: Any) -> list[Mapping[str, Any]]:
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
    """Return the link's path on the endpoint's host.

    A service behind a proxy often links to its own host instead of the proxy's. Then
    only the version at the end of the link is used, below the path of the endpoint
    (keystoneauth 5.18, ``discover.py``).
    """
    base = urlsplit(endpoint)
    target = urlsplit(urljoin(endpoint.rstrip("/") + "/", link))
    path = target.path.rstrip("/")
    if base.netloc != target.netloc:
        path = base.path.rstrip("/") + "/" + path.rpartition("/")[2]
    return urlunsplit((base.scheme, base.netloc, path, "", ""))
