"""API versions: the list, and which one a request means; source: Glance 33."""

from __future__ import annotations

import json
import re

import falcon

_CURRENT = 18
MINORS = tuple(range(_CURRENT, -1, -1))
_MEDIA_TYPE = "application/vnd.openstack.images-"


def show_versions(base_url: str) -> str:
    """Return the version document, with links below ``base_url``."""
    versions = [
        {
            "id": f"v2.{minor}",
            "status": "CURRENT" if minor == _CURRENT else "SUPPORTED",
            "links": [{"rel": "self", "href": f"{base_url}/v2/"}],
        }
        for minor in MINORS
    ]
    return json.dumps({"versions": versions})


def negotiate(req: falcon.Request) -> str | None:
    """Return the path under ``/v2`` that a request means, None if under no version.

    The version stands in the Accept header or starts the path; all are the same API.
    """
    accept = req.get_header("Accept") or ""
    path = re.sub("//+", "/", req.path)
    if accept.startswith(_MEDIA_TYPE):
        version, rest = accept[len(_MEDIA_TYPE) :], path
    else:
        version, slash, rest = path.lstrip("/").partition("/")
        rest = slash + rest
    known = ("v2", *(f"v2.{minor}" for minor in MINORS))
    return f"/v2{rest}" if version in known else None
