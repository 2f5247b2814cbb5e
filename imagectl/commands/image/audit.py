from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.api import lookup
from imagectl.api.client import Record
from imagectl.api.filters import Condition
from imagectl.api.selection import active_images, select, unique
from imagectl.command import Lister, common_code
from imagectl.commands import options
from imagectl.commands.image.batch import TransferCommand, title_of, total_size
from imagectl.commands.image.options.transfers import (
    add_jobs,
    add_progress,
    add_store_preference,
)
from imagectl.contract.image import VISIBILITIES
from imagectl.errors import UsageError, VerificationError
from imagectl.transfer.auditing import UNREAD, WRONG, audit
from imagectl.transfer.progress import Report
from imagectl.transfer.remote import RemoteImage

COLUMNS = ("ID", "Name", "Size", "Verdict")
WITH_DATA = ("active", "deactivated")


class Audit(Lister, TransferCommand):
    """Read stored images again, and report those whose bytes are not what they were.

    The data of every image is read from its store, past the service's cache, and
    compared with the size and hash that its record states. The verdict is ok, wrong
    data, cut short, missing, no hash (where the record states none), no data (where
    none was stored yet) or unread (where the service did not give it). Any that is
    wrong makes the exit code 7.
    """

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "images",
            metavar="<image>",
            nargs="*",
            help="Image to read (name, ID, or a pattern of names such as 'ubuntu-*');"
            " all active ones that 'image list' shows unless any is named",
        )
        visibility = parser.add_mutually_exclusive_group()
        for name in (*VISIBILITIES, "all"):
            visibility.add_argument(
                f"--{name}",
                dest="visibility",
                action="store_const",
                const=name,
                help="Read all images, of other projects and community ones too"
                if name == "all"
                else f"Read only {name} images",
            )
        parser.add_argument(
            "--project",
            metavar="<project>",
            help="Read only images of this project (name or ID)",
        )
        options.add_domain_of(parser, "project")
        parser.add_argument(
            "--tag",
            dest="tags",
            metavar="<tag>",
            action="append",
            default=[],
            help="Read only images with this tag (repeat to ask for several)",
        )
        parser.add_argument(
            "--property",
            dest="properties",
            metavar="<key=value>",
            type=options.pair,
            action="append",
            default=[],
            help="Read only images with this property (repeat to ask for several)",
        )
        parser.add_argument(
            "--hidden",
            action="store_true",
            default=None,
            help="Read hidden images instead of the others",
        )
        add_store_preference(parser)
        add_jobs(parser)
        add_progress(parser)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        self.stores = parsed_args.stores
        self.verdicts: dict[str, str] = {}
        found: list[Record] = []
        conditions, parameters = self.conditions(parsed_args), scope(parsed_args)
        tags = parsed_args.tags
        if parsed_args.images and (conditions or parameters or tags):
            raise UsageError("Either name images or filter them.")
        if not parsed_args.images:
            found += active_images(
                self.cloud.image, conditions, tags=tags, parameters=parameters
            )
        missing = self.for_each(
            parsed_args.images,
            lambda given: found.extend(select(self.cloud.image, given)),
        )
        records = unique(found)
        _, failures = self.run_batch(
            parsed_args,
            records,
            self.audit,
            title=title_of,
            total_bytes=total_size(records),
        )
        self.exit_code = common_code(
            [missing, self.summarize_failures(failures, len(records))]
        )
        if not WRONG.isdisjoint(self.verdicts.values()):
            self.exit_code = VerificationError.exit_code
        rows = (
            (one["id"], one["name"], one["size"], self.verdicts.get(one["id"], UNREAD))
            for one in records
        )
        return self.table(COLUMNS, rows)

    def conditions(self, args: argparse.Namespace) -> list[Condition]:
        owner = lookup.find_project_id(self.cloud, args.project, args.project_domain)
        return [*args.properties, *options.given(owner=owner).items()]

    def audit(self, record: Record, report: Report) -> None:
        """Read one image and keep the verdict; raises the error of a bad one."""
        if record["status"] not in WITH_DATA:
            self.verdicts[record["id"]] = "no data"
            return
        image = RemoteImage(self.cloud.image, record, self.stores)
        verdict, error = audit(image, report)
        self.verdicts[record["id"]] = verdict
        if error:
            raise error


def scope(args: argparse.Namespace) -> dict[str, str]:
    """Return the parameters of the request that say which images are listed."""
    hidden = "true" if args.hidden else None
    return options.given(visibility=args.visibility, os_hidden=hidden)
