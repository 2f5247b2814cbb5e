from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from imagectl.commands.image.metadef.namespace import ShowNamespace
from imagectl.contract.metadef import NAMESPACE
from imagectl.errors import UsageError
from imagectl.output import Record

HELD = ("objects", "tags", "resource_type_associations")
"""Lists of definitions, that a namespace holds."""

GENERATED = ("self", "schema", "created_at", "updated_at")
"""What Glance shows of a definition and refuses in a request."""


class Import(ShowNamespace):
    """Create a namespace and all that it holds from a JSON document.

    The document is as Glance shows a namespace; what only Glance sets is left out.
    """

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--file",
            metavar="<file>",
            help="File with the document (default: standard input)",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        document = importable(parse(self.read(parsed_args.file)))
        return self.display(parsed_args, self.client.create(NAMESPACE, document))

    def read(self, file: str | None) -> bytes:
        if file not in (None, "-"):
            return Path(file).read_bytes()
        if self.app.stdin.isatty():
            raise UsageError("Give the document by --file or on standard input.")
        content: bytes = self.app.stdin.buffer.read()
        return content


def parse(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise UsageError(f"The document is not JSON: {error}") from None


def importable(document: Any) -> Record:
    """Return a document without what only Glance sets.

    What goes by its name alone, as our own ``show -f json`` prints associations, is
    written out.
    """
    if not isinstance(document, dict):
        raise UsageError("The document is not a JSON object.")
    return {
        key: [without_generated(part) for part in content]
        if key in HELD and isinstance(content, list)
        else content
        for key, content in without_generated(document).items()
    }


def without_generated(definition: Any) -> Any:
    if isinstance(definition, str):
        return {"name": definition}
    if not isinstance(definition, dict):
        return definition  # Glance says best what it would have there
    return {k: v for k, v in definition.items() if k not in GENERATED}
