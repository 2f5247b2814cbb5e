"""``role add`` and ``role remove``: grant a role to a user or group, or revoke it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from imagectl.api import lookup
from imagectl.api.client import quote
from imagectl.command import Command
from imagectl.commands import options
from imagectl.contract import Resource
from imagectl.contract.identity import DOMAIN, GROUP, PROJECT, ROLE, USER
from imagectl.errors import UsageError

RESOURCES: Mapping[str, Resource] = {
    "user": USER,
    "group": GROUP,
    "domain": DOMAIN,
    "project": PROJECT,
}


class Grant(Command):
    """The arguments of both commands: a role, who has it, and where."""

    may_be_gone = False
    """Whether an id that is not found is used as it is: a grant can remain after its
    user or group was deleted."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("role", metavar="<role>", help="Role (name or ID)")
        place = parser.add_mutually_exclusive_group(required=True)
        place.add_argument(
            "--system",
            metavar="<system>",
            choices=("all",),
            help="On the whole system (all)",
        )
        place.add_argument(
            "--domain", metavar="<domain>", help="On this domain (name or ID)"
        )
        place.add_argument(
            "--project", metavar="<project>", help="On this project (name or ID)"
        )
        receiver = parser.add_mutually_exclusive_group(required=True)
        receiver.add_argument("--user", metavar="<user>", help="User (name or ID)")
        receiver.add_argument("--group", metavar="<group>", help="Group (name or ID)")
        options.add_domain_of(parser, "group", "project", "user", "role")
        options.add_inherited(parser)

    def grant(self, args: argparse.Namespace) -> dict[str, Any]:
        """Return the arguments of keystoneclient's ``roles.grant`` and ``revoke``.

        keystoneclient puts ids into the path as they are; a ``#`` or ``..`` in one
        would lead to the project or user itself. Raises :class:`UsageError` for
        ``--inherited`` with ``--system``.
        """
        if args.system and args.inherited:
            raise UsageError("--inherited does not go with --system.")
        role_id = lookup.find_optional_id(self.cloud, ROLE, args.role, args.role_domain)
        named = {noun: self.find_id(args, noun) for noun in RESOURCES}
        ids = options.given(role=role_id, **named)
        return {
            **{noun: quote(each) for noun, each in ids.items()},
            "system": args.system,
            "os_inherit_extension_inherited": args.inherited,
        }

    def find_id(self, args: argparse.Namespace, noun: str) -> str | None:
        """Return the id of the user, group, domain or project; None if not given."""
        return lookup.find_optional_id(
            self.cloud,
            RESOURCES[noun],
            getattr(args, noun),
            getattr(args, f"{noun}_domain", None),
            may_be_gone=self.may_be_gone,
        )


class Add(Grant):
    """Give a role to a user or group on a project, a domain or the system"""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        grant = self.grant(parsed_args)
        with self.cloud.session.keystone() as keystone:
            keystone.roles.grant(**grant)


class Remove(Grant):
    """Take a role from a user or group on a project, a domain or the system"""

    may_be_gone = True

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        grant = self.grant(parsed_args)
        with self.cloud.session.keystone() as keystone:
            keystone.roles.revoke(**grant)
