"""Data that is no disk image, though it is often taken for one.

Pages that a server answered with, archives, compressed files and text: to an image
service each is a raw disk.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagectl.transfer.beginning import Beginning

UNPACK = "unpack it first"
DOWNLOAD = "see what is in it, and download the image again"
LOOK = "see whether it is the right file"
SECTOR_BYTES = 512


@dataclass(frozen=True)
class Kind:
    """One kind of data: what it is called, and what to do about it."""

    title: str
    hint: str = UNPACK


@dataclass(frozen=True)
class Mark:
    """Bytes that data of a kind has at ``offset``, counted from its end if negative."""

    kind: Kind
    content: bytes
    offset: int = 0


GZIP = Kind("a gzip stream")
TAR = Kind("a tar archive", "unpack it first; an OVA goes with --container-format ova")
ZIP = Kind("a zip archive")
DAMAGED = Kind("damaged or cut short: it only begins like a disk image", DOWNLOAD)
FIXED_VHD = Kind(
    "a VHD of fixed size, which image services do not know as vhd",
    "convert it: qemu-img convert -f vpc -O qcow2",
)
PARALLELS = Kind("a Parallels disk image", "--disk-format ploop is for that")
PROGRAM = Kind("a program", LOOK)
PICTURE = Kind("a picture", LOOK)
MEDIA = Kind("sound or video", LOOK)
BACKUP = Kind("a backup of a disk", "restore the disk first")
SAVED = Kind("the saved state of a machine, without its disk", LOOK)
EMPTY = Kind("empty", "download it again")
MARKUP = Kind("a web page or another document with markup", DOWNLOAD)
XML = Kind("an XML document", DOWNLOAD)
OVF = Kind("an OVF descriptor, without the disks it names", "upload one of the disks")
JSON = Kind("a JSON document", DOWNLOAD)
SCRIPT = Kind("a script", DOWNLOAD)
LFS_POINTER = Kind("a Git LFS pointer, without the data it names", "git lfs pull")
SIGNATURE = Kind("a PGP signature or key", "upload the file that it belongs to")
CHECKSUMS = Kind("a list of checksums", "upload a file that it names")
TEXT = Kind("text", DOWNLOAD)

TEXTS = (EMPTY, MARKUP, XML, OVF, JSON, SCRIPT, LFS_POINTER, SIGNATURE, CHECKSUMS, TEXT)

MARKS = (
    Mark(GZIP, b"\x1f\x8b"),
    Mark(Kind("an xz stream"), b"\xfd7zXZ\0"),
    Mark(Kind("an LZMA stream"), b"\x5d\0\0"),
    Mark(Kind("a bzip2 stream"), b"BZh"),
    Mark(Kind("a zstd stream"), b"\x28\xb5\x2f\xfd"),
    *(
        Mark(Kind("a zstd or lz4 stream"), bytes((n, 42, 77, 24)))
        for n in range(80, 96)
    ),
    Mark(Kind("an lz4 stream"), b"\x04\x22\x4d\x18"),
    Mark(Kind("an lz4 stream"), b"\x02\x21\x4c\x18"),
    Mark(Kind("an lzip stream"), b"LZIP"),
    Mark(Kind("an lzop stream"), b"\x89LZO\0\r\n\x1a\n"),
    Mark(Kind("a stream of compress (.Z)"), b"\x1f\x9d"),
    Mark(Kind("a stream of pack or LZH"), b"\x1f\x1e"),
    Mark(Kind("a stream of pack or LZH"), b"\x1f\xa0"),
    Mark(Kind("a 7z archive"), b"7z\xbc\xaf\x27\x1c"),
    Mark(Kind("a RAR archive"), b"Rar!\x1a\x07"),
    Mark(ZIP, b"PK\3\4"),
    Mark(ZIP, b"PK\5\6"),
    Mark(ZIP, b"PK\7\x08"),
    Mark(TAR, b"ustar", 257),
    Mark(Kind("a cpio archive"), b"0707"),
    Mark(Kind("a cpio archive"), b"\xc7\x71"),
    Mark(Kind("a cpio archive"), b"\x71\xc7"),
    Mark(Kind("an ar archive or a Debian package"), b"!<arch>\n"),
    Mark(Kind("an RPM package"), b"\xed\xab\xee\xdb"),
    Mark(Kind("a cabinet archive"), b"MSCF\0\0\0\0"),
    Mark(Kind("a Windows image (WIM)", "make a disk of it first"), b"MSWIM\0\0\0"),
    Mark(Kind("a squashfs archive", "make a disk of it first"), b"hsqs"),
    Mark(Kind("a squashfs archive", "make a disk of it first"), b"sqsh"),
    Mark(PARALLELS, b"WithoutFreeSpace"),
    Mark(PARALLELS, b"WithouFreSpacExt"),
    Mark(Kind("an Android sparse image", "convert it: simg2img"), b"\x3a\xff\x26\xed"),
    Mark(Kind("an HTTP answer, with its head", DOWNLOAD), b"HTTP/"),
    Mark(Kind("an AppleDouble file", "upload the one without ._"), b"\0\5\x16\7"),
    Mark(Kind("an Apple disk image", "convert it: qemu-img convert"), b"koly", -512),
    *(Mark(PROGRAM, each) for each in (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"MZ\x90\0")),
    Mark(Kind("a PDF document", LOOK), b"%PDF-"),
    *(Mark(PICTURE, each) for each in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")),
    *(Mark(MEDIA, each) for each in (b"OggS", b"RIFF", b"ID3", b"\x1a\x45\xdf\xa3")),
    Mark(MEDIA, b"ftyp", 4),
    Mark(Kind("an office document", LOOK), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    Mark(Kind("a database of SQLite", LOOK), b"SQLite format 3\0"),
    Mark(Kind("a xar archive"), b"xar!"),
    Mark(Kind("encrypted by openssl", "decrypt it first"), b"Salted__"),
    Mark(Kind("encrypted by age", "decrypt it first"), b"age-encryption.org/"),
    *(Mark(BACKUP, each) for each in (b"VMA\0", b"partclone-image", b"rbd diff v")),
    *(Mark(SAVED, each) for each in (b"LibvirtQemudSave", b"QEVM\0\0\0")),
    *(
        Mark(DAMAGED, each)
        for each in (b"QFI\xfb", b"KDMV", b"COWD", b"QED\0", b"<<< ", b"cxsparse")
    ),
    Mark(DAMAGED, b"CD001", 0x8001),
    Mark(DAMAGED, b"NSR0", 0x8001),
    Mark(FIXED_VHD, b"conectix", -512),
    Mark(FIXED_VHD, b"conectix", -511),
)
"""The first that fits says the kind."""

STARTS_OF_TEXT = (
    (rb"version https://git-lfs\.", LFS_POINTER),
    (rb"-----BEGIN PGP ", SIGNATURE),
    (rb"#!", SCRIPT),
    (rb"(?s)<.*<(\w+:)?envelope\b.*/ovf/", OVF),
    (rb"<\?xml\b", XML),
    (rb"<", MARKUP),
    (rb"[{\[]\s*[\"{}\[\]\d-]", JSON),
    (rb"\\?[0-9a-f]{32,128}(\s|\Z)|\w+ \(.*\) = ", CHECKSUMS),
)
"""How text of a kind begins, in any case; what begins in no such way is just text."""

CONTROLS = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Bytes that no text holds; escape sequences may be in a log."""

