"""Parents and subtree of a project, as ``GET /v3/projects/{id}`` can show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imagectl.contract.identity import PROJECT
from mockserver.keystone.errors import Invalid
from mockserver.keystone.limits.limits import shape_limit
from mockserver.keystone.projects.project_records import shape_project
from mockserver.keystone.requests.flags import is_asked_for
from mockserver.storage.grants import effective_roles
from mockserver.storage.projects import parents_of, subtree_of, with_tags
from mockserver.storage.repository import fetch_all
from mockserver.storage.tables import LIMITS

if TYPE_CHECKING:
    from mockserver.keystone.requests.call import Call
    from mockserver.storage.repository import Record


def expand(call: Call, project: Record) -> Record:
    """Return the ``parents`` and the ``subtree`` that the query string asks for.

    Raises :class:`Invalid` where it asks for both forms of one of them.
    """
    asked = {
        name: is_asked_for(call.req.get_param(name))
        for side in ("parents", "subtree")
        for name in (f"{side}_as_list", f"{side}_as_ids")
    }
    for side in ("parents", "subtree"):
        if asked[f"{side}_as_list"] and asked[f"{side}_as_ids"]:
            raise Invalid(
                f"Cannot use {side}_as_list and {side}_as_ids query params at the same"
                " time."
            )
    expansion: Record = {}
    if asked["parents_as_list"]:
        expansion["parents"] = _show_visible(call, parents_of(call.db, project["id"]))
    elif asked["parents_as_ids"]:
        expansion["parents"] = _nest_parents(parents_of(call.db, project["id"]))
    if asked["subtree_as_list"]:
        expansion["subtree"] = _show_visible(call, subtree_of(call.db, project["id"]))
    elif asked["subtree_as_ids"]:
        expansion["subtree"] = _nest_subtree(
            subtree_of(call.db, project["id"]), project["id"]
        )
    return expansion


def _show_visible(call: Call, projects: list[Record]) -> list[Record]:
    """Return the projects on which the caller has a role, as they are shown."""
    user_id = call.caller.user_id
    has_limits = is_asked_for(call.req.get_param("include_limits"))
    return [
        call.show(
            PROJECT, {**shape_project(project), **_limits(call, project, has_limits)}
        )
        for project in with_tags(call.db, projects)
        if effective_roles(call.db, user_id, "project", project["id"])
    ]


def _limits(call: Call, project: Record, has_limits: bool) -> Record:
    """Return the attribute ``limits`` of a project, if it is asked for."""
    if not has_limits:
        return {}
    limits = fetch_all(call.db, LIMITS, [LIMITS.c.project_id == project["id"]])
    return {"limits": [shape_limit(limit) for limit in limits]}


def _nest_parents(parents: list[Record]) -> dict[str, Any] | None:
    """Return the ids of parents, the nearest outside: ``{id: {id: None}}``."""
    nested: dict[str, Any] | None = None
    for parent in reversed(parents):
        nested = {parent["id"]: nested}
    return nested


def _nest_subtree(projects: list[Record], root_id: str) -> dict[str, Any] | None:
    """Return the ids of the projects below one: ``{id: {id: None}, id: None}``."""
    children = [p["id"] for p in projects if p["parent_id"] == root_id]
    return {child: _nest_subtree(projects, child) for child in children} or None
