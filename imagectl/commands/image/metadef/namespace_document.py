"""Exports and imports namespaces as JSON documents."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from imagectl.api import metadefs
from imagectl.api.client import Record
from imagectl.commands.image.metadef.definition import add_namespace
from imagectl.commands.image.metadef.namespace import ShowNamespace
from imagectl.contract.metadef import NAMESPACE
from imagectl.errors import UsageError
from imagectl.verbs import ResourceVerb

PARTS = ("objects", "tags", "resource_type_associations")
"""Attributes of a namespace that are lists of definitions."""

GENERATED = ("self", "schema", "created_at", "updated_at")
"""Attributes that Glance shows and refuses in a request."""


class Export(ResourceVerb):
    """Write a namespace and all that it holds as a JSON document.

    The document can be imported into any cloud; it does not say who owns it here.
    """

    resource = NAMESPACE

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        add_namespace(parser, "Namespace to export")
        parser.add_argument(
            "--file",
            metavar="<file>",
            help="File to write the document to (default: standard output)",
        )

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        record = metadefs.show(self.client, NAMESPACE, parsed_args.namespace)
        record.pop("owner", None)
        document = json.dumps(importable(record), indent=2) + "\n"
        if parsed_args.file in (None, "-"):
            self.app.stdout.write(document)
        else:
            Path(parsed_args.file).write_text(document)


class Import(ShowNamespace):
    """Create a namespace and all that it holds from a JSON document.

    The document is as Glance shows a namespace; what only Glance sets is left out.
    """

    changes = True

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
        document = parse(self.read(parsed_args.file))
        record = self.client.create(NAMESPACE, importable(document))
        return self.display(parsed_args, record)

    def read(self, file: str | None) -> bytes:
        if file not in (None, "-"):
            return Path(file).read_bytes()
        if self.app.stdin.isatty():
            raise UsageError("Give the document by --file or on standard input.")
        content: bytes = self.app.stdin.buffer.read()
        return content


def parse(content: bytes) -> Record:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise UsageError(f"The document is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise UsageError("The document is not a JSON object.")
    return document


def importable(document: Record) -> Record:
    """Return what of a document a request may contain.

    A definition that is only a name, as ``show -f json`` prints associations, becomes
    an object with that name.
    """
    return {
        key: [without_generated(part) for part in content]
        if key in PARTS and isinstance(content, list)
        else content
        for key, content in without_generated(document).items()
    }


def without_generated(definition: Any) -> Any:
    if isinstance(definition, str):
        return {"name": definition}
    if not isinstance(definition, dict):
        return definition  # let Glance say what is wrong with it
    return {
        key: content
        for key, content in definition.items()
        if key not in GENERATED and content is not None
    }
