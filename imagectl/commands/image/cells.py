"""Cells of images for people: sizes in units, and a status in colour."""

from __future__ import annotations

import os
from typing import TextIO

from cliff.columns import FormattableColumn

from imagectl import output
from imagectl.api.client import Record

COLOURS = {"active": 32, "killed": 31, "deleted": 31, "deactivated": 35}
"""SGR codes of statuses: green, red and magenta."""
OTHER_COLOUR = 33
"""Yellow, for every other status: one that is to change."""


class StatusCell(FormattableColumn[str]):
    """A status, in colour for people and plain for programs."""

    def human_readable(self) -> str:
        colour = COLOURS.get(self._value, OTHER_COLOUR)
        return f"\033[{colour}m{output.escape(self._value)}\033[0m"


def has_colour(stream: TextIO) -> bool:
    """Return whether to use colour: on a terminal, unless ``NO_COLOR`` is set."""
    wants_none = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not wants_none


def with_cells(record: Record, *, in_units: bool, in_colour: bool) -> Record:
    """Return a record whose sizes and status read well in a table."""
    shown = dict(record)
    for name in ("size", "virtual_size") if in_units else ():
        if record.get(name) is not None:
            shown[name] = output.format_size(record[name])
    if in_colour and record.get("status"):
        shown["status"] = StatusCell(record["status"])
    return shown
