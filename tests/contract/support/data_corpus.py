"""Data made on the spot: every disk format, its dangerous forms, and what is no disk.

Each sample is small and made of its format's specification, as far as Glance's check
and the programs that open such data look.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import uuid
import zipfile
from collections.abc import Iterator, Mapping

from examples.make_qcow2 import build_qcow2

SECTOR = 512
KIB = 1 << 10
MIB = 1 << 20
QCOW2 = build_qcow2(virtual_size_bytes=MIB)


def patched(data: bytes, offset: int, content: bytes) -> bytes:
    """Return ``data`` with ``content`` at ``offset``, lengthened if need be."""
    padded = data.ljust(offset, b"\0")
    return padded[:offset] + content + padded[offset + len(content) :]


def qcow2(
    version: int = 3, *, features: int = 0, backing: bytes = b"", magic: bytes = b""
) -> bytes:
    """Return a small qcow2 image; version 3 has feature bits and a header length."""
    data = patched(QCOW2, 4, struct.pack(">I", version))
    if version == 3:
        data = patched(data, 72, struct.pack(">QQQII", features, 0, 0, 4, 104))
    if backing:
        data = patched(data, 8, struct.pack(">QI", 512, len(backing)))
        data = patched(data, 512, backing)
    return magic + data[len(magic) :]


def vmdk_descriptor(create_type: str, extents: str) -> bytes:
    return (
        f"# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\n"
        f'createType="{create_type}"\n\n# Extent description\n{extents}\n\n'
        '# The Disk Data Base\nddb.virtualHWVersion = "4"\n'
    ).encode()


def vmdk(
    create_type: str = "monolithicSparse",
    extents: str = 'RW 2048 SPARSE "disk.vmdk"',
    *,
    version: int = 1,
    descriptor_sector: int = 1,
    directory: int = 21,
) -> bytes:
    """Return a VMDK of one file: a header, its descriptor, and some data."""
    header = struct.pack(
        "<4sIIQQQQIQQQ",
        b"KDMV",
        version,
        3,
        2048,
        128,
        descriptor_sector,
        20,
        512,
        21,
        directory,
        128,
    )
    descriptor = vmdk_descriptor(create_type, extents)
    return patched(patched(header, SECTOR, descriptor), 64 * KIB, bytes(KIB))


def vmdk_with_footer(*, end: int = 0, version: int = 3) -> bytes:
    """Return a streamOptimized VMDK whose footer repeats the header."""
    data = vmdk("streamOptimized", version=3, directory=2**64 - 1)
    footer = patched(data[:SECTOR], 56, struct.pack("<Q", 21))
    footer = patched(footer, 4, struct.pack("<I", version))
    marker = struct.pack("<QII", 1, 0, 3).ljust(SECTOR, b"\0")
    last = struct.pack("<QII", 0, 0, end).ljust(SECTOR, b"\0")
    return data + marker + footer.ljust(SECTOR, b"\0") + last


def vhd_footer(disk_type: int) -> bytes:
    """Return the footer of a VHD: type 2 is fixed, 3 dynamic, 4 differencing."""
    place = 0xFFFFFFFFFFFFFFFF if disk_type == 2 else SECTOR
    return struct.pack(
        ">8sIIQI4sI4sQQIII16sB",
        b"conectix",
        *(2, 0x10000, place, 0),
        *(b"qemu", 0x50003, b"Wi2k"),
        *(MIB, MIB, 0x00200410, disk_type, 0, uuid.UUID(int=1).bytes, 0),
    ).ljust(SECTOR, b"\0")


def vhd(disk_type: int = 3) -> bytes:
    """Return a VHD that has a copy of its footer in front, which fixed ones lack."""
    header = struct.pack(">8sQQIII", b"cxsparse", 2**64 - 1, 1536, 0x10000, 1, 0x200000)
    body = vhd_footer(disk_type) + header.ljust(1024, b"\0") + b"\xff" * SECTOR
    return body + vhd_footer(disk_type)


def vhdx(*, metadata_at: int = MIB, entries: int = 1, signature: bytes = b"") -> bytes:
    """Return a VHDX whose metadata states a virtual size of 1 MiB."""
    region = "8B7CA206-4790-4B9A-B8FE-575F050F886E"
    size = "2FA54224-CD1B-4876-B211-5DBED83BF4B8"
    table = struct.pack("<4sIII", b"regi", 0, 1, 0) + uuid.UUID(region).bytes_le
    table += struct.pack("<QII", metadata_at, MIB, 1)
    metadata = struct.pack("<8sHH", signature or b"metadata", 0, entries).ljust(
        32, b"\0"
    )
    metadata += uuid.UUID(size).bytes_le + struct.pack("<IIII", 64 * KIB, 8, 6, 0)
    metadata = patched(metadata, 64 * KIB, struct.pack("<Q", MIB))
    data = patched(b"vhdxfile" + "QEMU".encode("utf-16-le"), 192 * KIB, table)
    return patched(patched(data, 256 * KIB, b""), metadata_at, metadata) + bytes(KIB)


def vdi() -> bytes:
    head = b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0")
    head += struct.pack("<III", 0xBEDA107F, 0x00010001, 400)
    return patched(patched(head, 0x170, struct.pack("<Q", MIB)), 4 * KIB, bytes(KIB))


def iso(identifier: bytes = b"CD001", *, front: bytes = b"") -> bytes:
    """Return the volume descriptors of an ISO 9660 or UDF file system."""
    volume = patched(b"\x01" + identifier + b"\x01\0", 80, struct.pack("<I", 20))
    volume = patched(volume, 128, struct.pack("<H", 2048))
    return patched(front, 32 * KIB, volume.ljust(2 * KIB, b"\0") + bytes(6 * KIB))


def partition(
    kind: int, *, boot: int = 0, first: int = 2048, chs: bytes = b""
) -> bytes:
    start = chs or bytes((0, 2, 0))
    ends = bytes((255, 255, 255))
    return bytes((boot, *start, kind, *ends)) + struct.pack("<II", first, 2048)


def mbr(*partitions: bytes, code: bytes = b"") -> bytes:
    """Return a disk that begins with a boot sector of up to four partitions."""
    sector = code.ljust(446, b"\0") + b"".join(partitions).ljust(64, b"\0")
    return (sector + b"\x55\xaa").ljust(64 * KIB, b"\0")


def gpt(*extra: bytes, first: int = 1, chs: bytes = b"") -> bytes:
    protective = partition(0xEE, first=first, chs=chs)
    return patched(mbr(protective, *extra), SECTOR, b"EFI PART" + bytes(84))


def luks(version: int) -> bytes:
    head = struct.pack(
        ">6sH32s32s32sII20s32sI",
        b"LUKS\xba\xbe",
        version,
        b"aes",
        b"xts-plain64",
        b"sha256",
        *(4096, 64, bytes(20), bytes(32), 1000),
    )
    return patched(head, 64 * KIB, bytes(KIB))


def archive(kind: str) -> bytes:
    """Return an archive (tar, zip) that holds a small qcow2 image."""
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as zipped:
            zipped.writestr(zipfile.ZipInfo("disk.qcow2"), QCOW2[: 64 * KIB])
    else:
        form = tarfile.PAX_FORMAT if kind == "pax" else tarfile.GNU_FORMAT
        with tarfile.open(fileobj=file, mode="w", format=form) as tar:
            for name in ("box.ovf", "box.vmdk"):
                member = tarfile.TarInfo(name)
                member.size = KIB
                tar.addfile(member, io.BytesIO(bytes(KIB)))
    return file.getvalue()


def archive_of_v7() -> bytes:
    """Return a tar archive as the first ones were, without a mark but its checksum."""
    header = patched(archive("tar"), 257, bytes(8))[:SECTOR]
    header = patched(header, 148, b" " * 8)
    return patched(header, 148, b"%06o\0 " % sum(header)).ljust(10 * KIB, b"\0")


def stream(magic: bytes) -> bytes:
    """Return what begins as a stream or an archive does, with noise behind it."""
    noise = bytes(range(128, 256)) * 8
    return magic + noise


EFI_STUB = patched(
    patched(b"MZ".ljust(64 * KIB, b"\0"), 0x1FE, b"\x55\xaa"), 0x202, b"HdrS"
)
FAT = patched(mbr(code=b"\xeb\x3c\x90mkfs.fat\0\2\1\1\0\2"), 0x10, b"\2\0\2\0\x40\xf8")
EXT4 = patched(bytes(64 * KIB), 1080, b"\x53\xef")
PAGE = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n"
OVF = (
    b'<?xml version="1.0"?>\n<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1">'
)
POINTER = (
    b"version https://git-lfs.github.com/spec/v1\noid sha256:"
    + b"4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
    + b"\nsize 12345\n"
)

SAFE: Mapping[str, bytes] = {
    "qcow2-v2": qcow2(2),
    "qcow2-v3": qcow2(),
    "qcow2-v3-dirty": qcow2(features=1),
    "qcow2-v3-compression": qcow2(features=8),
    "vmdk-sparse": vmdk(),
    "vmdk-stream": vmdk("streamOptimized", version=3),
    "vmdk-stream-footer": vmdk_with_footer(),
    "vhd-dynamic": vhd(),
    "vhdx": vhdx(),
    "vhdx-metadata-at-2-mib": vhdx(metadata_at=2 * MIB),
    "vhdx-metadata-at-12-mib": vhdx(metadata_at=12 * MIB),
    "vdi": vdi(),
    "iso": iso(),
    "iso-udf": iso(b"NSR02"),
    "iso-udf-3": iso(b"NSR03"),
    "mbr": mbr(partition(0x83, boot=0x80)),
    "mbr-four": mbr(*[partition(0x83)] * 4),
    "gpt": gpt(),
    "luks-1": luks(1),
    "fat": FAT,
    "ext4": EXT4,
    "zeros": bytes(64 * KIB),
    "sector": bytes(SECTOR),
    "noise": bytes(range(256)) * 256,
    "binary-short": b"\x00\x01\xfe\xff",
    "binary-short-64": b"\x80" * 64,
}
"""Disks that are what they seem, and raw data."""

DANGEROUS: Mapping[str, bytes] = {
    "qcow2-backed": qcow2(backing=b"/etc/passwd"),
    "qcow2-v2-backed": qcow2(2, backing=b"base.img"),
    "qcow2-backed-json": qcow2(backing=b'json:{"driver":"file"}'),
    "qcow2-data-file": qcow2(features=4),
    "qcow2-unknown-feature": qcow2(features=1 << 40),
    "qcow2-unknown-bit-5": qcow2(features=1 << 5),
    "qcow2-v2-data-file": patched(qcow2(2), 72, struct.pack(">Q", 4)),
    "qcow2-v1": qcow2(1),
    "qcow2-v4": qcow2(4),
    "qed": patched(b"QED\0", 64 * KIB, bytes(KIB)),
    "vmdk-flat": vmdk("monolithicFlat", 'RW 2048 FLAT "disk-flat.vmdk" 0'),
    "vmdk-outside": vmdk(extents='RW 2048 FLAT "/etc/passwd" 0'),
    "vmdk-no-extent": vmdk(extents=""),
    "vmdk-odd-line": vmdk(extents="exec /bin/sh"),
    "vmdk-split": vmdk("twoGbMaxExtentSparse"),
    "vmdk-version-9": vmdk(version=9),
    "vmdk-descriptor-elsewhere": vmdk(descriptor_sector=9),
    "vmdk-text": vmdk_descriptor("monolithicFlat", 'RW 2048 FLAT "a-flat.vmdk" 0'),
    "vmdk-text-outside": vmdk_descriptor("vmfs", 'RW 2048 VMFS "/etc/shadow"'),
    "vmdk-text-sparse": vmdk_descriptor("monolithicSparse", 'RW 9 SPARSE "a.vmdk"'),
    "vmdk-cowd": patched(b"COWD" + struct.pack("<I", 1), 64 * KIB, bytes(KIB)),
    "vmdk-footer-wrong-end": vmdk_with_footer(end=1),
    "vmdk-footer-wrong-version": vmdk_with_footer(version=2),
    "vmdk-footer-missing": vmdk("streamOptimized", directory=2**64 - 1),
    "vhd-differencing": vhd(4),
    "vhd-fixed": bytes(64 * KIB) + vhd_footer(2),
    "vhdx-no-metadata": vhdx(signature=b"nonsense"),
    "vhdx-too-many-entries": vhdx(entries=2048),
    "luks-2": luks(2),
    "mbr-empty": mbr(),
    "mbr-boot-flag": mbr(partition(0x83, boot=0x42)),
    "mbr-in-gpt": gpt(partition(0x83)),
    "gpt-wrong-lba": gpt(first=2),
    "gpt-wrong-chs": gpt(chs=b"\1\1\1"),
    "kernel": EFI_STUB,
    "grub-code": mbr(code=b"\xeb\x63\x90GRUB"),
}
"""Disks with something that refers elsewhere, or that is not as it should be."""

POLYGLOTS: Mapping[str, bytes] = {
    "iso-hybrid-mbr": iso(front=mbr(partition(0x17, boot=0x80))),
    "iso-hybrid-gpt": iso(front=gpt()),
    "iso-hybrid-empty-mbr": iso(front=mbr()),
    "iso-in-qcow2": iso(front=qcow2()[: 32 * KIB]),
    "iso-in-luks": iso(front=luks(1)[: 32 * KIB]),
    "iso-in-vdi": iso(front=vdi()),
    "iso-in-vhd": iso(front=vhd()),
    "mbr-in-qcow2": patched(qcow2(), 510, b"\x55\xaa"),
    "mbr-in-vdi": patched(vdi(), 446, mbr(partition(0x83))[446:512]),
    "mbr-in-luks": patched(luks(1), 446, mbr(partition(0x83))[446:512]),
    "iso-mbr-in-vdi": iso(front=patched(vdi(), 510, b"\x55\xaa")),
    "vdi-in-vhd": patched(vhd(), 64, struct.pack("<I", 0xBEDA107F)),
    "zip-behind-qcow2": qcow2() + archive("zip"),
}
"""Data that is of two formats."""

CUT: Mapping[str, bytes] = {
    **{
        f"{name}-cut-{size}": data[:size]
        for name, data, size in (
            ("qcow2", qcow2(), 4),
            ("qcow2", qcow2(), 100),
            ("qcow2", qcow2(), 511),
            ("vmdk", vmdk(), 4),
            ("vmdk", vmdk(), 63),
            ("vmdk", vmdk(), 64),
            ("vmdk", vmdk(), 600),
            ("vhd", vhd(), 8),
            ("vhd", vhd(), 511),
            ("vhdx", vhdx(), 8),
            ("vhdx", vhdx(), 100 * KIB),
            ("vhdx", vhdx(), 256 * KIB),
            ("vhdx", vhdx(), MIB + 40),
            ("vdi", vdi(), 68),
            ("iso", iso(), 32 * KIB),
            ("iso", iso(), 33 * KIB),
            ("gpt", gpt(), 511),
            ("luks", luks(1), 8),
            ("luks", luks(1), 200),
        )
    },
    "empty": b"",
}
"""Data that ends too early."""

STREAMS: Mapping[str, bytes] = {
    "gzip": gzip.compress(QCOW2, mtime=0),
    "xz": lzma.compress(QCOW2),
    "lzma": lzma.compress(QCOW2, lzma.FORMAT_ALONE),
    "bzip2": bz2.compress(QCOW2),
    "zstd": stream(b"\x28\xb5\x2f\xfd"),
    "zstd-skippable": stream(b"\x50\x2a\x4d\x18"),
    "lz4": stream(b"\x04\x22\x4d\x18"),
    "lz4-legacy": stream(b"\x02\x21\x4c\x18"),
    "lzip": stream(b"LZIP\x01"),
    "lzop": stream(b"\x89LZO\0\r\n\x1a\n"),
    "compress": stream(b"\x1f\x9d\x90"),
    "7z": stream(b"7z\xbc\xaf\x27\x1c"),
    "rar": stream(b"Rar!\x1a\x07\x01\0"),
    "rar-4": stream(b"Rar!\x1a\x07\0"),
    "cpio": b"070701" + b"0" * 104 + b"disk\0\0" + bytes(KIB),
    "cpio-old": stream(b"\xc7\x71"),
    "ar": stream(b"!<arch>\ndebian-binary   "),
    "cab": stream(b"MSCF\0\0\0\0"),
    "zip": archive("zip"),
    "zip-empty": b"PK\5\6" + bytes(18),
    "tar": archive("tar"),
    "tar-pax": archive("pax"),
    "tar-v7": archive_of_v7(),
    "wim": stream(b"MSWIM\0\0\0"),
    "squashfs": stream(b"hsqs"),
    "rpm": stream(b"\xed\xab\xee\xdb"),
    "dmg": bytes(KIB) + b"koly".ljust(SECTOR, b"\0"),
    "pdf": stream(b"%PDF-1.7\n%"),
    "png": stream(b"\x89PNG\r\n\x1a\n"),
    "elf": stream(b"\x7fELF\2\1\1"),
    "gpg": stream(b"\x85\x02\x0c\x03"),
}
"""Compressed data, archives, and other files of a known kind."""

TEXTS: Mapping[str, bytes] = {
    "html": PAGE,
    "html-upper": b"\r\n  <HTML>\n<BODY>moved</BODY></HTML>",
    "html-bom": b"\xef\xbb\xbf" + PAGE,
    "html-comment": b"<!-- login -->\n<html></html>\n",
    "html-latin-1": b"<html><head><title>Zugriff f\xfcr alle</title></head></html>\n",
    "html-utf-8": PAGE + "<p>Prüfung</p>".encode() * 200,
    "html-utf-16": PAGE.decode().encode("utf-16"),
    "html-long": PAGE * 8 * KIB,
    "xml": b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n',
    "ovf": OVF,
    "json": b'{"message": "Not Found", "status": "404"}\n',
    "json-list": b"[]",
    "text": b"404: Not Found",
    "text-newline": b"Forbidden\n",
    "text-word": b"x",
    "text-utf-8": "Zugriff für alle verweigert bitte anmelden\n".encode() * 20,
    "yaml": b"#cloud-config\npackages:\n- vim\n",
    "script": b'#!/bin/sh\nexec qemu-img "$@"\n',
    "git-lfs": POINTER,
    "sha256sums": b"0" * 64 + b" *cirros.img\n",
    "signature": b"-----BEGIN PGP SIGNATURE-----\n\niQIzBAABCAAd\n",
    "signed": b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n",
    "metalink": b'<metalink xmlns="urn:ietf:params:xml:ns:metalink"></metalink>',
    "ascii-then-binary": b"A" * 600 + bytes(range(128, 256)) * 64,
}
"""Pages, documents, scripts and other text."""

GROUPS: Mapping[str, Mapping[str, bytes]] = {
    "Disks": SAFE,
    "Dangerous disks": DANGEROUS,
    "Data of two formats": POLYGLOTS,
    "Data that ends too early": CUT,
    "Compressed data and archives": STREAMS,
    "Text": TEXTS,
}
CORPUS: Mapping[str, bytes] = {
    name: data for samples in GROUPS.values() for name, data in samples.items()
}

OWN_FORMATS = ("qcow2", "vmdk", "vhdx", "vhd", "vdi", "iso")
"""Disk formats that the first word of a sample's name may be."""


def formats_to_declare(name: str) -> Iterator[str]:
    """Yield the disk formats to try for a sample: raw, its own and a wrong one."""
    yield "raw"
    own = name.partition("-")[0]
    if own in OWN_FORMATS:
        yield own
    if "-in-" in name:
        yield from (each for each in OWN_FORMATS if name.endswith(f"in-{each}"))
    if own in ("kernel", "fat", "mbr", "empty", "html", "zeros"):
        yield from ("aki", "ami", "ploop")
    yield "vdi" if own == "qcow2" else "qcow2"
