"""Commands on roles; ``role add`` and ``role remove`` are in ``role_grant.py``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl import verbs
from imagectl.api import lookup
from imagectl.commands import options
from imagectl.contract.identity import DOMAIN, ROLE


class Create(verbs.CreateOrShow):
    """Create a role"""

    resource = ROLE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<role-name>", help="Name of the role")
        options.add_description(parser)
        options.add_domain(parser, "Domain that the role is to belong to, if to any")
        options.add_or_show(parser, "role")
        options.add_immutable(parser, "role")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {
            **self.scope(args),
            **options.given(
                name=args.name,
                description=args.description,
                options=options.resource_options(args),
            ),
        }


class List(verbs.List):
    """List roles"""

    resource = ROLE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        options.add_domain(parser, "List the roles that belong to this domain")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if parsed_args.domain is None:
            return super().take_action(parsed_args)
        domain = lookup.find(self.client, DOMAIN, parsed_args.domain)
        roles = self.client.list(ROLE, {"domain_id": domain["id"]})
        names = ["ID", "Name", "Domain"]
        columns = self.select(names, parsed_args.columns, names)
        rows = (
            {"ID": role["id"], "Name": role["name"], "Domain": domain["name"]}
            for role in roles
        )
        return self.table(
            columns, ([row[column] for column in columns] for row in rows)
        )


class Show(verbs.Show):
    """Show a role"""

    resource = ROLE


class Set(verbs.Set):
    """Change a role"""

    resource = ROLE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_description(parser, is_new=True)
        options.add_new_name(parser)
        options.add_immutable(parser, "role")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(
            name=args.new_name,
            description=args.description,
            options=options.resource_options(args),
        )


class Delete(verbs.Delete):
    """Delete roles"""

    resource = ROLE
