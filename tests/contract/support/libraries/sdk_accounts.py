"""openstacksdk on users, groups, projects, domains and the tokens they get."""

from __future__ import annotations

from typing import Any

import openstack
from sightings import Sightings

PASSWORD = "pass-word"


def make_domain(sdk: Any, seen: Sightings) -> Any:
    domain = sdk.identity.create_domain(name=seen.unique("domain"))
    seen.later(sdk.identity.delete_domain, domain.id)
    seen.later(sdk.identity.update_domain, domain.id, is_enabled=False)
    return domain


def make_project(sdk: Any, seen: Sightings, word: str, **values: Any) -> Any:
    project = sdk.identity.create_project(name=seen.unique(word), **values)
    seen.later(sdk.identity.delete_project, project.id)
    return project


def make_user(sdk: Any, seen: Sightings, word: str, **values: Any) -> Any:
    user = sdk.identity.create_user(name=seen.unique(word), password=PASSWORD, **values)
    seen.later(sdk.identity.delete_user, user.id)
    return user


def connect_as(sdk: Any, user: Any, project: Any = None, **values: Any) -> Any:
    scope = {"project_id": project.id} if project else {}
    return openstack.connect(
        auth_url=sdk.config.auth["auth_url"],
        region_name=sdk.config.region_name,
        load_yaml_config=False,
        load_envvars=False,
        **(values or {"user_id": user.id, "password": PASSWORD, **scope}),
    )


def users(sdk: Any, seen: Sightings) -> None:
    project = make_project(sdk, seen, "default")
    values = {"email": "a@b.example", "description": "One", "options": {}}
    user = make_user(sdk, seen, "user", default_project_id=project.id, **values)
    seen.note("created", user)
    seen.note("got", sdk.identity.get_user(user.id))
    seen.note("found", sdk.identity.find_user(user.name).id)
    named = sdk.identity.users(name=user.name)
    seen.note("listed", list(named))
    changes = {"email": "c@d.example", "is_enabled": False}
    seen.note("updated", sdk.identity.update_user(user.id, **changes))
    seen.refused("disabled", connect_as(sdk, user).authorize)
    seen.refused("twice", lambda: sdk.identity.create_user(name=user.name))
    sdk.identity.delete_user(user.id)
    seen.refused("gone", sdk.identity.get_user, user.id)


def passwords(sdk: Any, seen: Sightings) -> None:
    user = make_user(sdk, seen, "changing")
    own = connect_as(sdk, user)
    own.identity.update_password(user.id, PASSWORD, "another")
    seen.refused("the old one", connect_as(sdk, user).authorize)
    values = {"user_id": user.id, "password": "another"}
    seen.note("signed in", bool(connect_as(sdk, user, **values).authorize()))


def groups(sdk: Any, seen: Sightings) -> None:
    group = sdk.identity.create_group(name=seen.unique("group"), description="All")
    seen.later(sdk.identity.delete_group, group.id)
    user = make_user(sdk, seen, "of-group")
    seen.note("created", group)
    seen.note("got", sdk.identity.get_group(group.id))
    seen.note("found", sdk.identity.find_group(group.name).id)
    seen.note("listed", list(sdk.identity.groups(name=group.name)))
    changed = sdk.identity.update_group(group.id, description="None")
    seen.note("updated", changed)
    seen.note("outside", sdk.identity.check_user_in_group(user.id, group.id))
    sdk.identity.add_user_to_group(user.id, group.id)
    seen.note("inside", sdk.identity.check_user_in_group(user.id, group.id))
    seen.note("users", list(sdk.identity.group_users(group.id)))
    seen.note("groups", list(sdk.identity.user_groups(user.id)))
    sdk.identity.remove_user_from_group(user.id, group.id)
    seen.note("left", list(sdk.identity.group_users(group.id)))
    sdk.identity.delete_group(group.id)
    seen.refused("gone", sdk.identity.get_group, group.id)


def projects(sdk: Any, seen: Sightings) -> None:
    parent = make_project(sdk, seen, "parent", tags=["one", "two"])
    child = make_project(sdk, seen, "child", parent_id=parent.id, description="It")
    seen.note("parent", parent)
    seen.note("child", child)
    seen.note("got", sdk.identity.get_project(child.id))
    seen.note("found", sdk.identity.find_project(child.name).id)
    below = sdk.identity.projects(parent_id=parent.id)
    seen.note("below", [one.id for one in below])
    tagged = sdk.identity.projects(tags="one,two", name=parent.name)
    seen.note("tagged", [one.id for one in tagged])
    seen.refused("has a child", sdk.identity.delete_project, parent.id)
    changes = {"description": "That", "is_enabled": False}
    seen.note("updated", sdk.identity.update_project(child.id, **changes))
    sdk.identity.delete_project(child.id)
    seen.refused("gone", sdk.identity.get_project, child.id)


