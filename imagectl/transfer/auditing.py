"""Checks that a service still has the data that was uploaded to it."""

from __future__ import annotations

from typing import NamedTuple

from imagectl.errors import (
    ImagectlError,
    NoDataError,
    NotFoundError,
    UnreachableError,
    VerificationError,
)
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.progress import Report
from imagectl.transfer.remote import RemoteImage

UNREAD = "unread"
WRONG = frozenset(("wrong data", "cut short", "missing"))
"""The verdicts that say that the data is damaged or lost."""


class Finding(NamedTuple):
    """A verdict of one word or two, with the error that explains a bad one."""

    verdict: str
    error: ImagectlError | None = None


def audit(image: RemoteImage, report: Report) -> Finding:
    """Read all of an image's data and compare it with what its record states.

    The data is read from its store and not from the service's cache, which stays as
    it is.

    The finding's error is a :class:`VerificationError` where the data is wrong, short
    or missing, and the service's own error where the data could not be read.
    """
    record, algorithms = image.record, algorithm_for(image.record)
    digest = Digest(algorithms)
    try:
        with digest:
            # The cache serves requests for whole images only, not for ranges
            # (Glance 33, ``middleware/cache.py``).
            for block in image.blocks(end=record["size"] or None):
                digest.update(block)
                report(len(block))
        verify(record, digest, image.name)
    except VerificationError as error:
        return Finding("wrong data", error)
    except (NoDataError, NotFoundError):
        gone = f"{image.name} is gone: its store has none"
        return Finding("missing", VerificationError(gone))
    except UnreachableError as error:
        # Each retry from where the data broke off brought nothing more.
        if not image.is_known():
            return Finding(UNREAD, error)
        ends = f"{image.name} ends after {digest.size_bytes} of {record['size']} bytes"
        return Finding("cut short", VerificationError(ends))
    except ImagectlError as error:
        return Finding(UNREAD, error)
    return Finding("ok" if algorithms else "no hash")
