"""Data on its way down: into a part file that becomes the target once it verified."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from imagectl.errors import ConflictError, ImagectlError, VerificationError
from imagectl.transfer import ranges
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.part_file import PartFile, open_part
from imagectl.transfer.progress import Report, ignore, show_size
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import BLOCK_BYTES


@dataclass(frozen=True)
class Manner:
    """How an image is saved.

    ``overwrites`` an existing file, ``resumes`` what an earlier run left, leaves out
    blocks of zeros where it ``is_sparse``, and uses so many ``connections``.
    """

    overwrites: bool = False
    resumes: bool = False
    is_sparse: bool = False
    connections: int = 1


ANEW = Manner()


def save(
    image: RemoteImage,
    target: Path,
    manner: Manner = Manner(),
    report: Report = ignore,
) -> None:
    """Write an image to a file, which is there whole or not at all.

    A target that is no file (a device, a named pipe) is written to directly. A file
    that holds something is not replaced unless the ``manner`` says so. Raises
    :class:`ConflictError` for such a file, :class:`VerificationError` where the data
    is not what the service states, and :class:`ImagectlError` where it cannot be had
    or written; what has come by then is kept for a later run, if it is good.
    """
    with _naming(target):
        if target.is_dir():
            raise ImagectlError(f"{target}: Is a directory")
        if target.exists() and not target.is_file():
            with target.open("wb") as sink:
                _write(image, sink, report)
            return
        target = target.resolve()
        if manner.resumes and _holds(target, image.record):
            report(image.size_bytes or 0)
            return
        _refuse_overwriting(target, manner)
        with open_part(target, image.record) as part:
            _complete(image, part, manner, report)
            _refuse_overwriting(target, manner)
            part.become_target()


def save_to_descriptor(
    image: RemoteImage, descriptor: int, report: Report = ignore
) -> None:
    """Write an image to an open file, and verify what was written."""
    with (
        _naming("standard output"),
        open(descriptor, "wb", closefd=False) as sink,
    ):
        _write(image, sink, report)


def _write(image: RemoteImage, sink: BinaryIO, report: Report) -> None:
    digest = Digest(algorithm_for(image.record))
    for block in image.blocks():
        digest.update(block)
        sink.write(block)
        report(len(block))
    image.check(digest)


def _complete(
    image: RemoteImage, part: PartFile, manner: Manner, report: Report
) -> None:
    if manner.resumes:
        part.resume()
    resumed_bytes = part.offset
    try:
        _fill(image, part, manner, report)
    except VerificationError:
        if not resumed_bytes:
            raise
        # What lay there was damaged since: the image itself may be right.
        report(-part.offset)
        part.offset = 0
        _fill(image, part, manner, report)


def _fill(image: RemoteImage, part: PartFile, manner: Manner, report: Report) -> None:
    size_bytes, connections = image.size_bytes, manner.connections
    is_split = connections > 1 and bool(size_bytes) and image.has_ranges()
    is_laid_out = is_split or manner.is_sparse
    if not manner.is_sparse:
        _check_room(part, size_bytes)
    part.begin(
        has_holes=manner.is_sparse, whole_bytes=size_bytes if is_laid_out else None
    )
    digest = Digest(algorithm_for(image.record))
    for block in part.read(0, part.offset):
        digest.update(block)
    report(part.offset)
    if is_split:
        ranges.fetch(image, size_bytes or 0, part, digest, connections, report)
    else:
        for block in image.blocks(part.offset):
            digest.update(block)
            part.append(block)
            report(len(block))
    image.check(digest)


def _check_room(part: PartFile, size_bytes: int | None) -> None:
    disk = os.statvfs(part.path)
    free_bytes = disk.f_bavail * disk.f_frsize
    wanted_bytes = (size_bytes or 0) - part.stored_bytes()
    if wanted_bytes > free_bytes:
        raise ImagectlError(
            f"{part.path.parent} has room for {show_size(free_bytes)}, and"
            f" {show_size(wanted_bytes)} are needed."
        )


def _refuse_overwriting(target: Path, manner: Manner) -> None:
    """An empty file may be replaced: ``mktemp`` makes such."""
    if target.exists() and target.stat().st_size and not manner.overwrites:
        raise ConflictError(f"{target} exists already.", hint="--force replaces it")


def _holds(target: Path, record: Mapping[str, Any]) -> bool:
    """Say whether an earlier run saved the image already."""
    algorithms = algorithm_for(record)
    is_likely = target.exists() and target.stat().st_size == record.get("size")
    if not (is_likely and algorithms):
        return False
    digest = Digest(algorithms)
    with target.open("rb", buffering=0) as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    try:
        verify(record, digest, str(target))
    except VerificationError:
        return False
    return True


@contextlib.contextmanager
def _naming(target: Path | str) -> Iterator[None]:
    """Say which file it was that could not be written."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ImagectlError(f"{target}: {error.strerror}") from error
