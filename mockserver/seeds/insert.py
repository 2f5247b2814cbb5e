"""Inserting a seed's records into the database of a bootstrapped cloud."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.blobs import BlobExists
from mockserver.glance.images.creation import BadData, insert_seeded
from mockserver.glance.metadefs.loading import BadDefinition, load_namespace
from mockserver.glance.times import store_time
from mockserver.keystone.errors import IdentityError
from mockserver.keystone.projects.project_records import add_project
from mockserver.keystone.requests.options import merge_options
from mockserver.keystone.users.group_records import add_group
from mockserver.keystone.users.user_records import add_user
from mockserver.seeds.checks import BadRecord
from mockserver.seeds.document import BadSeed, Seed
from mockserver.storage.grants import SYSTEM
from mockserver.storage.groups import add_member
from mockserver.storage.images import Image
from mockserver.storage.repository import DuplicateRecord, Record, fetch, store
from mockserver.storage.tables import (
    ASSIGNMENTS,
    ENDPOINTS,
    GROUPS,
    PROJECTS,
    REGIONS,
    ROLES,
    SERVICES,
    USERS,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

    from mockserver.state.cloud_state import CloudState

REFUSALS = (
    IdentityError,
    DuplicateRecord,
    BlobExists,
    BadData,
    BadDefinition,
    BadRecord,
    UnicodeEncodeError,
    OSError,
)
"""Why a record of the right form is not inserted: a service refuses it, an image's data
cannot be read or decoded, or a text has characters that no database stores."""
_TABLES = {
    "user": USERS,
    "group": GROUPS,
    "role": ROLES,
    "project": PROJECTS,
    "domain": PROJECTS,
}


def insert_seed(db: Connection, state: CloudState, seed: Seed) -> None:
    """Insert the records of a seed, in a transaction of the caller.

    Raises :class:`BadSeed` where a record is refused or names something that does not
    exist. The caller then rolls the records back; image data is deleted here.
    """
    inserter = _Inserter(db, state, seed)
    try:
        _insert(inserter, seed)
    except BaseException:
        for image in inserter.images:
            state.stores.discard(image.id, image.locations)
        raise


def _insert(inserter: _Inserter, seed: Seed) -> None:
    add: dict[str, Callable[[Record], None]] = {
        "regions": inserter.add_region,
        "domains": inserter.add_domain,
        "projects": inserter.add_project,
        "roles": inserter.add_role,
        "users": inserter.add_user,
        "services": inserter.add_service,
        "endpoints": inserter.add_endpoint,
        "groups": inserter.add_group,
        "assignments": inserter.add_assignment,
        "images": inserter.add_image,
        "metadefs": inserter.add_metadef,
    }
    for noun, records in seed.records.items():
        for record in records:
            try:
                add[noun](dict(record))
            except REFUSALS as error:
                reason = _explain(error)
                raise BadSeed(f"the seed's {noun}: {record}: {reason}") from error


def _explain(error: Exception) -> str:
    if isinstance(error, BlobExists):
        return f"the store has data of the image {error} already"
    return str(error)


class _Inserter:
    """Inserts records of each noun, and finds what they name by id or by name."""

    def __init__(self, db: Connection, state: CloudState, seed: Seed) -> None:
        self._db = db
        self._state = state
        self._seed = seed
        self.images: list[Image] = []

    def add_region(self, region: Record) -> None:
        region = {"description": "", "parent_region_id": None, **region}
        store(self._db, REGIONS, region)

    def add_domain(self, domain: Record) -> None:
        as_project = {"is_domain": True, "domain_id": None, "parent_id": None}
        add_project(self._db, {**self._identified("domain", domain), **as_project})

    def add_project(self, project: Record) -> None:
        project = self._in_domain(self._identified("project", project))
        if "parent_id" in project:
            project["parent_id"] = self._find("project", project["parent_id"])
        add_project(self._db, project)

    def add_role(self, role: Record) -> None:
        role = {"description": None, **self._identified("role", role)}
        if role.setdefault("domain_id", None) is not None:
            role["domain_id"] = self._find("domain", role["domain_id"])
        role["options"] = merge_options({}, role)
        role["uniqueness"] = role["domain_id"] or ""
        store(self._db, ROLES, role)

    def add_user(self, user: Record) -> None:
        user = self._in_domain(self._identified("user", user))
        if user.get("default_project_id"):
            user["default_project_id"] = self._find(
                "project", user["default_project_id"]
            )
        add_user(self._db, user)

    def add_group(self, group: Record) -> None:
        users = group.pop("users", ())
        group = self._in_domain(self._identified("group", group))
        add_group(self._db, group)
        for user in users:
            add_member(self._db, group["id"], self._find("user", user))

    def add_service(self, service: Record) -> None:
        service = {"name": "", "enabled": True, **self._identified("service", service)}
        store(self._db, SERVICES, service)

    def add_endpoint(self, endpoint: Record) -> None:
        endpoint = {"enabled": True, **self._identified("endpoint", endpoint)}
        endpoint.setdefault("region_id", self._state.region_name)
        endpoint["service_id"] = self._find_service(endpoint["service_id"])
        store(self._db, ENDPOINTS, endpoint)

    def add_assignment(self, assignment: Record) -> None:
        target = next((t for t in ("project", "domain") if t in assignment), SYSTEM)
        target_id = SYSTEM
        if target != SYSTEM:
            target_id = self._find(target, assignment[target])
        actor = "group" if "group" in assignment else "user"
        row = {
            "actor": actor,
            "actor_id": self._find(actor, assignment[actor]),
            "target": target,
            "target_id": target_id,
            "role_id": self._find("role", assignment["role"]),
            "inherited": bool(assignment.get("inherited", False)),
        }
        store(self._db, ASSIGNMENTS, row)

    def add_image(self, image: Record) -> None:
        source = self._take_data(image)
        if "owner" in image:
            image["owner"] = self._find("project", image["owner"])
        self.images.append(insert_seeded(self._state, self._db, image, source))

    def _take_data(self, image: Record) -> bytes | Path | None:
        data, file = image.pop("data", None), image.pop("file", None)
        encoded = image.pop("base64", None)
        if data is not None:
            return str(data).encode()
        if encoded is None:
            return self._seed.path_of(file)
        try:
            return base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise BadRecord(f"base64: {error}") from error

    def add_metadef(self, namespace: Record) -> None:
        now = store_time(self._state.clock.now())
        load_namespace(self._db, namespace, now)

    def _identified(self, noun: str, record: Record) -> Record:
        """Return a record with an id: its own, or a new one."""
        return {**record, "id": record.get("id") or self._state.ids.hex(noun)}

    def _in_domain(self, record: Record) -> Record:
        """Return a record with a domain's id: of the one it names, or the default."""
        domain_id = self._find("domain", record.get("domain_id", self._state.domain_id))
        return {**record, "domain_id": domain_id}

    def _find(self, noun: str, word: Any) -> str:
        """Return the id of the record whose id, or else name, is ``word``."""
        table = _TABLES[noun]
        kind = [table.c.is_domain] if noun == "domain" else []
        return self._look_up(table, noun, word, (table.c.id, table.c.name), kind)

    def _find_service(self, word: Any) -> str:
        """Return the id of the service whose id, or else type, is ``word``."""
        columns = (SERVICES.c.id, SERVICES.c.type)
        return self._look_up(SERVICES, "service", word, columns)

    def _look_up(
        self,
        table: Table,
        noun: str,
        word: Any,
        columns: Iterable[ColumnElement[Any]],
        kind: Iterable[ColumnElement[bool]] = (),
    ) -> str:
        if isinstance(word, str):
            for column in columns:
                record = fetch(self._db, table, column == word, *kind)
                if record is not None:
                    return str(record["id"])
        raise BadSeed(f"the seed names a {noun} that is not there: {word}")
