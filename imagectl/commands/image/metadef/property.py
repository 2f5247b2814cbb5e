"""Commands on properties: definitions of what can be set on a resource."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from imagectl import verbs
from imagectl.api import metadefs
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.metadef.definition import (
    DeleteParts,
    Part,
    ShowDefinition,
    ShowPart,
    json_object,
)
from imagectl.contract.metadef import PROPERTY


def add_attributes(parser: argparse.ArgumentParser, *, required: bool) -> None:
    for name, kind, help_text in (
        ("name", str, "Name of the property"),
        ("title", str, "Name to show to people"),
        ("type", str, "Type of its value: string, integer, number, boolean, array"),
        ("schema", json_object, "JSON schema of its value; it wins over the others"),
    ):
        parser.add_argument(
            f"--{name}",
            metavar=f"<{name}>",
            type=kind,
            required=required,
            help=help_text,
        )


def attributes(args: argparse.Namespace) -> dict[str, Any]:
    named = options.given(name=args.name, title=args.title, type=args.type)
    return {**named, **(args.schema or {})}


class Create(Part, ShowDefinition):
    """Create a property in a namespace"""

    changes = True
    resource = PROPERTY

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_attributes(parser, required=True)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        record = self.client.create(
            self.in_namespace(parsed_args), attributes(parsed_args)
        )
        return self.display(parsed_args, record)


class Delete(DeleteParts):
    """Delete properties of a namespace"""

    resource = PROPERTY
    plural = "properties"


class List(Part, verbs.List):
    """List the properties of a namespace"""

    resource = PROPERTY

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return metadefs.list_properties(self.client, args.namespace)


class Set(Part):
    """Change a property of a namespace, and keep of it what is not named"""

    resource = PROPERTY

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "property", "Property to change")
        add_attributes(parser, required=False)

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        metadefs.change(
            self.client,
            self.in_namespace(parsed_args),
            parsed_args.property,
            attributes(parsed_args),
        )


class Show(ShowPart):
    """Show a property of a namespace"""

    resource = PROPERTY
