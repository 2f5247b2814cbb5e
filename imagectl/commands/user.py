"""Commands on users: ``user create``, ``list``, ``show``, ``set`` and ``delete``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from imagectl import verbs
from imagectl.api import lookup
from imagectl.api.assignments import list_assignments
from imagectl.api.client import Client, Record, quote
from imagectl.commands import options
from imagectl.commands.options.user import USER_OPTIONS, add_user_options
from imagectl.commands.password_prompt import ask_new_password
from imagectl.contract.identity import GROUP, PROJECT, USER
from imagectl.errors import UsageError
from imagectl.program import any_text

LOG = logging.getLogger(__name__)


def add_attributes(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``user create`` and ``user set`` share."""
    parser.add_argument(
        "--project", metavar="<project>", help="Default project (name or ID)"
    )
    options.add_domain_of(parser, "project")
    parser.add_argument(
        "--password",
        metavar="<password>",
        type=any_text,
        help="Password",
    )
    parser.add_argument(
        "--password-prompt",
        action="store_true",
        help="Ask for the password, twice and without echo",
    )
    parser.add_argument(
        "--email", metavar="<email-address>", type=any_text, help="E-mail address"
    )
    options.add_description(parser)
    add_user_options(parser)
    options.add_enable(parser, "user")


def attributes(command: verbs.ResourceVerb, args: argparse.Namespace) -> Record:
    """Return the attributes of a user in the options of :func:`add_attributes`."""
    password = args.password
    if args.password_prompt and not password:
        password = ask_new_password(command.app.stdin, command.app.stderr)
    project_id = lookup.find_project_id(
        command.cloud, args.project, args.project_domain
    )
    user_options = options.given(**{key: getattr(args, key) for key in USER_OPTIONS})
    return options.given(
        enabled=args.enabled,
        email=args.email,
        description=args.description,
        default_project_id=project_id,
        password=password,
        options=user_options or None,
    )


def without_empty_password(body: dict[str, Any], otherwise: str) -> dict[str, Any]:
    """Return ``body`` without an empty password; warn what is ``otherwise``."""
    if body.get("password"):
        return body
    LOG.warning("No password was given: %s.", otherwise)
    return {key: content for key, content in body.items() if key != "password"}


class Create(verbs.CreateOrShow):
    """Create a user"""

    resource = USER

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<name>", help="Name of the user")
        options.add_domain(parser, "Domain that the user is to belong to")
        add_attributes(parser)
        options.add_or_show(parser, "user")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        body = {"name": args.name, **self.scope(args), **attributes(self, args)}
        return without_empty_password(body, "the user cannot log in with one")


class List(verbs.PagedList):
    """List users"""

    resource = USER

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_domain(parser, "List only the users of this domain")
        members = parser.add_mutually_exclusive_group()
        members.add_argument(
            "--group",
            metavar="<group>",
            help="List only the members of this group (name or ID)",
        )
        members.add_argument(
            "--project",
            metavar="<project>",
            help="List only the users with a role on this project (name or ID)",
        )
        options.add_enabled_filter(parser, "users")
        options.add_paging(parser, "user")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(**self.scope(args), enabled=args.enabled)

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        if args.group is not None:
            return self.group_members(args)
        if args.project is not None:
            return self.project_users(args)
        return super().records(args)

    def group_members(self, args: argparse.Namespace) -> Iterator[Record]:
        """Return the users in ``--group``."""
        query = self.query(args)
        scope = {"domain_id": query.get("domain_id")}
        group_id = lookup.find_id(self.client, GROUP, args.group, scope=scope)
        return self.client.list(
            USER,
            query,
            limit=self.limit(args),
            marker=args.marker,
            path=f"/groups/{quote(group_id)}/users",
        )

    def project_users(self, args: argparse.Namespace) -> Iterator[Record]:
        """Return the users with a role on ``--project`` that is not from a group.

        The role assignments have their ids and names. Only if more is to be shown, all
        users are listed as well; there is never a request for each user. Raises
        :class:`UsageError` for ``--marker``.
        """
        if args.marker is not None:
            raise UsageError("--marker does not go with --project.")
        scope = self.scope(args)
        project_id = lookup.find_id(self.client, PROJECT, args.project, scope=scope)
        users = assigned_users(self.client, project_id)
        found = iter(users.values())
        if args.long or args.columns or args.enabled is not None:
            query = options.given(enabled=args.enabled)
            found = (u for u in self.client.list(USER, query) if u["id"] in users)
        return islice(found, self.limit(args))


def assigned_users(client: Client, project_id: str) -> dict[str, Record]:
    """Return the id and name of every user with a role on a project, by id."""
    query = {"scope.project.id": project_id, "include_names": "true"}
    found = (a.get("user") for a in list_assignments(client, query))
    return {user["id"]: user for user in found if user}


class Show(verbs.Show):
    """Show a user"""

    resource = USER


class Set(verbs.Set):
    """Change a user"""

    resource = USER

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        options.add_new_name(parser)
        add_attributes(parser)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        body = {**options.given(name=args.new_name), **attributes(self, args)}
        if "password" not in body:
            return body
        return without_empty_password(body, "that of the user stays as it is")


class Delete(verbs.Delete):
    """Delete users"""

    resource = USER
