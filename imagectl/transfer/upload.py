"""Uploads data into a queued image: sent, retried on failure, and verified."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING

from imagectl.api import images
from imagectl.contract.image import IMAGE
from imagectl.errors import ImagectlError, VerificationError
from imagectl.http.retries import Retries
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.progress import Report, ignore
from imagectl.transfer.sources import Source

if TYPE_CHECKING:
    from imagectl.api.client import Client, Record

Put = Callable[[Iterator[bytes], int | None], None]
"""Sends blocks in one request; their total size is None where it is not known."""


def upload(
    client: Client,
    image_id: str,
    source: Source,
    *,
    report: Report = ignore,
    store: str | None = None,
) -> Record:
    """Store the data of ``source`` in a queued image and return the image's record.

    ``store`` names the store to keep it in, instead of the default one. After a failure
    that may pass the data is sent again to the same image, if its source allows that.

    Raises :class:`VerificationError` where the service stored something else than was
    sent, and :class:`ImagectlError` for other failures. The image is then left as it
    is (see :func:`imagectl.api.images.discarded_on_failure`).
    """
    put = partial(images.put_data, client, image_id, store=store)
    record, digest = _send(client, image_id, put, source, report)
    verify(record, _comparable(record, digest, source), source.name)
    return record


def stage(
    client: Client, image_id: str, source: Source, *, report: Report = ignore
) -> Digest:
    """Put the data of ``source`` into the staging area, to be imported from there.

    Returns the digest to verify the image by once it is imported: of staged data Glance
    states only the size. Retries and raises as :func:`upload` does.
    """
    put = partial(images.put_staged_data, client, image_id)
    record, digest = _send(client, image_id, put, source, report)
    verify(record, digest, source.name, expects_hash=False)
    return digest


class _Attempt:
    """One attempt to send the data of a source."""

    def __init__(self, source: Source, report: Report) -> None:
        self.digest = Digest(source.algorithms)
        self.is_complete = False
        """Whether all data was read and is right: the service may have all of it."""
        self.reported_bytes = 0
        self._source = source
        self._report = report

    def blocks(self) -> Generator[bytes, None, None]:
        """Yield the data, counted and hashed.

        Each block is held back until the next one is read, and the last one until all
        data is known to be right.
        """
        held = b""
        with self.digest:
            for block in self._source.blocks():
                self.digest.update(block)
                self._check_not_longer()
                if held:
                    yield held
                self._report(len(block))
                self.reported_bytes += len(block)
                held = block
            self._check_not_shorter()
            self._source.check(self.digest)
            self.is_complete = True
            if held:
                yield held

    def _check_not_longer(self) -> None:
        size = self._source.size_bytes
        if size is not None and self.digest.size_bytes > size:
            raise VerificationError(f"{self._source.name} has more than {size} bytes.")

    def _check_not_shorter(self) -> None:
        size, read = self._source.size_bytes, self.digest.size_bytes
        if size is not None and read < size:
            name = self._source.name
            raise VerificationError(f"{name} ended after {read} of {size} bytes.")


def _send(
    client: Client, image_id: str, put: Put, source: Source, report: Report
) -> tuple[Record, Digest]:
    """Send the data of a source, and again after a failure that may pass.

    Returns the record of the image afterwards and the digest of what was sent.
    """
    retries = Retries()
    while True:
        attempt = _Attempt(source, report)
        try:
            with contextlib.closing(attempt.blocks()) as blocks:
                put(blocks, source.size_bytes)
        except ImagectlError as error:
            if not (attempt.is_complete or source.is_rewindable):
                raise
            record = _wait_until_ended(client, image_id, retries, error)
            if record["status"] != "queued":  # only the answer was lost
                return record, attempt.digest
            if not source.is_rewindable:
                raise
            report(-attempt.reported_bytes)
        else:
            return _show(client, image_id, retries), attempt.digest


def _wait_until_ended(
    client: Client, image_id: str, retries: Retries, error: ImagectlError
) -> Record:
    """Return the image's record once the service has ended a failed attempt.

    ``error`` is how the attempt failed; it is raised where a retry is of no use. After
    a 401 the token has been renewed already. A 409 after an earlier failure means that
    the service still waits for that attempt's data.
    """
    retries.wait(error, 409 if retries.failures else 401)
    while _is_receiving(record := _show(client, image_id, retries)):
        retries.wait(error, 409, 401)
    return record


def _is_receiving(record: Record) -> bool:
    is_staging = record["status"] == "uploading" and record.get("size") is None
    return is_staging or record["status"] == "saving"


def _show(client: Client, image_id: str, retries: Retries) -> Record:
    while True:
        try:
            return client.show(IMAGE, image_id)
        except ImagectlError as error:
            retries.wait(error)


def _comparable(record: Record, digest: Digest, source: Source) -> Digest:
    """Return a digest by an algorithm that the service states.

    Where ``digest`` has none of them, the source is read again if it can be.
    """
    wanted = algorithm_for(record)
    is_known = not wanted or set(wanted) & digest.values().keys()
    if is_known or not source.is_rewindable:
        return digest
    with Digest(wanted) as again:
        for block in source.blocks():
            again.update(block)
    return again
