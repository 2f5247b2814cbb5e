"""The policy that Keystone 30 enforces by default; source: ``common/policies/*.py``.

Operations are named without their prefix ``identity:``.
"""

from __future__ import annotations

from mockserver.policy import Policy, Rule

_ANY = frozenset({"system", "domain", "project"})
_NOT_DOMAIN = frozenset({"system", "project"})

_ADMIN = "rule:admin_required"
_READER = f"{_ADMIN} or (role:reader and system_scope:all)"

_PARTS = {
    "admin_required": "role:admin or is_admin:1",
    "service_role": "role:service",
    "owner": "user_id:%(user_id)s",
    "token_subject": "user_id:%(target.token.user_id)s",
    "domain_managed_target_role": (
        "'manager':%(target.role.name)s or 'member':%(target.role.name)s"
        " or 'reader':%(target.role.name)s"
    ),
}


def _of_domain(role: str, domain: str) -> str:
    """Return the check of a role on the domain that the target names."""
    return f"(role:{role} and domain_id:%({domain})s)"


def _of_system(role: str) -> str:
    """Return the check of a role on the system, or of the target's own user."""
    return f"(role:{role} and system_scope:all) or user_id:%(target.user.id)s"


def _of_member(role: str) -> str:
    """Return the check of a role on the domain that a group and a user are in."""
    user, group = "target.user.domain_id", "target.group.domain_id"
    return f"(role:{role} and domain_id:%({group})s and domain_id:%({user})s)"


def _of_grant(role: str) -> str:
    """Return the check of a role on the domain of a grant's actor and target."""
    return " or ".join(
        f"(role:{role} and domain_id:%(target.{actor}.domain_id)s"
        f" and domain_id:%(target.{target})s)"
        for actor in ("user", "group")
        for target in ("project.domain_id", "domain.id")
    )


_OF_ROLE = "(domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)"
_WRITE_GRANT = (
    f"({_ADMIN}) or ({_of_grant('admin')}) and {_OF_ROLE}"
    f" or ({_of_grant('manager')}) and rule:domain_managed_target_role"
)
_PROJECT = "domain_id:%(target.project.domain_id)s"
_NO_DOMAIN = "not None:%(target.project.domain_id)s"
_SEE_PROJECT = (
    f"{_READER} or (role:reader and {_PROJECT} and {_NO_DOMAIN})"
    " or project_id:%(target.project.id)s"
)
_MANAGE_PROJECT = f"{_ADMIN} or (role:manager and {_PROJECT} and {_NO_DOMAIN})"
_MANAGE_USER = (
    f"{_ADMIN} or (role:manager and token.domain.id:%(target.user.domain_id)s)"
)
_CREDENTIAL_OWNER = "user_id:%(target.credential.user_id)s"
_OWN_TOKEN = f"{_READER} or rule:token_subject"
_ASSIGNMENTS = (
    f"{_READER} or (role:reader and domain_id:%(target.domain_id)s"
    " and not None:%(target.domain_id)s)"
)

_READ_OPERATIONS = """
    get_service list_services
    get_endpoint list_endpoints
    get_policy list_policies
    get_domain_role list_domain_roles
    get_implied_role list_implied_roles check_implied_role list_role_inference_rules
    check_endpoint_in_project list_endpoints_for_project list_projects_for_endpoint
    list_system_grants_for_user check_system_grant_for_user
    list_system_grants_for_group check_system_grant_for_group
"""
"""For administrators and readers of the system, but not with a token for a domain."""

_WRITE_OPERATIONS = """
    create_service update_service delete_service
    create_endpoint update_endpoint delete_endpoint
    create_policy update_policy delete_policy
    create_region update_region delete_region
    create_domain update_domain delete_domain
    create_role update_role delete_role
    create_domain_role update_domain_role delete_domain_role
    create_implied_role delete_implied_role
    add_endpoint_to_project remove_endpoint_from_project
    create_registered_limits update_registered_limit delete_registered_limit
    create_limits update_limit delete_limit
    create_system_grant_for_user revoke_system_grant_for_user
    create_system_grant_for_group revoke_system_grant_for_group
"""
"""For administrators, but not with a token for a domain."""

