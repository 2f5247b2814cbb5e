"""Commands on objects: groups of properties in a namespace."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl.api import metadefs
from imagectl.api.client import Record
from imagectl.command import ShowOne
from imagectl.commands import options
from imagectl.commands.image.metadef.definition import (
    DeleteParts,
    ListParts,
    Part,
    ShowDefinition,
    ShowPart,
    json_object,
)
from imagectl.contract.metadef import OBJECT
from imagectl.errors import NotFoundError

SCHEMA_HELP = "JSON object of its description, properties and required properties"


def with_namespace_name(record: Record, namespace: str) -> Record:
    """Return ``record`` with the row that ``openstack`` adds to Glance's answer."""
    return {**record, "namespace_name": namespace}


class Create(ShowDefinition):
    """Create an object in a namespace"""

    changes = True
    resource = OBJECT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "name",
            metavar="<metadef-object-name>",
            help="Name of the object",
        )
        parser.add_argument(
            "--namespace",
            metavar="<namespace>",
            required=True,
            help="Namespace to create the object in (name)",
        )
        parser.add_argument(
            "--schema",
            metavar="<schema>",
            type=json_object,
            default={},
            help=SCHEMA_HELP,
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        namespace = parsed_args.namespace
        body = {"name": parsed_args.name, **parsed_args.schema}
        record = self.client.create(metadefs.in_namespace(OBJECT, namespace), body)
        return self.display(parsed_args, with_namespace_name(record, namespace))


class Delete(DeleteParts):
    """Delete objects of a namespace"""

    resource = OBJECT
    plural = "objects"


class List(ListParts):
    """List the objects of a namespace"""

    resource = OBJECT


class Show(ShowPart):
    """Show an object of a namespace"""

    resource = OBJECT

    def record(self, args: argparse.Namespace) -> Record:
        return with_namespace_name(super().record(args), args.namespace)


class Update(Part):
    """Change an object of a namespace, and keep of it what is not named"""

    resource = OBJECT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "object", "Object to change")
        parser.add_argument("--name", metavar="<name>", help="New name of the object")
        parser.add_argument(
            "--schema",
            metavar="<schema>",
            type=json_object,
            default={},
            help=f"{SCHEMA_HELP}; each replaces what it was",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        changes = options.given(name=parsed_args.name) | parsed_args.schema
        metadefs.change(
            self.client, self.in_namespace(parsed_args), parsed_args.object, changes
        )


class ShowProperty(Part, ShowOne):
    """Show a property of an object"""

    resource = OBJECT

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "object", "Object that has the property")
        parser.add_argument(
            "property", metavar="<property>", help="Property to show (name)"
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        name, owner = parsed_args.property, parsed_args.object
        record = metadefs.show(self.client, self.in_namespace(parsed_args), owner)
        properties = record.get("properties") or {}
        if name not in properties:
            raise NotFoundError(f"Property {name} not found in object {owner}.")
        rows = dict(sorted({**properties[name], "name": name}.items()))
        chosen = self.select(list(rows), parsed_args.columns, list(rows))
        return self.columns(rows, chosen)
