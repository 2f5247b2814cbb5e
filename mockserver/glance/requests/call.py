"""One request to Glance on its way: its transaction, its caller, its body."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mockserver.glance.default_policy import LOOSE_POLICY, POLICY, not_authorized
from mockserver.glance.errors import NotFound
from mockserver.glance.requests.bodies import refuse_body
from mockserver.glance.times import store_time
from mockserver.handlers import call as handlers

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState
    from mockserver.storage.images import Image

ReadBody = Callable[["falcon.Request"], Any]


class Call(handlers.Call):
    """What a handler works with."""

    def __init__(
        self, state: CloudState, req: falcon.Request, db: Connection, body: Any
    ) -> None:
        super().__init__(state, req, db, body)
        self.caller: Caller = req.context.caller
        """The bearer of ``X-Auth-Token``, found before the request was routed."""

    def timestamp(self) -> str:
        """Return the cloud's time as records hold it."""
        return store_time(self.now())

    def allows(self, operation: str, image: Image) -> bool:
        """Tell whether the policy allows the caller an operation on an image."""
        # whoever sees a shared image of another project was made a member of it
        shared = image.visibility == "shared" and image.owner != self.caller.project_id
        target = {
            "project_id": image.owner,
            "owner": image.owner,
            "visibility": image.visibility,
            "member_id": self.caller.project_id if shared else None,
        }
        return self.allows_on(operation, target)

    def allows_on(self, operation: str, target: Mapping[str, Any]) -> bool:
        """Tell whether the policy allows an operation on what ``target`` describes."""
        policy = LOOSE_POLICY if self.state.settings.loose else POLICY
        return policy.allows(operation, self.caller.credentials, target)

    def enforce(self, operation: str, image: Image) -> None:
        """Let only a caller pass whom the policy allows an operation on an image.

        Raises :class:`NotFound` for an image that the caller may not see, otherwise
        :class:`Forbidden`.
        """
        if self.allows(operation, image):
            return
        if operation == "get_image" or not self.allows("get_image", image):
            raise NotFound
        raise not_authorized(operation)

    def enforce_on_project(
        self, operation: str, owner: str | None, visibility: str = "private"
    ) -> None:
        """Check an operation on no image yet; raises :class:`Forbidden`."""
        target = {"project_id": owner, "owner": owner, "visibility": visibility}
        if not self.allows_on(operation, target):
            raise not_authorized(operation)


@contextlib.contextmanager
def reading(
    state: CloudState, req: falcon.Request, read_body: ReadBody = refuse_body
) -> Iterator[Call]:
    """Open a call that changes nothing.

    ``read_body`` returns the body; unless one is given, there may be none. It is read
    before the transaction begins: a sender may be slow.
    """
    body = read_body(req)
    with state.database.read() as db:
        yield Call(state, req, db, body)


@contextlib.contextmanager
def writing(
    state: CloudState, req: falcon.Request, read_body: ReadBody = refuse_body
) -> Iterator[Call]:
    """Open a call whose changes are kept, unless its block raises.

    ``read_body`` is as for :func:`reading`.
    """
    body = read_body(req)
    with state.database.begin() as db:
        yield Call(state, req, db, body)
