"""Whether data is what ``--disk-format`` says, before a byte of it is sent."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from imagectl.errors import VerificationError

if TYPE_CHECKING:
    from oslo_utils.imageutils.format_inspector import FileInspector

STEP_BYTES = 1 << 16


def check_format(head: bytes, is_whole: bool, disk_format: str, what: str) -> None:
    """Raise :class:`VerificationError` if data is not of the format, or is dangerous.

    ``head`` is the beginning of the data, ``is_whole`` says that there is no more.
    Only formats that can be told are looked at, and dangers only where the head is
    enough to judge; the service looks at all of it (Glance 33, ``location.py``).
    """
    # It logs every danger that it also raises.
    logging.getLogger("oslo_utils.imageutils.format_inspector").setLevel(logging.ERROR)
    from oslo_utils.imageutils import format_inspector

    if disk_format == "raw" or disk_format not in format_inspector.ALL_FORMATS:
        return
    found, is_certain = _inspect(head, is_whole)
    if disk_format not in found:
        looks_like = ", ".join(sorted(found))
        raise VerificationError(
            f"{what} is not in the format '{disk_format}'; it looks like {looks_like}",
            hint="say what it is with --disk-format",
        )
    try:
        if is_certain:
            found[disk_format].safety_check()
    except format_inspector.SafetyCheckFailed as error:
        dangers = "; ".join(str(failure) for failure in error.failures.values())
        raise VerificationError(f"{what} is not safe to use: {dangers}") from error


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
