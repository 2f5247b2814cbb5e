"""``role assignment list``: who has which role on which project or domain."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from imagectl.api import assignments, lookup
from imagectl.command import Lister
from imagectl.commands import options
from imagectl.contract import Resource
from imagectl.contract.identity import DOMAIN, GROUP, PROJECT, ROLE, USER
from imagectl.errors import AccessError

COLUMNS = ("Role", "User", "Group", "Project", "Domain", "System", "Inherited")
INHERITED_TO = "OS-INHERIT:inherited_to"


class List(Lister):
    """List role assignments"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--effective",
            action="store_true",
            help="List what follows from groups, inheritance and implied roles, too",
        )
        parser.add_argument(
            "--role", metavar="<role>", help="Only of this role (name or ID)"
        )
        parser.add_argument(
            "--names", action="store_true", help="Show names instead of IDs"
        )
        receiver = parser.add_mutually_exclusive_group()
        place = parser.add_mutually_exclusive_group()
        for group, noun in (
            (receiver, "user"),
            (receiver, "group"),
            (place, "domain"),
            (place, "project"),
        ):
            help_text = f"Only of this {noun} (name or ID)"
            group.add_argument(f"--{noun}", metavar=f"<{noun}>", help=help_text)
        place.add_argument(
            "--system",
            metavar="<system>",
            choices=("all",),
            help="Only on the system (all)",
        )
        options.add_domain_of(parser, "role", "user", "group", "project")
        options.add_inherited(parser)
        parser.add_argument(
            "--auth-user", action="store_true", help="Only your own assignments"
        )
        parser.add_argument(
            "--auth-project",
            action="store_true",
            help="Only those on the project that you are logged in to",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        query = self.query(parsed_args)
        found = assignments.list_assignments(self.cloud.identity, query)
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        rows = (row(assignment, parsed_args.names) for assignment in found)
        return self.table(columns, ([cells[c] for c in columns] for cells in rows))

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        """Return the filters of the listing.

        Raises :class:`AccessError` for ``--auth-project`` without a project.
        """

        def find_id(resource: Resource) -> str | None:
            noun = resource.noun
            name, domain = getattr(args, noun), getattr(args, f"{noun}_domain")
            return lookup.find_optional_id(self.cloud, resource, name, domain)

        user_id, project_id = find_id(USER), find_id(PROJECT)
        if args.auth_user and not user_id:
            user_id = self.cloud.session.access.user_id
        if args.auth_project and not project_id:
            project_id = self.cloud.session.access.project_id
            if not project_id:
                raise AccessError("You are not logged in to a project.")
        wanted = {
            "role.id": find_id(ROLE),
            "user.id": user_id,
            "group.id": find_id(GROUP),
            "scope.project.id": project_id,
            "scope.domain.id": lookup.find_optional_id(self.cloud, DOMAIN, args.domain),
            "scope.system": args.system,
            f"scope.{INHERITED_TO}": "projects" if args.inherited else None,
            "effective": "true" if args.effective else None,
            "include_names": "true" if args.names else None,
        }
        return options.given(**wanted)


def row(assignment: Mapping[str, Any], has_names: bool) -> dict[str, Any]:
    """Return the cells of an assignment by column, with names or else with ids."""
    label = qualified_name if has_names else identifier
    scope = assignment.get("scope") or {}
    return {
        "Role": label(assignment.get("role")),
        "User": label(assignment.get("user")),
        "Group": label(assignment.get("group")),
        "Project": label(scope.get("project")),
        "Domain": label(scope.get("domain")),
        "System": "all" if scope.get("system") else "",
        "Inherited": scope.get(INHERITED_TO) == "projects",
    }


def identifier(record: Mapping[str, Any] | None) -> str:
    """Return the id of a record, or "" without one."""
    return str(record["id"]) if record else ""


def qualified_name(record: Mapping[str, Any] | None) -> str:
    """Return ``name@domain``, the name alone if there is no domain, or ""."""
    if not record:
        return ""
    domain = record.get("domain")
    name = str(record.get("name"))
    return f"{name}@{domain.get('name')}" if domain else name
