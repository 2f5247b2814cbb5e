"""The default policy of the image service; source: Glance 33 ``policies``."""

from __future__ import annotations

from mockserver.glance.errors import Forbidden
from mockserver.policy import Policy, Rule
from mockserver.state.relaxations import RELAXED

ADMIN = "role:admin"
OWN = "project_id:%(project_id)s"
SHARED_WITH_CALLER = "project_id:%(member_id)s"
VISIBLE = (
    f"({OWN} or {SHARED_WITH_CALLER} or 'community':%(visibility)s"
    " or 'public':%(visibility)s or 'shared':%(visibility)s)"
)
SERVICE = f"role:service or {ADMIN}"
MEMBER = f"{ADMIN} or (role:member and {OWN})"
READ_NAMESPACE = f"{ADMIN} or (role:reader and ({OWN} or 'public':%(visibility)s))"
METADEF_READS = (
    "get_metadef_namespace",
    "get_metadef_object",
    "get_metadef_objects",
    "list_metadef_resource_types",
    "get_metadef_resource_type",
    "get_metadef_property",
    "get_metadef_properties",
    "get_metadef_tag",
    "get_metadef_tags",
)
METADEF_WRITES = (
    "modify_metadef_namespace",
    "add_metadef_namespace",
    "delete_metadef_namespace",
    "modify_metadef_object",
    "add_metadef_object",
    "delete_metadef_object",
    "add_metadef_resource_type_association",
    "remove_metadef_resource_type_association",
    "modify_metadef_property",
    "add_metadef_property",
    "remove_metadef_property",
    "modify_metadef_tag",
    "add_metadef_tag",
    "add_metadef_tags",
    "delete_metadef_tag",
    "delete_metadef_tags",
)
CACHE_OPERATIONS = (
    "cache_image",
    "cache_list",
    "cache_delete",
    "cache_clean",
    "cache_prune",
    "list_cached_nodes",
    "manage_image_cache",
)

CHECKS = {
    "add_image": f"{ADMIN} or (role:member and {OWN} and project_id:%(owner)s)",
    "get_image": f"{ADMIN} or (role:reader and {VISIBLE})",
    "get_images": f"{ADMIN} or (role:reader and {OWN})",
    "modify_image": MEMBER,
    "delete_image": MEMBER,
    "publicize_image": ADMIN,
    "communitize_image": MEMBER,
    "upload_image": MEMBER,
    "copy_image": ADMIN,
    "download_image": f"{ADMIN} or (role:member and {VISIBLE})",
    "download_from_store": f"{ADMIN} or (role:member and {VISIBLE})",
    "deactivate": MEMBER,
    "reactivate": MEMBER,
    "set_image_location": MEMBER,
    "delete_image_location": ADMIN,
    "get_image_location": f"{ADMIN} or (role:reader and {OWN})",
    "add_image_location": f"{SERVICE} or (role:member and {OWN})",
    "fetch_image_location": SERVICE,
    "stores_info_detail": ADMIN,
    "tasks_api_access": ADMIN,
    "add_member": MEMBER,
    "delete_member": MEMBER,
    "get_member": f"{ADMIN} or role:reader and ({OWN} or {SHARED_WITH_CALLER})",
    "get_members": f"{ADMIN} or role:reader and ({OWN} or {SHARED_WITH_CALLER})",
    "modify_member": f"{ADMIN} or (role:member and {SHARED_WITH_CALLER})",
    "get_metadef_namespaces": f"{ADMIN} or (role:reader and {OWN})",
    **dict.fromkeys(METADEF_READS, READ_NAMESPACE),
    **dict.fromkeys(METADEF_WRITES, ADMIN),
    **dict.fromkeys(CACHE_OPERATIONS, ADMIN),
}
POLICY = Policy(
    {name: Rule(check, frozenset({"project"})) for name, check in CHECKS.items()}
)
LOOSE_POLICY = Policy(
    {
        **POLICY.rules,
        **{one.operation: Rule(MEMBER) for one in RELAXED if one.operation},
    }
)
"""The policy of a cloud with the checks of ``state/relaxations.py`` relaxed."""


def not_authorized(operation: str) -> Forbidden:
    """Return Glance's refusal of an operation that its policy does not allow."""
    return Forbidden(f"You are not authorized to complete {operation} action.")
