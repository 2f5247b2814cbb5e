"""Write a small, real qcow2 image: ``python make_qcow2.py FILE [SIZE_MIB]``.

The layout is that of QEMU's ``docs/interop/qcow2.rst``, version 2: a header, a
refcount table, one refcount block, an L1 table, one L2 table and one data cluster.
``qemu-img check`` finds nothing wrong with it.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

CLUSTER_BITS = 16
CLUSTER = 1 << CLUSTER_BITS
COPIED = 1 << 63
"""Flag of a table entry whose cluster has exactly one user."""

REFCOUNT_TABLE, REFCOUNT_BLOCK, L1_TABLE, L2_TABLE, DATA = (
    CLUSTER * number for number in range(1, 6)
)


def build_qcow2(virtual_size_bytes: int) -> bytes:
    """Return an image that holds a marked first sector.

    The virtual size is at most 512 MiB: what one L2 table of 64 KiB clusters maps.
    """
    entries = CLUSTER // 8
    if not 0 < virtual_size_bytes <= entries * CLUSTER:
        raise ValueError(f"a virtual size of {virtual_size_bytes} bytes does not fit")
    header = struct.pack(
        ">4sIQIIQIIQQIIQ",
        *(b"QFI\xfb", 2),
        *(0, 0),  # no backing file
        CLUSTER_BITS,
        virtual_size_bytes,
        0,  # not encrypted
        *(1, L1_TABLE),
        *(REFCOUNT_TABLE, 1),
        *(0, 0),  # no snapshots
    )
    sector = b"imagectl demonstration disk".ljust(510, b"\0") + b"\x55\xaa"
    clusters = (
        header,
        struct.pack(">Q", REFCOUNT_BLOCK),
        struct.pack(">6H", *[1] * 6),
        struct.pack(">Q", L2_TABLE | COPIED),
        struct.pack(">Q", DATA | COPIED),
        sector,
    )
    return b"".join(content.ljust(CLUSTER, b"\0") for content in clusters)


if __name__ == "__main__":
    size_mib = int(sys.argv[2]) if len(sys.argv) > 2 else 16
    Path(sys.argv[1]).write_bytes(build_qcow2(size_mib << 20))
