"""Data on its way down: into a part file that becomes the target once it verified."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from imagectl.errors import ConflictError, ImagectlError
from imagectl.transfer.digest import Digest, algorithm_for, verify


def save(blocks: Iterable[bytes], record: Mapping[str, Any], target: Path) -> None:
    """Write the image of ``record`` to a file, which is there whole or not at all.

    A target that is no file (a device, a named pipe) is written to directly. Raises
    :class:`VerificationError` where the data is not what the record states, and
    :class:`ImagectlError` where it cannot be written.
    """
    with _naming(target):
        if target.is_dir():
            raise ImagectlError(f"{target}: Is a directory")
        if target.exists() and not target.is_file():
            with target.open("wb") as sink:
                write(blocks, record, sink)
        else:
            with _part_file(target.resolve()) as sink:
                write(blocks, record, sink)


def save_to_descriptor(
    blocks: Iterable[bytes], record: Mapping[str, Any], descriptor: int
) -> None:
    """Write the image of ``record`` to an open file, and verify what was written."""
    with (
        _naming("standard output"),
        open(descriptor, "wb", closefd=False) as sink,
    ):
        write(blocks, record, sink)


def write(blocks: Iterable[bytes], record: Mapping[str, Any], sink: BinaryIO) -> None:
    digest = Digest(algorithm_for(record))
    for block in blocks:
        digest.update(block)
        sink.write(block)
    verify(record, digest, f"The data of image {record['id']}")


@contextlib.contextmanager
def _part_file(target: Path) -> Iterator[BinaryIO]:
    """Open ``NAME.part`` beside the target, which it becomes if the block succeeds."""
    part = target.with_name(target.name + ".part")
    with _open_locked(part) as sink:
        try:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
            os.replace(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _open_locked(part: Path) -> BinaryIO:
    """Open a file for us alone; one that a killed program left is written anew."""
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    sink = os.fdopen(descriptor, "wb")
    try:
        fcntl.flock(sink, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The program that had the lock may have renamed the file since.
        is_ours = os.path.samestat(os.fstat(descriptor), os.stat(part))
    except (BlockingIOError, FileNotFoundError):
        is_ours = False
    except OSError:  # a file system without locks
        is_ours = True
    if not is_ours:
        sink.close()
        raise ConflictError(f"{part} is being written by another program")
    sink.truncate(0)
    return sink


@contextlib.contextmanager
def _naming(target: Path | str) -> Iterator[None]:
    """Say which file it was that could not be written."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ImagectlError(f"{target}: {error.strerror}") from error
