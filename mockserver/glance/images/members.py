"""Projects that an image is shared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from imagectl.contract.image import MEMBERSHIP_STATUSES
from mockserver.glance.default_policy import not_authorized
from mockserver.glance.errors import BadRequest, Conflict, Forbidden, NotFound
from mockserver.glance.requests.bodies import read_json, write_json
from mockserver.glance.requests.call import reading, writing
from mockserver.glance.requests.limits import check_characters, check_member_count
from mockserver.glance.requests.lookup import get_image
from mockserver.glance.requests.views import show_member
from mockserver.handlers.routes import Route
from mockserver.storage import image_members as storage
from mockserver.storage.images import Image
from mockserver.storage.repository import Record

if TYPE_CHECKING:
    from mockserver.glance.requests.call import Call
    from mockserver.state.cloud_state import CloudState

NOT_SHARED = "Only shared images have members."


class ImageMembers:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response, image_id: str) -> None:
        with reading(self._state, req) as call:
            image = _get_image(call, image_id)
            if image.visibility != "shared":
                raise Forbidden(
                    f"Not allowed to list members for image {image_id}: {NOT_SHARED}"
                )
            _enforce(call, "get_members", image)
            members = storage.list_members(call.db, image_id)
        shown = [show_member(one) for one in members if _sees_member(call, image, one)]
        write_json(resp, {"members": shown, "schema": "/v2/schemas/members"})

    def on_post(
        self, req: falcon.Request, resp: falcon.Response, image_id: str
    ) -> None:
        with writing(self._state, req, _read_member) as call:
            member_id = call.body
            image = _get_image(call, image_id)
            _check_shared(image, "create")
            _enforce(call, "add_member", image)
            check_member_count(image_id, storage.count_members(call.db, image_id) + 1)
            if storage.find_member(call.db, image_id, str(member_id)) is not None:
                raise Conflict(f"Member {member_id} is duplicated for image {image_id}")
            check_characters({"member": member_id})
            now = call.timestamp()
            member = {
                "image_id": image_id,
                "member_id": str(member_id),
                "status": "pending",
                "created_at": now,
                "updated_at": now,
            }
            storage.add_member(call.db, member)
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
        with reading(self._state, req) as call:
            image = _get_image(call, image_id)
            if image.visibility != "shared":
                raise NotFound(NOT_SHARED)
            try:
                member = _get_member(call, image, member_id)
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
        with writing(self._state, req, _read_status) as call:
            status, now = call.body, call.timestamp()
            image = _get_image(call, image_id)
            _check_shared(image, "update")
            member = _get_member(call, image, member_id)
            _enforce(call, "modify_member", image)
            if status not in MEMBERSHIP_STATUSES:
                raise BadRequest(
                    'Incorrect request: Status must be "pending", "accepted"'
                    ' or "rejected".'
                )
            storage.set_member_status(call.db, image_id, member_id, status, now)
        write_json(resp, show_member({**member, "status": status, "updated_at": now}))

    def on_delete(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        image_id: str,
        member_id: str,
    ) -> None:
        with writing(self._state, req) as call:
            image = _get_image(call, image_id)
            _check_shared(image, "delete")
            _get_member(call, image, member_id)
            _enforce(call, "delete_member", image)
            storage.remove_member(call.db, image_id, member_id)
        resp.status = falcon.HTTP_204


def _get_image(call: Call, image_id: str) -> Image:
    try:
        return get_image(call, image_id)
    except NotFound:
        raise NotFound(f"Image {image_id} not found.") from None


def _check_shared(image: Image, verb: str) -> None:
    if image.visibility != "shared":
        raise Forbidden(f"Not allowed to {verb} members for image {image.id}.")


def _enforce(call: Call, operation: str, image: Image) -> None:
    call.enforce("get_image", image)
    if not call.allows(operation, image):
        raise not_authorized(operation)


def _get_member(call: Call, image: Image, member_id: str) -> Record:
    _enforce(call, "get_member", image)
    member = storage.find_member(call.db, image.id, member_id)
    if member is None or not _sees_member(call, image, member):
        raise NotFound(
            f"{member_id} not found in the member list of the image {image.id}."
        )
    return member


def _sees_member(call: Call, image: Image, member: Record) -> bool:
    """Tell whether the caller may see a member; other members may not."""
    involved = (image.owner, member["member_id"])
    return call.caller.is_admin or call.caller.project_id in involved


def _read_member(req: falcon.Request) -> Any:
    """Return what a body names as the new member, of any JSON type but not empty."""
    body = read_json(req)
    if not isinstance(body, dict):
        raise BadRequest('Expected a member in the form: {"member": "image_id"}')
    if "member" not in body:
        raise BadRequest("Member to be added not specified")
    if not body["member"]:
        raise BadRequest("Member can't be empty")
    return body["member"]


def _read_status(req: falcon.Request) -> Any:
    """Return what a body names as the membership's status, not checked yet."""
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
