"""``user password set``: change one's own password."""

from __future__ import annotations

import argparse

from imagectl.api.client import quote
from imagectl.command import Command
from imagectl.commands.password_prompt import ask_new_password, ask_password
from imagectl.errors import AccessError


class Set(Command):
    """Change your own password; what is not given is asked for"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--password", metavar="<new-password>", help="New password")
        parser.add_argument(
            "--original-password",
            metavar="<original-password>",
            help="Password until now",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        session, terminal = self.cloud.session, (self.app.stdin, self.app.stderr)
        user_id = session.access.user_id
        if user_id is None:
            raise AccessError("The token is of no user.")
        original, new = parsed_args.original_password, parsed_args.password
        if original is None:
            original = ask_password(*terminal, "Current Password:")
        if new is None:
            new = ask_new_password(*terminal, "New Password:")
        passwords = {"original_password": original, "password": new}
        self.cloud.identity.request(
            "POST", f"/users/{quote(user_id)}/password", json={"user": passwords}
        )
        session.forget()  # Keystone revokes the tokens of the old password
