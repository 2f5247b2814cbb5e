"""The door for other WSGI servers: ``gunicorn 'mockserver.doors.wsgi:serve()'``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.app import IDENTITY_MOUNT, IMAGE_MOUNT, combined_app
from mockserver.cloud import MockCloud

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def serve(public_url: str = "http://127.0.0.1:8000", **options: Any) -> WSGIApplication:
    """Return both services of a new cloud as one application.

    ``public_url`` is where the server will listen: the catalog has to name it. The
    other options are those of :class:`~mockserver.cloud.MockCloud`.
    """
    cloud = MockCloud(public_url=public_url, **options)
    root = public_url.rstrip("/")
    cloud.announce(root + IDENTITY_MOUNT, root + IMAGE_MOUNT)
    return combined_app(cloud)
