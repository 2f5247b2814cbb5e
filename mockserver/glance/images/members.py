"""Projects that an image is shared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract.image import MEMBERSHIP_STATUSES
from mockserver.glance import default_policy as policy
from mockserver.glance.errors import BadRequest, Conflict, Forbidden, NotFound
from mockserver.glance.requests.bodies import read_json, refuse_body, write_json
from mockserver.glance.requests.limits import check_characters, check_member_count
from mockserver.glance.requests.lookup import get_image_of
from mockserver.glance.requests.views import show_member
from mockserver.glance.times import store_time
from mockserver.handlers.routes import Route
from mockserver.storage import image_members as storage
from mockserver.storage.images import Image
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.callers.callers import Caller
    from mockserver.state.cloud_state import CloudState

NOT_SHARED = "Only shared images have members."


class ImageMembers:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        with self._state.database.read() as db:
            image = _get_image(db, caller, image_id)
            if image.visibility != "shared":
                raise Forbidden(
                    f"Not allowed to list members for image {image_id}: {NOT_SHARED}"
                )
            _enforce(caller, "get_members", image)
            members = storage.list_members(db, image_id)
        shown = [show_member(one) for one in members if _is_told(caller, image, one)]
        write_json(resp, {"members": shown, "schema": "/v2/schemas/members"})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        member_id = _read_member(req)
        now = store_time(self._state.clock.now())
        member = {
            "image_id": image_id,
            "member_id": str(member_id),
            "status": "pending",
            "created_at": now,
            "updated_at": now,
        }
        with self._state.database.begin() as db:
            image = _get_image(db, req.context.caller, image_id)
            _check_shared(image, "create")
            _enforce(req.context.caller, "add_member", image)
            check_member_count(image_id, storage.count_members(db, image_id) + 1)
            if storage.find_member(db, image_id, str(member_id)) is not None:
                raise Conflict(f"Member {member_id} is duplicated for image {image_id}")
            check_characters({"member": member_id})
            storage.add_member(db, member)
        write_json(resp, show_member({**member, "member_id": member_id}))


class ImageMember:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        image_id: str,
        member_id: str,
    ) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        with self._state.database.read() as db:
            image = _get_image(db, caller, image_id)
            if image.visibility != "shared":
                raise NotFound(NOT_SHARED)
            try:
                member = _get_member(db, caller, image, member_id)
            except Forbidden as error:
                raise NotFound(error.explanation) from None
        write_json(resp, show_member(member))

    def on_put(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        image_id: str,
        member_id: str,
    ) -> None:
        status = _read_status(req)
        caller: Caller = req.context.caller
        now = store_time(self._state.clock.now())
        with self._state.database.begin() as db:
            image = _get_image(db, caller, image_id)
            _check_shared(image, "update")
            member = _get_member(db, caller, image, member_id)
            _enforce(caller, "modify_member", image)
            if status not in MEMBERSHIP_STATUSES:
                raise BadRequest(
                    'Incorrect request: Status must be "pending", "accepted"'
                    ' or "rejected".'
                )
            storage.set_member_status(db, image_id, member_id, status, now)
        write_json(resp, show_member({**member, "status": status, "updated_at": now}))

    def on_delete(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        image_id: str,
        member_id: str,
    ) -> None:
        refuse_body(req)
        caller: Caller = req.context.caller
        with self._state.database.begin() as db:
            image = _get_image(db, caller, image_id)
            _check_shared(image, "delete")
            _get_member(db, caller, image, member_id)
            _enforce(caller, "delete_member", image)
            storage.remove_member(db, image_id, member_id)
        resp.status = falcon.HTTP_204


def _get_image(db: Connection, caller: Caller, image_id: str) -> Image:
    try:
        return get_image_of(db, caller, image_id)
    except NotFound:
        raise NotFound(f"Image {image_id} not found.") from None


def _check_shared(image: Image, verb: str) -> None:
    if image.visibility != "shared":
        raise Forbidden(f"Not allowed to {verb} members for image {image.id}.")


def _enforce(caller: Caller, operation: str, image: Image) -> None:
    policy.enforce(caller, "get_image", image)
    if not policy.allows(caller, operation, image):
        raise policy.not_authorized(operation)


def _get_member(db: Connection, caller: Caller, image: Image, member_id: str) -> Record:
    _enforce(caller, "get_member", image)
    member = storage.find_member(db, image.id, member_id)
    if member is None or not _is_told(caller, image, member):
        raise NotFound(
            f"{member_id} not found in the member list of the image {image.id}."
        )
    return member


def _is_told(caller: Caller, image: Image, member: Record) -> bool:
    """Tell whether the caller learns of a member: another member does not."""
    involved = (image.owner, member["member_id"])
    return caller.is_admin or caller.project_id in involved


def _read_member(req: falcon.Request) -> Any:
    body = read_json(req)
    if not isinstance(body, dict):
        raise BadRequest('Expected a member in the form: {"member": "image_id"}')
    if "member" not in body:
        raise BadRequest("Member to be added not specified")
    if not body["member"]:
        raise BadRequest("Member can't be empty")
    return body["member"]


def _read_status(req: falcon.Request) -> Any:
    body = read_json(req)
    if not isinstance(body, dict):
        raise BadRequest('Expected a status in the form: {"status": "status"}')
    if "status" not in body:
        raise BadRequest("Status not specified")
    return body["status"]


ROUTES = (
    Route("/v2/images/{image_id}/members", ImageMembers),
    Route("/v2/images/{image_id}/members/{member_id}", ImageMember),
)