def domains(sdk: Any, seen: Sightings) -> None:
    domain = make_domain(sdk, seen)
    seen.note("created", domain)
    seen.note("got", sdk.identity.get_domain(domain.id))
    seen.note("found", sdk.identity.find_domain(domain.name).id)
    seen.note("listed", list(sdk.identity.domains(name=domain.name)))
    inside = make_user(sdk, seen, "inside", domain_id=domain.id)
    listed = sdk.identity.users(domain_id=domain.id)
    seen.note("users", [one.id == inside.id for one in listed])
    seen.note("is a project", sdk.identity.get_project(domain.id).is_domain)
    seen.refused("enabled", sdk.identity.delete_domain, domain.id)
    seen.note("updated", sdk.identity.update_domain(domain.id, is_enabled=False))
    sdk.identity.delete_domain(domain.id)
    seen.refused("gone", sdk.identity.get_domain, domain.id)
    seen.refused("its user is gone", sdk.identity.get_user, inside.id)


def tokens(sdk: Any, seen: Sightings) -> None:
    user, project = make_user(sdk, seen, "token"), make_project(sdk, seen, "token")
    member = sdk.identity.find_role("member")
    sdk.identity.assign_project_role_to_user(project.id, user.id, member.id)
    own = connect_as(sdk, user, project)
    token = own.authorize()
    types = {service["type"] for service in own.service_catalog}
    seen.note("catalog", sorted(types & {"identity", "image"}))
    seen.note("scope", own.current_project_id == project.id)
    mine = own.identity.user_projects(user.id)
    seen.note("projects", [one.id == project.id for one in mine])
    valid = sdk.identity.validate_token(token, nocatalog=True)
    seen.note("valid", [valid.user, valid.project, valid.methods])
    seen.note("roles", sorted(role["name"] for role in valid.roles))
    seen.note("checked", sdk.identity.check_token(token))
    sdk.identity.revoke_token(token)
    seen.note("revoked", sdk.identity.check_token(token))


def application_credentials(sdk: Any, seen: Sightings) -> None:
    user, project = make_user(sdk, seen, "app"), make_project(sdk, seen, "app")
    member = sdk.identity.find_role("member")
    sdk.identity.assign_project_role_to_user(project.id, user.id, member.id)
    own = connect_as(sdk, user, project).identity
    values = {"description": "For a script", "secret": "shared-secret"}
    made = own.create_application_credential(user.id, seen.unique("script"), **values)
    # before its user goes: Keystone on SQLite would leave its roles to the next one
    seen.later(own.delete_application_credential, user.id, made.id)
    seen.note("created", made)
    seen.note("got", own.get_application_credential(user.id, made.id))
    seen.note("found", own.find_application_credential(user.id, made.name).id)
    seen.note("listed", [one.id for one in own.application_credentials(user.id)])
    by_it = connect_as(
        sdk,
        user,
        auth_type="v3applicationcredential",
        application_credential_id=made.id,
        application_credential_secret="shared-secret",
    )
    seen.note("signed in", by_it.current_project_id == project.id)
    seen.refused(
        "restricted",
        lambda: by_it.identity.create_application_credential(user.id, "another"),
    )
    rule = {"path": "/v2/images", "method": "GET", "service": "image"}
    name = seen.unique("ruled")
    ruled = own.create_application_credential(user.id, name, access_rules=[rule])
    seen.later(own.delete_application_credential, user.id, ruled.id)
    seen.note("rules", ruled.access_rules)
    [stored] = own.access_rules(user.id)
    seen.note("rule", own.get_access_rule(user.id, stored.id))
    own.delete_application_credential(user.id, ruled.id)
    own.delete_access_rule(user.id, stored.id)
    seen.note("rules left", list(own.access_rules(user.id)))
    own.delete_application_credential(user.id, made.id)
    seen.refused("gone", own.get_application_credential, user.id, made.id)


PARTS = (users, passwords, groups, projects, domains, tokens, application_credentials)
