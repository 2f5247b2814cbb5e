"""Whether data is of its image's disk format; source: Glance 33 ``location.py``."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Set
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
        virtual_size, refusal = 0, None
        try:
            found = self._find_format()
            virtual_size = self._measure(found, disk_format)
            found.safety_check()
        except AttributeError:
            # Glance expects this of data that it did not inspect, and so takes data
            # that one of its inspectors fails on like that: text that turns binary.
            pass
        except self._known.ImageFormatError as error:
            refusal = str(error) if self._must_match else None
        except self._known.SafetyCheckFailed as error:
            refusal = self._weigh(error.failures.keys(), found, disk_format)
        except Exception as error:  # an inspector crashed on the data
            LOG.error("the data's format cannot be determined: %s", error)
            refusal = "Image format inspection failed" if self._must_match else None
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
            # Any data of one format may be used as raw. Glance names that format in
            # its log, and asking for it fails where there are two.
            return int(self._wrapper.format.actual_size)
        raise self._known.ImageFormatError(
            f"Image disk_format {disk_format} does not match stream data {found}"
        )

    def _weigh(
        self, failures: Set[str], found: Any, disk_format: str | None
    ) -> str | None:
        """Return the reason to refuse data that some checks did not pass, if any."""
        if disk_format in ("aki", "ari"):
            failures = failures - {"mbr"}
        if found.NAME == "gpt" and not failures:
            return None
        LOG.warning("%s data refused: %s", found, ", ".join(failures))
        return "Image failed safety checks"
