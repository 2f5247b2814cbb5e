"""The WSGI applications of a cloud: one service each, or both behind one root.

``keystone/application.py`` and ``glance/application.py`` build the services; here
every request gets its id, the journal its exchange, and some of them a fault.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mockserver.control.breaking import HIT_BY, Disconnected, break_exchanges
from mockserver.control.journal import UNANSWERED, Exchange

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockserver.cloud import MockCloud

IDENTITY_MOUNT = "/identity"
IMAGE_MOUNT = "/image"


def identity_app(cloud: MockCloud) -> WSGIApplication:
    from mockserver.keystone.application import create_application

    return _observe(
        cloud, "identity", break_exchanges(cloud, create_application(cloud))
    )


def image_app(cloud: MockCloud) -> WSGIApplication:
    from mockserver.glance.application import create_application

    return _observe(cloud, "image", break_exchanges(cloud, create_application(cloud)))


def combined_app(cloud: MockCloud) -> WSGIApplication:
    """Mount both services behind one root, under ``/identity`` and ``/image``."""
    mounts = {IDENTITY_MOUNT: identity_app(cloud), IMAGE_MOUNT: image_app(cloud)}

    def dispatch(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        for mount, application in mounts.items():
            if path == mount or path.startswith(mount + "/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + mount
                environ["PATH_INFO"] = path[len(mount) :]
                return application(environ, start_response)
        return _point_to_mounts(start_response)

    return dispatch


def _point_to_mounts(start_response: StartResponse) -> Iterable[bytes]:
    body = json.dumps({"identity": IDENTITY_MOUNT, "image": IMAGE_MOUNT}).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response("404 Not Found", headers)
    return [body]


def _observe(
    cloud: MockCloud, service: str, application: WSGIApplication
) -> WSGIApplication:
    def observed(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        request_id = f"req-{uuid.uuid4()}"
        environ["openstack.request_id"] = request_id
        # kept now: a framework may shorten the path while it routes
        asked = (environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        query = environ.get("QUERY_STRING", "")
        began_at, began_s = cloud.clock.now(), time.monotonic()

        answered = False

        def record(status: int) -> None:
            nonlocal answered
            answered = True
            cloud.journal.record(
                Exchange(
                    *(service, *asked, query, status, request_id),
                    began_at=began_at,
                    duration_s=time.monotonic() - began_s,
                    fault=environ.get(HIT_BY),
                )
            )

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            record(int(status[:3]))
            headers = [*headers, ("x-openstack-request-id", request_id)]
            return start_response(status, headers, exc_info)

        try:
            return application(environ, start)
        except Disconnected:
            if not answered:
                record(UNANSWERED)
            raise

    return observed
