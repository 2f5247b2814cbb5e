"""Downloads one image over several connections, a segment at a time on each."""

from __future__ import annotations

import queue
import threading
from collections import deque
from typing import NamedTuple

from imagectl.errors import VerificationError
from imagectl.transfer.digest import Digest
from imagectl.transfer.part_file import PartFile
from imagectl.transfer.progress import Report
from imagectl.transfer.remote import RemoteImage

SEGMENT_BYTES = 16 << 20


class _Segment(NamedTuple):
    start: int
    stop: int


class _Fetching:
    """A download that several threads work on, each over its own connection."""

    def __init__(
        self, image: RemoteImage, part: PartFile, size_bytes: int, report: Report
    ) -> None:
        starts = range(part.offset, size_bytes, SEGMENT_BYTES)
        self.segments = [
            _Segment(start, min(start + SEGMENT_BYTES, size_bytes)) for start in starts
        ]
        self.results: queue.SimpleQueue[_Segment | BaseException] = queue.SimpleQueue()
        self.is_over = threading.Event()
        self._left = deque(self.segments)
        self._image = image
        self._part = part
        self._report = report

    def work(self) -> None:
        """Fetch segments until none is left or another thread failed."""
        try:
            while self._left and not self.is_over.is_set():
                segment = self._left.popleft()
                self._fetch(segment)
                self.results.put(segment)
        except IndexError:  # another thread took the last one
            return
        except BaseException as error:
            self.results.put(error)

    def _fetch(self, segment: _Segment) -> None:
        position = segment.start
        for block in self._image.blocks(segment.start, segment.stop):
            if self.is_over.is_set():
                return
            self._part.write(block, position)
            position += len(block)
            self._report(len(block))
        if position != segment.stop:
            raise VerificationError(
                f"{self._image.name} did not verify: bytes {segment.start} to"
                f" {segment.stop} did not all come"
            )


def fetch(
    image: RemoteImage,
    size_bytes: int,
    part: PartFile,
    digest: Digest,
    connections: int,
    report: Report,
) -> None:
    """Download an image into ``part`` from its offset on, and add it to ``digest``.

    Segments come in any order; they are hashed in theirs. ``report`` is called from
    several threads. Raises what the first connection that fails raises.
    """
    fetching = _Fetching(image, part, size_bytes, report)
    # Daemon threads: a connection that stalls must not keep the program.
    for _ in range(min(connections, len(fetching.segments))):
        threading.Thread(target=fetching.work, daemon=True).start()
    came: set[_Segment] = set()
    try:
        for segment in fetching.segments:
            while segment not in came:
                result = fetching.results.get()
                if isinstance(result, BaseException):
                    raise result
                came.add(result)
            for block in part.read(*segment):
                digest.update(block)
            part.advance(segment.stop)
    finally:
        fetching.is_over.set()
