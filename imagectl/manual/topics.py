"""The topics of ``imagectl help TOPIC``, besides commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from importlib import resources

from imagectl.errors import EXIT_CODES
from imagectl.manual.overview import OVERVIEW

ENVIRONMENT = {
    "OS_CLOUD": "the cloud in clouds.yaml, as --os-cloud",
    "OS_AUTH_URL, OS_USERNAME, OS_...": "each global option, as its help says",
    "OS_CLIENT_CONFIG_FILE": "the clouds.yaml to read instead of those below",
    "IMAGECTL_NO_TOKEN_CACHE": "if set, no token is read from disk or kept there",
    "XDG_CONFIG_HOME": "where openstack/clouds.yaml is (default: ~/.config)",
    "XDG_CACHE_HOME": "where imagectl/ keeps tokens and names (default: ~/.cache)",
    "XDG_STATE_HOME": "where imagectl/history is (default: ~/.local/state)",
    "NO_COLOR, PAGER": "as everywhere: no colours; the program that shows long help",
}
"""The variables that count, and what for."""
FILES = {
    "clouds.yaml, secure.yaml, clouds-public.yaml": "in the working directory, "
    "$XDG_CONFIG_HOME/openstack or /etc/openstack: the first that there is",
    "$XDG_CACHE_HOME/imagectl": "tokens and names that are kept for the next command",
    "$XDG_STATE_HOME/imagectl/history": "what was typed at the prompt",
}
"""The files that are read and written."""


def overview_text(parser: argparse.ArgumentParser) -> str:
    return OVERVIEW.format(topics="|".join(TOPICS))


def environment_text(parser: argparse.ArgumentParser) -> str:
    parts = {"variables": ENVIRONMENT, "files": FILES}
    return "\n".join(
        f"{title}:\n"
        + "".join(f"  {name}\n      {text}\n" for name, text in of.items())
        for title, of in parts.items()
    )


def sync_text(parser: argparse.ArgumentParser) -> str:
    return (resources.files(__package__) / "image-sync.md").read_text("utf-8")


TOPICS: Mapping[str, Callable[[argparse.ArgumentParser], str]] = {
    "options": lambda parser: parser.format_help(),
    "environment": environment_text,
    "exit-codes": lambda parser: EXIT_CODES,
    "sync-file": sync_text,
}
"""The text of each topic, made with the parser of the global options."""
