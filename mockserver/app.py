"""The WSGI applications of a cloud: identity, image and control.

``keystone/application.py`` and ``glance/application.py`` build the services. Here each
gets what is before it: request ids, the journal and the faults.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.control.routes import create_application as create_control
from mockserver.faults.disconnects import Disconnected
from mockserver.faults.middleware import HIT_BY, inject_faults
from mockserver.glance.application import create_application as create_image
from mockserver.keystone.application import create_application as create_identity
from mockserver.state.addresses import CONTROL_MOUNT, IDENTITY_MOUNT, IMAGE_MOUNT
from mockserver.state.journal import UNANSWERED, Exchange
from mockserver.storage.tokens import revoke_token

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockserver.callers.callers import Tokens
    from mockserver.control.plane import ControlPlane


@dataclass(frozen=True)
class Apps:
    """The applications that a door serves; ``control`` answers below ``/_mock/``."""

    identity: WSGIApplication
    image: WSGIApplication
    control: WSGIApplication


def build_apps(plane: ControlPlane, tokens: Tokens, *, is_local: bool = False) -> Apps:
    """Build the applications of a cloud.

    ``tokens`` is what Glance and the control validate tokens with. Where ``is_local``,
    the server listens on a loopback address only, and whoever reaches it may use the
    control.
    """

    def expire_token(token_id: str) -> None:
        with plane.state.database.begin() as db:
            revoke_token(db, token_id)

    def observe(service: str, application: Any) -> WSGIApplication:
        faulty = inject_faults(plane.faults, expire_token, application)
        return _record_exchanges(plane, service, faulty)

    return Apps(
        identity=observe("identity", create_identity(plane.state)),
        image=observe("image", create_image(plane.state, tokens)),
        control=create_control(plane, tokens, is_local=is_local),
    )


def combine(apps: Apps) -> WSGIApplication:
    """Return one application with both services, at ``/identity`` and ``/image``."""
    mounts = {IDENTITY_MOUNT: apps.identity, IMAGE_MOUNT: apps.image}

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


def add_control(
    application: WSGIApplication, control: WSGIApplication
) -> WSGIApplication:
    """Return an application with the control in it, at ``/_mock/``."""

    def dispatch(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        is_control = environ.get("PATH_INFO", "").startswith(f"{CONTROL_MOUNT}/")
        chosen = control if is_control else application
        return chosen(environ, start_response)

    return dispatch


def _point_to_mounts(start_response: StartResponse) -> Iterable[bytes]:
    body = json.dumps({"identity": IDENTITY_MOUNT, "image": IMAGE_MOUNT}).encode()
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    start_response("404 Not Found", headers)
    return [body]


def _record_exchanges(
    plane: ControlPlane, service: str, application: WSGIApplication
) -> WSGIApplication:
    clock, journal = plane.state.clock, plane.journal

    def observed(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        environ["openstack.request_id"] = f"req-{uuid.uuid4()}"
        # read before the service is called: it may change the path while it routes
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        began_at, began_s = clock.now(), time.monotonic()

        answered = False

        def record(status: int) -> None:
            nonlocal answered
            answered = True
            journal.record(
                Exchange(
                    service=service,
                    method=method,
                    path=path,
                    query=query,
                    status=status,
                    request_id=environ["openstack.request_id"],
                    began_at=began_at,
                    duration_s=time.monotonic() - began_s,
                    fault=environ.get(HIT_BY),
                )
            )

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            record(int(status[:3]))
            # Glance has put the client's in its place, if it sent one
            request_id = environ["openstack.request_id"]
            headers = [*headers, ("x-openstack-request-id", request_id)]
            return start_response(status, headers, exc_info)

        try:
            return application(environ, start)
        except Disconnected:
            if not answered:
                record(UNANSWERED)
            raise

    return observed
