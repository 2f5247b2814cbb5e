"""One request to Keystone: its transaction, its caller, its policy and its answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mockserver.callers.access_rules import is_allowed
from mockserver.callers.callers import Caller
from mockserver.handlers import call as handlers
from mockserver.keystone.default_policy import DEFAULT_POLICY
from mockserver.keystone.errors import ForbiddenAction, Invalid, NotFound, Unauthorized
from mockserver.keystone.tokens.tokens import authenticate_caller
from mockserver.storage.repository import Record, fetch

if TYPE_CHECKING:
    import falcon
    from sqlalchemy import Table

    from imagectl.contract import Resource
    from mockserver.state.cloud_state import CloudState


class Call(handlers.Call):
    """What a handler of Keystone works with."""

    body: dict[str, Any]

    @cached_property
    def caller(self) -> Caller:
        """The user whose token ``X-Auth-Token`` carries.

        Raises :class:`Unauthorized` without a valid token, and for a request that the
        access rules of an application credential do not allow.
        """
        token_id = self.req.get_header("X-Auth-Token")
        caller = authenticate_caller(self.db, self.state, token_id)
        if not is_allowed(caller.body, "identity", self.req.method, self.req.path):
            raise Unauthorized
        return caller

    def authenticate(self) -> None:
        """Raise :class:`Unauthorized` unless the request carries a valid token.

        For handlers that would raise something else before they ask for the caller.
        """
        _ = self.caller

    def enforce(
        self, action: str, target: Mapping[str, Any] | None = None, **path: str
    ) -> None:
        """Raise unless the policy allows the caller the operation ``identity:ACTION``.

        Rules read ``target`` as ``%(target.NOUN.FIELD)s`` and ``path``, the variables
        of the URL, as ``%(user_id)s``. Raises :class:`Unauthorized` or
        :class:`ForbiddenAction`.
        """
        operation = f"identity:{action}"
        values = {**path, "target": target or {}}
        if not DEFAULT_POLICY.allows(operation, self.caller.credentials, values):
            raise ForbiddenAction(operation)

    def enforce_on(
        self, action: str, resource: Resource, table: Table, identifier: str
    ) -> Record | None:
        """Enforce the policy on a record and return it, or None where there is none.

        The policy is enforced in both cases: a caller who is refused does not learn
        whether the record exists. Raises what :meth:`enforce` raises.
        """
        record = fetch(self.db, table, table.c.id == identifier)
        target = {} if record is None else {resource.noun: record}
        self.enforce(action, target, **{f"{resource.noun}_id": identifier})
        return record

    def find_allowed(
        self, action: str, resource: Resource, table: Table, identifier: str
    ) -> Record:
        """Return a record on which the policy allows the caller an operation.

        Raises what :meth:`enforce` raises, then :class:`NotFound`.
        """
        record = self.enforce_on(action, resource, table, identifier)
        if record is None:
            raise NotFound.of(resource.noun, identifier)
        return record

    def find(self, resource: Resource, table: Table, identifier: str) -> Record:
        """Return a record by its id; raises :class:`NotFound`."""
        record = fetch(self.db, table, table.c.id == identifier)
        if record is None:
            raise NotFound.of(resource.noun, identifier)
        return record

    def url(self, path: str) -> str:
        """Return the absolute URL of a path below ``/v3/``."""
        return f"{self.req.context.identity_url}/v3/{path}"

    def link(self, resource: Resource, record: Record) -> Record:
        """Return a record with the link to itself."""
        links = {"self": self.url(f"{resource.collection}/{record['id']}")}
        return {**record, "links": links}

    def show(self, resource: Resource, record: Record) -> Record:
        """Return the body of an answer that holds one record."""
        return {resource.noun: self.link(resource, record)}

    def new_record(self, resource: Resource) -> Record:
        """Return the record that the body asks to create, with an id of the cloud's.

        In the names of attributes ``:`` and ``-`` become ``_``, as in Keystone.
        """
        asked = self.body.get(resource.noun, {})
        record = {
            name.replace(":", "_").replace("-", "_"): value
            for name, value in asked.items()
        }
        return {**record, "id": self.state.ids.hex(resource.noun)}

    def read_changes(self, resource: Resource, identifier: str) -> Record:
        """Return the attributes that the body asks to change.

        Raises :class:`Invalid` where they hold another id than the URL's.
        """
        changes: Record = self.body.get(resource.noun, {})
        if "id" in changes and changes["id"] != identifier:
            raise Invalid("Cannot change ID")
        return changes

    @property
    def home_domain_id(self) -> str:
        """The domain of a new record that names none: the token's, or the default."""
        return self.caller.domain_id or self.state.domain_id


@contextlib.contextmanager
def reading(state: CloudState, req: falcon.Request) -> Iterator[Call]:
    """Open a call in a transaction that only reads."""
    with state.database.read() as db:
        yield Call(state, req, db, req.context.body)


@contextlib.contextmanager
def writing(state: CloudState, req: falcon.Request) -> Iterator[Call]:
    """Open a call in a transaction that is committed unless the block raises."""
    with state.database.begin() as db:
        yield Call(state, req, db, req.context.body)
