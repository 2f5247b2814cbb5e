"""``group add user``, ``group remove user`` and ``group contains user``."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from imagectl.api import groups, lookup
from imagectl.api.client import Client
from imagectl.command import Command
from imagectl.commands import options
from imagectl.contract.identity import GROUP, USER
from imagectl.output import escape


class Membership(Command):
    """The arguments of the three commands, and the look-up of their ids."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("group", metavar="<group>", help="Group (name or ID)")
        self.add_users(parser)
        options.add_domain_of(parser, "group", "user")

    def add_users(self, parser: argparse.ArgumentParser) -> None:
        """Add the argument that names the users."""
        parser.add_argument(
            "users", metavar="<user>", nargs="+", help="User(s) (name or ID)"
        )

    def group_id(self, args: argparse.Namespace) -> str:
        """Return the id of the group."""
        return lookup.find_id_in_domain(
            self.cloud, GROUP, args.group, args.group_domain
        )

    def user_id(self, args: argparse.Namespace, given: str) -> str:
        """Return the id of the user with this name or id."""
        return lookup.find_id_in_domain(self.cloud, USER, given, args.user_domain)

    def each(
        self, args: argparse.Namespace, act: Callable[[Client, str, str], None]
    ) -> int:
        """Call ``act`` with the group's id and each user's; return the exit code."""
        client, group_id = self.cloud.identity, self.group_id(args)
        return self.for_each(
            args.users, lambda given: act(client, group_id, self.user_id(args, given))
        )


class Add(Membership):
    """Put users into a group"""

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        return self.each(parsed_args, groups.add_member)


class Remove(Membership):
    """Take users out of a group"""

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        return self.each(parsed_args, groups.remove_member)


class Contains(Membership):
    """Tell whether a user is in a group; either answer is a success"""

    changes = False

    def add_users(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("user", metavar="<user>", help="User (name or ID)")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        group, user = parsed_args.group, parsed_args.user
        group_id, user_id = self.group_id(parsed_args), self.user_id(parsed_args, user)
        if groups.has_member(self.cloud.identity, group_id, user_id):
            self.app.stdout.write(escape(f"{user} in group {group}") + "\n")
        else:
            self.app.stderr.write(escape(f"{user} not in group {group}") + "\n")
