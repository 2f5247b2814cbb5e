"""The JSON home document: the routes of Keystone, each under the name of its relation.

Source: Keystone 30 ``common/json_home.py``.
"""

from __future__ import annotations

import json
import re
from functools import cache

from imagectl.contract.identity import (
    CREDENTIAL,
    DOMAIN,
    ENDPOINT,
    GROUP,
    POLICY,
    PROJECT,
    REGION,
    ROLE,
    SERVICE,
    USER,
)
from imagectl.contract.unified_limits import LIMIT, REGISTERED_LIMIT

MEDIA_TYPE = "application/json-home"
_NAMES = "https://docs.openstack.org/api/openstack-identity/3"
_ALIASES = {
    "prior_role_id": "role_id",
    "implied_role_id": "role_id",
    "value": "tag_value",
}
"""Variables of paths whose documented parameter has another name."""
_COLLECTIONS = (
    CREDENTIAL,
    DOMAIN,
    ENDPOINT,
    GROUP,
    LIMIT,
    POLICY,
    PROJECT,
    REGION,
    REGISTERED_LIMIT,
    ROLE,
    SERVICE,
    USER,
)
_EXPERIMENTAL = ("/limits", "/registered_limits")
_TARGETS = {
    "domain": "/domains/{domain_id}",
    "project": "/projects/{project_id}",
    "system": "/system",
}
_RELATIONS = {
    "rel/auth_catalog": "/auth/catalog",
    "rel/auth_domains": "/auth/domains",
    "rel/auth_projects": "/auth/projects",
    "rel/auth_system": "/auth/system",
    "rel/auth_tokens": "/auth/tokens",
    "ext/OS-FEDERATION/1.0/rel/domains": "/auth/domains",
    "ext/OS-FEDERATION/1.0/rel/projects": "/auth/projects",
    "rel/access_rule": "/users/{user_id}/access_rules/{access_rule_id}",
    "rel/access_rules": "/users/{user_id}/access_rules",
    "rel/application_credential": (
        "/users/{user_id}/application_credentials/{application_credential_id}"
    ),
    "rel/application_credentials": "/users/{user_id}/application_credentials",
    "rel/group_user": "/groups/{group_id}/users/{user_id}",
    "rel/group_users": "/groups/{group_id}/users",
    "rel/implied_role": "/roles/{prior_role_id}/implies/{implied_role_id}",
    "rel/implied_roles": "/roles/{prior_role_id}/implies",
    "rel/limit_model": "/limits/model",
    "rel/project_tags": "/projects/{project_id}/tags/{value}",
    "rel/role_assignments": "/role_assignments",
    "rel/role_inferences": "/role_inferences",
    "rel/user_change_password": "/users/{user_id}/password",
    "rel/user_groups": "/users/{user_id}/groups",
    "rel/user_projects": "/users/{user_id}/projects",
    "rel/user_tokens": "/users/{user_id}/tokens",
    "ext/OS-EC2/1.0/rel/user_credential": (
        "/users/{user_id}/credentials/OS-EC2/{credential_id}"
    ),
    "ext/OS-EC2/1.0/rel/user_credentials": "/users/{user_id}/credentials/OS-EC2",
    "ext/OS-EP-FILTER/1.0/rel/endpoint_projects": (
        "/OS-EP-FILTER/endpoints/{endpoint_id}/projects"
    ),
    "ext/OS-EP-FILTER/1.0/rel/project_endpoint": (
        "/OS-EP-FILTER/projects/{project_id}/endpoints/{endpoint_id}"
    ),
    "ext/OS-EP-FILTER/1.0/rel/project_endpoints": (
        "/OS-EP-FILTER/projects/{project_id}/endpoints"
    ),
}


@cache
def show_home(base: str) -> str:
    """Return the document as text; ``base`` comes before each path."""
    home = {
        f"{_NAMES}/{name}": _describe(path, base)
        for name, path in _list_relations().items()
    }
    return json.dumps({"resources": home})


def _list_relations() -> dict[str, str]:
    """Return the paths of all routes by the names of their relations."""
    relations = dict(_RELATIONS)
    for resource in _COLLECTIONS:
        path = f"/{resource.collection}"
        relations[f"rel/{resource.collection}"] = path
        relations[f"rel/{resource.noun}"] = f"{path}/{{{resource.noun}_id}}"
    for target, prefix in _TARGETS.items():
        for actor in ("user", "group"):
            path = f"{prefix}/{actor}s/{{{actor}_id}}/roles"
            relations |= _list_grants(f"{target}_{actor}_role", target, path)
    return relations


def _list_grants(name: str, target: str, path: str) -> dict[str, str]:
    """Return the relations of the roles on a target, with those that are inherited."""
    one = path + "/{role_id}"
    grants = {f"rel/{name}s": path, f"rel/{name}": one}
    inherited = "ext/OS-INHERIT/1.0/rel/{}_inherited_to_projects".format
    if target != "system":
        grants[inherited(name)] = f"/OS-INHERIT{one}/inherited_to_projects"
    if target == "domain":
        grants[inherited(f"{name}s")] = f"/OS-INHERIT{path}/inherited_to_projects"
    return grants


def _describe(path: str, base: str) -> dict[str, object]:
    """Return the link to a path, with the meaning of its variables."""
    variables = re.findall(r"{(\w+)}", path)
    link: dict[str, object] = {"href-template" if variables else "href": base + path}
    if variables:
        link["href-vars"] = {
            name: f"{_NAMES}/param/{_ALIASES.get(name, name)}" for name in variables
        }
    if path.startswith(_EXPERIMENTAL):
        link["hints"] = {"status": "experimental"}
    return link
