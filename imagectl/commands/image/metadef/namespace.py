"""Commands on namespaces of metadata definitions."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from imagectl import verbs
from imagectl.api import metadefs
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.metadef import options as namespace_options
from imagectl.commands.image.metadef.definition import (
    NamesCell,
    ShowDefinition,
    add_force,
    add_namespace,
)
from imagectl.contract.metadef import NAMESPACE, TAG, VISIBILITIES


class ShowNamespace(ShowDefinition):
    """Shows a namespace, and in a table only the names of its definitions."""

    resource = NAMESPACE

    def rows(self, record: Record) -> dict[str, Any]:
        parts = {key: record.get(key) or [] for key in ("tags", "objects")}
        types = record.get("resource_type_associations") or []
        return super().rows(record) | {
            **{key: NamesCell(definitions) for key, definitions in parts.items()},
            "properties": NamesCell(record.get("properties") or {}),
            "resource_type_associations": [one["name"] for one in types],
        }


class Create(ShowNamespace, verbs.Create):
    """Create a namespace of metadata definitions"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "namespace", metavar="<namespace>", help="Name of the namespace"
        )
        namespace_options.add_attributes(parser)
        parser.add_argument(
            "--resource-type",
            dest="resource_types",
            metavar="<resource-type>",
            action="append",
            help="Resource type to associate with it (repeat to associate several)",
        )

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        parts = {"resource_type_associations": args.resource_types, "tags": args.tags}
        return {
            "namespace": args.namespace,
            **namespace_options.attributes(args, self.cloud),
            **{
                key: [{"name": name} for name in names]
                for key, names in parts.items()
                if names
            },
        }


class Delete(verbs.ResourceVerb):
    """Delete namespaces, and with each the definitions that it holds"""

    resource = NAMESPACE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "names",
            metavar="<namespace>",
            nargs="+",
            help="Namespace(s) to delete (name)",
        )
        parser.add_argument(
            "--force", action="store_true", help="Delete even protected namespaces"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        return self.for_each(
            parsed_args.names,
            lambda name: metadefs.delete_namespace(
                self.client, name, force=parsed_args.force
            ),
        )


class List(verbs.PagedList):
    """List namespaces of metadata definitions, the newest first"""

    resource = NAMESPACE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--resource-types",
            metavar="<resource-type>[,<resource-type>,...]",
            type=options.comma_list,
            action="extend",
            help="List only namespaces associated with any of these resource types",
        )
        parser.add_argument(
            "--visibility",
            metavar="<visibility>",
            choices=VISIBILITIES,
            help=f"List only namespaces that are {' or '.join(VISIBILITIES)}",
        )
        options.add_page_size(parser, "namespaces")
        options.add_paging(parser, "namespace")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        types = args.resource_types and ",".join(args.resource_types)
        return options.given(resource_types=types, visibility=args.visibility)

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return self.client.list(
            NAMESPACE,
            self.query(args),
            limit=self.limit(args),
            marker=args.marker,
            page_size=max(1, args.page_size),
        )


class Show(ShowNamespace):
    """Show a namespace of metadata definitions"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_namespace(parser, "Namespace to show")
        parser.add_argument(
            "--resource-type",
            metavar="<resource-type>",
            help="Put the prefix that this resource type has in the namespace before"
            " the names of properties",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        query = options.given(resource_type=parsed_args.resource_type)
        record = metadefs.show(self.client, NAMESPACE, parsed_args.namespace, **query)
        return self.display(parsed_args, record)


class Set(verbs.ResourceVerb):
    """Change a namespace, and keep of it what is not named"""

    resource = NAMESPACE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        add_namespace(parser, "Namespace to change")
        parser.add_argument(
            "--name", metavar="<name>", help="New name of the namespace"
        )
        namespace_options.add_attributes(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        name = parsed_args.namespace
        changes = namespace_options.attributes(parsed_args, self.cloud)
        if tags := self.new_tags(name, parsed_args.tags):
            metadefs.add_tags(self.client, name, tags)
        if parsed_args.name is not None:
            changes["namespace"] = parsed_args.name
        if changes:
            metadefs.change(self.client, NAMESPACE, name, changes)

    def new_tags(self, namespace: str, wanted: list[str]) -> list[str]:
        """Return the wanted tags that the namespace lacks; Glance refuses others."""
        if not wanted:
            return []
        tags = self.client.list(metadefs.in_namespace(TAG, namespace))
        return sorted(set(wanted) - {tag["name"] for tag in tags})


class Unset(verbs.ResourceVerb):
    """Take tags from a namespace"""

    resource = NAMESPACE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        add_namespace(parser, "Namespace to change")
        tags = parser.add_mutually_exclusive_group(required=True)
        tags.add_argument(
            "--tag",
            dest="tags",
            metavar="<tag>",
            action="append",
            default=[],
            help="Tag to remove (repeat to remove several)",
        )
        tags.add_argument("--all-tags", action="store_true", help="Remove all tags")
        add_force(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        name, force = parsed_args.namespace, parsed_args.force
        tags = metadefs.in_namespace(TAG, name)
        with metadefs.unprotected(self.client, name, force=force):
            if parsed_args.all_tags:
                metadefs.delete_all(self.client, tags)
            return self.for_each(
                parsed_args.tags, lambda tag: metadefs.delete(self.client, tags, tag)
            )
