"""Records of the image cache: what is cached, and what is queued to be cached."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from mockserver.storage import repository
from mockserver.storage.image_tables import CACHED_IMAGES, QUEUED_IMAGES
from mockserver.storage.repository import Record


def list_cached(db: Connection) -> list[Record]:
    return repository.fetch_all(db, CACHED_IMAGES, order=[CACHED_IMAGES.c.id])


def list_queued(db: Connection) -> list[str]:
    """Return the ids in the queue, in the order they were queued."""
    statement = select(QUEUED_IMAGES.c.image_id).order_by(QUEUED_IMAGES.c.number)
    return list(db.execute(statement).scalars())


def is_cached(db: Connection, image_id: str) -> bool:
    return repository.exists(db, CACHED_IMAGES, CACHED_IMAGES.c.image_id == image_id)


def is_queued(db: Connection, image_id: str) -> bool:
    return repository.exists(db, QUEUED_IMAGES, QUEUED_IMAGES.c.image_id == image_id)


def enqueue(db: Connection, image_id: str) -> None:
    """Queue an image, unless it is cached or queued already."""
    if not is_cached(db, image_id) and not is_queued(db, image_id):
        repository.store(db, QUEUED_IMAGES, {"image_id": image_id})


def add_cached(db: Connection, image_id: str, size_bytes: int, now: str) -> None:
    """Record that an image is cached, and remove it from the queue."""
    drop_queued(db, image_id)
    if not is_cached(db, image_id):
        times = {"last_accessed": now, "last_modified": now}
        record = {"image_id": image_id, "size": size_bytes, "hits": 0, **times}
        repository.store(db, CACHED_IMAGES, record)


def count_hit(db: Connection, image_id: str, now: str) -> None:
    """Record that a cached image was read."""
    values = {"hits": CACHED_IMAGES.c.hits + 1, "last_accessed": now}
    of_image = CACHED_IMAGES.c.image_id == image_id
    db.execute(update(CACHED_IMAGES).where(of_image).values(**values))


def drop_cached(db: Connection, image_id: str) -> None:
    repository.remove(db, CACHED_IMAGES, CACHED_IMAGES.c.image_id == image_id)


def drop_queued(db: Connection, image_id: str) -> None:
    repository.remove(db, QUEUED_IMAGES, QUEUED_IMAGES.c.image_id == image_id)


def clear_cached(db: Connection) -> int:
    """Forget all cached images; return how many there were."""
    return repository.remove(db, CACHED_IMAGES)


def clear_queued(db: Connection) -> int:
    """Empty the queue; return how many images were in it."""
    return repository.remove(db, QUEUED_IMAGES)


def prune(db: Connection, most_bytes: int) -> list[int]:
    """Drop what was read longest ago until the rest has at most ``most_bytes``.

    Returns the sizes of the dropped images, in bytes.
    """
    total = db.execute(select(func.coalesce(func.sum(CACHED_IMAGES.c.size), 0)))
    size_bytes = int(total.scalar_one())
    dropped: list[int] = []
    order = [CACHED_IMAGES.c.last_accessed, CACHED_IMAGES.c.id]
    for cached in repository.fetch_all(db, CACHED_IMAGES, order=order):
        if size_bytes <= most_bytes:
            break
        drop_cached(db, cached["image_id"])
        dropped.append(cached["size"])
        size_bytes -= cached["size"]
    return dropped
