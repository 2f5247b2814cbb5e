"""Downloads image data into a part file that becomes the target once verified."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from imagectl.errors import (
    ConflictError,
    ImagectlError,
    OutputError,
    VerificationError,
)
from imagectl.transfer import ranges
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.part_file import PartFile, open_part
from imagectl.transfer.progress import Report, ignore, show_size
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import BLOCK_BYTES


@dataclass(frozen=True)
class SaveOptions:
    """How to save an image."""

    overwrites: bool = False
    """Whether to replace a file that exists."""
    resumes: bool = False
    """Whether to go on with what an earlier run left."""
    is_sparse: bool = False
    """Whether to leave holes in the file for blocks of zeros."""
    connections: int = 1
    """How many connections to use at once."""
    follows_links: bool = True
    """Whether the file may be a link, a device or a named pipe that is written to."""


def save(
    image: RemoteImage,
    target: Path,
    options: SaveOptions = SaveOptions(),
    report: Report = ignore,
) -> None:
    """Write an image to a file, which is there whole or not at all.

    A target that is not a regular file (a device, a named pipe) is written to directly,
    unless ``options`` say otherwise.

    Raises :class:`ConflictError` for a target that holds data and may not be replaced,
    :class:`VerificationError` where the data is not what the record states, and
    :class:`ImagectlError` where it cannot be read or written. What was read by then is
    kept for a later run, unless it is wrong.
    """
    with _write_errors_of(target):
        if target.is_dir():
            raise ImagectlError(f"{target}: Is a directory")
        if not options.follows_links:
            _refuse_anything_but_files(target)
        if target.exists() and not target.is_file():
            with target.open("wb") as sink:
                _write(image, sink, report)
            return
        target = target.resolve()
        if options.resumes and _holds(target, image.record):
            report(image.size_bytes or 0)
            return
        _refuse_overwriting(target, options)
        with open_part(target, image.record) as part:
            _complete(image, part, options, report)
            _refuse_overwriting(target, options)
            part.become_target()


def save_to_stream(image: RemoteImage, stream: TextIO, report: Report = ignore) -> None:
    """Write an image to standard output, and verify what was written.

    Raises as :func:`save` does, and :class:`OutputError` where it cannot be written.
    """
    try:
        with open(stream.fileno(), "wb", closefd=False) as sink:
            _write(image, sink, report)
    except BrokenPipeError:
        raise
    except OSError as error:
        problem = f"standard output cannot be written: {error.strerror}"
        raise OutputError(problem) from error


def _write(image: RemoteImage, sink: BinaryIO, report: Report) -> None:
    with Digest(algorithm_for(image.record)) as digest:
        for block in image.blocks():
            digest.update(block)
            sink.write(block)
            report(len(block))
    image.check(digest)


def _complete(
    image: RemoteImage, part: PartFile, options: SaveOptions, report: Report
) -> None:
    if options.resumes:
        part.resume()
    resumed_bytes = part.offset
    try:
        _download(image, part, options, report)
    except VerificationError:
        if not resumed_bytes:
            raise
        # What the earlier run left may be damaged, and the image itself right.
        report(-part.offset)
        part.offset = 0
        _download(image, part, options, report)


def _download(
    image: RemoteImage, part: PartFile, options: SaveOptions, report: Report
) -> None:
    size_bytes, connections = image.size_bytes, options.connections
    is_split = connections > 1 and bool(size_bytes) and image.has_ranges()
    has_full_length = is_split or options.is_sparse
    if not options.is_sparse:
        _check_room(part, size_bytes)
    part.begin(
        has_holes=options.is_sparse, whole_bytes=size_bytes if has_full_length else None
    )
    with Digest(algorithm_for(image.record)) as digest:
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


def _refuse_overwriting(target: Path, options: SaveOptions) -> None:
    """Raise :class:`ConflictError` for a target that may not be replaced.

    An empty file may be: ``mktemp`` creates one.
    """
    if target.exists() and target.stat().st_size and not options.overwrites:
        raise ConflictError(f"{target} exists already.", hint="--force replaces it")


def _refuse_anything_but_files(target: Path) -> None:
    """Raise :class:`ConflictError` for a link, a device or a named pipe."""
    if os.path.lexists(target) and not stat.S_ISREG(target.lstat().st_mode):
        raise ConflictError(f"{target} is not a regular file.")


def _holds(target: Path, record: Mapping[str, Any]) -> bool:
    """Return whether an earlier run saved the image already."""
    algorithms = algorithm_for(record)
    is_likely = target.exists() and target.stat().st_size == record.get("size")
    if not (is_likely and algorithms):
        return False
    with target.open("rb", buffering=0) as file, Digest(algorithms) as digest:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    try:
        verify(record, digest, str(target))
    except VerificationError:
        return False
    return True


@contextlib.contextmanager
def _write_errors_of(target: Path | str) -> Iterator[None]:
    """Turn an :class:`OSError` into an :class:`ImagectlError` that names the file."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ImagectlError(f"{target}: {error.strerror}") from error
