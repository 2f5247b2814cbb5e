"""Data into a queued image: sent, tried again, and held to what the service states."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING

from imagectl.api import images
from imagectl.contract.image import IMAGE
from imagectl.errors import ImagectlError, VerificationError
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.progress import Report, ignore
from imagectl.transfer.retries import Retries
from imagectl.transfer.sources import Source

if TYPE_CHECKING:
    from imagectl.api.client import Client, Record

Put = Callable[[Iterator[bytes], int | None], None]
"""Sends blocks, and how long they are in all where that is known."""


def upload(
    client: Client,
    image_id: str,
    source: Source,
    *,
    report: Report = ignore,
    store: str | None = None,
) -> Record:
    """Store the data of ``source`` in a queued image and return the image's record.

    Data that can be sent again is, after a failure that may pass, as soon as the
    service takes it for the same image. Raises :class:`VerificationError` where the
    service stored something else than was sent, and :class:`ImagectlError`; the image
    is then left as it is (see :func:`imagectl.api.images.discarded_on_failure`).
    """
    sending = _Sending(source, report)
    put = partial(images.upload, client, image_id, store=store)
    record = _send(client, image_id, put, sending)
    verify(record, _comparable(record, sending), source.name)
    return record


def stage(
    client: Client, image_id: str, source: Source, *, report: Report = ignore
) -> Digest:
    """Put the data of ``source`` into the staging area, to be imported from there.

    As :func:`upload`, but of staged data Glance states no more than the size. Returns
    the digest to hold the image to once it is imported.
    """
    sending = _Sending(source, report)
    record = _send(client, image_id, partial(images.stage, client, image_id), sending)
    verify(record, sending.digest, source.name)
    return sending.digest


class _Sending:
    """The attempts to send one source; the digest is that of the latest."""

    def __init__(self, source: Source, report: Report) -> None:
        self.source = source
        self.digest = Digest(())
        self.is_done = False
        self._report = report

    def blocks(self) -> Generator[bytes, None, None]:
        self._report(-self.digest.size_bytes)
        self.digest = Digest(self.source.algorithms)
        self.is_done = False
        held = b""
        for block in self.source.blocks():
            self.digest.update(block)
            self._refuse_more()
            if held:
                yield held
            self._report(len(block))
            held = block
        self._refuse_less()
        self.source.check(self.digest)
        self.is_done = True
        if held:
            yield held

    def _refuse_more(self) -> None:
        size = self.source.size_bytes
        if size is not None and self.digest.size_bytes > size:
            raise VerificationError(f"{self.source.name} has more than {size} bytes.")

    def _refuse_less(self) -> None:
        size, read = self.source.size_bytes, self.digest.size_bytes
        if size is not None and read < size:
            name = self.source.name
            raise VerificationError(f"{name} ended after {read} of {size} bytes.")


def _send(client: Client, image_id: str, put: Put, sending: _Sending) -> Record:
    retries = Retries()
    while True:
        try:
            with contextlib.closing(sending.blocks()) as blocks:
                put(blocks, sending.source.size_bytes)
        except ImagectlError as error:
            if not (sending.is_done or sending.source.is_rewindable):
                raise
            record = _settled(client, image_id, retries, error)
            if record["status"] != "queued":  # only the answer was lost
                return record
            if not sending.source.is_rewindable:
                raise
        else:
            return _show(client, image_id, retries)


def _settled(
    client: Client, image_id: str, retries: Retries, error: ImagectlError
) -> Record:
    """Return the record once the service has given up an attempt that failed.

    A token that was refused has been renewed meanwhile. A conflict is the attempt
    before, which the service still believes in.
    """
    retries.wait(error, 409 if retries.failures else 401)
    while _is_busy(record := _show(client, image_id, retries)):
        retries.wait(error, 409, 401)
    return record


def _is_busy(record: Record) -> bool:
    is_staging = record["status"] == "uploading" and record.get("size") is None
    return is_staging or record["status"] == "saving"


def _show(client: Client, image_id: str, retries: Retries) -> Record:
    while True:
        try:
            return client.show(IMAGE, image_id)
        except ImagectlError as error:
            retries.wait(error)


def _comparable(record: Record, sending: _Sending) -> Digest:
    """Return a digest by an algorithm that the service states, reading once more."""
    wanted, source = algorithm_for(record), sending.source
    is_known = not wanted or set(wanted) & sending.digest.values().keys()
    if is_known or not source.is_rewindable:
        return sending.digest
    again = Digest(wanted)
    for block in source.blocks():
        again.update(block)
    return again
