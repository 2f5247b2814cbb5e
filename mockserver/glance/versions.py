"""API versions: the list, and which one a request means; source: Glance 33."""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING

import falcon

if TYPE_CHECKING:
    from mockserver.state.settings import Settings

_NEWEST = 18
_OLDEST = (7, 6, 5, 4, 3, 2, 1, 0)
_MEDIA_TYPE = "application/vnd.openstack.images-"

INTRODUCED = (
    (r"/v2/images/[^/]+/members(/.*)?", 1),
    (r"/v2/schemas/members?", 1),
    (r"/v2/(schemas/)?(metadefs|tasks?)(/.*)?", 2),
    (r"/v2/images/[^/]+/actions/[^/]+", 3),
    (r"/v2/images/[^/]+/(stage|import)", 6),
    (r"/v2/info/import", 6),
    (r"/v2/info/stores", 8),
    (r"/v2/stores/.*", 10),
    (r"/v2/images/[^/]+/tasks", 12),
    (r"/v2/info/usage", 13),
    (r"/v2/cache/(clean|prune|nodes/[^/]+)", 18),
    (r"/v2/cache(/[^/]+)?", 14),
    (r"/v2/info/stores/detail", 15),
    (r"/v2/images/[^/]+/locations", 17),
)
"""Patterns of paths, and the minor version since which the image service has them.

Source: Glance's API reference where it says so for a call; otherwise the version that
Glance announced in the release that brought the call.
"""


def is_later(path: str, settings: Settings) -> bool:
    """Tell whether a path needs a later version of the API than the cloud has."""
    if settings.image_api_minor >= _NEWEST:
        return False
    minors = (minor for pattern, minor in INTRODUCED if re.fullmatch(pattern, path))
    return next(minors, 0) > settings.image_api_minor


def announced(settings: Settings) -> tuple[int, ...]:
    """Return the minor versions of a cloud, in the order in which Glance lists them.

    Versions about the cache or about several stores are missing in a cloud without.
    """
    return _announced(settings.image_api_minor, bool(settings.stores), settings.cache)


@functools.cache
def _announced(newest: int, has_stores: bool, has_cache: bool) -> tuple[int, ...]:
    with_stores = (13, 12, 11, 10, 9, 8) if has_stores else (9,)
    minors = (15, *with_stores, 17, *_OLDEST)
    if has_cache:
        minors = (18, 17, 16, 15, 14, *with_stores, *_OLDEST)
    return tuple(minor for minor in minors if minor <= newest)


def show_versions(base_url: str, settings: Settings) -> str:
    """Return the version document as JSON, with links below ``base_url``."""
    minors = announced(settings)
    versions = [
        {
            "id": f"v2.{minor}",
            "status": "CURRENT" if minor == max(minors) else "SUPPORTED",
            "links": [{"rel": "self", "href": f"{base_url}/v2/"}],
        }
        for minor in minors
    ]
    return json.dumps({"versions": versions})


def negotiate(req: falcon.Request, settings: Settings) -> str | None:
    """Return the path under ``/v2`` that a request means, None without a version.

    The version is in the Accept header, or it is the first part of the path. One that
    the cloud does not announce counts as none.
    """
    accept = req.get_header("Accept") or ""
    path = re.sub("//+", "/", req.path)
    if accept.startswith(_MEDIA_TYPE):
        version, rest = accept[len(_MEDIA_TYPE) :], path
    else:
        version, slash, rest = path.lstrip("/").partition("/")
        rest = slash + rest
    known = ("v2", *(f"v2.{minor}" for minor in announced(settings)))
    return f"/v2{rest}" if version in known else None
