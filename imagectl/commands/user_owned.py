"""Verbs on resources that belong to a user, with URLs below ``/users/{id}``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from imagectl import verbs
from imagectl.api import lookup
from imagectl.api.client import Record, quote
from imagectl.commands import options
from imagectl.contract import Resource
from imagectl.contract.identity import USER


class OfCurrentUser(verbs.ResourceVerb):
    """A verb on a resource that belongs to the authenticated user."""

    @property
    def place(self) -> Resource:
        return below_user(self.resource, self.client.session.access.user_id)


class List(verbs.List):
    """List a resource that belongs to ``--user``, or to the authenticated user."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        options.add_user(parser, f"User whose {self.resource.words}s to list")

    def records(self, args: argparse.Namespace) -> Iterable[Record]:
        given = lookup.find_optional_id(self.cloud, USER, args.user, args.user_domain)
        user_id = given or self.client.session.access.user_id
        return self.client.list(below_user(self.resource, user_id))


def below_user(resource: Resource, user_id: str | None) -> Resource:
    """Return the resource with its URL below the user's.

    Raises :class:`NotFoundError` without a user.
    """
    return resource.below(f"{USER.path}/{quote(user_id or '')}")
