"""openstacksdk on roles and who has them where."""

from __future__ import annotations

from typing import Any

from sdk_accounts import make_domain, make_project, make_user
from sightings import Sightings


def make_role(sdk: Any, seen: Sightings, word: str, **values: Any) -> Any:
    role = sdk.identity.create_role(name=seen.unique(word), **values)
    seen.later(sdk.identity.delete_role, role.id)
    return role


def roles(sdk: Any, seen: Sightings) -> None:
    role = make_role(sdk, seen, "role", description="May")
    seen.note("created", role)
    seen.note("got", sdk.identity.get_role(role.id))
    seen.note("found", sdk.identity.find_role(role.name).id)
    seen.note("listed", list(sdk.identity.roles(name=role.name)))
    changed = sdk.identity.update_role(role.id, description="May not")
    seen.note("updated", changed)
    domain = make_domain(sdk, seen)
    inside = make_role(sdk, seen, "inside", domain_id=domain.id)
    listed = sdk.identity.roles(domain_id=domain.id)
    seen.note("of a domain", [one.id == inside.id for one in listed])
    seen.refused("twice", lambda: sdk.identity.create_role(name=role.name))
    sdk.identity.delete_role(role.id)
    seen.refused("gone", sdk.identity.get_role, role.id)


def grants(sdk: Any, seen: Sightings) -> None:
    group = sdk.identity.create_group(name=seen.unique("granted"))
    seen.later(sdk.identity.delete_group, group.id)
    actors = {"user": make_user(sdk, seen, "granted").id, "group": group.id}
    project, domain = make_project(sdk, seen, "target"), make_domain(sdk, seen)
    targets = {"project": [project.id], "domain": [domain.id], "system": []}
    role = make_role(sdk, seen, "granted").id
    for actor, actor_id in actors.items():
        for target, ids in targets.items():
            grant = (*ids, actor_id, role) if ids else (actor_id, role, "all")
            kind = f"{target}_role"
            check = getattr(sdk.identity, f"validate_{actor}_has_{kind}")
            assign = getattr(sdk.identity, f"assign_{kind}_to_{actor}")
            steps = [check(*grant), assign(*grant), check(*grant)]
            query = {f"{actor}_id": actor_id, **scope_query(target, ids)}
            listed = sdk.identity.role_assignments(**query)
            found = [plain_assignment(one) for one in listed]
            getattr(sdk.identity, f"unassign_{kind}_from_{actor}")(*grant)
            seen.note(f"{actor} {target}", [*steps, check(*grant), found])


def scope_query(target: str, ids: list[str]) -> dict[str, str]:
    return {f"scope_{target}_id": ids[0]} if ids else {"scope_system": "all"}


def plain_assignment(one: Any) -> list[Any]:
    return [one.role, one.scope, one.user, one.group]


def effective_assignments(sdk: Any, seen: Sightings) -> None:
    group = sdk.identity.create_group(name=seen.unique("effective"))
    seen.later(sdk.identity.delete_group, group.id)
    user, project = make_user(sdk, seen, "in"), make_project(sdk, seen, "in")
    sdk.identity.add_user_to_group(user.id, group.id)
    manager = sdk.identity.find_role("manager").id
    sdk.identity.assign_project_role_to_group(project.id, group.id, manager)
    query = {"user_id": user.id, "effective": True, "include_names": True}
    listed = sdk.identity.role_assignments(**query)
    found = [[one.role["name"], one.scope, one.user] for one in listed]
    seen.note("effective", sorted(found, key=lambda one: one[0]))
    shown = sdk.identity.role_assignments(group_id=group.id, include_names=True)
    seen.note("of the group", [plain_assignment(one) for one in shown])
    filtered = sdk.identity.role_assignments_filter(group=group.id, project=project.id)
    seen.note("filtered", [one.name for one in filtered])


PARTS = (roles, grants, effective_assignments)
