"""A cloud as it begins: bootstrapped and seeded, the first time and at each reset."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mockserver.control.clock import Clock
from mockserver.control.seed import BadSeed, Seed
from mockserver.control.sowing import sow
from mockserver.keystone.bootstrap import bootstrap
from mockserver.storage import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from mockserver.cloud import MockCloud

FIRST_IDS = "first_ids"
"""The fact that holds the ids a cloud began with: a reset gives them out again."""


def fill(
    db: Connection,
    cloud: MockCloud,
    seed: Seed,
    first_ids: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Store in empty tables what a cloud begins with. Raises :class:`BadSeed`."""
    cloud.ids.rewrite(first_ids or {})
    with cloud.ids.recording() as made:
        bootstrap(db, cloud, seed.bootstrap)
        cloud.recall(db)
        sow(db, cloud, seed)
    facts.remember(db, **{FIRST_IDS: json.dumps(made)})
    # only now: what a cloud begins with takes no scripted id
    cloud.ids.rewrite({})
    seed.script(cloud.clock, cloud.ids)


def reset(cloud: MockCloud, seed: Seed) -> None:
    """Forget all that happened since the cloud began; its ids are the same again.

    Raises :class:`BadSeed`, and changes nothing then, where a file of the seed's is
    not what it was.
    """
    with cloud.database.begin() as db, cloud.snapshots.fork_stores() as before:
        first_ids = json.loads(facts.recall(db, FIRST_IDS) or "{}")
        clock, ids = cloud.clock.copy(), cloud.ids.scripted()
        cloud.database.clear(db)
        cloud.stores.clear()
        cloud.clock.follow(Clock())
        try:
            fill(db, cloud, seed, first_ids)
        except BaseException:
            cloud.stores.become(before)
            cloud.clock.follow(clock)
            cloud.ids.rewrite(ids)
            raise
    cloud.faults.clear()
    cloud.journal.clear()


def add_seed(cloud: MockCloud, seed: Seed) -> None:
    """Store what a seed describes beside what is there. Raises :class:`BadSeed`."""
    if seed.addresses or seed.bootstrap != type(seed.bootstrap)():
        raise BadSeed("only a cloud that starts takes a seed's addresses and bootstrap")
    with cloud.database.begin() as db:
        sow(db, cloud, seed)
    seed.script(cloud.clock, cloud.ids)
