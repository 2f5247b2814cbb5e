"""CloudState: what a cloud holds, and all that its two services work with."""

from __future__ import annotations

import weakref
from functools import cached_property
from typing import TYPE_CHECKING

from mockserver.blobs.file import FileStore
from mockserver.blobs.memory import MemoryStore
from mockserver.blobs.stores import Stores
from mockserver.state.clock import Clock
from mockserver.state.folder import DATABASE, Folder
from mockserver.state.ids import Ids
from mockserver.state.worker import Worker
from mockserver.storage import facts
from mockserver.storage.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.blobs import BlobStore
    from mockserver.state.settings import Settings


class CloudState:
    """Settings, clock, ids, worker, database, stores and addresses of one cloud.

    It is open from construction until :meth:`close`. ``directory`` exists then, but
    the tables are created later, by
    :meth:`mockserver.control.plane.ControlPlane.start`. Without ``settings.data_dir``
    the directory is a temporary one, which is deleted when the state is closed or
    garbage collected. Raises OSError where the directory cannot be created, and
    :class:`~mockserver.state.folder.FolderInUse`.
    """

    username = "admin"
    project_name = "admin"

    def __init__(self, settings: Settings, identity_url: str, image_url: str) -> None:
        self.settings = settings
        self.identity_url = identity_url
        self.image_url = image_url
        self.domain_id = ""
        self.domain_name = ""
        self.clock = Clock()
        self.ids = Ids()
        self.worker = Worker()
        kept = settings.data_dir
        self._folder = Folder(kept, in_memory=settings.store == "memory")
        self.directory = self._folder.path
        self.database = Database(self.directory / DATABASE, durable=kept is not None)
        self._end = weakref.finalize(self, _release, self.database, self._folder)

    @property
    def password(self) -> str:
        return self.settings.admin_password

    @property
    def region_name(self) -> str:
        return self.settings.region_name

    @cached_property
    def stores(self) -> Stores:
        """The stores of image data.

        Each store of files has a folder: ``images`` for the default store,
        ``images-NAME`` for others.
        """
        names = self.settings.stores
        default, *others = names or (None,)
        stores = {default: self._open_store("images")}
        stores.update({name: self._open_store(f"images-{name}") for name in others})
        return Stores(names, stores, self._open_store("staging"))

    def _open_store(self, folder: str) -> BlobStore:
        if self.settings.store == "memory":
            return MemoryStore()
        return FileStore(self.directory / folder)

    def recall(self, db: Connection) -> None:
        """Set id and name of the default domain to those that the database names."""
        self.domain_id = facts.recall(db, "domain_id") or ""
        self.domain_name = facts.recall(db, "domain_name") or ""

    def close(self) -> None:
        """Stop the worker, close the database and delete a temporary directory."""
        self.worker.stop()
        self._end()

    def abandon(self) -> None:
        """Close a cloud that could not start, and delete the records that it began."""
        self.worker.stop()
        if self._end.detach() is not None:
            self.database.close()
            self._folder.abandon()


def _release(database: Database, folder: Folder) -> None:
    database.close()
    folder.close()
