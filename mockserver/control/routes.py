"""``/_mock/``: a running cloud driven over HTTP, as ``mockserver reset`` and so on do.

``control/guard.py`` says who may.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.control.clock import BadTime, change_clock
from mockserver.control.fault import BadFault, Fault
from mockserver.control.filling import add_seed
from mockserver.control.guard import Guard
from mockserver.control.seed import BadSeed, parse_seed
from mockserver.control.snapshot import BadSnapshotName, NoSnapshot
from mockserver.environment import CONTROL_MOUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from mockserver.cloud import MockCloud

_REFUSED = (BadSeed, BadFault, BadSnapshotName, BadTime)


def drive_with(
    cloud: MockCloud, *, is_local: bool
) -> Callable[[WSGIApplication], WSGIApplication]:
    """Return what puts the controls of a cloud before an application."""
    controls = _create_application(cloud, is_local)

    def drive(application: WSGIApplication) -> WSGIApplication:
        def dispatch(
            environ: WSGIEnvironment, start_response: StartResponse
        ) -> Iterable[bytes]:
            is_control = environ.get("PATH_INFO", "").startswith(f"{CONTROL_MOUNT}/")
            chosen: Any = controls if is_control else application
            answer: Iterable[bytes] = chosen(environ, start_response)
            return answer

        return dispatch

    return drive


def _create_application(cloud: MockCloud, is_local: bool) -> Any:
    app = falcon.App(middleware=[Guard(cloud, is_local)])
    controls = Controls(cloud)
    for path, suffix in ROUTES:
        app.add_route(f"{CONTROL_MOUNT}/{path}", controls, suffix=suffix)
    app.set_error_serializer(_write_error)
    for kind in _REFUSED:
        app.add_error_handler(kind, _refuse)
    app.add_error_handler(NoSnapshot, _miss)
    return app


class Controls:
    """What a cloud is driven with: its Python methods, over HTTP."""

    def __init__(self, cloud: MockCloud) -> None:
        self._cloud = cloud

    def on_post_reset(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._cloud.reset()
        resp.status = falcon.HTTP_204

    def on_post_seed(self, req: falcon.Request, resp: falcon.Response) -> None:
        add_seed(self._cloud, parse_seed(_read(req)))
        resp.status = falcon.HTTP_204

    def on_get_journal(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = [exchange.describe() for exchange in self._cloud.journal]

    def on_delete_journal(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._cloud.journal.clear()
        resp.status = falcon.HTTP_204

    def on_get_clock(self, req: falcon.Request, resp: falcon.Response) -> None:
        clock = self._cloud.clock
        resp.media = {"now": clock.now().isoformat(), "frozen": clock.is_frozen}

    def on_put_clock(self, req: falcon.Request, resp: falcon.Response) -> None:
        change_clock(self._cloud.clock, _read(req))
        self.on_get_clock(req, resp)

    def on_get_snapshots(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = list(self._cloud.snapshots)

    def on_post_snapshots(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._cloud.snapshot(_read_name(req))
        resp.status = falcon.HTTP_204

    def on_post_restore(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._cloud.restore(_read_name(req))
        resp.status = falcon.HTTP_204

    def on_get_faults(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = [armed.describe() for armed in self._cloud.faults]

    def on_post_faults(self, req: falcon.Request, resp: falcon.Response) -> None:
        armed = self._cloud.faults.arm(Fault.from_document(_read(req)))
        resp.status, resp.media = falcon.HTTP_201, armed.describe()

    def on_delete_faults(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._cloud.faults.clear()
        resp.status = falcon.HTTP_204

    def on_delete_fault(
        self, req: falcon.Request, resp: falcon.Response, number: int
    ) -> None:
        try:
            self._cloud.faults.remove(number)
        except KeyError:
            raise falcon.HTTPNotFound(title=f"there is no fault {number}") from None
        resp.status = falcon.HTTP_204


def _read(req: falcon.Request) -> Any:
    try:
        return json.loads(req.bounded_stream.read())
    except ValueError:
        raise falcon.HTTPBadRequest(title="a JSON object is expected") from None


def _read_name(req: falcon.Request) -> str:
    document = _read(req)
    name = document.get("name") if isinstance(document, dict) else None
    if not isinstance(name, str):
        raise falcon.HTTPBadRequest(title="a snapshot has a name")
    return name


def _write_error(
    req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError
) -> None:
    resp.media = {"error": error.title}


def _refuse(
    req: falcon.Request, resp: falcon.Response, error: Exception, params: object
) -> None:
    resp.status, resp.media = falcon.HTTP_400, {"error": str(error)}


def _miss(
    req: falcon.Request, resp: falcon.Response, error: Exception, params: object
) -> None:
    resp.status, resp.media = falcon.HTTP_404, {"error": str(error)}


ROUTES = (
    ("reset", "reset"),
    ("seed", "seed"),
    ("journal", "journal"),
    ("clock", "clock"),
    ("snapshots", "snapshots"),
    ("restore", "restore"),
    ("faults", "faults"),
    ("faults/{number:int}", "fault"),
)
