"""ControlPlane: start, reset, seeds, snapshots, faults and journal of a cloud."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

from mockserver.control.snapshots import Snapshots
from mockserver.faults.armed import Faults
from mockserver.glance.tasks.recovery import recover
from mockserver.keystone.beginning import Bootstrap
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
"""Name of the fact that holds the ids a cloud began with: a reset uses them again."""


class ControlPlane:
    """Controls a cloud; ``MockCloud`` and ``/_mock/`` both call it.

    ``seed`` is what the cloud starts with, and is reset to.
    """

    def __init__(self, state: CloudState, seed: Seed) -> None:
        self.state = state
        # tells this cloud from another one that answers at the same address later
        self.start_id = uuid.uuid4().hex
        self.faults = Faults()
        self.journal = Journal()
        self.snapshots = Snapshots(state)
        self._seed = seed

    def start(self) -> None:
        """Bootstrap and seed the database if it is new.

        An older one stays as it is, except for the administrator's password and for
        what a process that was killed has left. Raises :class:`BadSeed`,
        :class:`~mockserver.storage.database.UnknownSchema` for a database that another
        version of the mock wrote, and
        :class:`~mockserver.storage.database.BrokenDatabase`.
        """
        state = self.state
        with state.database.begin_at_start() as db:
            if state.database.create_tables(db):
                self._populate(db, {})
            else:
                update_admin_password(db, state)
                state.recall(db)
                recover(state, db)

    def move(self, identity_url: str, image_url: str) -> None:
        """Change the URLs of the services, in the catalog as well.

        Raises :class:`~mockserver.storage.database.BrokenDatabase`.
        """
        self.state.identity_url, self.state.image_url = identity_url, image_url
        with self.state.database.begin_at_start() as db:
            move_endpoints(db, self.state)

    def reset(self) -> None:
        """Put records, images, clock and ids back to what they were at the start.

        Faults and the journal are cleared; snapshots stay. Raises :class:`BadSeed`, and
        changes nothing then, where a file that the seed names has changed.
        """
        state = self.state
        with state.database.begin() as db, self.snapshots.fork_stores() as before:
            first_ids = json.loads(facts.recall(db, FIRST_IDS) or "{}")
            clock, ids = state.clock.copy(), state.ids.scripted()
            state.database.clear(db)
            state.stores.clear()
            state.clock.copy_from(Clock())
            try:
                self._populate(db, first_ids)
            except BaseException:
                state.stores.replace_with(before)
                state.clock.copy_from(clock)
                state.ids.replace_scripted(ids)
                raise
        self.faults.clear()
        self.journal.clear()

    def add_seed(self, seed: Seed) -> None:
        """Insert the records of a seed, all or none, and take its clock and ids.

        Raises :class:`BadSeed`, also for a seed with ``addresses`` or ``bootstrap``.
        """
        if seed.addresses or seed.bootstrap != Bootstrap():
            raise BadSeed(
                "only a cloud that starts takes a seed's addresses and bootstrap"
            )
        with self.state.database.begin() as db:
            insert_seed(db, self.state, seed)
        seed.script(self.state.clock, self.state.ids)

    def close(self) -> None:
        """Remove the faults, so that requests they hold up go on, and the snapshots."""
        self.faults.clear()
        self.snapshots.clear()

    def _populate(self, db: Connection, first_ids: Mapping[str, Iterable[str]]) -> None:
        """Insert into empty tables what the cloud starts with.

        ``first_ids`` are the ids to give to its records, random ones where none are
        left. The ids that they got are stored for the next reset.
        """
        state = self.state
        state.ids.replace_scripted(first_ids)
        with state.ids.recording() as made:
            bootstrap(db, state, self._seed.bootstrap)
            state.recall(db)
            insert_seed(db, state, self._seed)
        facts.remember(db, **{FIRST_IDS: json.dumps(made)})
        # not before: the records that a cloud starts with use no scripted ids
        state.ids.replace_scripted({})
        self._seed.script(state.clock, state.ids)
