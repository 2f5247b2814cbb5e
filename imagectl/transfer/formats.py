"""Detects the disk format of data and checks its safety, before it is sent."""

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
"""Formats that can be detected and that are raw disks to the service: one with a
partition table and an encrypted one."""
STEP_BYTES = 1 << 16


def check_format(
    head: bytes,
    is_whole: bool,
    disk_format: str,
    what: str,
    *,
    allow_unsafe: bool = False,
) -> str:
    """Return the disk format of data: the given one, or the detected one for ``auto``.

    ``head`` is the beginning of the data, ``is_whole`` says that there is no more of
    it, and ``what`` names the data in messages.

    Raises :class:`VerificationError` where the data is not in the given format, is in
    a format that no image service takes, or is not safe and ``allow_unsafe`` is false.
    A format that cannot be detected is not checked, and safety is checked only where
    the head is enough for it; the service checks all of the data (Glance 33,
    ``location.py``).
    """
    # The inspector logs what it also raises.
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
    """Return the detected format that services take: a bootable CD is also a disk.

    Raises :class:`VerificationError` where there is none.
    """
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
    """Return the formats that match, and whether the head was enough to be certain."""
    from oslo_utils.imageutils.format_inspector import InspectWrapper

    data = InspectWrapper(io.BytesIO(head))
    while data.read(STEP_BYTES):
        if data.formats:
            break
    is_certain = is_whole or bool(data.formats)
    data.close()
    return {str(each): each for each in data.formats or ()}, is_certain