NO_DISK = re.compile(rb"\s*<(!doctype\s+html|html|head|body|\?xml)\b|#! ?/", re.I)
"""How pages and scripts begin, which may hold anything behind that."""
LONG_BYTES = 512
"""Data this long without one control character is text in some encoding."""

UTF_16 = (
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""What text in UTF-16 begins with: a mark, or the first character of a page."""

SUFFIXES = {
    "qcow2": "qcow2",
    "qcow": "qcow2",
    "vmdk": "vmdk",
    "vhd": "vhd",
    "vpc": "vhd",
    "vhdx": "vhdx",
    "vdi": "vdi",
    "iso": "iso",
    "udf": "iso",
    "raw": "raw",
    **dict.fromkeys(("gz", "tgz", "xz", "txz", "bz2", "tbz2", "zst", "tzst", "lz4")),
    **dict.fromkeys(
        ("lz", "lzma", "lzo", "z", "7z", "zip", "rar", "tar", "ova", "cpio")
    ),
    **dict.fromkeys(("ovf", "qed", "box", "dmg", "wim")),
}
"""What the last part of a file's name says of its data: the disk format, or None where
it says that the data is no disk."""


def find_kind(data: Beginning) -> Kind | None:
    """Return what kind of data it is, or None: then it may be a disk."""
    if not data.head:
        return EMPTY
    for mark in MARKS:
        part = data.head if mark.offset >= 0 else data.end
        start = mark.offset if mark.offset >= 0 else len(part) + mark.offset
        if start >= 0 and part.startswith(mark.content, start):
            return mark.kind
    if _is_old_tar(data.head):
        return TAR
    return _find_kind_of_text(data.head)


def claim_of(name: str) -> str | None:
    """Return the suffix by which a file's name says what its data is, if it has one."""
    suffix = PurePath(name).suffix.lstrip(".")
    return suffix if suffix.lower() in SUFFIXES else None


def fits_claim(claim: str, disk_format: str) -> bool:
    """Return whether a suffix may stand for data of a disk format.

    What was unpacked on its way keeps the name of its archive, but raw data with the
    name of one is rather an archive that cannot be told.
    """
    claimed = SUFFIXES[claim.lower()]
    return disk_format != "raw" if claimed is None else disk_format == claimed


def _is_old_tar(head: bytes) -> bool:
    """Return whether data begins with a header of tar, by the checksum in it."""
    stated = re.fullmatch(rb"[ 0]*([0-7]+)[ \0]*", head[148:156])
    if not stated or len(head) < SECTOR_BYTES:
        return False
    header = head[:148] + b" " * 8 + head[156:SECTOR_BYTES]
    return sum(header) == int(stated[1], 8)


def _find_kind_of_text(head: bytes) -> Kind | None:
    text = _decode(head)
    if text is None:
        return None
    beginning = text.lstrip().encode()
    return next(_kinds_of_text(beginning), TEXT)


def _kinds_of_text(beginning: bytes) -> Iterator[Kind]:
    return (kind for start, kind in STARTS_OF_TEXT if re.match(start, beginning, re.I))


def _decode(head: bytes) -> str | None:
    """Return data as text, or None where it is none."""
    for mark, encoding in UTF_16:
        if head.startswith(mark):
            text = head.decode(encoding, "replace").lstrip("\ufeff")
            return None if CONTROLS.search(text.encode()) else text
    if NO_DISK.match(head):
        return head.decode("latin-1")
    if CONTROLS.search(head):
        return None
    try:
        # The last character may be cut.
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        is_latin = sum(byte < 128 for byte in head) > len(head) * 3 / 4
        is_text = is_latin or len(head) >= LONG_BYTES
        return head.decode("latin-1") if is_text else None
