"""Commands on policies: rules that Keystone stores for other services."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from imagectl import verbs
from imagectl.commands import options
from imagectl.contract.identity import POLICY


class Create(verbs.Create):
    """Create a policy"""

    resource = POLICY

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--type",
            metavar="<type>",
            default="application/json",
            help="MIME type of the rules (default: application/json)",
        )
        parser.add_argument("rules", metavar="<filename>", help="File of the rules")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {"type": args.type, "blob": Path(args.rules).read_text()}


class List(verbs.List):
    """List policies"""

    resource = POLICY


class Show(verbs.Show):
    """Show a policy"""

    resource = POLICY


class Set(verbs.Set):
    """Change a policy"""

    resource = POLICY

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--type", metavar="<type>", help="New MIME type")
        parser.add_argument("--rules", metavar="<filename>", help="File of new rules")

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        blob = None if args.rules is None else Path(args.rules).read_text()
        return options.given(type=args.type, blob=blob)


class Delete(verbs.Delete):
    """Delete policies"""

    resource = POLICY
