"""``project cleanup``: delete what a project owns. imagectl knows only images."""

from __future__ import annotations

import argparse

from cliff.formatters.table import TableFormatter

from imagectl.api import lookup
from imagectl.api.filters import list_images
from imagectl.command import Command
from imagectl.commands import options
from imagectl.contract.image import IMAGE
from imagectl.errors import AccessError, UsageError
from imagectl.output import escape

COLUMNS = ("Type", "ID", "Name")
QUESTION = "These resources will be deleted. Are you sure [y/n]: "
TIME = "<YYYY-MM-DDTHH24:MI:SS>"


class Cleanup(Command):
    """Delete the images of a project, once you have seen them and agreed"""

    changes = False  # the command defines --dry-run itself

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        action = parser.add_mutually_exclusive_group()
        action.add_argument(
            "--dry-run", action="store_true", help="Only list what would be deleted"
        )
        action.add_argument(
            "--auto-approve", action="store_true", help="Delete without asking"
        )
        project = parser.add_mutually_exclusive_group(required=True)
        project.add_argument(
            "--auth-project",
            action="store_true",
            help="Clean the project that you are logged in to",
        )
        project.add_argument(
            "--project", metavar="<project>", help="Project to clean (name or ID)"
        )
        for event in ("created", "updated"):
            parser.add_argument(
                f"--{event}-before",
                metavar=TIME,
                help=f"Delete only what was {event} before this time (UTC)",
            )
        parser.add_argument(
            "--skip-resource",
            metavar="<resource>",
            action="append",
            default=[],
            help="Leave out this kind of resource (repeat for several); we know: image",
        )
        options.add_domain_of(parser, "project")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        images = self.images(parsed_args)
        self.show(images)
        if not images or parsed_args.dry_run:
            return 0
        if not parsed_args.auto_approve:
            self.app.stdout.flush()
            if self.app.stdout.failure or not self.agrees():
                return 0
        client = self.cloud.image
        return self.for_each(list(images), lambda each: client.delete(IMAGE, each))

    def images(self, args: argparse.Namespace) -> dict[str, str]:
        """Return the images to delete: their names by their ids."""
        if "image" in args.skip_resource:
            return {}
        before = {"created_at": args.created_before, "updated_at": args.updated_before}
        times = options.given(**before)
        parameters = {key: f"lt:{time}" for key, time in times.items()}
        found = list_images(
            self.cloud.image,
            [("owner", self.project_id(args))],
            parameters={**parameters, "visibility": "all"},
        )
        return {image["id"]: str(image["name"]) for image in found}

    def project_id(self, args: argparse.Namespace) -> str:
        """Return the id of ``--project``, or else that of the token's project."""
        project_id = lookup.find_project_id(
            self.cloud, args.project, args.project_domain
        )
        project_id = project_id or self.cloud.session.access.project_id
        if not project_id:
            raise AccessError("You are not logged in to a project.")
        return project_id

    def show(self, images: dict[str, str]) -> None:
        """Print a table of the images."""
        width = argparse.Namespace(max_width=0, fit_width=False, print_empty=False)
        rows = [("Image", key, escape(name)) for key, name in images.items()]
        TableFormatter().emit_list(COLUMNS, rows, self.app.stdout, width)

    def agrees(self) -> bool:
        """Ask whether to delete, and tell whether the user answered yes.

        Raises :class:`UsageError` where nobody answers.
        """
        self.app.stderr.write(QUESTION)
        self.app.stderr.flush()
        answer = self.app.stdin.readline()
        if not answer:
            self.app.stderr.write("\n")
            raise UsageError(
                "Nothing was deleted: nobody answered.",
                hint="--auto-approve deletes without asking",
            )
        return answer.strip().lower() in ("y", "yes")
