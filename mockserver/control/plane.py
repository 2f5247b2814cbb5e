"""ControlPlane: what a cloud is driven with, in Python and over ``/_mock/``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockserver.control.snapshots import Snapshots
from mockserver.faults.armed import Faults
from mockserver.keystone.bootstrap import (
    bootstrap,
    move_endpoints,
    update_admin_password,
)
from mockserver.seeds.document import BadSeed, Seed
from mockserver.seeds.insert import insert_seed
from mockserver.state.clock import Clock
from mockserver.state.journal import Journal
from mockserver.storage import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

FIRST_IDS = "first_ids"
"""The fact that holds the ids a cloud began with: a reset gives them out again."""


class ControlPlane:
    """The faults, journal, snapshots and seeds of a cloud."""

    def __init__(self, state: CloudState, seed: Seed) -> None:
        self.state = state
        self.faults = Faults()
        self.journal = Journal()
        self.snapshots = Snapshots(state)
        self._seed = seed

    def start(self) -> None:
        """Bootstrap and seed a new database; leave a kept one as it is.

        Raises :class:`BadSeed`, and
        :class:`~mockserver.storage.database.UnknownSchema` for a database that another
        version of the mock wrote.
        """
        state = self.state
        with state.database.begin() as db:
            if state.database.create_tables(db):
                self._fill(db, {})
            else:
                update_admin_password(db, state)
                state.recall(db)

    def move(self, identity_url: str, image_url: str) -> None:
        """Let the cloud be at new addresses, in its catalog too."""
        self.state.identity_url, self.state.image_url = identity_url, image_url
        with self.state.database.begin() as db:
            move_endpoints(db, self.state)

    def reset(self) -> None:
        """Forget all that happened since the start; ids are the same again.

        Faults and the journal are cleared; snapshots stay. Raises :class:`BadSeed`,
        and changes nothing then, where a file of the seed's is not what it was.
        """
        state = self.state
        with state.database.begin() as db, self.snapshots.fork_stores() as before:
            first_ids = json.loads(facts.recall(db, FIRST_IDS) or "{}")
            clock, ids = state.clock.copy(), state.ids.scripted()
            state.database.clear(db)
            state.stores.clear()
            state.clock.follow(Clock())
            try:
                self._fill(db, first_ids)
            except BaseException:
                state.stores.become(before)
                state.clock.follow(clock)
                state.ids.rewrite(ids)
                raise
        self.faults.clear()
        self.journal.clear()

    def add_seed(self, seed: Seed) -> None:
        """Store what a seed describes beside what is there: all of it, or nothing.

        Raises :class:`BadSeed`.
        """
        if seed.addresses or seed.bootstrap != type(seed.bootstrap)():
            raise BadSeed(
                "only a cloud that starts takes a seed's addresses and bootstrap"
            )
        with self.state.database.begin() as db:
            insert_seed(db, self.state, seed)
        seed.script(self.state.clock, self.state.ids)

    def close(self) -> None:
        """Release what faults hold up, and drop the snapshots."""
        self.faults.clear()
        self.snapshots.drop()

    def _fill(self, db: Connection, first_ids: Mapping[str, Iterable[str]]) -> None:
        """Store in empty tables what the cloud begins with."""
        state = self.state
        state.ids.rewrite(first_ids)
        with state.ids.recording() as made:
            bootstrap(db, state, self._seed.bootstrap)
            state.recall(db)
            insert_seed(db, state, self._seed)
        facts.remember(db, **{FIRST_IDS: json.dumps(made)})
        # only now: what a cloud begins with takes no scripted id
        state.ids.rewrite({})
        self._seed.script(state.clock, state.ids)
