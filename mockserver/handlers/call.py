"""A request while it is handled, of either service."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState


class Call:
    """A request with its transaction and its body.

    Each service has a class of its own that adds ``caller``, the sender, and
    ``enforce``, which raises an error unless the service's policy allows the caller an
    operation. A handler opens one with the service's ``reading`` or ``writing``::

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
