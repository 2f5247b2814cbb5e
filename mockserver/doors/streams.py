"""The two streams of a connection, which do not copy large pieces.

cheroot reads and writes through Python's ``_pyio``, which copies a piece several times.
Here large pieces go directly between the socket and their own memory.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from typing import Any

from cheroot.makefile import StreamReader, StreamWriter

LARGE_BYTES = 1 << 15
LARGEST_BYTES = 1 << 20
"""A larger read goes through cheroot: no memory is allocated for it in advance."""
RECEIVED_BYTES = 1 << 16
_END_OF_HEAD = re.compile(rb"\n\r?\n")


class Reader(StreamReader):
    """The stream that requests are read from."""

    _read_buf: bytes
    _read_pos: int

    def __init__(self, sock: socket.socket, mode: str, buffer_bytes: int) -> None:
        super().__init__(sock, mode, buffer_bytes)
        self._sock = sock
        self._piece = bytearray()  # reused: allocating one for each read is slower

    def receive(self) -> bool:
        """Receive what has come, without waiting; return False at the end.

        A socket with a time limit does not block in the system, only in Python. Raises
        OSError where nothing has come, or the connection is lost.
        """
        received = os.read(self._sock.fileno(), RECEIVED_BYTES)
        self._read_buf = self.peek_received() + received
        self._read_pos = 0
        return bool(received)

    def peek_received(self) -> bytes:
        """Return what is received and not read yet."""
        return self._read_buf[self._read_pos :]

    def peek_head(self) -> bytes | None:
        """Return the head of the next request, None unless it is received whole."""
        end = _END_OF_HEAD.search(self._read_buf, self._read_pos)
        return None if end is None else self._read_buf[self._read_pos : end.end()]

    def skip(self, count: int) -> None:
        """Leave out bytes that are received."""
        self._read_pos += count

    def read(self, size: int | None = -1) -> bytes:
        """Return ``size`` bytes, fewer only at the end of the stream; -1 reads all."""
        if size is None or not LARGE_BYTES <= size <= LARGEST_BYTES:
            return self._read_buffered(size)
        held = min(len(self._read_buf) - self._read_pos, size)
        if len(self._piece) < size:
            self._piece = bytearray(size)
        piece = memoryview(self._piece)[:size]
        piece[:held] = self._read_buffered(held) if held else b""
        received = self._receive_into(piece, held)
        self.bytes_read += received - held
        return bytes(piece[:received])

    def readline(self, size: int | None = -1) -> bytes:
        """Return a line; one that is buffered whole is not copied again."""
        end = self._read_buf.find(b"\n", self._read_pos) + 1
        if not end or (size is not None and 0 <= size < end - self._read_pos):
            line: bytes = super().readline(size)
            return line
        start, self._read_pos = self._read_pos, end
        return self._read_buf[start:end]

    def _read_buffered(self, size: int | None) -> bytes:
        data: bytes = super().read(size)  # type: ignore[no-untyped-call]
        return data

    def _receive_into(self, piece: memoryview, start: int) -> int:
        """Receive bytes from ``start`` to the end of a piece; return where they end."""
        while start < len(piece):
            count = self._sock.recv_into(piece[start:])
            if not count:
                break
            start += count
        return start


class Writer(StreamWriter):
    """The stream that answers are written to."""

    _write_buf: bytearray

    def __init__(self, sock: socket.socket, mode: str, buffer_bytes: int) -> None:
        super().__init__(sock, mode, buffer_bytes)
        self._sock = sock
        self._is_held = False

    def hold(self) -> None:
        """Buffer everything that is written until :meth:`send_held`."""
        self._is_held = True

    def send_held(self) -> bool:
        """Send what the socket takes without blocking; return whether that was all.

        :meth:`flush` sends the rest.
        """
        self._is_held = False
        with contextlib.suppress(OSError):  # if the client is gone, the flush fails
            # unlike the socket's send, this never waits; see Reader.receive
            del self._write_buf[: os.write(self._sock.fileno(), self._write_buf)]
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
