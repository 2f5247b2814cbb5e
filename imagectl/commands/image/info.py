"""Import methods, quotas and schemas of the image service."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.api import imports
from imagectl.api.client import quote
from imagectl.api.records import Shape
from imagectl.command import Lister, ShowOne

SCHEMA: Shape = {"properties?": {"*": dict}}


class ImportMethods(ShowOne):
    """Show the import methods that the cloud offers"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        return self.columns({"import-methods": imports.methods(self.cloud.image)})


class Usage(Lister):
    """List the project's image quotas, and what is used of them"""

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        shape: Shape = {"usage?": {"*": dict}}
        answer = self.cloud.image.document("GET", "/info/usage", shape)
        usage = answer.get("usage") or {}
        rows = ([name, q.get("limit"), q.get("usage")] for name, q in usage.items())
        return self.table(("Quota", "Limit", "Usage"), rows)


class Schema(Lister):
    """List the attributes of a model, as the image service publishes them"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "model",
            metavar="<model>",
            help="Model to explain: image, member, task, metadefs/namespace, ...",
        )

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        path = "/".join(quote(part) for part in parsed_args.model.split("/"))
        schema = self.cloud.image.document("GET", f"/schemas/{path}", SCHEMA)
        rows = (
            [name, _type(about), about.get("description", "")]
            for name, about in sorted((schema.get("properties") or {}).items())
        )
        return self.table(("Attribute", "Type", "Description"), rows)


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type") or ""
    return " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind)
