"""Whether data is of its image's disk format; source: Glance 33 ``location.py``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

LOG = logging.getLogger(__name__)


class Inspection:
    """Passes pieces of data on, and inspects them for the marks of disk formats.

    Without ``must_match``, data may be of another format than its image's, or of one
    that cannot be told.
    """

    def __init__(self, pieces: Iterator[bytes], *, must_match: bool) -> None:
        from oslo_utils.imageutils import format_inspector

        self._known = format_inspector
        self._must_match = must_match
        wrap: Any = format_inspector.InspectWrapper  # takes any iterator of bytes
        self._wrapper = wrap(pieces)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece: bytes = next(self._wrapper)
        return piece

    def judge(self, disk_format: str | None) -> tuple[int | None, str | None]:
        """Return the virtual size in bytes, if known, and the reason for a refusal.

        ``disk_format`` is the image's. To be called after the last piece.
        """
        try:
            found = self._find_format()
            virtual_size = self._measure(found, disk_format)
        except self._known.ImageFormatError as error:
            return None, str(error) if self._must_match else None
        except Exception as error:  # an inspector crashed on the data
            LOG.error("the data's format cannot be determined: %s", error)
            return None, self._refuse_unknown()
        refusal = self._check_safety(found, disk_format)
        return virtual_size or None, refusal

    def _find_format(self) -> Any:
        matches = {str(match): match for match in self._wrapper.formats}
        if matches.keys() == {"iso", "gpt"}:
            return matches["iso"]  # bootable ISO images hold a partition table, too
        return self._wrapper.format

    def _measure(self, found: Any, disk_format: str | None) -> int:
        if str(found) == disk_format:
            return int(found.virtual_size)
        if str(found) == "raw" and disk_format not in self._known.ALL_FORMATS:
            return 0  # the image's format has no marks to find
        if disk_format == "raw":
            return int(found.actual_size)  # any data may be used as raw
        raise self._known.ImageFormatError(
            f"Image disk_format {disk_format} does not match stream data {found}"
        )

    def _check_safety(self, found: Any, disk_format: str | None) -> str | None:
        try:
            found.safety_check()
        except self._known.SafetyCheckFailed as error:
            failures = set(error.failures)
            if disk_format in ("aki", "ari"):
                failures.discard("mbr")
            if found.NAME != "gpt" or failures:
                LOG.warning("%s data refused: %s", found, error)
                return "Image failed safety checks"
        except Exception as error:
            LOG.error("the data's safety cannot be determined: %s", error)
            return self._refuse_unknown()
        return None

    def _refuse_unknown(self) -> str | None:
        return "Image format inspection failed" if self._must_match else None
