from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any

from imagectl.command import Lister
from imagectl.commands.image.batch import TransferCommand
from imagectl.commands.image.options.data import add_allow_unsafe
from imagectl.commands.image.options.transfers import add_progress
from imagectl.errors import DIFFERS, UsageError
from imagectl.sync.declaration import Declaration, read_declaration
from imagectl.sync.execution import carry_out
from imagectl.sync.plan import Steps, make_plan
from imagectl.transfer.progress import Progress

COLUMNS = ("Action", "Name", "ID", "Changes", "Result")


class Sync(Lister, TransferCommand):
    """Make the project's images be what a file declares.

    Images that are missing are stored, from a file or a URL, and verified; attributes,
    tags and properties are set as declared. Where the data of an image changes, a new
    image takes the name, and the one before is hidden under its version or date.
    What is not declared any more stays unless --prune is given. A second run changes
    nothing. `imagectl help sync-file` describes the file.
    """

    @classmethod
    def prepare_arguments(cls, arguments: Sequence[str]) -> list[str]:
        """Take ``-f FILE`` for ``--file FILE``, which it was, where it is no format."""
        prepared = super().prepare_arguments(arguments)
        for at, (option, value) in enumerate(pairwise(prepared)):
            if option == "--":
                break
            if option == "-f" and value not in cls.formatters and "." in value:
                prepared[at] = "--file"
        return prepared

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "files",
            metavar="<file>",
            nargs="*",
            type=Path,
            help="YAML file that declares images",
        )
        parser.add_argument(
            "--file",
            dest="more_files",
            metavar="<file>",
            action="append",
            default=[],
            type=Path,
            help="The same (repeat for several)",
        )
        parser.add_argument(
            "--dry-run",
            dest="plan_only",
            action="store_true",
            help="Show what would be done, and do nothing",
        )
        parser.add_argument(
            "--detailed-exitcode",
            action="store_true",
            help=f"With --dry-run, exit with {DIFFERS} where there is something to do",
        )
        parser.add_argument(
            "--prune",
            nargs="?",
            choices=("hide", "delete"),
            const="delete",
            help="Delete what is no longer declared and versions beyond 'keep', or"
            " only hide what is no longer declared (default: delete)",
        )
        add_allow_unsafe(parser)
        add_progress(parser)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        _check_arguments(parsed_args)
        paths = [*parsed_args.files, *parsed_args.more_files]
        declarations = [read_declaration(path) for path in paths]
        _check_unique(declarations)
        client = self.cloud.image
        self.args = parsed_args
        plan = [
            steps
            for declaration in declarations
            for steps in make_plan(client, declaration, parsed_args.prune)
        ]
        if parsed_args.plan_only:
            rows = [row for steps in plan for row in _rows(steps, [], "planned")]
            if parsed_args.detailed_exitcode and any(map(_is_change, rows)):
                self.exit_code = DIFFERS
        else:
            rows = []
            self.exit_code = self.for_each(plan, lambda s: self.carry_out(rows, s))
        return self.table(COLUMNS, rows)

    def show(
        self, size_bytes: int | None, name: str
    ) -> AbstractContextManager[Progress]:
        return self.show_progress(self.args, size_bytes, title=name)

    def carry_out(self, rows: list[Sequence[Any]], steps: Steps) -> None:
        """Carry out the steps of one image and add their rows."""
        done: list[str] = []
        try:
            done += carry_out(
                self.cloud.image,
                steps,
                show=self.show,
                say=self.app.say,
                allow_unsafe=self.args.allow_unsafe,
            )
        finally:
            rows += _rows(steps, done, "failed")


def _rows(steps: Steps, done: Sequence[str], otherwise: str) -> Iterable[Sequence[Any]]:
    """Yield a row for each step of one image.

    ``done`` has the image ids of the steps that were carried out, which are the first;
    ``otherwise`` is the result of the others.
    """
    for number, step in enumerate(steps):
        is_done = number < len(done)
        image_id = done[number] if is_done else step.record and step.record["id"]
        result = "done" if is_done else otherwise
        if step.action == "keep":
            result = "unchanged"
        yield step.action, step.name, image_id, step.note, result


def _is_change(row: Sequence[Any]) -> bool:
    return bool(row[-1] != "unchanged")


def _check_arguments(args: argparse.Namespace) -> None:
    """Raise :class:`UsageError` for what the parser lets pass."""
    if not (args.files or args.more_files):
        raise UsageError(
            "The file that declares the images is missing.",
            hint="imagectl image sync images.yaml; see imagectl help sync-file",
        )
    if args.detailed_exitcode and not args.plan_only:
        raise UsageError("--detailed-exitcode goes with --dry-run.")


def _check_unique(declarations: Sequence[Declaration]) -> None:
    """Raise :class:`UsageError` where two files declare the same images."""
    seen: dict[str, Path] = {}
    for declaration in declarations:
        for key in {
            f"collection '{declaration.collection}'",
            *(f"image '{image.name}'" for image in declaration.images),
        }:
            if key in seen:
                raise UsageError(f"{declaration.path}: {key} is in {seen[key]} too")
            seen[key] = declaration.path
