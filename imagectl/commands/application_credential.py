"""Commands on application credentials, which authenticate without a password."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cliff.columns import FormattableColumn

from imagectl import verbs
from imagectl.api.client import Record
from imagectl.commands import options, user_owned
from imagectl.contract.application_credentials import APPLICATION_CREDENTIAL
from imagectl.errors import UsageError
from imagectl.output import escape

ROLE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S"
EXAMPLE = '[{"method": "GET", "path": "/v2/images", "service": "image"}]'


class RolesCell(FormattableColumn[Sequence[Mapping[str, str]]]):
    """The roles of a credential, in tables by name."""

    def human_readable(self) -> str:
        return escape(", ".join(role["name"] for role in self._value))


class RulesCell(FormattableColumn[Sequence[Mapping[str, str]]]):
    """The access rules of a credential, in tables as ``GET /v2/images (image)``."""

    def human_readable(self) -> str:
        rules = (f"{r['method']} {r['path']} ({r['service']})" for r in self._value)
        return escape(", ".join(rules))


def wrap_cells(record: Record) -> Record:
    """Return a record with its roles and access rules in cells for tables."""
    cells = {"roles": RolesCell, "access_rules": RulesCell}
    return {**record, **{k: c(record[k]) for k, c in cells.items() if record.get(k)}}


class Create(user_owned.OfCurrentUser, verbs.Create):
    """Create an application credential, whose secret is shown this once"""

    resource = APPLICATION_CREDENTIAL

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("name", metavar="<name>", help="Name of the credential")
        parser.add_argument(
            "--secret", metavar="<secret>", help="Secret (unless given, one is made)"
        )
        parser.add_argument(
            "--role",
            dest="roles",
            metavar="<role>",
            action="append",
            type=parse_role,
            default=[],
            help="Role that it has (name or ID; repeat for several; else all yours)",
        )
        parser.add_argument(
            "--expiration",
            metavar="<expiration>",
            type=parse_time,
            help="When it ends, as YYYY-mm-ddTHH:MM:SS in UTC (never, unless given)",
        )
        options.add_description(parser)
        parser.add_argument(
            "--unrestricted",
            action="store_true",
            help="Let it make and delete application credentials and trusts",
        )
        parser.add_argument(
            "--restricted", action="store_true", help="Do not (it cannot, unless told)"
        )
        parser.add_argument(
            "--access-rules",
            metavar="<access-rules>",
            help=f"What alone it may call, as JSON or a file of it: {EXAMPLE}",
        )

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        rules = None if args.access_rules is None else read_rules(args.access_rules)
        return options.given(
            name=args.name,
            secret=args.secret,
            roles=args.roles or None,
            expires_at=args.expiration,
            description=args.description,
            unrestricted=args.unrestricted and not args.restricted,
            access_rules=rules,
        )

    def rows(self, record: Record) -> dict[str, Any]:
        return super().rows(wrap_cells(record))


def parse_role(given: str) -> dict[str, str]:
    """Return a role for the request: ``{"id": ...}`` for an id, else by its name."""
    return {"id" if ROLE_ID.fullmatch(given) else "name": given}


def parse_time(text: str) -> str:
    """Return a time as given, if it is one; the type of ``--expiration``."""
    try:
        datetime.strptime(text, TIME_FORMAT)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is not of the form YYYY-mm-ddTHH:MM:SS"
        ) from None
    return text


def read_rules(given: str) -> Any:
    """Return access rules from JSON, or from a file of JSON.

    Raises :class:`UsageError` for invalid JSON, :class:`OSError` for a file that
    cannot be read.
    """
    is_json = given.lstrip().startswith(("[", "{"))
    text = given if is_json else Path(given).read_text()
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"The access rules are no JSON: {error}") from None


class List(user_owned.List):
    """List application credentials"""

    resource = APPLICATION_CREDENTIAL

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        return map(wrap_cells, super().records(args))


class Show(user_owned.OfCurrentUser, verbs.Show):
    """Show an application credential"""

    resource = APPLICATION_CREDENTIAL

    def rows(self, record: Record) -> dict[str, Any]:
        rows = super().rows(wrap_cells(record))
        del rows["Secret"]
        return rows


class Delete(user_owned.OfCurrentUser, verbs.Delete):
    """Delete application credentials"""

    resource = APPLICATION_CREDENTIAL
