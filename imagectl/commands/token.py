"""``token issue`` and ``token revoke``."""

from __future__ import annotations

import argparse
from typing import Any

from imagectl.auth.access import parse_time
from imagectl.command import Command, ShowOne
from imagectl.commands import options


class Issue(ShowOne):
    """Issue a new token"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        # A cached token may expire soon or be revoked, so fetch a new one.
        self.cloud.session.forget()
        access = self.cloud.session.access
        rows = options.given(
            domain_id=access.domain_id,
            expires=format_time(access.expires_at),
            id=access.token,
            project_id=access.project_id,
            system="all" if access.has_system_scope else None,
            user_id=access.user_id,
        )
        return self.columns(
            rows, self.select(list(rows), parsed_args.columns, list(rows))
        )


def format_time(time: str) -> str:
    """Return a time of Keystone's as ``openstack`` prints it.

    ``2026-11-22T10:22:26.000000Z`` becomes ``2026-11-22T10:22:26+0000``.
    """
    instant = parse_time(time)
    return instant.strftime("%Y-%m-%dT%H:%M:%S%z") if instant else time


class Revoke(Command):
    """Revoke a token"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("token", metavar="<token>", help="Token to revoke")

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        session, token = self.cloud.session, parsed_args.token
        headers = {"X-Subject-Token": token}
        is_ours = token == session.token
        self.cloud.identity.request("DELETE", "/auth/tokens", headers=headers)
        if is_ours:
            session.forget()
