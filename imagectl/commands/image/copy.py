from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from typing import Any

from imagectl.api import images, lookup
from imagectl.api.client import Client, Cloud, Record
from imagectl.api.selection import active_images, select, unique
from imagectl.api.sharing import add_member, find_matching_project, member_ids
from imagectl.auth.session import Session
from imagectl.command import Lister, common_code
from imagectl.commands import options
from imagectl.commands.image.batch import TransferCommand, title_of, total_size
from imagectl.commands.image.options.data import add_allow_unsafe
from imagectl.commands.image.options.transfers import (
    add_jobs,
    add_progress,
    add_store_preference,
)
from imagectl.config.clouds import load_cloud, load_named_cloud
from imagectl.contract.image import VISIBILITIES
from imagectl.errors import ConflictError, UsageError
from imagectl.transfer import copying
from imagectl.transfer.progress import Report

COLUMNS = ("Name", "ID", "Copy ID", "Size", "Result")


class Copy(Lister, TransferCommand):
    """Copy images to another cloud or region, straight from one to the other.

    The data passes through this program and touches no disk. It is verified against
    what the source states before the target has all of it, and against what the
    target stored. An image whose data is there already under its name is not copied
    again. What is copied in part is deleted at the target.

    Name, formats, sizes, visibility, protection, tags and properties go along; the
    owner is the project that the target's credentials are for.
    """

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "images",
            metavar="<image>",
            nargs="*",
            help="Image to copy (name, ID, or a pattern of names such as 'ubuntu-*')",
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help="Copy every active image that 'image list' shows",
        )
        parser.add_argument(
            "--to-cloud",
            metavar="<cloud>",
            help="Cloud to copy to, by its name in clouds.yaml, which alone says how"
            " it is reached: no option and no OS_* variable counts there",
        )
        parser.add_argument(
            "--to-region",
            metavar="<region>",
            help="Region to copy to, of <cloud> or else of the same cloud",
        )
        parser.add_argument(
            "--name", metavar="<name>", help="Name of the copy, of one image"
        )
        parser.add_argument(
            "--keep-id", action="store_true", help="Give the copy the image's ID"
        )
        visibility = parser.add_mutually_exclusive_group()
        for name in VISIBILITIES:
            visibility.add_argument(
                f"--{name}",
                dest="visibility",
                action="store_const",
                const=name,
                help=f"Make the copy {name}, whatever the image is",
            )
        parser.add_argument(
            "--project",
            metavar="<project>",
            help="Project at the target that owns the copy (name or ID)",
        )
        options.add_domain_of(parser, "project")
        parser.add_argument(
            "--without-property",
            dest="left_out",
            metavar="<key>",
            action="append",
            default=[],
            help="Property to leave behind (repeat to leave several)",
        )
        parser.add_argument(
            "--members",
            action="store_true",
            help="Share the copy with the projects that the image is shared with, by"
            " their names; each has to accept it anew",
        )
        parser.add_argument(
            "--update",
            action="store_true",
            help="Give a copy that is there already the image's attributes, tags and"
            " properties, where they differ",
        )
        parser.add_argument(
            "--dry-run",
            dest="plan_only",
            action="store_true",
            help="Show which images would be copied, and change nothing",
        )
        add_allow_unsafe(parser)
        add_store_preference(parser)
        add_jobs(parser)
        add_progress(parser)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        self.args = parsed_args
        if (parsed_args.to_cloud, parsed_args.to_region) == (None, None):
            raise UsageError("Where to copy to is said by --to-cloud or --to-region.")
        if bool(parsed_args.images) == parsed_args.all:
            raise UsageError("Either name images or give --all.")
        self.target = self.open_target(parsed_args)
        self.owner = lookup.find_project_id(
            self.target, parsed_args.project, parsed_args.project_domain
        )
        found: list[Record] = []
        source = self.cloud.image
        if parsed_args.all:
            found += active_images(source)
        missing = self.for_each(
            parsed_args.images, lambda given: found.extend(select(source, given))
        )
        records = unique(found)
        if parsed_args.name is not None and len(records) > 1:
            raise UsageError(f"--name is for one image, not for {len(records)}.")
        copies, failures = self.run_batch(
            parsed_args,
            records,
            self.copy,
            title=title_of,
            total_bytes=total_size(records),
        )
        self.exit_code = common_code(
            [missing, self.summarize_failures(failures, len(records))]
        )
        rows = (
            (record["name"], record["id"], copy_id, record["size"], result)
            for record, copy in zip(records, copies, strict=True)
            for copy_id, result in [copy or (None, "failed")]
        )
        return self.table(COLUMNS, rows)

    def open_target(self, args: argparse.Namespace) -> Cloud:
        region = args.to_region
        if args.to_cloud is not None:
            config = load_named_cloud(args.to_cloud, os.environ, region)
        else:
            given = {**vars(self.app.options), "region_name": region}
            config = load_cloud(argparse.Namespace(**given), os.environ)
        target = Cloud(Session(config))
        target.session.created = self.cloud.session.created
        return target

    def copy(self, record: Record, report: Report) -> tuple[str | None, str]:
        """Copy one image; return the copy's id, if there is one, and the result."""
        if record["status"] != "active":
            raise ConflictError(
                f"Image {record['id']} is {record['status']}; only an active one has"
                " data to copy."
            )
        target, body = self.target.image, self.body(record)
        members = self.members(record, body)
        copy = copying.find_copy(target, record, body)
        result = "exists" if copy else "copied"
        if self.args.plan_only:
            return (copy["id"], "exists") if copy else (None, "planned")
        if copy is None:
            copy = copying.copy(
                copying.Original(self.cloud.image, record, self.args.stores),
                target,
                body,
                report=report,
                say=self.app.say,
                allow_unsafe=self.args.allow_unsafe,
            )
        else:
            report(record["size"])
            if self.args.update and _update(target, copy, body):
                result = "updated"
        added = [add_member(target, copy["id"], member) for member in members]
        return copy["id"], "updated" if any(added) and result == "exists" else result

    def body(self, record: Record) -> Record:
        """Return the request that creates the copy."""
        args, kept = self.args, copying.portable_attributes(record)
        for key in args.left_out:
            kept.pop(key, None)
        return kept | options.given(
            name=args.name,
            id=record["id"] if args.keep_id else None,
            visibility=args.visibility,
            owner=self.owner,
        )

    def members(self, record: Record, body: Record) -> list[str]:
        """Return the ids of the target's projects to share the copy with.

        It is called before the copy is made: a project may be missing there.
        """
        is_shared = record["visibility"] == body["visibility"] == "shared"
        if not (self.args.members and is_shared):
            return []
        ids = member_ids(self.cloud.image, record["id"])
        return [find_matching_project(self.cloud, self.target, each) for each in ids]


def _update(target: Client, copy: Record, body: Record) -> bool:
    """Give a copy the attributes of ``body``; return whether any was different."""
    operations = images.changes(copy, {k: v for k, v in body.items() if k != "id"})
    if operations:
        images.patch(target, copy["id"], operations)
    return bool(operations)
