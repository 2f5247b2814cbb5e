"""Commands on credentials: secrets that Keystone stores for other services."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl import verbs
from imagectl.api import lookup
from imagectl.commands import options
from imagectl.contract.identity import CREDENTIAL, PROJECT, USER
from imagectl.program import any_text


def ids_of(command: verbs.ResourceVerb, args: argparse.Namespace) -> dict[str, Any]:
    """Return the ids of the user and project in ``args``, without those not given."""
    user, project = (
        lookup.find_optional_id(command.cloud, resource, given)
        for resource, given in ((USER, args.user), (PROJECT, args.project))
    )
    return options.given(user_id=user, project_id=project)


class Create(verbs.Create):
    """Create a credential"""

    resource = CREDENTIAL

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("user", metavar="<user>", help="Its user (name or ID)")
        parser.add_argument(
            "data", metavar="<data>", type=any_text, help="The secret itself"
        )
        parser.add_argument(
            "--type",
            metavar="<type>",
            default="cert",
            help="What it is: cert (unless given), ec2, totp, ...",
        )
        parser.add_argument(
            "--project", metavar="<project>", help="Project it is for (name or ID)"
        )

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {**ids_of(self, args), "type": args.type, "blob": args.data}


class List(verbs.List):
    """List credentials, with what they keep secret"""

    resource = CREDENTIAL

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        options.add_user(parser, "List only the credentials of this user")
        parser.add_argument(
            "--type", metavar="<type>", help="List only credentials of this type"
        )

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        user_id = lookup.find_optional_id(self.cloud, USER, args.user, args.user_domain)
        return options.given(user_id=user_id, type=args.type)


class Show(verbs.Show):
    """Show a credential"""

    resource = CREDENTIAL


class Set(verbs.Set):
    """Change a credential; Keystone 30 lets only its data be changed"""

    resource = CREDENTIAL

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--data", metavar="<data>", type=any_text, help="New secret"
        )
        parser.add_argument("--type", metavar="<type>", help="New type")
        parser.add_argument("--user", metavar="<user>", help="New user (name or ID)")
        parser.add_argument(
            "--project", metavar="<project>", help="New project (name or ID)"
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        # Keystone refuses some attributes even with the value they have, so only what
        # differs is sent. `openstack` requires all of them.
        credential = self.record(parsed_args)
        wanted = self.body(parsed_args).items()
        changes = {name: new for name, new in wanted if new != credential.get(name)}
        if changes:
            self.client.update(CREDENTIAL, credential["id"], changes)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {**ids_of(self, args), **options.given(type=args.type, blob=args.data)}


class Delete(verbs.Delete):
    """Delete credentials"""

    resource = CREDENTIAL
