"""List, Show, Create, Set and Delete for any resource of the contract.

A plain verb is a class whose docstring is its help, with ``add_options`` and at most
one of ``body``, ``query`` or ``record``; a command that needs more is written by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from imagectl import output
from imagectl.api import lookup
from imagectl.api.client import PAGE_SIZE, Record
from imagectl.command import Command, Lister, ShowOne
from imagectl.contract import Resource
from imagectl.contract.identity import DOMAIN

if TYPE_CHECKING:
    from imagectl.api.client import Client


class ResourceVerb(Command):
    """What verbs on a resource have in common: the resource and its client."""

    resource: ClassVar[Resource]
    lookup_keys: ClassVar[tuple[str, ...]] = ("name",)
    """Attributes that may name a record besides its id, in the order of the search."""

    @property
    def client(self) -> Client:
        return self.cloud.client(self.resource.service)

    @property
    def place(self) -> Resource:
        """The resource, below what its records belong to."""
        return self.resource

    @property
    def is_named(self) -> bool:
        """Whether its records have a name; the others are known by their id alone."""
        return any(self.resource.has(key) for key in self.lookup_keys)

    def find(self, given: str, **scope: str | None) -> Record:
        """Return the record that ``given`` names, by name or id."""
        return lookup.find(
            self.client, self.place, given, keys=self.lookup_keys, scope=scope
        )

    def scope(self, args: argparse.Namespace) -> dict[str, str | None]:
        """Return where to look for a name: in ``--domain``, if it is given."""
        domain = getattr(args, "domain", None)
        return (
            {"domain_id": lookup.find_id(self.client, DOMAIN, domain)} if domain else {}
        )

    def add_operand(
        self, parser: argparse.ArgumentParser, dest: str, does: str, **options: Any
    ) -> None:
        """Declare the argument that names a record, and where names are unique."""
        resource, names = self.resource, ", ".join(reversed(self.lookup_keys))
        noun = resource.noun.replace("_", "-")
        metavar = f"<{noun}>" if self.is_named else f"<{noun}-id>"
        means = f"{names} or ID" if self.is_named else "ID"
        parser.add_argument(dest, metavar=metavar, help=f"{does} ({means})", **options)
        if self.is_named and resource.has("domain_id"):
            parser.add_argument(
                "--domain",
                metavar="<domain>",
                help=f"Domain of <{noun}> (name or ID)",
            )


class List(ResourceVerb, Lister):
    """A listing: ``query`` gives the filters, ``--long`` the long columns."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        if self.resource.long_columns:
            parser.add_argument(
                "--long", action="store_true", help="List additional fields in output"
            )

    def column_keys(self) -> dict[str, str]:
        """Return the attribute that each column shows."""
        resource = self.resource
        others = (field.name for field in resource.fields if field.shown != "never")
        names = (*(resource.long_columns or resource.columns), *others)
        return {resource.field(name).column: name for name in names}

    def column_names(self) -> Sequence[str]:
        return list(self.column_keys())

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        return {}

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return self.client.list(
            self.place,
            self.query(args),
            limit=least(getattr(args, "limit", None), getattr(args, "max_items", None)),
            marker=getattr(args, "marker", None),
            page_size=max(1, getattr(args, "page_size", PAGE_SIZE)),
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        resource, keys = self.resource, self.column_keys()
        long = resource.long_columns or resource.columns
        default = long if getattr(parsed_args, "long", False) else resource.columns
        columns = self.select(
            list(keys), parsed_args.columns, [resource.field(n).column for n in default]
        )
        wanted = [keys[column] for column in columns]
        records = self.records(parsed_args)
        return self.table(columns, ([r.get(key) for key in wanted] for r in records))


class ShowRecord(ResourceVerb, ShowOne):
    """Show one record: the documents' rows, more with ``--long`` or in JSON."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--long", action="store_true", help="Show every field that is known"
        )

    def column_names(self) -> Sequence[str]:
        return list(self.rows({}))

    def rows(self, record: Record) -> dict[str, Any]:
        return output.rows(self.resource, record)

    def display(
        self, args: argparse.Namespace, record: Record
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        rows = self.rows(record)
        is_full = args.long or args.formatter in output.MACHINE_FORMATS
        defaults = list(rows) if is_full else output.default_rows(self.resource, record)
        chosen = self.select(list(rows), args.columns, defaults)
        return self.columns(rows, [name for name in rows if name in chosen])


class Show(ShowRecord):
    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "name", f"{self.resource.title} to show")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        return self.display(parsed_args, self.record(parsed_args))

    def record(self, args: argparse.Namespace) -> Record:
        return self.find(args.name, **self.scope(args))


class Create(ShowRecord):
    """Create a record of ``body``, or with ``--or-show`` take the one there is."""

    changes = True

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        raise NotImplementedError

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        body = self.body(parsed_args)
        if getattr(parsed_args, "or_show", False):
            record = lookup.create_or_find(self.client, self.place, body)
        else:
            record = self.client.create(self.place, body)
        return self.display(parsed_args, record)


class Set(ResourceVerb):
    """Change the attributes in ``body``; nothing is sent where nothing changes."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "name", f"{self.resource.title} to change")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        raise NotImplementedError

    def record(self, args: argparse.Namespace) -> Record:
        return self.find(args.name, **self.scope(args))

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        changes = self.body(parsed_args)
        record = self.record(parsed_args)
        if changes:
            self.client.update(self.place, record["id"], changes)


class SetAndShow(ShowRecord):
    """Change the attributes in ``body`` of what only its id names, and show it."""

    changes = True

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "name", f"{self.resource.title} to change")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        raise NotImplementedError

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        changes, given = self.body(parsed_args), parsed_args.name
        record: Record
        if changes:
            record = self.client.update(self.place, given, changes)
        else:
            record = self.find(given)
        return self.display(parsed_args, record)


class Delete(ResourceVerb):
    """Delete each of the named records; one failure does not stop the others."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        title = self.resource.title
        self.add_operand(parser, "names", f"{title}(s) to delete", nargs="+")

    def record(self, given: str, scope: dict[str, str | None]) -> Record:
        return self.find(given, **scope) if self.is_named else {"id": given}

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        scope = self.scope(parsed_args)

        def delete(given: str) -> None:
            self.client.delete(self.place, self.record(given, scope)["id"])

        return self.for_each(parsed_args.names, delete)


def least(*limits: int | None) -> int | None:
    """Return the least of the limits that are given."""
    return min((limit for limit in limits if limit is not None), default=None)
