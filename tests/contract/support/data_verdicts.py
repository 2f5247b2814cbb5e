"""What Glance answers to the data of the corpus; run as a script, it records that.

    python -m tests.contract.support.data_verdicts

asks the real Glance that IMAGECTL_REAL_CLOUD names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from imagectl.errors import VerificationError
from imagectl.transfer.data_check import check_data
from mockserver.glance.data.formats import Inspection
from tests.contract.support.callers import Caller, sign_in_admin, unique
from tests.contract.support.clouds import open_real
from tests.contract.support.data_corpus import CORPUS, formats_to_declare
from tests.contract.support.imports import finish_import, stage

RECORDED = Path(__file__).parent / "recorded" / "data-checks.json"
UPLOAD, IMPORT = "upload", "import"
TAKEN = "taken"
SENT = "sent as "
REFUSED = (
    "415: The request media type application/octet-stream is not supported by this"
    " server. "
)
PIECE_BYTES = 1 << 16
IMPORTED = (
    "qcow2-v3",
    "qcow2-backed",
    "vmdk-flat",
    "iso-hybrid-mbr",
    "kernel",
    "luks-2",
    "vhd-cut-8",
    "ascii-then-binary",
    "zeros",
    "empty",
)
"""The samples that are imported as well as uploaded."""

BY_PIECES = {("upload", "vhdx-no-metadata", "raw")}
"""The virtual size that Glance tells of these is how much an inspector had read when it
gave up: it depends on the pieces in which the data came."""
DIFFERENCES = {
    ("ascii-then-binary", "qcow2"): (
        "Glance's inspector fails on text that turns binary, and then takes it as any"
        " format; imagectl says that it is none"
    ),
}
"""Why imagectl does otherwise than Glance, by sample and declared disk format."""

Verdicts = dict[str, str]
"""What came of each case: ``taken`` and the virtual size, or Glance's own words."""


def read_recorded() -> Verdicts:
    return dict(json.loads(RECORDED.read_text()))


def list_cases() -> Iterator[tuple[str, str, str]]:
    """Yield way, sample and disk format of every verdict."""
    for name in CORPUS:
        for disk_format in dict.fromkeys(formats_to_declare(name)):
            yield UPLOAD, name, disk_format
            if name in IMPORTED:
                yield IMPORT, name, disk_format


def key_of(way: str, name: str, disk_format: str) -> str:
    return f"{way} {name} {disk_format}"


def ask(caller: Caller, way: str, name: str, disk_format: str) -> str:
    """Store a sample as an image's data, delete the image, and return the verdict."""
    body = {"name": unique(name), "disk_format": disk_format}
    created = caller.image("POST", "/images", json={**body, "container_format": "bare"})
    assert created.status_code == 201, created.text
    image_id = created.json()["id"]
    try:
        return {UPLOAD: _upload, IMPORT: _import}[way](caller, image_id, CORPUS[name])
    finally:
        caller.image("DELETE", f"/images/{image_id}")


def ask_mock(name: str) -> Callable[[str], str]:
    """Show a sample to the mock's check; what is returned gives the verdict on it."""
    data = CORPUS[name]
    pieces = (data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES))
    inspection = Inspection(pieces, must_match=True)
    for _ in inspection:
        pass

    def judge(disk_format: str) -> str:
        virtual_size, refusal = inspection.judge(disk_format)
        taken = _describe({"status": "active", "virtual_size": virtual_size})
        return taken if refusal is None else f"{REFUSED}{_without_order(refusal)}"

    return judge


class Sample:
    """A sample as data that imagectl is to send."""

    def __init__(self, name: str) -> None:
        self.name = f"sample {name}"
        self._data = CORPUS[name]

    def peek(self, size_bytes: int) -> bytes:
        return self._data[:size_bytes]

    def peek_end(self, size_bytes: int) -> bytes | None:
        return self._data[-size_bytes:]


def ask_imagectl(name: str, disk_format: str) -> str:
    """Return the disk format that imagectl sends a sample as, or why it does not."""
    try:
        return f"{SENT}{check_data(Sample(name), disk_format)}"
    except VerificationError as error:
        return error.message.removeprefix(f"sample {name} ")


def _upload(caller: Caller, image_id: str, data: bytes) -> str:
    answer = caller.upload(image_id, data)
    if answer.status_code == 204:
        return _describe(caller.image("GET", f"/images/{image_id}").json())
    text = re.sub(r"<[^>]*>", " ", answer.json()["message"])
    reason = " ".join(text.split())
    return f"{answer.status_code}: {_without_order(reason)}"


def _import(caller: Caller, image_id: str, data: bytes) -> str:
    assert stage(caller, image_id, data).status_code == 204
    image, task = finish_import(caller, image_id, "glance-direct")
    if task["status"] == "success":
        return _describe(image)
    message = task["message"].replace(image_id, "<image>").replace(task["id"], "<task>")
    return f"failed: {_without_order(message)}"


def _describe(image: Mapping[str, Any]) -> str:
    assert image["status"] == "active", image
    return f"{TAKEN}, virtual size {image['virtual_size']}"


def _without_order(reason: str) -> str:
    """Sort the formats of a reason: Glance names them in the order of a set."""
    head, colon, names = reason.partition("Multiple formats detected: ")
    found = re.match(r"[a-z0-9,]+", names)
    if not found:
        return reason
    ordered = ",".join(sorted(found[0].split(",")))
    return head + colon + ordered + names[found.end() :]


def record() -> None:
    with open_real() as cloud:
        admin = sign_in_admin(cloud)
        verdicts = {key_of(*case): ask(admin, *case) for case in list_cases()}
    RECORDED.write_text(json.dumps(verdicts, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    record()
