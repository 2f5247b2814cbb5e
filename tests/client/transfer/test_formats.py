"""Disk formats of local files: detection, and files that are refused."""

from __future__ import annotations

import pytest

from examples.make_qcow2 import build_qcow2
from imagectl.errors import VerificationError
from imagectl.transfer.formats import check_format

QCOW2 = build_qcow2(virtual_size_bytes=1 << 20)


def patched(data: bytes, offset: int, content: bytes) -> bytes:
    return data[:offset] + content + data[offset + len(content) :]


def build_vmdk(create_type: str) -> bytes:
    """A sparse VMDK of one extent, with its descriptor in the second sector."""
    numbers = (1, 3, 8, 128, 1, 1)  # version, flags, capacity, grain, descriptor
    version, flags, capacity, grain, place, sectors = numbers
    header = b"KDMV" + version.to_bytes(4, "little") + flags.to_bytes(4, "little")
    header += b"".join(n.to_bytes(8, "little") for n in (capacity, grain))
    header += b"".join(n.to_bytes(8, "little") for n in (place, sectors))
    descriptor = (
        f'# Disk DescriptorFile\nversion=1\ncreateType="{create_type}"\n'
        'RW 8 SPARSE "disk.vmdk"\n'
    )
    return header.ljust(512, b"\0") + descriptor.encode().ljust(1 << 16, b"\0")


def build_partitioned() -> bytes:
    entry = bytes((0x80, 0, 2, 0, 0xEE, 255, 255, 255)) + (1).to_bytes(4, "little")
    mbr = bytes(446) + entry + (2047).to_bytes(4, "little")
    return mbr.ljust(510, b"\0") + b"\x55\xaa" + bytes(1 << 20)


NEWER = patched(QCOW2, 4, (3).to_bytes(4, "big"))
ISO = patched(bytes(1 << 16), 32768, b"\x01CD001\x01")


def found(data: bytes, disk_format: str = "auto", *, allow_unsafe: bool = False) -> str:
    return check_format(data, True, disk_format, "disk.img", allow_unsafe=allow_unsafe)


@pytest.mark.parametrize(
    ("data", "disk_format"),
    [
        (QCOW2, "qcow2"),
        (build_vmdk("monolithicSparse"), "vmdk"),
        (ISO, "iso"),
        (patched(build_partitioned(), 32768, b"\x01CD001\x01"), "iso"),
        (build_partitioned(), "raw"),
        (bytes(1 << 16), "raw"),
        (b"x", "raw"),
    ],
    ids=["qcow2", "vmdk", "iso", "bootable iso", "partitions", "zeros", "byte"],
)
def test_formats_are_told(data: bytes, disk_format: str) -> None:
    assert found(data) == disk_format


@pytest.mark.parametrize(
    ("data", "check"),
    [
        (patched(QCOW2, 8, (512).to_bytes(8, "big") + b"\0\0\0\x04"), "backing_file"),
        (patched(NEWER, 72, (1 << 2).to_bytes(8, "big")), "data_file"),
        (patched(NEWER, 72, (1 << 40).to_bytes(8, "big")), "unknown_features"),
        (build_vmdk("monolithicFlat"), "descriptor"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_check_that_refuses_a_file_is_named(data: bytes, check: str) -> None:
    for disk_format in ("auto", found(data, allow_unsafe=True)):
        with pytest.raises(VerificationError, match="is not safe to use") as caught:
            found(data, disk_format)
        assert f"({check})" in caught.value.message
        assert "--allow-unsafe" in caught.value.hint


def test_a_format_that_no_service_takes_is_refused() -> None:
    with pytest.raises(VerificationError, match="looks like qed, which"):
        found(b"QED\0".ljust(1 << 16, b"\0"))


def test_data_declared_as_raw_or_ploop_is_not_inspected() -> None:
    assert found(QCOW2, "raw") == "raw"
    assert found(QCOW2, "ploop") == "ploop"
