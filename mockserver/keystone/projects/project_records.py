"""The rules of creating, changing and deleting projects and domains.

A domain is stored as a project, as in Keystone. Source: Keystone 30
``resource/core.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.keystone.errors import Conflict, Forbidden, Invalid
from mockserver.keystone.requests.flags import as_flag
from mockserver.keystone.requests.options import (
    check_deletable,
    check_mutable,
    merge_options,
)
from mockserver.keystone.requests.records import without
from mockserver.keystone.users.user_records import delete_user
from mockserver.storage.groups import remove_group
from mockserver.storage.projects import parents_of, set_tags, subtree_of, with_tags
from mockserver.storage.repository import (
    DuplicateRecord,
    Record,
    fetch,
    fetch_all,
    remove,
    replace,
    store,
)
from mockserver.storage.tables import (
    ASSIGNMENTS,
    CREDENTIALS,
    GROUPS,
    LIMITS,
    PROJECT_ENDPOINTS,
    PROJECT_TAGS,
    PROJECTS,
    USERS,
)
from mockserver.storage.users import clear_default_project

if TYPE_CHECKING:
    from sqlalchemy import Connection

MAX_DEPTH = 5


def shape_project(project: Record) -> Record:
    """Return a project as it is shown."""
    return without(project, "uniqueness")


def add_project(db: Connection, asked: Record) -> Record:
    """Store a new project or domain, whose ``id`` is given, and return it.

    Raises :class:`Invalid` or :class:`Forbidden` for a place in the hierarchy where it
    cannot be, and :class:`Conflict` for a name that is taken.
    """
    project = {"description": "", "domain_id": None, "parent_id": None, **asked}
    project["name"] = project["name"].strip()
    project["enabled"] = as_flag(project.get("enabled", True))
    project["is_domain"] = as_flag(project.get("is_domain", False))
    project["parent_id"] = project["parent_id"] or project["domain_id"]
    project["options"] = merge_options({}, asked)
    project["uniqueness"] = project["domain_id"] or ""
    _check_parent(db, project)
    tags = project.pop("tags", None) or []
    try:
        store(db, PROJECTS, project)
    except DuplicateRecord:
        raise _conflict(project) from None
    set_tags(db, project["id"], tags)
    return {**project, "tags": tags}


def change_project(db: Connection, project: Record, changes: Record) -> Record:
    """Store changes of a project or domain and return the changed one.

    Raises :class:`Forbidden`, :class:`Invalid` and :class:`Conflict`.
    """
    noun = "domain" if project["is_domain"] else "project"
    if changes.get("domain_id", project["domain_id"]) != project["domain_id"]:
        raise Invalid("Cannot change Domain ID")
    check_mutable(noun, project, changes)
    if changes.get("parent_id", project["parent_id"]) != project["parent_id"]:
        raise Forbidden("Update of `parent_id` is not allowed.")
    if changes.get("is_domain", project["is_domain"]) != project["is_domain"]:
        raise Invalid("Update of `is_domain` is not allowed.")
    changed = {**project, **changes, "options": merge_options(project, changes)}
    changed["name"] = changed["name"].strip()
    changed["enabled"] = as_flag(changed["enabled"])
    _check_enabling(db, project, enabled=changed["enabled"])
    tags = changed.pop("tags", None)
    try:
        replace(db, PROJECTS, changed)
    except DuplicateRecord:
        raise _conflict(changed) from None
    if tags is not None:
        set_tags(db, project["id"], tags)
    return with_tags(db, [changed])[0]


def delete_project(db: Connection, project: Record) -> None:
    """Delete a project, or a domain with the users, groups and projects in it.

    The roles of a domain stay, as they do in Keystone. Raises :class:`Forbidden` for a
    project with others below it, an enabled domain, and anything immutable.
    """
    if project["is_domain"]:
        check_deletable("domain", project)
        if project["enabled"]:
            raise Forbidden(
                "Cannot delete a domain that is enabled, please disable it first."
            )
        _delete_contents(db, project["id"])
    else:
        check_deletable("project", project)
        if subtree_of(db, project["id"]):
            raise Forbidden(
                f"Cannot delete the project {project['id']} since it is not a leaf in"
                " the hierarchy. Use the cascade option if you want to delete a whole"
                " subtree."
            )
    _delete_with_references(db, project["id"])


def _check_parent(db: Connection, project: Record) -> None:
    """Raise unless a new project can be in its domain and below its parent.

    Raises :class:`Invalid`, and :class:`Forbidden` for a hierarchy that is too deep.
    """
    if project["is_domain"]:
        if project["parent_id"]:
            raise Invalid("only root projects are allowed to act as domains.")
        return
    domain = fetch(
        db, PROJECTS, PROJECTS.c.id == project["domain_id"], PROJECTS.c.is_domain
    )
    if domain is None:
        raise Invalid(f"Could not find domain: {project['domain_id']}.")
    parent = fetch(db, PROJECTS, PROJECTS.c.id == project["parent_id"])
    if parent is None:
        raise Invalid(f"Could not find project: {project['parent_id']}.")
    _check_domain_of_parent(parent, domain["id"])
    branch = [*parents_of(db, parent["id"]), parent]
    for above in branch:
        if not above["enabled"]:
            raise Invalid(
                "cannot create a project in a branch containing a disabled project:"
                f" {above['id']}"
            )
    if len(branch) > MAX_DEPTH:
        raise Forbidden(f"Max hierarchy depth reached for {parent['id']} branch.")


def _check_domain_of_parent(parent: Record, domain_id: str) -> None:
    """Raise :class:`Invalid` unless the parent is in a new project's domain."""
    if parent["is_domain"] and parent["id"] != domain_id:
        raise Invalid(
            f"Cannot create project, the parent ({parent['id']}) is acting as a domain,"
            f" but this project's domain id ({domain_id}) does not match the parent's"
            " id."
        )
    if not parent["is_domain"] and parent["domain_id"] != domain_id:
        raise Invalid(
            f"Cannot create project, since it specifies its domain_id {domain_id}, but"
            f" specifies a parent in a different domain ({parent['domain_id']})."
        )


