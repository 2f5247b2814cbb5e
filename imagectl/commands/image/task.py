"""The tasks of the image service, which only administrators may list in full."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from typing import Any

from imagectl import verbs
from imagectl.api import imports
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.image_argument import NamesImage
from imagectl.commands.image.options.waiting import add_wait, wait_limit
from imagectl.contract.image import TASK, TASK_STATUSES
from imagectl.errors import UsageError


class List(verbs.PagedList, NamesImage):
    """List tasks: all of them, or those of one image"""

    resource = TASK

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--image",
            metavar="<image>",
            help="List the tasks of this image (name or ID), which its owner may too",
        )
        parser.add_argument(
            "--sort-key",
            metavar="<key>[,<key>...]",
            type=options.comma_list,
            help="Sort by created_at (the default), expires_at, id, status, type or"
            " updated_at",
        )
        parser.add_argument(
            "--sort-dir",
            metavar="<direction>[,<direction>...]",
            type=options.comma_list,
            help="Sort asc or desc (default: desc)",
        )
        parser.add_argument(
            "--type",
            metavar="<type>",
            choices=("import",),
            help="List only tasks of this type: import",
        )
        parser.add_argument(
            "--status",
            metavar="<status>",
            choices=TASK_STATUSES,
            help=f"List only tasks in this status: {', '.join(TASK_STATUSES)}",
        )
        options.add_paging(parser, "task")

    def query(self, args: argparse.Namespace) -> dict[str, Any]:
        return options.given(
            sort_key=args.sort_key,
            sort_dir=args.sort_dir,
            type=args.type,
            status=args.status,
        )

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        if args.image is None:
            return super().records(args)
        if args.marker:
            raise UsageError("--marker does not go with --image.")
        found = imports.tasks(self.client, self.image_id(args.image))
        wanted = options.given(type=args.type, status=args.status).items()
        chosen = [task for task in found if wanted <= task.items()]
        return chosen[: self.limit(args)]


class Show(verbs.Show):
    """Show a task"""

    resource = TASK


class Create(verbs.Create):
    """Create a task, which is for administrators"""

    resource = TASK

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--type",
            metavar="<type>",
            default="import",
            help="Type of the task (default: import)",
        )
        parser.add_argument(
            "--input",
            metavar="<json>",
            type=json_object,
            default={},
            help="What the task shall do, as a JSON object",
        )
        add_wait(parser, is_default=False)

    def body(self, args: argparse.Namespace) -> dict[str, Any]:
        return {"type": args.type, "input": args.input}

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        task = self.client.create(TASK, self.body(parsed_args))
        if parsed_args.wait:
            limit = wait_limit(self.app, parsed_args)
            task = imports.wait_for_task(self.client, task["id"], limit)
        return self.display(parsed_args, task)


def json_object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise argparse.ArgumentTypeError(f"'{text}' is not a JSON object")
    return document
