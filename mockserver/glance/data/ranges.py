"""Part of an image's data; source: Glance 33 ``wsgi.py``, WebOb ``byterange.py``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockserver.glance.errors import BadRequest, RangeNotSatisfiable, ServerError

if TYPE_CHECKING:
    import falcon

_RANGE = re.compile(r"bytes *= *(\d*) *- *(\d*)", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True)
class Part:
    """``length`` bytes from ``offset`` on, of data of ``of`` bytes."""

    offset: int
    length: int
    of: int

    @property
    def content_range(self) -> str:
        return f"bytes {self.offset}-{self.offset + self.length - 1}/{self.of}"


def parse_range(req: falcon.Request, size: int | None) -> Part | None:
    """Return the part that a request asks for, None for all of the data.

    ``size`` is that of the image's data in bytes. Without a ``Range`` header, a
    ``Content-Range`` is taken for one, as in Glance. Raises :class:`BadRequest` for
    several ranges, :class:`RangeNotSatisfiable` for one that is malformed or outside
    of the data, and :class:`ServerError` for ``bytes=-`` and for an image without a
    size.
    """
    wanted = req.get_header("Range")
    if wanted is not None:
        return _parse_range(wanted, _known(size))
    wanted = req.get_header("Content-Range")
    return None if wanted is None else _parse_content_range(wanted, _known(size))


def _known(size: int | None) -> int:
    if size is None:
        raise ServerError
    return size


def _parse_range(text: str, size: int) -> Part:
    if "," in text:
        raise BadRequest(
            "Requests with multiple ranges are not supported in Glance."
            " You may make multiple single-range requests instead."
        )
    match = _RANGE.match(text)
    if match is None:
        raise RangeNotSatisfiable(detail="Invalid Range header.")
    first, last = match.groups()
    if not first:
        if not last:
            raise ServerError
        offset = size - int(last) if 0 < int(last) < size else 0
        return Part(offset, size - offset, size)
    offset = int(first)
    if last and int(last) < offset:
        raise RangeNotSatisfiable(detail="Invalid Range header.")
    if offset >= size:
        raise _out_of_bounds("start", "Range", size, "Start")
    end = min(int(last) + 1, size) if last else size
    return Part(offset, end - offset, size)


def _parse_content_range(text: str, size: int) -> Part:
    match = _CONTENT_RANGE.match(text)
    if match is None or int(match[2]) < int(match[1]):
        raise RangeNotSatisfiable(detail="Invalid Content-Range header.")
    offset, end = int(match[1]), int(match[2]) + 1
    if match[3] == "*" and end > size:
        raise _out_of_bounds("stop", "Content-Range", size, "The stop")
    if offset >= size:
        raise _out_of_bounds("start", "Content-Range", size, "Start")
    return Part(offset, min(end, size) - offset, size)


def _out_of_bounds(
    bound: str, header: str, size: int, subject: str
) -> RangeNotSatisfiable:
    return RangeNotSatisfiable(
        detail=(
            f"Invalid {bound} position in {header} header. {subject} position MUST be"
            f" in the inclusive range [0, {size - 1}]."
        )
    )
