"""Calls on images beyond CRUD: data, JSON patches and actions."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imagectl.api.client import Client, Record, quote
from imagectl.contract.image import IMAGE
from imagectl.errors import (
    ImagectlError,
    NoDataError,
    NotFoundError,
    UnreachableError,
    VerificationError,
    WaitTimeoutError,
)

if TYPE_CHECKING:
    import requests

STALL_S = 60.0
"""How long a transfer may move no byte before it counts as broken."""
PATCH_TYPE = "application/openstack-images-v2.1-json-patch"


class SizedBlocks:
    """Blocks with a known total size, for which requests sends a ``Content-Length``."""

    def __init__(self, blocks: Iterator[bytes], size_bytes: int) -> None:
        self._blocks = blocks
        self._size_bytes = size_bytes

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def __len__(self) -> int:
        return self._size_bytes


def put_data(
    client: Client,
    image_id: str,
    blocks: Iterator[bytes],
    size_bytes: int | None,
    *,
    store: str | None = None,
) -> None:
    """Store the data of a queued image; sent in chunks where its size is not known.

    Raises as :meth:`Client.request` does, with the service's own reason also where it
    refuses before all data is sent.
    """
    headers = {"X-Image-Meta-Store": store} if store else {}
    _put(client, path_of(image_id, "file"), blocks, size_bytes, headers)


def put_staged_data(
    client: Client, image_id: str, blocks: Iterator[bytes], size_bytes: int | None
) -> None:
    """Put data for a queued image into the staging area, to be imported from there."""
    _put(client, path_of(image_id, "stage"), blocks, size_bytes, {})


def _put(
    client: Client,
    path: str,
    blocks: Iterator[bytes],
    size_bytes: int | None,
    headers: Mapping[str, str],
) -> None:
    sized = {} if size_bytes is None else {"X-OpenStack-Image-Size": str(size_bytes)}
    patience = client.session.config.patience("image")
    client.request(
        "PUT",
        path,
        data=blocks if size_bytes is None else SizedBlocks(blocks, size_bytes),
        headers={"Content-Type": "application/octet-stream", **sized, **headers},
        replayable=False,
        # While sending, urllib3 applies the connect timeout to each piece.
        timeout=dataclasses.replace(patience, connect_s=min(STALL_S, patience.total_s)),
    )


@contextlib.contextmanager
def discarded_on_failure(
    client: Client,
    record: Mapping[str, Any],
    say: Callable[[str], object],
    *,
    is_kept: bool = False,
) -> Iterator[None]:
    """Delete a new image again if the block fails or is interrupted.

    What became of it goes into the hint of an :class:`ImagectlError`; for any other
    exception ``say`` is called. With ``is_kept`` the image is left for another attempt,
    unless its data did not verify. It also stays where waiting for it timed out.
    """
    try:
        yield
    except WaitTimeoutError:
        raise
    except BaseException as error:
        is_wrong = isinstance(error, VerificationError)
        keeps = is_kept and not is_wrong
        outcome = _describe_kept(record) if keeps else _discard(client, record)
        if isinstance(error, ImagectlError):
            error.hint = f"{error.hint}; {outcome}" if error.hint else outcome
        else:
            say(outcome)
        client.session.created.pop(record["id"], None)
        raise


def _describe_kept(record: Mapping[str, Any]) -> str:
    again = f"imagectl image set {record['id']} --file FILE"
    if record.get("disk_format") == "raw":  # which would be found out anew
        again += " --disk-format raw"
    return f"image {record['id']} is kept without data; try again with: {again}"


def _discard(client: Client, record: Mapping[str, Any]) -> str:
    """Delete an image and return what became of it."""
    image_id = record["id"]
    try:
        delete_even_protected(client, record)
    except NotFoundError:
        return f"image {image_id} is gone"
    except ImagectlError as error:
        return f"image {image_id} is left behind, for it could not be deleted: {error}"
    return f"image {image_id} was deleted again"


def delete_even_protected(client: Client, record: Mapping[str, Any]) -> None:
    """Delete an image; if it is protected, lift the protection first."""
    if record.get("protected"):
        patch(client, record["id"], [replace("protected", False)])
    client.delete(IMAGE, record["id"])


def open_data(
    client: Client,
    image_id: str,
    stores: Sequence[str] = (),
    offset: int = 0,
    end: int | None = None,
) -> requests.Response:
    """Request the data of an image from ``offset`` up to ``end``; all by default.

    ``stores`` are the stores to read from, in the order of preference. The answer is
    206 with the part that was requested, or 200 with all of the data where the service
    serves no parts. Raises :class:`NoDataError` for an image without data, for which
    Glance answers 204 (``api/v2/image_data.py``).
    """
    patience = client.session.config.patience("image")
    stall_s = min(STALL_S, patience.silence_s)
    last = "" if end is None else end - 1
    part = {} if not offset and end is None else {"Range": f"bytes={offset}-{last}"}
    response = client.request(
        "GET",
        path_of(image_id, "file"),
        params={"prefer": ",".join(stores)} if stores else None,
        headers={"Accept-Encoding": "identity", **part},
        stream=True,
        timeout=dataclasses.replace(patience, silence_s=stall_s),
    )
    if response.status_code == 204:
        response.close()
        raise NoDataError(f"Image {image_id} holds no data yet.")
    return response


def read_blocks(response: requests.Response, block_bytes: int) -> Iterator[bytes]:
    """Yield the data of an answer in blocks of up to ``block_bytes``.

    Raises :class:`UnreachableError` if the connection breaks, after everything that
    was received; the iterator of ``requests`` would lose the last block's part.
    """
    from http.client import HTTPException

    from urllib3.exceptions import DecodeError, HTTPError

    from imagectl.http.bodies import unpackable
    from imagectl.http.time_limits import lift

    lift(response)
    coding = response.headers.get("Content-Encoding", "identity")
    try:
        while block := response.raw.read(
            block_bytes, decode_content=coding != "identity"
        ):
            yield block
    except DecodeError:
        raise unpackable(response) from None
    except HTTPError as error:
        from imagectl.http.failures import explain_failure

        is_early = any(isinstance(cause, HTTPException) for cause in error.args)
        reason = "it ended early" if is_early else explain_failure(error)[0]
        raise UnreachableError(f"The connection broke: {reason}") from error


def patch(
    client: Client, image_id: str, operations: Sequence[Mapping[str, Any]]
) -> Record:
    """Change an image by the operations of a JSON patch (RFC 6902)."""
    return client.record(
        IMAGE,
        "PATCH",
        path_of(image_id),
        json=list(operations),
        headers={"Content-Type": PATCH_TYPE},
    )


def changes(
    record: Mapping[str, Any], attributes: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the operations that give ``record`` those attributes that differ."""
    return [
        replace(key, value) if key in record else _operation("add", key, value=value)
        for key, value in attributes.items()
        if key not in record or record[key] != value
    ]


def replace(key: str, value: Any) -> dict[str, Any]:
    return _operation("replace", key, value=value)


def remove(key: str) -> dict[str, Any]:
    return _operation("remove", key)


def _operation(verb: str, key: str, **content: Any) -> dict[str, Any]:
    pointer = key.replace("~", "~0").replace("/", "~1")
    return {"op": verb, "path": f"/{pointer}", **content}


def set_active(client: Client, image_id: str, active: bool) -> None:
    """Reactivate an image, or deactivate it: then only administrators get its data."""
    verb = "reactivate" if active else "deactivate"
    client.request("POST", path_of(image_id, "actions", verb))


def delete_from_store(client: Client, image_id: str, store: str) -> None:
    client.request("DELETE", f"/stores/{quote(store)}/{quote(image_id)}")


def path_of(image_id: str, *rest: str) -> str:
    """Return the path of an image, or of what ``rest`` names below it."""
    return "/".join([IMAGE.path, *(quote(part) for part in (image_id, *rest))])
