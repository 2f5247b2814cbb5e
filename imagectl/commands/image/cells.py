"""Images for people: sizes in units, and a status that catches the eye."""

from __future__ import annotations

import os
from typing import TextIO

from cliff.columns import FormattableColumn

from imagectl import output
from imagectl.api.client import Record

COLOURS = {"active": 32, "killed": 31, "deleted": 31, "deactivated": 35}
"""SGR codes: green, red, magenta; what is on its way is yellow."""
ON_ITS_WAY = 33


class StatusCell(FormattableColumn[str]):
    """A status in its colour for people, and as it is for programs."""

    def human_readable(self) -> str:
        colour = COLOURS.get(self._value, ON_ITS_WAY)
        return f"\033[{colour}m{output.escape(self._value)}\033[0m"


def has_colour(stream: TextIO) -> bool:
    """Say whether to colour: on a terminal, unless ``NO_COLOR`` is set to something."""
    wants_none = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not wants_none


def present(record: Record, *, in_units: bool, in_colour: bool) -> Record:
    shown = dict(record)
    if in_units and record.get("size") is not None:
        shown["size"] = output.format_size(record["size"])
    if in_colour and record.get("status"):
        shown["status"] = StatusCell(record["status"])
    return shown
