"""One request on its way: what a handler of either service works with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState


class Call:
    """A request with its transaction and its body.

    The services' own classes add ``caller``, who sends it, and ``enforce``, which lets
    only those pass whom the service's policy allows an operation. A handler opens one
    with the service's ``reading`` or ``writing``::

        with writing(self._state, req) as call:
            call.enforce(...)
            store(call.db, ...)
    """

    def __init__(
        self, state: CloudState, req: falcon.Request, db: Connection, body: Any
    ) -> None:
        self.state = state
        self.req = req
        self.db = db
        self.body = body

    def now(self) -> datetime:
        """Return the cloud's time, in UTC."""
        return self.state.clock.now()
