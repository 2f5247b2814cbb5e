"""Who may do what with an image; source: Glance 33 ``policies`` and its defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.glance.errors import Forbidden, NotFound
from mockserver.policy import Policy, Rule
from mockserver.storage.images import Image

if TYPE_CHECKING:
    from mockserver.keystone.tokens import Caller

ADMIN = "role:admin"
OWN = "project_id:%(project_id)s"
SHARED_WITH_CALLER = "project_id:%(member_id)s"
VISIBLE = (
    f"({OWN} or {SHARED_WITH_CALLER} or 'community':%(visibility)s"
    " or 'public':%(visibility)s or 'shared':%(visibility)s)"
)
MEMBER = f"{ADMIN} or (role:member and {OWN})"

CHECKS = {
    "add_image": f"{ADMIN} or (role:member and {OWN} and project_id:%(owner)s)",
    "get_image": f"{ADMIN} or (role:reader and {VISIBLE})",
    "get_images": f"{ADMIN} or (role:reader and {OWN})",
    "modify_image": MEMBER,
    "delete_image": MEMBER,
    "publicize_image": ADMIN,
    "communitize_image": MEMBER,
    "upload_image": MEMBER,
    "download_image": f"{ADMIN} or (role:member and {VISIBLE})",
    "deactivate": MEMBER,
    "reactivate": MEMBER,
    "set_image_location": MEMBER,
    "delete_image_location": ADMIN,
    "get_image_location": f"{ADMIN} or (role:reader and {OWN})",
    "add_member": MEMBER,
    "delete_member": MEMBER,
    "get_member": f"{ADMIN} or role:reader and ({OWN} or {SHARED_WITH_CALLER})",
    "get_members": f"{ADMIN} or role:reader and ({OWN} or {SHARED_WITH_CALLER})",
    "modify_member": f"{ADMIN} or (role:member and {SHARED_WITH_CALLER})",
}
POLICY = Policy(
    {name: Rule(check, frozenset({"project"})) for name, check in CHECKS.items()}
)


def allows(caller: Caller, operation: str, image: Image) -> bool:
    return POLICY.allows(operation, caller.credentials, _target(caller, image))


def enforce(caller: Caller, operation: str, image: Image) -> None:
    """Raise :class:`NotFound` for what the caller may not see, else Forbidden."""
    if allows(caller, operation, image):
        return
    if operation == "get_image" or not allows(caller, "get_image", image):
        raise NotFound
    raise not_authorized(operation)


def enforce_on_project(
    caller: Caller, operation: str, owner: str | None, visibility: str = "private"
) -> None:
    """Check an operation on no image yet. Raises :class:`Forbidden`."""
    target = {"project_id": owner, "owner": owner, "visibility": visibility}
    if not POLICY.allows(operation, caller.credentials, target):
        raise not_authorized(operation)


def not_authorized(operation: str) -> Forbidden:
    return Forbidden(f"You are not authorized to complete {operation} action.")


def _target(caller: Caller, image: Image) -> dict[str, Any]:
    # whoever sees a shared image of another project was made a member of it
    shared = image.visibility == "shared" and image.owner != caller.project_id
    return {
        "project_id": image.owner,
        "owner": image.owner,
        "visibility": image.visibility,
        "member_id": caller.project_id if shared else None,
    }
