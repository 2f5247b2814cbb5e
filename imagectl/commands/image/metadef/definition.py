"""Base classes and arguments of the commands on metadata definitions.

A definition goes by its name. Most belong to a namespace, which is the first argument
of the command.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from cliff.columns import FormattableColumn

from imagectl import verbs
from imagectl.api import metadefs
from imagectl.api.client import Record
from imagectl.contract import Resource
from imagectl.errors import UsageError
from imagectl.output import escape


class NamesCell(FormattableColumn[Iterable[Any]]):
    """Definitions, or properties by name: people see the names, programs everything."""

    def human_readable(self) -> str:
        names = (one if isinstance(one, str) else one["name"] for one in self._value)
        return escape(", ".join(names))


class ShowDefinition(verbs.ShowRecord):
    """Show a definition: its rows in alphabetical order, as ``openstack`` has them."""

    def rows(self, record: Record) -> dict[str, Any]:
        return dict(sorted(super().rows(record).items()))


class Part(verbs.ResourceVerb):
    """A command on definitions that belong to a namespace."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_namespace(parser)

    def in_namespace(self, args: argparse.Namespace) -> Resource:
        """Return the resource at its path in the namespace of the command line."""
        return metadefs.in_namespace(self.resource, args.namespace)


class ListParts(Part, verbs.List):
    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return self.client.list(self.in_namespace(args))


class ShowPart(Part, ShowDefinition):
    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "name", f"{self.resource.title} to show")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        return self.display(parsed_args, self.record(parsed_args))

    def record(self, args: argparse.Namespace) -> Record:
        return metadefs.show(self.client, self.in_namespace(args), args.name)


class DeleteParts(Part):
    """Delete the named definitions, whatever fails, or all of them with ``--all``."""

    plural: ClassVar[str]
    """What to call the definitions in messages."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(
            parser, "names", f"{self.resource.title}(s) to delete", nargs="*"
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help=f"Delete all {self.plural} of the namespace",
        )
        add_force(parser)
        parse = partial(parse_intermixed, parser)
        parser.parse_args = parse  # type: ignore[method-assign,assignment]

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        names, force = parsed_args.names, parsed_args.force
        if bool(names) is parsed_args.all:
            raise UsageError(
                f"Give either the {self.plural} to delete, or --all for all of them."
            )
        resource = self.in_namespace(parsed_args)
        with metadefs.unprotected(self.client, parsed_args.namespace, force=force):
            if parsed_args.all:
                metadefs.delete_all(self.client, resource)
            return self.for_each(
                names, lambda name: metadefs.delete(self.client, resource, name)
            )


def parse_intermixed(
    parser: argparse.ArgumentParser, arguments: Sequence[str]
) -> argparse.Namespace:
    """Parse arguments of which those that may be left out can stand behind options.

    argparse reads them only by ``parse_intermixed_args``, which forgets ``--``: after
    ``-- NAMESPACE --all`` every definition would be deleted, not the one called
    ``--all``. So what looks like an option there gets a NUL in front, which no argument
    of a program can have.
    """
    given = list(arguments)
    if "--" in given:
        place = given.index("--")
        rest = given[place + 1 :]
        given[place:] = [f"\0{one}" if one.startswith("-") else one for one in rest]
    parsed = parser.parse_intermixed_args(given)
    parsed.namespace = parsed.namespace.removeprefix("\0")
    parsed.names = [name.removeprefix("\0") for name in parsed.names]
    return parsed


def add_namespace(parser: argparse.ArgumentParser, does: str = "Namespace") -> None:
    parser.add_argument("namespace", metavar="<namespace>", help=f"{does} (name)")


def add_force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--force",
        action="store_true",
        help="Delete even if the namespace is protected (it is again afterwards)",
    )


def json_object(text: str) -> dict[str, Any]:
    """Return the JSON object in ``text``."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise argparse.ArgumentTypeError("not a JSON object")
    return document
