"""One request to Keystone on its way: its transaction, its caller, its answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mockserver.callers.access_rules import is_allowed
from mockserver.callers.callers import Caller
from mockserver.handlers import call as handlers
from mockserver.keystone.default_policy import POLICY
from mockserver.keystone.errors import ForbiddenAction, Invalid, NotFound, Unauthorized
from mockserver.keystone.tokens.tokens import authenticate_bearer
from mockserver.storage.repository import Record, fetch

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import Table

    from imagectl.contract import Resource
    from mockserver.state.cloud_state import CloudState


class Call(handlers.Call):
    """What a handler works with."""

    body: dict[str, Any]

    @cached_property
    def caller(self) -> Caller:
        """The bearer of ``X-Auth-Token``; raises :class:`Unauthorized`."""
        token_id = self.req.get_header("X-Auth-Token")
        caller = authenticate_bearer(self.db, self.state, token_id)
        if not is_allowed(caller.body, "identity", self.req.method, self.req.path):
            raise Unauthorized
        return caller

    def enforce(
        self, action: str, target: Mapping[str, Any] | None = None, **path: str
    ) -> None:
        """Let only a caller pass whom the policy allows ``identity:ACTION``.

        ``path`` holds the URL's own variables. Raises :class:`Unauthorized` or
        :class:`ForbiddenAction`.
        """
        operation = f"identity:{action}"
        asked = {**path, "target": target or {}}
        if not POLICY.allows(operation, self.caller.credentials, asked):
            raise ForbiddenAction(operation)

    def find(self, resource: Resource, table: Table, identifier: str) -> Record:
        """Return a record by its id; raises :class:`NotFound`."""
        record = fetch(self.db, table, table.c.id == identifier)
        if record is None:
            raise NotFound.of(resource.noun, identifier)
        return record

    def url(self, path: str) -> str:
        return f"{self.req.context.identity_url}/v3/{path}"

    def link(self, resource: Resource, record: Record) -> Record:
        """Return a record with the link to itself."""
        links = {"self": self.url(f"{resource.collection}/{record['id']}")}
        return {**record, "links": links}

    def show(self, resource: Resource, record: Record) -> Record:
        return {resource.noun: self.link(resource, record)}

    def new_record(self, resource: Resource) -> Record:
        """Return what a request wants created, under an id of its own."""
        asked = self.body.get(resource.noun, {})
        record = {rename_key(key): value for key, value in asked.items()}
        return {**record, "id": self.state.ids.hex(resource.noun)}

    def changes(self, resource: Resource, identifier: str) -> Record:
        """Return what a request wants changed; raises :class:`Invalid` for an id."""
        changes: Record = self.body.get(resource.noun, {})
        if "id" in changes and changes["id"] != identifier:
            raise Invalid("Cannot change ID")
        return changes

    @property
    def home_domain_id(self) -> str:
        """Where a record belongs that names no domain."""
        return self.caller.domain_id or self.state.domain_id


def rename_key(key: str) -> str:
    return key.replace(":", "_").replace("-", "_")


@contextlib.contextmanager
def reading(state: CloudState, req: falcon.Request) -> Iterator[Call]:
    with state.database.read() as db:
        yield Call(state, req, db, req.context.body)


@contextlib.contextmanager
def writing(state: CloudState, req: falcon.Request) -> Iterator[Call]:
    with state.database.begin() as db:
        yield Call(state, req, db, req.context.body)
