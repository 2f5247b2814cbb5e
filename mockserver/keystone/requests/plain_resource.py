"""Plain resources: records that are listed, created, shown, changed and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import falcon

from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import list_records
from mockserver.storage.repository import Record, remove, replace, store

if TYPE_CHECKING:
    from sqlalchemy import Table

    from imagectl.contract import Resource
    from mockserver.keystone.requests.schemas import Check
    from mockserver.state.cloud_state import CloudState


class PlainResource:
    """Handles ``/v3/COLLECTION`` and ``/v3/COLLECTION/{NOUN_id}`` of one resource.

    A subclass names its resource, its table and its schemas, and replaces those of
    :meth:`shape`, :meth:`insert`, :meth:`update` and :meth:`delete` that do more than
    to read and write the record. The policy's operations are ``list_COLLECTION`` and
    ``create_``, ``get_``, ``update_`` and ``delete_NOUN``; each is enforced after the
    schema and before a record is looked up.
    """

    resource: ClassVar[Resource]
    table: ClassVar[Table]
    filters: ClassVar[tuple[str, ...]] = ()
    """The attributes that the query string of a listing may filter by."""
    check_query: ClassVar[Check | None] = None
    check_creation: ClassVar[Check]
    check_change: ClassVar[Check]

    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        if self.check_query is not None:
            self.check_query(req.params)
        with reading(self._state, req) as call:
            call.enforce(f"list_{self.resource.collection}")
            resp.media = list_records(
                call, self.resource, self.table, self.filters, shape=self.shape
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce(f"create_{self.resource.noun}")
            record = self.insert(call, call.new_record(self.resource))
            resp.media = call.show(self.resource, self.shape(record))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        [identifier] = path.values()
        with reading(self._state, req) as call:
            call.enforce(f"get_{self.resource.noun}")
            record = call.find(self.resource, self.table, identifier)
            resp.media = call.show(self.resource, self.shape(record))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        [identifier] = path.values()
        self.check_change(req.context.body)
        with writing(self._state, req) as call:
            call.enforce(f"update_{self.resource.noun}")
            changes = call.read_changes(self.resource, identifier)
            record = self.update(call, identifier, changes)
            resp.media = call.show(self.resource, self.shape(record))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, **path: str
    ) -> None:
        [identifier] = path.values()
        with writing(self._state, req) as call:
            call.enforce(f"delete_{self.resource.noun}")
            call.find(self.resource, self.table, identifier)
            self.delete(call, identifier)
        resp.status = falcon.HTTP_204

    def shape(self, record: Record) -> Record:
        """Return a stored record as it is shown, without its links."""
        return record

    def insert(self, call: Call, record: Record) -> Record:
        """Store a new record, which has an id, and return the record that is stored."""
        store(call.db, self.table, record)
        return record

    def update(self, call: Call, identifier: str, changes: Record) -> Record:
        """Store changes of a record and return the changed one.

        Raises :class:`~mockserver.keystone.errors.NotFound`.
        """
        record = {**call.find(self.resource, self.table, identifier), **changes}
        replace(call.db, self.table, record)
        return record

    def delete(self, call: Call, identifier: str) -> None:
        """Delete a record that exists."""
        remove(call.db, self.table, self.table.c.id == identifier)
