"""``/_mock/``: the control of a running cloud over HTTP.

``mockserver reset``, ``fault`` and so on send their requests here.
``control/guard.py`` says who may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.control.guard import Guard
from mockserver.control.snapshots import BadSnapshotName, NoSnapshot
from mockserver.faults.fault import BadFault, Fault
from mockserver.handlers.documents import TooMuch, parse_json, read_all
from mockserver.seeds.document import BadSeed, parse_seed
from mockserver.state.addresses import CONTROL_MOUNT
from mockserver.state.clock import BadTime, change_clock

if TYPE_CHECKING:
    from mockserver.callers.callers import Tokens
    from mockserver.control.plane import ControlPlane

MOST_BYTES = 64 << 20
_REFUSED = (BadSeed, BadFault, BadSnapshotName, BadTime)
"""What is answered with 400 and the error's message."""


def create_application(plane: ControlPlane, tokens: Tokens, *, is_local: bool) -> Any:
    """Return the WSGI application that answers below ``/_mock/``.

    Where ``is_local``, the server listens on a loopback address only.
    """
    app = falcon.App(middleware=[Guard(plane.state, tokens, is_local=is_local)])
    controls = Controls(plane)
    for path, suffix in ROUTES:
        app.add_route(f"{CONTROL_MOUNT}/{path}", controls, suffix=suffix)
    app.set_error_serializer(_write_error)
    for kind in _REFUSED:
        app.add_error_handler(kind, _refuse)
    app.add_error_handler(NoSnapshot, _miss)
    return app


class Controls:
    """The handlers: each calls what the Python API calls too."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane

    def on_get_id(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"id": self._plane.start_id}

    def on_post_reset(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._plane.reset()
        resp.status = falcon.HTTP_204

    def on_post_seed(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._plane.add_seed(parse_seed(_read(req)))
        resp.status = falcon.HTTP_204

    def on_get_journal(self, req: falcon.Request, resp: falcon.Response) -> None:
        after = req.get_param_as_int("after", default=0)
        resp.media = [
            exchange.describe()
            for exchange in self._plane.journal
            if exchange.number > after
        ]

    def on_delete_journal(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._plane.journal.clear()
        resp.status = falcon.HTTP_204

    def on_get_clock(self, req: falcon.Request, resp: falcon.Response) -> None:
        clock = self._plane.state.clock
        resp.media = {"now": clock.now().isoformat(), "frozen": clock.is_frozen}

    def on_put_clock(self, req: falcon.Request, resp: falcon.Response) -> None:
        change_clock(self._plane.state.clock, _read(req))
        self.on_get_clock(req, resp)

    def on_get_snapshots(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = list(self._plane.snapshots)

    def on_post_snapshots(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._plane.snapshots.save(_read_name(req))
        resp.status = falcon.HTTP_204

    def on_delete_snapshot(
        self, req: falcon.Request, resp: falcon.Response, name: str
    ) -> None:
        self._plane.snapshots.delete(name)
        resp.status = falcon.HTTP_204

    def on_post_restore(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._plane.snapshots.restore(_read_name(req))
        resp.status = falcon.HTTP_204

    def on_get_faults(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = [armed.describe() for armed in self._plane.faults]

    def on_post_faults(self, req: falcon.Request, resp: falcon.Response) -> None:
        armed = self._plane.faults.arm(Fault.from_document(_read(req)))
        resp.status, resp.media = falcon.HTTP_201, armed.describe()

    def on_delete_faults(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._plane.faults.clear()
        resp.status = falcon.HTTP_204

    def on_delete_fault(
        self, req: falcon.Request, resp: falcon.Response, number: int
    ) -> None:
        try:
            self._plane.faults.remove(number)
        except KeyError:
            raise falcon.HTTPNotFound(title=f"there is no fault {number}") from None
        resp.status = falcon.HTTP_204


def _read(req: falcon.Request) -> Any:
    try:
        return parse_json(read_all(req, MOST_BYTES))
    except TooMuch:
        raise falcon.HTTPContentTooLarge(title="the document is too large") from None
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
    ("id", "id"),
    ("reset", "reset"),
    ("seed", "seed"),
    ("journal", "journal"),
    ("clock", "clock"),
    ("snapshots", "snapshots"),
    ("snapshots/{name}", "snapshot"),
    ("restore", "restore"),
    ("faults", "faults"),
    ("faults/{number:int}", "fault"),
)
