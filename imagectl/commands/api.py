"""``api``: send any request, for what has no command of its own."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from imagectl import signals
from imagectl.api.images import PATCH_TYPE, read_blocks
from imagectl.command import Command
from imagectl.errors import UsageError
from imagectl.output import escape
from imagectl.program import any_text

if TYPE_CHECKING:
    import requests

    from imagectl.api.client import Client

SERVICES = ("image", "identity")
BLOCK_BYTES = 1 << 20
CREATED = 201


class Api(Command):
    """Send one authenticated request to a service, and print its answer

    JSON is printed indented, anything else as it comes. The exit code is that of any
    other command.
    """

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "method",
            metavar="<method>",
            type=parse_method,
            help="HTTP method, such as GET",
        )
        parser.add_argument(
            "path",
            metavar="<path>",
            help="Path below the API's root, with its query: /images?limit=1",
        )
        parser.add_argument(
            "-d",
            "--data",
            metavar="<body>",
            type=any_text,
            help="Body to send; @<file> is the content of a file, - standard input",
        )
        parser.add_argument(
            "--service",
            choices=SERVICES,
            help="Service to ask (default: identity for paths below /v3, else image)",
        )
        parser.add_argument(
            "-H",
            "--header",
            dest="headers",
            metavar="<name: value>",
            type=parse_header,
            action="append",
            default=[],
            help="Header to send (repeat for several); the body is JSON unless"
            " Content-Type says otherwise",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        from imagectl.http.dry_run import SAFE_METHODS

        service, path = resolve_path(parsed_args.path, parsed_args.service)
        headers = dict(parsed_args.headers)
        body = read_body(parsed_args.data)
        if body is not None and not any(n.lower() == "content-type" for n in headers):
            is_patch = service == "image" and parsed_args.method == "PATCH"
            headers["Content-Type"] = PATCH_TYPE if is_patch else "application/json"
        client = self.cloud.identity if service == "identity" else self.cloud.image
        with signals.held_back():
            response = client.request(
                parsed_args.method, path, data=body, headers=headers, stream=True
            )
            if response.status_code == CREATED:
                note_created(client, response)
        with response:
            if not parsed_args.dry_run or parsed_args.method in SAFE_METHODS:
                self.print_answer(response)

    def print_answer(self, response: requests.Response) -> None:
        """Print a body: JSON indented, other text escaped on a terminal."""
        from imagectl.http.bodies import has_body, read_json

        out = self.app.stdout
        kind = response.headers.get("Content-Type", "")
        if "json" in kind:
            if has_body(response):
                out.write(json.dumps(read_json(response), indent=2) + "\n")
            return
        for block in read_blocks(response, BLOCK_BYTES):
            if self.is_for_terminal:
                lines = block.decode("utf-8", "replace").splitlines()
                out.writelines(f"{escape(line)}\n" for line in lines)
            else:
                out.write_bytes(block)


def note_created(client: Client, response: requests.Response) -> None:
    """Note the record that an answer says was created, if it is one of JSON."""
    from imagectl.http.bodies import has_body, read_json

    if "json" in response.headers.get("Content-Type", "") and has_body(response):
        document = read_json(response)
        is_object = isinstance(document, dict)
        for record in (document, *document.values()) if is_object else ():
            if isinstance(record, dict):
                client.note_created("record", record)


def resolve_path(path: str, service: str | None) -> tuple[str, str]:
    """Return the service that a path belongs to, and the path below its API's root.

    ``service`` is that of ``--service``, if given. Raises :class:`UsageError` for a
    URL.
    """
    if "://" in path:
        raise UsageError(f"{path} is a URL; give the path below the API's root")
    path = "/" + path.removeprefix("/")
    service = service or ("identity" if path.startswith("/v3/") else "image")
    version = "/v3" if service == "identity" else "/v2"
    is_versioned = path.startswith(f"{version}/")
    return service, path.removeprefix(version) if is_versioned else path


def read_body(given: str | None) -> bytes | None:
    """Return the body for ``--data``: of a file, of standard input, or the text.

    Raises :class:`OSError` for a file that cannot be read.
    """
    if given is None:
        return None
    if given == "-":
        return sys.stdin.buffer.read()
    return Path(given[1:]).read_bytes() if given.startswith("@") else given.encode()


def parse_method(text: str) -> str:
    """Return an HTTP method in capitals; the type of an argument."""
    if not (text.isascii() and text.isalpha()):
        raise argparse.ArgumentTypeError(f"'{text}' is no HTTP method")
    return text.upper()


def parse_header(text: str) -> tuple[str, str]:
    """Return the name and value of ``name: value``; the type of an option."""
    name, sign, content = text.partition(":")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form name: value")
    return name.strip(), content.strip()
