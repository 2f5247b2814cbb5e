"""List, Show, Create, Set and Delete for any resource of the contract.

A plain verb is a class whose docstring is its help text, with ``add_options`` and at
most one of ``body``, ``query`` or ``record``. A command that needs more is written out
in a file of its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from imagectl import output
from imagectl.api import lookup
from imagectl.api.client import Record
from imagectl.command import Command, Lister, ShowOne
from imagectl.contract import Resource
from imagectl.contract.identity import DOMAIN

if TYPE_CHECKING:
    from imagectl.api.client import Client


class ResourceVerb(Command):
    """A command on the records of one resource."""

    resource: ClassVar[Resource]
    lookup_keys: ClassVar[tuple[str, ...]] = ("name",)
    """Attributes that may name a record besides its id, in the order of the search."""

    @property
    def client(self) -> Client:
        return self.cloud.client(self.resource.service)

    @property
    def place(self) -> Resource:
        """The resource at the path where its records are; a verb may move it."""
        return self.resource

    @property
    def is_named(self) -> bool:
        """Whether the records have names; otherwise they go by their ids alone."""
        return any(self.resource.has(key) for key in self.lookup_keys)

    @property
    def is_named_in_domain(self) -> bool:
        """Whether the records have names that are unique in a domain only."""
        return self.is_named and self.resource.has("domain_id")

    def find(self, given: str, **scope: str | None) -> Record:
        """Return the record that ``given`` names; raises as :func:`lookup.find`."""
        return lookup.find(
            self.client, self.place, given, keys=self.lookup_keys, scope=scope
        )

    def scope(self, args: argparse.Namespace) -> dict[str, str | None]:
        """Return the filter for the domain of a command that has ``--domain``.

        It is empty where the option is not given.
        """
        if args.domain is None:
            return {}
        return {"domain_id": lookup.find_id(self.client, DOMAIN, args.domain)}

    def operand_scope(self, args: argparse.Namespace) -> dict[str, str | None]:
        """Return the filter for the ``--domain`` that :meth:`add_operand` declares."""
        return self.scope(args) if self.is_named_in_domain else {}

    def add_operand(
        self, parser: argparse.ArgumentParser, dest: str, purpose: str, **options: Any
    ) -> None:
        """Declare the argument that names a record, with ``--domain`` where it helps.

        ``purpose`` begins the argument's help text; ``options`` go to
        ``parser.add_argument``.
        """
        noun = self.resource.noun.replace("_", "-")
        names = ", ".join(reversed(self.lookup_keys))
        metavar = f"<{noun}>" if self.is_named else f"<{noun}-id>"
        kinds = f"{names} or ID" if self.is_named else "ID"
        parser.add_argument(
            dest, metavar=metavar, help=f"{purpose} ({kinds})", **options
        )
        if self.is_named_in_domain:
            parser.add_argument(
                "--domain",
                metavar="<domain>",
                help=f"Domain of <{noun}> (name or ID)",
            )


class List(ResourceVerb, Lister):
    """List all records that ``query`` asks for; ``--long`` adds columns.

    A listing with ``--limit`` and the like is a :class:`PagedList`.
    """

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
        """Return the query parameters of the request."""
        return {}

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return self.client.list(self.place, self.query(args))

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        resource, keys = self.resource, self.column_keys()
        is_long = resource.long_columns and parsed_args.long
        default = resource.long_columns if is_long else resource.columns
        columns = self.select(
            list(keys), parsed_args.columns, [resource.field(n).column for n in default]
        )
        wanted = [keys[column] for column in columns]
        records = self.records(parsed_args)
        return self.table(columns, ([r.get(key) for key in wanted] for r in records))


class PagedList(List):
    """A listing with ``--limit``, ``--max-items`` and ``--marker``.

    A subclass calls :func:`~imagectl.commands.options.add_paging`.
    """

    def limit(self, args: argparse.Namespace) -> int | None:
        """Return how many records to list in all; None means every one."""
        limits = (args.limit, args.max_items)
        return min((limit for limit in limits if limit is not None), default=None)

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return self.client.list(
            self.place, self.query(args), limit=self.limit(args), marker=args.marker
        )


class ShowRecord(ResourceVerb, ShowOne):
    """Show one record: the documented rows, and all of them with ``--long`` or in JSON.

    A subclass gets the record and returns what :meth:`display` makes of it.
    """

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--long", action="store_true", help="Show every field that is known"
        )

    def column_names(self) -> Sequence[str]:
        return list(self.rows({}))

    def rows(self, record: Record) -> dict[str, Any]:
        """Return the cells of a record by the names of their rows."""
        return output.rows(self.resource, record)

    def display(
        self, args: argparse.Namespace, record: Record
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Return the names and cells of the rows to show of a record."""
        rows = self.rows(record)
        is_full = args.long or args.formatter in output.MACHINE_FORMATS
        defaults = list(rows) if is_full else output.default_rows(self.resource, record)
        chosen = self.select(list(rows), args.columns, defaults)
        return self.columns(rows, [name for name in rows if name in chosen])


class Show(ShowRecord):
    """Show the record that the operand names."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "name", f"{self.resource.title} to show")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        return self.display(parsed_args, self.record(parsed_args))

    def record(self, args: argparse.Namespace) -> Record:
        return self.find(args.name, **self.operand_scope(args))


class Create(ShowRecord):
    """Create a record of ``body`` and show it."""

    changes = True

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        """Return the record to create, as the request has it."""
        raise NotImplementedError

    def record(self, args: argparse.Namespace) -> Record:
        return self.client.create(self.place, self.body(args))

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        return self.display(parsed_args, self.record(parsed_args))


class CreateOrShow(Create):
    """Create a record, or with ``--or-show`` show the one that has its name already.

    A subclass calls :func:`~imagectl.commands.options.add_or_show`.
    """

    def record(self, args: argparse.Namespace) -> Record:
        if args.or_show:
            return lookup.create_or_find(self.client, self.place, self.body(args))
        return super().record(args)


class Set(ResourceVerb):
    """Change the attributes in ``body``; nothing is sent where it is empty."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operand(parser, "name", f"{self.resource.title} to change")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        """Return the attributes to change."""
        raise NotImplementedError

    def record(self, args: argparse.Namespace) -> Record:
        return self.find(args.name, **self.operand_scope(args))

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        changes = self.body(parsed_args)
        record = self.record(parsed_args)
        if changes:
            self.client.update(self.place, record["id"], changes)


class SetAndShow(ShowRecord):
    """Change the attributes in ``body`` of a record, named by its id, and show it."""

    changes = True

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operand(parser, "name", f"{self.resource.title} to change")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        """Return the attributes to change."""
        raise NotImplementedError

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        changes, record = self.body(parsed_args), self.find(parsed_args.name)
        if changes:
            record = self.client.update(self.place, record["id"], changes)
        return self.display(parsed_args, record)


class Delete(ResourceVerb):
    """Delete each of the named records; one failure does not stop the others."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        title = self.resource.title
        self.add_operand(parser, "names", f"{title}(s) to delete", nargs="+")

    def record(self, given: str, scope: dict[str, str | None]) -> Record:
        return self.find(given, **scope)

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        scope = self.operand_scope(parsed_args)

        def delete(given: str) -> None:
            self.client.delete(self.place, self.record(given, scope)["id"])

        return self.for_each(parsed_args.names, delete)
