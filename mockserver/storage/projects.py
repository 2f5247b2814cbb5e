"""The tree of projects, and their tags."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, func, insert, select

from mockserver.storage.grants import ancestors_of
from mockserver.storage.repository import Record, fetch_all, remove
from mockserver.storage.tables import PROJECT_TAGS, PROJECTS


def parents_of(db: Connection, project_id: str) -> list[Record]:
    """Return the projects above a project, from its parent to its domain."""
    above = select(ancestors_of(project_id).c.id)
    found = {
        project["id"]: project
        for project in fetch_all(db, PROJECTS, [PROJECTS.c.id.in_(above)])
    }
    ordered: list[Record] = []
    parent_id = db.execute(
        select(PROJECTS.c.parent_id).where(PROJECTS.c.id == project_id)
    ).scalar()
    while parent_id in found:
        ordered.append(found.pop(parent_id))
        parent_id = ordered[-1]["parent_id"]
    return ordered


def subtree_of(db: Connection, project_id: str) -> list[Record]:
    """Return the projects below a project, level by level."""
    below: list[Record] = []
    level = [project_id]
    while level:
        children = fetch_all(db, PROJECTS, [PROJECTS.c.parent_id.in_(level)])
        level = [child["id"] for child in children]
        below += children
    return below


def with_tags(db: Connection, projects: Iterable[Record]) -> list[Record]:
    """Return the projects with their sorted tags under ``tags``."""
    listed = list(projects)
    tags: dict[str, list[str]] = {project["id"]: [] for project in listed}
    statement = (
        select(PROJECT_TAGS)
        .where(PROJECT_TAGS.c.project_id.in_(tags))
        .order_by(PROJECT_TAGS.c.name)
    )
    for project_id, name in db.execute(statement):
        tags[project_id].append(name)
    return [{**project, "tags": tags[project["id"]]} for project in listed]


def set_tags(db: Connection, project_id: str, names: Iterable[str]) -> None:
    """Replace all tags of a project."""
    remove(db, PROJECT_TAGS, PROJECT_TAGS.c.project_id == project_id)
    rows = [{"project_id": project_id, "name": name} for name in names]
    if rows:
        db.execute(insert(PROJECT_TAGS), rows)


def has_tags(kind: str, names: list[str]) -> ColumnElement[bool]:
    """Return the condition of a listing's filter on tags.

    ``kind`` is ``tags``, ``tags-any``, ``not-tags`` or ``not-tags-any``.
    """
    tagged = select(PROJECT_TAGS.c.project_id).where(PROJECT_TAGS.c.name.in_(names))
    if not kind.endswith("-any"):
        wanted = len(set(names))
        tagged = tagged.group_by(PROJECT_TAGS.c.project_id).having(
            func.count() == wanted
        )
    if kind.startswith("not-"):
        return PROJECTS.c.id.not_in(tagged)
    return PROJECTS.c.id.in_(tagged)
