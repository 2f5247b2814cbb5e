"""Whether a service still gives the bytes that it once took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from imagectl.api.client import Client
from imagectl.contract.image import IMAGE
from imagectl.errors import (
    ImagectlError,
    NoDataError,
    NotFoundError,
    UnreachableError,
    VerificationError,
)
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.progress import Report, counted
from imagectl.transfer.remote import RemoteImage


class Finding(NamedTuple):
    """What was found in one word or two, and the error that says more, if it is bad."""

    verdict: str
    error: ImagectlError | None = None


def audit(
    client: Client,
    record: Mapping[str, Any],
    stores: Sequence[str] = (),
    *,
    report: Report,
) -> Finding:
    """Read all of an image's data and compare it with what its record states.

    The error is a :class:`VerificationError` where the data is other, less or gone,
    and what the service said where the data could not be read at all.
    """
    image = RemoteImage(client, record, stores)
    algorithms = algorithm_for(record)
    digest = Digest(algorithms)
    try:
        for block in counted(image.blocks(), report):
            digest.update(block)
        verify(record, digest, image.name)
    except VerificationError as error:
        is_size = digest.size_bytes != record["size"]
        return Finding("wrong size" if is_size else "wrong hash", error)
    except (NoDataError, NotFoundError):
        gone = f"{image.name} is gone: its store has none"
        return Finding("missing", VerificationError(gone))
    except UnreachableError as error:
        return _explain(client, record, digest.size_bytes, error)
    except ImagectlError as error:
        return Finding("unread", error)
    return Finding("ok" if algorithms else "no hash")


def _explain(
    client: Client, record: Mapping[str, Any], read_bytes: int, error: ImagectlError
) -> Finding:
    """Tell data that ends too early from a service that cannot be reached.

    It was asked again from where it broke off, and gave nothing more each time.
    """
    try:
        client.show(IMAGE, record["id"])
    except ImagectlError:
        return Finding("unread", error)
    ended = f"The data of image {record['id']} ends after {read_bytes} of"
    return Finding("cut short", VerificationError(f"{ended} {record['size']} bytes"))
