"""The two streams of a connection, for large pieces without cheroot's copies.

cheroot reads and writes through Python's own ``_pyio``, which copies a piece several
times on its way. What is large goes straight between the socket and its piece here.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Any

from cheroot.makefile import StreamReader, StreamWriter

LARGE_BYTES = 1 << 15
LARGEST_BYTES = 1 << 20
"""More is never asked for piece by piece: room for it is not made before it comes."""


class Reader(StreamReader):
    _read_buf: bytes
    _read_pos: int

    def __init__(self, sock: socket.socket, mode: str, buffer_bytes: int) -> None:
        super().__init__(sock, mode, buffer_bytes)
        self._sock = sock
        self._piece = bytearray()  # kept: to allocate one each time costs more

    def read(self, size: int | None = -1) -> bytes:
        """Return ``size`` bytes, less only where the peer sends no more."""
        if size is None or not LARGE_BYTES <= size <= LARGEST_BYTES:
            return self._read_buffered(size)
        held = min(len(self._read_buf) - self._read_pos, size)
        if len(self._piece) < size:
            self._piece = bytearray(size)
        piece = memoryview(self._piece)[:size]
        piece[:held] = self._read_buffered(held) if held else b""
        filled = self._fill(piece, held)
        self.bytes_read += filled - held
        return bytes(piece[:filled])

    def readline(self, size: int | None = -1) -> bytes:
        """Return a line, from what was received where it is all there."""
        end = self._read_buf.find(b"\n", self._read_pos) + 1
        if not end or (size is not None and 0 <= size < end - self._read_pos):
            line: bytes = super().readline(size)
            return line
        start, self._read_pos = self._read_pos, end
        return self._read_buf[start:end]

    def _read_buffered(self, size: int | None) -> bytes:
        data: bytes = super().read(size)  # type: ignore[no-untyped-call]
        return data

    def _fill(self, piece: memoryview, filled: int) -> int:
        while filled < len(piece):
            received = self._sock.recv_into(piece[filled:])
            if not received:
                break
            filled += received
        return filled


class Writer(StreamWriter):
    _write_buf: bytearray

    def __init__(self, sock: socket.socket, mode: str, buffer_bytes: int) -> None:
        super().__init__(sock, mode, buffer_bytes)
        self._sock = sock
        self._is_held = False

    def hold(self) -> None:
        """Keep what is written from now on for :meth:`send_held`."""
        self._is_held = True

    def send_held(self) -> bool:
        """Send what a socket that does not block takes; tell whether that was all.

        The rest goes with :meth:`flush`.
        """
        self._is_held = False
        with contextlib.suppress(OSError):  # a peer that is gone shows at the flush
            del self._write_buf[: self._sock.send(self._write_buf)]
        return not self._write_buf

    def write(self, data: Any, /, *rest: Any) -> int:
        if self._is_held:
            self._write_buf += data
            self.bytes_written += len(data)
            return len(data)
        if len(data) < LARGE_BYTES or self._write_buf:
            return int(super().write(data, *rest))  # type: ignore[no-untyped-call]
        self._checkClosed()
        self._sock.sendall(data)
        self.bytes_written += len(data)
        return len(data)


def open_stream(sock: socket.socket, mode: str, buffer_bytes: int) -> Reader | Writer:
    """Return the stream of a socket to read (``rb``) or write (``wb``)."""
    kind = Reader if "r" in mode else Writer
    return kind(sock, mode, buffer_bytes)