_RULES: dict[str, tuple[str, frozenset[str]]] = {
    "get_auth_catalog": ("", frozenset()),
    "get_auth_projects": ("", frozenset()),
    "get_auth_domains": ("", frozenset()),
    "get_auth_system": ("", frozenset()),
    "check_token": (_OWN_TOKEN, _ANY),
    "validate_token": (f"{_OWN_TOKEN} or rule:service_role", _ANY),
    "revoke_token": (f"{_ADMIN} or rule:token_subject", _ANY),
    "get_domain": (
        f"{_READER} or token.domain.id:%(target.domain.id)s"
        " or token.project.domain.id:%(target.domain.id)s",
        _ANY,
    ),
    "list_domains": (f"{_READER} or {_of_domain('reader', 'target.domain.id')}", _ANY),
    "get_user": (
        f"{_READER} or (role:reader and token.domain.id:%(target.user.domain_id)s)"
        " or user_id:%(target.user.id)s",
        _ANY,
    ),
    "list_users": (f"{_READER} or {_of_domain('reader', 'target.domain_id')}", _ANY),
    "create_user": (_MANAGE_USER, _ANY),
    "update_user": (_MANAGE_USER, _ANY),
    "delete_user": (_MANAGE_USER, _ANY),
    "revoke_tokens_for_user": (f"{_ADMIN} or rule:owner", _ANY),
    "list_user_projects": (
        f"{_READER} or {_of_domain('reader', 'target.user.domain_id')}"
        " or user_id:%(target.user.id)s",
        _ANY,
    ),
    "list_groups_for_user": (
        f"{_READER} or {_of_domain('reader', 'target.user.domain_id')}"
        " or user_id:%(user_id)s",
        _ANY,
    ),
    "get_application_credential": (f"{_READER} or rule:owner", _NOT_DOMAIN),
    "list_application_credentials": (f"{_READER} or rule:owner", _NOT_DOMAIN),
    "create_application_credential": ("rule:owner", frozenset({"project"})),
    "delete_application_credential": (f"{_ADMIN} or rule:owner", _NOT_DOMAIN),
    "get_access_rule": (_of_system("reader"), _NOT_DOMAIN),
    "list_access_rules": (_of_system("reader"), _NOT_DOMAIN),
    "delete_access_rule": (_of_system("admin"), _NOT_DOMAIN),
    **dict.fromkeys(
        ("get_group", "list_groups", "list_users_in_group"),
        (f"{_READER} or {_of_domain('reader', 'target.group.domain_id')}", _ANY),
    ),
    **dict.fromkeys(
        ("create_group", "update_group", "delete_group"),
        (f"{_ADMIN} or {_of_domain('manager', 'target.group.domain_id')}", _ANY),
    ),
    "check_user_in_group": (f"{_READER} or {_of_member('reader')}", _ANY),
    "add_user_to_group": (f"{_ADMIN} or {_of_member('manager')}", _ANY),
    "remove_user_from_group": (f"{_ADMIN} or {_of_member('manager')}", _ANY),
    "get_project": (_SEE_PROJECT, _ANY),
    "list_projects": (f"{_READER} or {_of_domain('reader', 'target.domain_id')}", _ANY),
    "create_project": (_MANAGE_PROJECT, _ANY),
    "update_project": (_MANAGE_PROJECT, _ANY),
    "delete_project": (_MANAGE_PROJECT, _ANY),
    "list_project_tags": (_SEE_PROJECT, _ANY),
    "get_project_tag": (_SEE_PROJECT, _ANY),
    "update_project_tags": (_MANAGE_PROJECT, _ANY),
    "create_project_tag": (_MANAGE_PROJECT, _ANY),
    "delete_project_tags": (_MANAGE_PROJECT, _ANY),
    "delete_project_tag": (_MANAGE_PROJECT, _ANY),
    "get_region": ("", _ANY),
    "list_regions": ("", _ANY),
    "get_role": (
        f"{_READER} or (role:manager and rule:domain_managed_target_role)",
        _ANY,
    ),
    "list_roles": (f"{_READER} or (role:manager and not domain_id:None)", _ANY),
    "check_grant": (
        f"({_ADMIN}) or ((role:reader and system_scope:all) or ({_of_grant('reader')}))"
        f" and {_OF_ROLE}",
        _ANY,
    ),
    "list_grants": (f"{_READER} or {_of_grant('reader')}", _ANY),
    "create_grant": (_WRITE_GRANT, _ANY),
    "revoke_grant": (_WRITE_GRANT, _ANY),
    "list_role_assignments": (_ASSIGNMENTS, _ANY),
    "list_role_assignments_for_tree": (_ASSIGNMENTS, _ANY),
    **dict.fromkeys(
        ("get_credential", "list_credentials"),
        (f"{_READER} or {_CREDENTIAL_OWNER}", _ANY),
    ),
    **dict.fromkeys(
        ("create_credential", "update_credential", "delete_credential"),
        (f"{_ADMIN} or {_CREDENTIAL_OWNER}", _ANY),
    ),
    "ec2_get_credential": (f"{_READER} or {_CREDENTIAL_OWNER}", _NOT_DOMAIN),
    "ec2_list_credentials": (f"{_READER} or rule:owner", _NOT_DOMAIN),
    **dict.fromkeys(
        ("ec2_create_credential", "ec2_delete_credential"),
        (f"{_ADMIN} or (role:member and {_CREDENTIAL_OWNER})", _NOT_DOMAIN),
    ),
    **dict.fromkeys(
        (
            "get_limit_model",
            "list_limits",
            "get_registered_limit",
            "list_registered_limits",
        ),
        ("", _ANY),
    ),
    "get_limit": (
        f"{_READER} or domain_id:%(target.limit.domain.id)s"
        " or domain_id:%(target.limit.project.domain_id)s"
        " or (project_id:%(target.limit.project_id)s"
        " and not None:%(target.limit.project_id)s)",
        _ANY,
    ),
    **dict.fromkeys(_READ_OPERATIONS.split(), (_READER, _NOT_DOMAIN)),
    **dict.fromkeys(_WRITE_OPERATIONS.split(), (_ADMIN, _NOT_DOMAIN)),
}

DEFAULT_POLICY = Policy(
    rules={f"identity:{name}": Rule(*rule) for name, rule in _RULES.items()},
    parts=_PARTS,
)