def _check_enabling(db: Connection, project: Record, *, enabled: bool) -> None:
    """Raise :class:`Forbidden` if projects above or below it forbid a project's state.

    Below a disabled project none is enabled.
    """
    if enabled == project["enabled"]:
        return
    if enabled:
        if not all(above["enabled"] for above in parents_of(db, project["id"])):
            raise Forbidden(
                f"Cannot enable project {project['id']} since it has disabled parents"
            )
    elif not project["is_domain"] and any(
        below["enabled"] for below in subtree_of(db, project["id"])
    ):
        raise Forbidden(
            f"Cannot disable project {project['id']} since its subtree contains"
            " enabled projects."
        )


def _delete_contents(db: Connection, domain_id: str) -> None:
    """Delete the projects, groups and users of a domain."""
    for project in subtree_of(db, domain_id):
        _delete_with_references(db, project["id"])
    for group in fetch_all(db, GROUPS, [GROUPS.c.domain_id == domain_id]):
        remove_group(db, group["id"])
    for user in fetch_all(db, USERS, [USERS.c.domain_id == domain_id]):
        delete_user(db, user["id"])


def _delete_with_references(db: Connection, project_id: str) -> None:
    """Delete a project or domain with the records that refer to it."""
    remove(db, ASSIGNMENTS, ASSIGNMENTS.c.target_id == project_id)
    remove(db, PROJECT_TAGS, PROJECT_TAGS.c.project_id == project_id)
    clear_default_project(db, project_id)
    for table in (CREDENTIALS, LIMITS, PROJECT_ENDPOINTS):
        remove(db, table, table.c.project_id == project_id)
    remove(db, PROJECTS, PROJECTS.c.id == project_id)


def _conflict(project: Record) -> Conflict:
    if project["is_domain"]:
        details = (
            "it is not permitted to have two projects acting as domains with the same"
            f" name: {project['name']}"
        )
    else:
        details = (
            "it is not permitted to have two projects with either the same name or"
            f" same id in the same domain: name is {project['name']}, project id"
            f" {project['id']}"
        )
    return Conflict.storing("project", details)
