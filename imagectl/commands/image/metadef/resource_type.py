"""Commands on resource types and their associations with namespaces."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from imagectl import verbs
from imagectl.api import metadefs
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.metadef.definition import (
    Part,
    ShowDefinition,
    add_force,
)
from imagectl.contract.metadef import ASSOCIATION, RESOURCE_TYPE


class List(verbs.List):
    """List the resource types that any namespace is associated with"""

    resource = RESOURCE_TYPE


class CreateAssociation(Part, ShowDefinition):
    """Associate a resource type with a namespace"""

    changes = True
    resource = ASSOCIATION

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "name",
            metavar="<name>",
            help="Name of the resource type, which may be a new one",
        )
        parser.add_argument(
            "--properties-target",
            metavar="<properties_target>",
            help="Which properties are meant where the resource has several kinds",
        )
        parser.add_argument(
            "--properties-prefix",
            metavar="<prefix>",
            help="What the names of properties begin with on this resource type",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        body = options.given(
            name=parsed_args.name,
            prefix=parsed_args.properties_prefix,
            properties_target=parsed_args.properties_target,
        )
        record = self.client.create(self.in_namespace(parsed_args), body)
        return self.display(parsed_args, {**record, "id": record["name"]})


class DeleteAssociation(Part):
    """Part resource types from a namespace"""

    resource = ASSOCIATION

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "names", metavar="<name>", nargs="+", help="Resource type(s) (name)"
        )
        add_force(parser)

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        namespace, force = parsed_args.namespace, parsed_args.force
        with metadefs.unprotected(self.client, namespace, force=force):
            return self.for_each(
                parsed_args.names,
                lambda name: metadefs.delete_association(self.client, namespace, name),
            )


class ListAssociations(Part, verbs.List):
    """List the resource types that a namespace is associated with"""

    resource = ASSOCIATION

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return metadefs.list_associations(self.client, args.namespace)
