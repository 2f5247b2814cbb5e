"""The projects that an image is shared with."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from imagectl import verbs
from imagectl.api import lookup, members
from imagectl.api.client import Record
from imagectl.commands import options
from imagectl.commands.image.image_argument import NamesImage
from imagectl.commands.image.options.attributes import add_membership
from imagectl.contract.identity import PROJECT
from imagectl.contract.image import MEMBER

SHARED = {"member_status": "all"}
"""The scope in which a member finds an image by name that it has not accepted."""


class MemberVerb(NamesImage):
    """A command on the membership of a project in an image."""

    def add_operands(
        self, parser: argparse.ArgumentParser, purpose: str, **nargs: Any
    ) -> None:
        self.add_image(parser)
        parser.add_argument(
            "project", metavar="<project>", help=f"{purpose} (name or ID)", **nargs
        )
        options.add_domain_of(parser, "project")

    def project_id(self, given: str, args: argparse.Namespace) -> str:
        """Return the id of a member, which may be a project that is deleted."""
        return lookup.find_id_in_domain(
            self.cloud, PROJECT, given, args.project_domain, may_be_gone=True
        )


class List(verbs.List, NamesImage):
    """List the projects that an image is shared with"""

    resource = MEMBER

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_image(parser)
        # It has no effect: openstack has the option here, so scripts may use it.
        parser.add_argument("--project-domain", help=argparse.SUPPRESS)

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        path = members.path(self.image_id(args.image, **SHARED))
        return self.client.list(MEMBER, path=path)


class Get(verbs.ShowRecord, MemberVerb):
    """Show what a project decided on an image that is shared with it"""

    resource = MEMBER

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operands(parser, "Project to show")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        image_id = self.image_id(parsed_args.image, **SHARED)
        project_id = self.project_id(parsed_args.project, parsed_args)
        path = members.path(image_id, project_id)
        return self.display(parsed_args, self.client.record(MEMBER, "GET", path))


class Set(verbs.ShowRecord, MemberVerb):
    """Accept or reject an image for a project that it is shared with"""

    changes = True
    resource = MEMBER

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operands(parser, "Project that decides (default: your own)", nargs="?")
        add_membership(parser, required=True)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        image_id = self.image_id(parsed_args.image, **SHARED)
        given = lookup.find_optional_id(
            self.cloud,
            PROJECT,
            parsed_args.project,
            parsed_args.project_domain,
            may_be_gone=True,
        )
        member = given or self.cloud.session.access.project_id
        record = members.set_status(
            self.client, image_id, member or "", parsed_args.membership
        )
        return self.display(parsed_args, record)


class Add(verbs.ShowRecord, MemberVerb):
    """Share an image with a project"""

    changes = True
    resource = MEMBER

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        self.add_operands(parser, "Project to share the image with")

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        project_id = lookup.find_project_id(
            self.cloud, parsed_args.project, parsed_args.project_domain
        )
        image_id = self.image_id(parsed_args.image)
        record = members.add(self.client, image_id, project_id or "")
        return self.display(parsed_args, record)


class Remove(MemberVerb):
    """Share an image with projects no longer"""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self.add_operands(parser, "Project to take the image from", nargs="+")

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        image_id = self.image_id(parsed_args.image)

        def remove(given: str) -> None:
            project_id = self.project_id(given, parsed_args)
            members.remove(self.cloud.image, image_id, project_id)

        return self.for_each(parsed_args.project, remove)
