"""Commands on implied roles: a user with the prior role also has the implied role."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.api import lookup
from imagectl.api.assignments import list_inferences
from imagectl.api.client import quote
from imagectl.command import Command, Lister, ShowOne
from imagectl.contract.identity import ROLE

COLUMNS = (
    "Prior Role ID",
    "Prior Role Name",
    "Implied Role ID",
    "Implied Role Name",
)


class Inference(Command):
    """The arguments and the request of creating and deleting."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "role", metavar="<role>", help="Role that implies the other (name or ID)"
        )
        parser.add_argument(
            "--implied-role",
            metavar="<role>",
            required=True,
            help="Role that is implied (name or ID)",
        )

    def request(self, method: str, args: argparse.Namespace) -> tuple[str, str]:
        """Send a request to the URL of the rule; return the ids of both roles."""
        prior, implied = (
            lookup.find_id_in_domain(self.cloud, ROLE, given, None)
            for given in (args.role, args.implied_role)
        )
        path = f"/roles/{quote(prior)}/implies/{quote(implied)}"
        self.cloud.identity.request(method, path)
        return prior, implied


class Create(Inference, ShowOne):
    """Let a role imply another"""

    changes = True

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        prior, implied = self.request("PUT", parsed_args)
        rows = {"implies": implied, "prior_role": prior}
        return self.columns(rows, self.select(list(rows), parsed_args.columns, [*rows]))


class Delete(Inference):
    """Let a role no longer imply another"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        self.request("DELETE", parsed_args)


class List(Lister):
    """List implied roles"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        rules = list_inferences(self.cloud.identity)
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        rows = (
            (prior["id"], prior["name"], implied["id"], implied["name"])
            for rule in rules
            for prior in [rule["prior_role"]]
            for implied in rule["implies"]
        )
        cells = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
        return self.table(columns, ([row[c] for c in columns] for row in cells))
