"""Commands on implied roles: who has the one has the other, too."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.api.client import quote
from imagectl.command import Command, Lister, ShowOne
from imagectl.commands import options
from imagectl.contract.identity import ROLE

COLUMNS = (
    "Prior Role ID",
    "Prior Role Name",
    "Implied Role ID",
    "Implied Role Name",
)


class Inference(Command):
    """What creating and deleting have in common: the two roles."""

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

    def path(self, args: argparse.Namespace) -> str:
        prior, implied = (
            quote(options.find_owner_id(self.cloud, ROLE, given, None))
            for given in (args.role, args.implied_role)
        )
        return f"/roles/{prior}/implies/{implied}"


class Create(Inference, ShowOne):
    """Let a role imply another"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        answer = self.cloud.identity.document("PUT", self.path(parsed_args))
        roles = answer["role_inference"]
        rows = {name: roles[name]["id"] for name in ("implies", "prior_role")}
        return self.columns(rows, self.select(list(rows), parsed_args.columns, [*rows]))


class Delete(Inference):
    """Let a role no longer imply another"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        self.cloud.identity.request("DELETE", self.path(parsed_args))


class List(Lister):
    """List implied roles"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        rules = self.cloud.identity.document("GET", "/role_inferences")
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        rows = (
            (prior["id"], prior["name"], implied["id"], implied["name"])
            for rule in rules["role_inferences"]
            for prior in [rule["prior_role"]]
            for implied in rule["implies"]
        )
        cells = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
        return self.table(columns, ([row[c] for c in columns] for row in cells))
