"""A request to Glance while it is handled: its transaction, caller and body."""

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
    """A request with its transaction, its body, its caller and the policy."""

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
        # a project that sees another's shared image is a member of it
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
        """Raise an error unless the policy allows the caller an operation on an image.

        The error is :class:`NotFound` for an image that the caller may not see, and
        :class:`Forbidden` for any other.
        """
        if self.allows(operation, image):
            return
        if operation == "get_image" or not self.allows("get_image", image):
            raise NotFound
        raise not_authorized(operation)

    def enforce_on_project(
        self, operation: str, owner: str | None, visibility: str = "private"
    ) -> None:
        """Raise :class:`Forbidden` unless the policy allows an operation.

        The operation is on no image in particular, or on one to be created: ``owner``
        is the id of its project.
        """
        target = {"project_id": owner, "owner": owner, "visibility": visibility}
        if not self.allows_on(operation, target):
            raise not_authorized(operation)


@contextlib.contextmanager
def reading(
    state: CloudState, req: falcon.Request, read_body: ReadBody = refuse_body
) -> Iterator[Call]:
    """Open a call that changes nothing.

    ``read_body`` returns the call's body; by default a request with one is refused.
    It is called before the transaction begins, as a client may send slowly.
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
