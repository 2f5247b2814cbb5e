"""What format data is in, and whether it is safe, before a byte of it is sent."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from imagectl.contract.image import DISK_FORMATS
from imagectl.errors import VerificationError

if TYPE_CHECKING:
    from oslo_utils.imageutils.format_inspector import FileInspector

AUTO = "auto"
RAW = "raw"
DISKS = ("gpt", "luks")
"""Formats that can be told and are raw disks to the service: with partitions, and
encrypted."""
STEP_BYTES = 1 << 16


def check_format(
    head: bytes,
    is_whole: bool,
    disk_format: str,
    what: str,
    *,
    allow_unsafe: bool = False,
) -> str:
    """Return the disk format of data: the given one, or that found for ``auto``.

    ``head`` is the beginning of the data, ``is_whole`` says that there is no more.
    Raises :class:`VerificationError` where the data is not of the format that is given,
    of one that no service takes, or, unless ``allow_unsafe``, dangerous. Only formats
    that can be told are looked at, and dangers only where the head is enough to judge;
    the service looks at all of it (Glance 33, ``location.py``).
    """
    # It logs every danger that it also raises.
    logging.getLogger("oslo_utils.imageutils.format_inspector").setLevel(logging.ERROR)
    from oslo_utils.imageutils import format_inspector

    if disk_format == RAW or disk_format not in (AUTO, *format_inspector.ALL_FORMATS):
        return disk_format
    found, is_certain = _inspect(head, is_whole)
    if disk_format == AUTO:
        disk_format = _choose(found, what)
    elif disk_format not in found:
        looks_like = ", ".join(sorted(found))
        raise VerificationError(
            f"{what} is not in the format '{disk_format}'; it looks like {looks_like}",
            hint="say what it is with --disk-format",
        )
    if is_certain and disk_format in found and not allow_unsafe:
        _check_safety(found[disk_format], what)
    return disk_format


def _choose(found: dict[str, FileInspector], what: str) -> str:
    """Return the format that a service takes; a bootable CD is a disk as well."""
    named = [name for name in DISK_FORMATS if name in found and name != RAW]
    if named:
        return named[0]
    if found.keys() <= {RAW, *DISKS}:
        return RAW
    raise VerificationError(
        f"{what} looks like {', '.join(sorted(found))}, which image services do not"
        " take",
        hint=f"convert it, or say what it is with --disk-format: {RAW} takes anything",
    )


def _check_safety(inspector: FileInspector, what: str) -> None:
    from oslo_utils.imageutils.format_inspector import SafetyCheckFailed

    try:
        inspector.safety_check()
    except SafetyCheckFailed as error:
        dangers = "; ".join(f"{why} ({name})" for name, why in error.failures.items())
        raise VerificationError(
            f"{what} is not safe to use: {dangers}",
            hint="--allow-unsafe sends it all the same",
        ) from error


def _inspect(head: bytes, is_whole: bool) -> tuple[dict[str, FileInspector], bool]:
    """Return what the data may be, by format, and whether all of it was seen."""
    from oslo_utils.imageutils.format_inspector import InspectWrapper

    data = InspectWrapper(io.BytesIO(head))
    while data.read(STEP_BYTES):
        if data.formats:
            break
    is_certain = is_whole or bool(data.formats)
    data.close()
    return {str(each): each for each in data.formats or ()}, is_certain
