"""MockCloud: one isolated cloud, as a value."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.control.clock import Clock
from mockserver.control.faults import Faults
from mockserver.control.ids import Ids
from mockserver.control.journal import Journal
from mockserver.control.seed import load_seed
from mockserver.settings import Settings
from mockserver.storage import facts
from mockserver.storage.database import Database
from mockserver.worker import Worker

if TYPE_CHECKING:
    from types import TracebackType

    from sqlalchemy import Connection
    from typing_extensions import Self

    from mockserver.blobs import BlobStore
    from mockserver.blobs.stores import Stores
    from mockserver.control.snapshot import Snapshots
    from mockserver.doors.server import Server
    from mockserver.keystone.tokens import Tokens

ADDRESSES = {"identity": "http://controller:5000", "image": "http://controller:9292"}
"""Where the services are said to be until a door gives them an address, and where
they answer in process."""


class MockCloud:
    """A bootstrapped Keystone and Glance with a database, blobs, clock and journal.

    Takes every option of :class:`~mockserver.settings.Settings`. As a context manager
    it serves over TCP on a free port of 127.0.0.1, both services behind one port::

        with MockCloud() as cloud:
            requests.get(cloud.identity_url + "/v3")

    and :meth:`in_process` serves through ``responses`` without a socket. What it
    stored goes with it, unless ``data_dir`` says where to keep it.
    """

    username = "admin"
    project_name = "admin"

    def __init__(self, **options: Any) -> None:
        self.settings = Settings(**options)
        self.clock = Clock()
        self.ids = Ids()
        self.journal = Journal()
        self.worker = Worker()
        self.faults = Faults()
        self._seed = load_seed(self.settings.seed, self.settings.metadefs)
        self.addresses = {**ADDRESSES, **self._seed.addresses}
        self.identity_url = self.addresses["identity"]
        self.image_url = self.addresses["image"]
        self.control_url: str | None = None
        """Where a cloud that is served over TCP is driven from outside."""
        self._server: Server | None = None
        kept = self.settings.data_dir
        self.directory = kept or Path(tempfile.mkdtemp(prefix="mockserver-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self.database = Database(self.directory / "mock.db", durable=kept is not None)
        # also when nobody closes it: a cloud that is dropped leaves nothing behind
        self._end = weakref.finalize(
            self, _drop, self.database, None if kept else self.directory
        )
        try:
            self._fill_database()
        except BaseException:
            self.close()
            raise

    @property
    def password(self) -> str:
        return self.settings.admin_password

    @property
    def region_name(self) -> str:
        return self.settings.region_name

    @cached_property
    def snapshots(self) -> Snapshots:
        """The snapshots by name, as :meth:`snapshot` takes them."""
        from mockserver.control.snapshot import Snapshots

        return Snapshots(self)

    @cached_property
    def stores(self) -> Stores:
        """Where image data is; folders beside ``images``, the default store's."""
        from mockserver.blobs.stores import Stores

        names = self.settings.store_names
        default, *others = names or (None,)
        stores = {default: self._open_store("images")}
        stores.update({name: self._open_store(f"images-{name}") for name in others})
        return Stores(names, stores, self._open_store("staging"))

    def _open_store(self, folder: str) -> BlobStore:
        from mockserver.blobs.file import FileStore
        from mockserver.blobs.memory import MemoryStore

        if self.settings.store == "memory":
            return MemoryStore()
        return FileStore(self.directory / folder)

    @cached_property
    def tokens(self) -> Tokens:
        """What tells who a token's bearer is: ours, or a Keystone elsewhere."""
        if self.settings.identity_url is not None:
            from mockserver.keystone.remote import RemoteTokens

            return RemoteTokens(self)
        from mockserver.keystone.tokens import LocalTokens

        return LocalTokens(self)

    def announce(self, identity_url: str, image_url: str) -> None:
        """Take the addresses a door listens on, and move the catalog's there."""
        from mockserver.keystone.bootstrap import move_endpoints

        self.identity_url, self.image_url = identity_url, image_url
        with self.database.begin() as db:
            move_endpoints(db, self)

    @contextlib.contextmanager
    def in_process(self) -> Iterator[Self]:
        """Answer this process's ``requests`` without a socket; refuse other hosts."""
        from mockserver.doors.inprocess import answer_requests

        with answer_requests(self):
            yield self

    def listen(
        self,
        host: str = "127.0.0.1",
        ports: tuple[int] | tuple[int, int] = (0,),
    ) -> None:
        """Serve over TCP, as ``doors/server.py`` says, until :meth:`close`."""
        from mockserver.doors.server import Server

        self._server = Server(self, host, ports)
        self._server.start()
        self.control_url = self._server.control_url

    def close(self) -> None:
        """Stop serving and drop what was not to be kept."""
        self.faults.clear()
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.worker.stop()
        self.snapshots.drop()
        self._end()

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def reset(self) -> None:
        """Be again as at the start: bootstrapped and seeded, with the same ids.

        Faults and the journal are cleared; snapshots stay. Raises
        :class:`~mockserver.control.seed.BadSeed`, and changes nothing then, where the
        seed's files are no longer what they were.
        """
        from mockserver.control.filling import reset

        reset(self, self._seed)

    def seed(
        self,
        source: str | Path | Mapping[str, Any] | None = None,
        metadefs: str | Path | None = None,
    ) -> None:
        """Add what a seed describes: all of it, or nothing and a ``BadSeed``.

        Takes what the settings ``seed`` and ``metadefs`` take.
        """
        from mockserver.control.filling import add_seed

        add_seed(self, load_seed(source, metadefs))

    def snapshot(self, name: str = "latest") -> None:
        """Keep records, bytes and clock as they are now, for :meth:`restore`."""
        self.snapshots.save(name)

    def restore(self, name: str = "latest") -> None:
        """Go back to a snapshot; raises ``KeyError`` where there is none."""
        self.snapshots.restore(name)

    def _fill_database(self) -> None:
        from mockserver.control.filling import fill
        from mockserver.keystone.bootstrap import renew

        with self.database.begin() as db:
            if self.database.create_tables(db):
                fill(db, self, self._seed)
            else:  # a kept folder: what it holds stays as it is
                renew(db, self)
                self.recall(db)

    def recall(self, db: Connection) -> None:
        """Take from the database what it knows of its cloud."""
        self.domain_id = facts.recall(db, "domain_id") or ""
        self.domain_name = facts.recall(db, "domain_name") or ""


def _drop(database: Database, directory: Path | None) -> None:
    database.close()
    if directory is not None:
        shutil.rmtree(directory, ignore_errors=True)
