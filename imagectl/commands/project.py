"""Commands on projects."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from imagectl import verbs
from imagectl.api import lookup
from imagectl.api.client import Client, Record
from imagectl.api.projects import list_projects
from imagectl.commands import options
from imagectl.contract.identity import PROJECT, USER

BOOLEANS = {"true": True, "false": False, "none": None}


class Create(verbs.CreateOrShow):
    """Create a project"""

    resource = PROJECT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "name", metavar="<project-name>", help="Name of the project"
        )
        options.add_domain(parser, "Domain that the project is to belong to")
        parser.add_argument(
            "--parent", metavar="<project>", help="Project above it (name or ID)"
        )
        options.add_description(parser)
        options.add_enable(parser, "project")
        options.add_property(parser, "project")
        options.add_or_show(parser, "project")
        options.add_immutable(parser, "project")
        options.add_tag(parser, "project")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        scope = self.scope(args)
        return {
            **properties(args),
            **scope,
            **options.given(
                name=args.name,
                parent_id=find_parent_id(self.client, args.parent, scope),
                description=args.description,
                enabled=args.enabled,
                options=options.resource_options(args),
                tags=list(dict.fromkeys(args.tags)) or None,
            ),
        }


def find_parent_id(
    client: Client, given: str | None, scope: Mapping[str, str | None]
) -> str | None:
    """Return the id of ``--parent``, which is looked for in ``scope``; None without."""
    if given is None:
        return None
    return lookup.find_id(client, PROJECT, given, scope=scope)


def properties(args: argparse.Namespace) -> dict[str, Any]:
    """Return ``--property`` as attributes, with ``is_domain`` as a boolean."""
    given: dict[str, Any] = dict(args.properties)
    if "is_domain" in given:
        word = given["is_domain"]
        given["is_domain"] = BOOLEANS.get(word.lower(), word)
    return given


class List(verbs.PagedList):
    """List projects"""

    resource = PROJECT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_domain(parser, "List only the projects of this domain")
        parser.add_argument(
            "--parent",
            metavar="<parent>",
            help="List only the projects right below this one (name or ID)",
        )
        parser.add_argument(
            "--user",
            metavar="<user>",
            help="List only the projects that this user has a role on (name or ID)",
        )
        parser.add_argument(
            "--my-projects",
            action="store_true",
            help="List your own projects, whatever else is asked for",
        )
        parser.add_argument(
            "--sort",
            metavar="<key>[:<direction>]",
            type=sort_keys,
            default=[],
            help="Sort by these keys, comma-separated, each asc (as is) or desc",
        )
        options.add_enabled_filter(parser, "projects")
        options.add_tag_filters(parser)
        options.add_paging(parser, "project")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        scope = self.scope(args)
        parent_id = find_parent_id(self.client, args.parent, scope)
        filters = {
            name: ",".join(tags)
            for name in ("tags", "tags-any", "not-tags", "not-tags-any")
            if (tags := getattr(args, name.replace("-", "_"))) is not None
        }
        return {
            **scope,
            **options.given(parent_id=parent_id, enabled=args.enabled, **filters),
        }

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        limit = self.limit(args)
        found = list_projects(
            self.client,
            {} if args.my_projects else self.query(args),
            user_id=self.user_id(args),
            limit=None if args.sort else limit,
            marker=args.marker,
        )
        return islice(sort(found, args.sort), limit)

    def user_id(self, args: argparse.Namespace) -> str | None:
        """Return the id of the user whose projects to list; None for all projects."""
        if args.my_projects:
            return self.client.session.access.user_id
        if args.user is not None:
            return lookup.find_id(self.client, USER, args.user, scope=self.scope(args))
        return None


def sort_keys(text: str) -> list[tuple[str, bool]]:
    """Return the keys in ``key[:direction],...``, and whether each is descending."""
    keys = []
    for part in text.split(","):
        key, _, direction = part.partition(":")
        if not key or direction not in ("", "asc", "desc"):
            raise argparse.ArgumentTypeError(
                f"'{part}' is not a key, key:asc or key:desc"
            )
        keys.append((key, direction == "desc"))
    return keys


def sort(
    records: Iterable[Record], keys: Sequence[tuple[str, bool]]
) -> Iterable[Record]:
    """Return records sorted by keys, which are in order of importance."""
    for key, is_descending in reversed(keys):
        records = sorted(
            records, key=lambda r: str(r.get(key) or ""), reverse=is_descending
        )
    return records


class Show(verbs.Show):
    """Show a project"""

    resource = PROJECT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--parents", action="store_true", help="Show the projects above it as well"
        )
        parser.add_argument(
            "--children", action="store_true", help="Show the projects below it as well"
        )

    def record(self, args: argparse.Namespace) -> Record:
        project = super().record(args)
        wanted = {"parents_as_ids": args.parents, "subtree_as_ids": args.children}
        query = {key: "true" for key, is_wanted in wanted.items() if is_wanted}
        if not query:
            return project
        return self.client.show(PROJECT, project["id"], **query)


class Set(verbs.Set):
    """Change a project"""

    resource = PROJECT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_new_name(parser)
        options.add_description(parser, is_new=True)
        options.add_enable(parser, "project")
        options.add_property(parser, "project")
        options.add_immutable(parser, "project")
        options.add_tag(parser, "project")
        parser.add_argument(
            "--clear-tags",
            action="store_true",
            help="Drop the tags it has; those of --tag are set nonetheless",
        )
        parser.add_argument(
            "--remove-tag",
            dest="remove_tags",
            metavar="<tag>",
            action="append",
            default=[],
            help="Drop this tag (repeat to drop several)",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        project = self.record(parsed_args)
        changes = {
            **self.body(parsed_args),
            **changed_tags(parsed_args, project.get("tags", [])),
        }
        if changes:
            self.client.update(PROJECT, project["id"], changes)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {
            **properties(args),
            **options.given(
                name=args.new_name,
                description=args.description,
                enabled=args.enabled,
                options=options.resource_options(args),
            ),
        }


def changed_tags(args: argparse.Namespace, tags: Sequence[str]) -> dict[str, list[str]]:
    """Return ``{"tags": ...}`` for the tag options; empty if none is given."""
    if not (args.tags or args.remove_tags or args.clear_tags):
        return {}
    kept = set() if args.clear_tags else set(tags) - set(args.remove_tags)
    return {"tags": sorted(kept | set(args.tags))}


class Delete(verbs.Delete):
    """Delete projects; what other services keep for them stays"""

    resource = PROJECT
