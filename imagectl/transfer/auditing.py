"""Whether a service still gives the bytes that it once took."""

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
"""Verdicts on data that is not what it was."""


class Finding(NamedTuple):
    """What was found in one word or two, and the error that says more, if it is bad."""

    verdict: str
    error: ImagectlError | None = None


def audit(image: RemoteImage, report: Report) -> Finding:
    """Read all of an image's data and compare it with what its record states.

    It is read from its store, past the service's cache, which it leaves as it is.

    The error is a :class:`VerificationError` where the data is other, less or gone,
    and what the service said where the data could not be read at all.
    """
    record, algorithms = image.record, algorithm_for(image.record)
    digest = Digest(algorithms)
    try:
        # A cache answers for whole images only (Glance 33, ``middleware/cache.py``).
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
        # It was asked again from where it broke off, and gave nothing more each time.
        if not image.is_known():
            return Finding(UNREAD, error)
        ends = f"{image.name} ends after {digest.size_bytes} of {record['size']} bytes"
        return Finding("cut short", VerificationError(ends))
    except ImagectlError as error:
        return Finding(UNREAD, error)
    return Finding("ok" if algorithms else "no hash")
