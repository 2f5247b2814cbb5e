"""One image from one cloud to another, through this process and no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imagectl.api import images
from imagectl.api.client import Client, Record
from imagectl.contract.image import IMAGE
from imagectl.errors import VerificationError
from imagectl.transfer.digest import Digest, algorithm_for, stated_hashes, verify
from imagectl.transfer.progress import Report, counted
from imagectl.transfer.relay import withhold_last
from imagectl.transfer.upload import BLOCK_BYTES

UNSTATED = ("sha512", "md5")
"""What is computed of data that its source states no hash of."""
RESERVED_PREFIX = "os_glance_"
"""Properties that only the service writes (Glance 33, ``api/v2/images.py``)."""


def copy(
    source: Client,
    record: Mapping[str, Any],
    target: Client,
    body: Mapping[str, Any],
    *,
    stores: Sequence[str] = (),
    report: Report,
    say: Callable[[str], object],
) -> Record:
    """Create the image ``body`` at the target with the data of ``record``.

    ``stores`` are the source's, in the order of preference. Whatever goes wrong, the
    half-made image is deleted again. Raises :class:`VerificationError` where the data
    is not what the source states, and where the target stored something else.
    """
    what = f"The data of image {record['id']}"
    digest = Digest(algorithm_for(record) or UNSTATED)
    with images.open_data(source, record["id"], stores) as data:
        created = target.create(IMAGE, body)
        with images.discarded_on_failure(target, created, say):
            blocks = withhold_last(
                counted(images.read_blocks(data, BLOCK_BYTES), report),
                digest,
                lambda: verify(record, digest, what),
            )
            images.upload(target, created["id"], blocks, record["size"])
            stored = target.show(IMAGE, created["id"])
            _check_copy(record, digest, stored)
    return stored


def _check_copy(
    record: Mapping[str, Any], digest: Digest, stored: Mapping[str, Any]
) -> None:
    """Hold what the target states against our digest, and the source's where it must.

    The clouds may hash by different algorithms. The data was what the source states,
    so any of its hashes tells the copy too.
    """
    copy_id = stored["id"]
    verify(stored, digest, f"Image {copy_id}")
    ours = {**stated_hashes(record), **digest.values()}
    theirs = stated_hashes(stored)
    common = ours.keys() & theirs.keys()
    if not common:
        raise VerificationError(
            f"Image {copy_id} cannot be verified: the clouds share no hash algorithm"
        )
    if any(ours[name] != theirs[name] for name in common):
        raise VerificationError(f"Image {copy_id} did not verify: its hash is another")


def portable(record: Mapping[str, Any]) -> Record:
    """Return what an image is, without what belongs to its cloud."""
    return {
        key: value
        for key, value in record.items()
        if value is not None and _is_portable(key)
    }


def _is_portable(key: str) -> bool:
    if not IMAGE.has(key):
        return not key.startswith(RESERVED_PREFIX)
    field = IMAGE.field(key)
    is_local = key in ("owner", "locations")
    return not (field.read_only or field.create_only or is_local)


def find_copy(
    target: Client, record: Mapping[str, Any], body: Mapping[str, Any]
) -> Record | None:
    """Return the image at the target that is what a copy by ``body`` would be.

    It has the data of ``record``, the name of the copy and, where ``body`` says one,
    its id. Images of other projects do not count, unless they are public.
    """
    hash_value, checksum = record.get("os_hash_value"), record.get("checksum")
    if not (hash_value or checksum):
        return None
    by_data = {"os_hash_value": hash_value} if hash_value else {"checksum": checksum}
    owner = body.get("owner") or target.session.project_id
    wanted = {"size": record["size"], "name": body.get("name")}
    if "id" in body:
        wanted["id"] = body["id"]
    for scope in ({}, {"os_hidden": "true"}):
        for found in target.list(IMAGE, {**by_data, "status": "active", **scope}):
            is_own = owner is None or owner == found["owner"]
            is_same = all(found[key] == value for key, value in wanted.items())
            if is_same and (is_own or found["visibility"] == "public"):
                return found
    return None
