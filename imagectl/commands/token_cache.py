"""``token cache list`` and ``token cache clear``: the tokens cached on this machine."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.auth.access import Access
from imagectl.auth.token_cache import (
    cache_directory,
    clear_token_cache,
    list_cached_tokens,
)
from imagectl.command import Command, Lister
from imagectl.commands.token import format_time

COLUMNS = ("User", "Scope", "Auth URL", "Expires")


class List(Lister):
    """List the tokens that are kept on this machine, without the tokens themselves"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        columns = self.select(COLUMNS, parsed_args.columns, COLUMNS)
        rows = (
            dict(zip(COLUMNS, cells, strict=True))
            for cells in (
                (
                    cached.access.user_name,
                    format_scope(cached.access),
                    cached.auth_url,
                    format_time(cached.access.expires_at),
                )
                for cached in list_cached_tokens(cache_directory(os.environ))
            )
        )
        return self.table(columns, ([row[c] for c in columns] for row in rows))


class Clear(Command):
    """Forget the tokens that are kept on this machine; they are not revoked"""

    changes = False

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        clear_token_cache(cache_directory(os.environ))


def format_scope(access: Access) -> str:
    """Return the scope of a token, such as ``project demo`` or ``system``."""
    for kind in ("project", "domain"):
        scope = access.body.get(kind)
        if scope:
            return f"{kind} {scope.get('name')}"
    return "system" if access.has_system_scope else "none"
