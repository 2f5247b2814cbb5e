"""Disk formats found in data, and what an image service would say to them.

Source: Glance 33 ``location.py``, which inspects the data of bare images as it arrives,
and refuses it when it has all of it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagectl.contract.image import DISK_FORMATS
from imagectl.errors import VerificationError

if TYPE_CHECKING:
    from oslo_utils.imageutils.format_inspector import FileInspector

    from imagectl.transfer.beginning import Beginning

AUTO = "auto"
RAW = "raw"
BARE = "bare"
DISKS = ("gpt", "luks")
"""Formats that can be detected and that are raw disks to the service: one with a
partition table and an encrypted one."""
HYBRID = {"iso", "gpt"}
"""What a CD that also boots from a disk is found to be; the service takes it as iso."""
SENDS_ANYWAY = "--allow-unsafe sends it all the same, to a service that does not check"


@dataclass(frozen=True)
class Findings:
    """The inspectors of the formats that data is of, by name: of raw if of no other."""

    matches: dict[str, FileInspector]
    is_certain: bool
    """Whether enough of the data was seen to judge its safety."""

    @property
    def names(self) -> str:
        return ", ".join(sorted(self.matches))

    @property
    def is_plain(self) -> bool:
        """Whether no format was found."""
        return RAW in self.matches

    @property
    def is_disk(self) -> bool:
        """Whether nothing was found, or nothing but what a raw disk may hold."""
        return self.matches.keys() <= {RAW, *DISKS}

    def choose(self, what: str) -> str:
        """Return the format that services take: a bootable CD is also a disk.

        Raises :class:`VerificationError` where there is none.
        """
        if self.is_disk:
            return RAW
        for name in DISK_FORMATS:
            if name in self.matches:
                return name
        raise VerificationError(
            f"{what} looks like {self.names}, which image services do not take",
            hint="convert it: qemu-img convert -O qcow2",
        )

    def judge(
        self, disk_format: str, what: str, looks_like: str, *, allow_unsafe: bool
    ) -> None:
        """Raise :class:`VerificationError` for what Glance 33 refuses as this format.

        With ``allow_unsafe``, only for data that is in no way of this format.
        """
        is_hybrid = self.matches.keys() == HYBRID
        name = "iso" if is_hybrid else next(iter(self.matches))
        if not self._may_be(disk_format):
            raise VerificationError(
                f"{what} is not in the format '{disk_format}'; it looks like"
                f" {looks_like}",
                hint=_hint_at_kernels(disk_format)
                or "give the disk format that it has; qemu-img info tells it",
            )
        if allow_unsafe:
            return
        if len(self.matches) > 1 and not (is_hybrid and disk_format == name):
            raise VerificationError(
                f"{what} is of several formats: {self.names}",
                hint="a CD that also boots from a disk has the disk format iso"
                if is_hybrid
                else SENDS_ANYWAY,
            )
        if self.is_certain:
            _check_safety(self.matches[name], what, is_measured=name == disk_format)

    def _may_be(self, disk_format: str) -> bool:
        from oslo_utils.imageutils.format_inspector import ALL_FORMATS

        is_without_marks = self.is_plain and disk_format not in ALL_FORMATS
        return disk_format in (RAW, *self.matches) or is_without_marks


def inspect(data: Beginning) -> Findings:
    """Return the formats that data is of."""
    from oslo_utils.imageutils.format_inspector import ALL_FORMATS

    # The inspector logs what it also raises, and that it does not understand data.
    name = "oslo_utils.imageutils.format_inspector"
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        return _inspect(data, list(ALL_FORMATS))
    except AttributeError:
        # The inspector of VMDK fails on text that turns binary after its first sector.
        return _inspect(data, [each for each in ALL_FORMATS if each != "vmdk"])


def _inspect(data: Beginning, formats: Sequence[str]) -> Findings:
    from oslo_utils.imageutils.format_inspector import InspectWrapper

    wrap: Any = InspectWrapper  # takes any iterator of bytes
    wrapper = wrap(data.pieces(), allowed_formats=formats)
    has_decided = any(wrapper.formats for _ in wrapper)
    wrapper.close()
    matches = {str(match): match for match in wrapper.formats}
    return Findings(matches, has_decided or data.is_covered)


def _check_safety(inspector: FileInspector, what: str, *, is_measured: bool) -> None:
    from oslo_utils.imageutils.format_inspector import SafetyCheckFailed

    try:
        inspector.safety_check()
        if is_measured:
            _ = inspector.virtual_size
    except SafetyCheckFailed as error:
        dangers = "; ".join(f"{why} ({name})" for name, why in error.failures.items())
    except Exception:
        dangers = f"its {inspector} header is cut short or damaged (header)"
    else:
        return
    raise VerificationError(f"{what} is not safe to use: {dangers}", hint=SENDS_ANYWAY)


def _hint_at_kernels(disk_format: str) -> str:
    """Return a hint for the formats that services do not inspect in their container."""
    if disk_format not in ("aki", "ari"):
        return ""
    return f"--container-format {disk_format} goes with it"
