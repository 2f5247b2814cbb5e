"""Commands on groups; those on members are in ``group_member.py``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from imagectl import verbs
from imagectl.api import lookup
from imagectl.api.client import Record, quote
from imagectl.commands import options
from imagectl.contract.identity import GROUP, USER


class Create(verbs.CreateOrShow):
    """Create a group"""

    resource = GROUP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<group-name>", help="Name of the group")
        options.add_domain(parser, "Domain that the group is to belong to")
        options.add_description(parser)
        options.add_or_show(parser, "group")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        text = options.given(description=args.description)
        return {"name": args.name, **self.scope(args), **text}


class List(verbs.List):
    """List groups"""

    resource = GROUP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_domain(parser, "List only the groups of this domain")
        options.add_user(parser, "List only the groups that this user is in")

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        user_id = lookup.find_optional_id(self.cloud, USER, args.user, args.user_domain)
        scope = self.scope(args)
        if not user_id:
            return self.client.list(GROUP, scope)
        # This listing has no filter by domain (Keystone 30, ``api/users.py``).
        groups = self.client.list(GROUP, path=f"/users/{quote(user_id)}/groups")
        return (g for g in groups if scope.items() <= g.items())


class Show(verbs.Show):
    """Show a group"""

    resource = GROUP


class Set(verbs.Set):
    """Change a group"""

    resource = GROUP

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_new_name(parser)
        options.add_description(parser, is_new=True)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(name=args.new_name, description=args.description)


class Delete(verbs.Delete):
    """Delete groups"""

    resource = GROUP
