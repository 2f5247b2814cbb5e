"""The check that all data passes before its first byte is sent.

It decides by the beginning of the data, the disk format that was declared, and the
name of the file. What is declared is believed as far as the service would.
"""

from __future__ import annotations

from typing import NoReturn

from imagectl.errors import VerificationError
from imagectl.transfer import kinds
from imagectl.transfer.beginning import Beginning, Peekable
from imagectl.transfer.formats import AUTO, BARE, RAW, inspect


def check_data(
    source: Peekable,
    disk_format: str,
    container_format: str = BARE,
    *,
    allow_unsafe: bool = False,
) -> str:
    """Return the disk format of data: the given one, or the one found for ``auto``.

    Raises :class:`VerificationError` for data that Glance 33 refuses as that format
    when it has all of it; ``allow_unsafe`` lets pass what is only not safe. For
    ``auto`` also raises it for what is no disk image, and for a file whose name says
    something else. Data in a container is not inspected, by the service neither:
    ``auto`` means raw there.
    """
    data = Beginning(source)
    if container_format != BARE:
        if disk_format == AUTO:
            _refuse_in_container(data, container_format)
        return RAW if disk_format == AUTO else disk_format
    found = inspect(data)
    if disk_format == AUTO:
        disk_format = found.choose(data.name)
        _refuse_other_kinds(data, disk_format)
    kind = kinds.find_kind(data) if found.is_plain else None
    looks_like = kind.title if kind else found.names
    found.judge(disk_format, data.name, looks_like, allow_unsafe=allow_unsafe)
    return disk_format


def _refuse_other_kinds(data: Beginning, disk_format: str) -> None:
    kind = kinds.find_kind(data) if disk_format == RAW else None
    if kind:
        _refuse(data, f"is {kind.title}", kind.hint)
    claim = kinds.claim_of(data.name)
    if claim and not kinds.fits_claim(claim, disk_format):
        says = f"is called .{claim}, but is found to be {disk_format}"
        _refuse(data, says, "see whether it is the right file", disk_format)


def _refuse_in_container(data: Beginning, container_format: str) -> None:
    """Refuse what no container holds: nothing, and text but for a descriptor in ovf."""
    kind = kinds.find_kind(data)
    if kind in kinds.TEXTS and (kind, container_format) != (kinds.OVF, "ovf"):
        _refuse(data, f"is {kind.title}", kind.hint)


def _refuse(
    data: Beginning, problem: str, hint: str, disk_format: str = RAW
) -> NoReturn:
    insists = f"--disk-format {disk_format} stores it all the same"
    raise VerificationError(f"{data.name} {problem}", hint=f"{hint}; {insists}")
