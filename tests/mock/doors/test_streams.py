"""Buffered socket streams of the TCP server: large reads and writes."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator

import pytest

from mockserver.doors.streams import LARGE_BYTES, open_stream

BUFFER_BYTES = io.DEFAULT_BUFFER_SIZE
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def send_and_end(theirs: socket.socket, data: bytes) -> threading.Thread:
    def send() -> None:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


@pytest.mark.parametrize("size", [LARGE_BYTES, 3 * LARGE_BYTES + 1])
def test_a_large_read_begins_with_what_was_buffered(pair: Pair, size: int) -> None:
    ours, theirs = pair
    line, data = b"a line\r\n", bytes(range(256)) * 2048
    sending = send_and_end(theirs, line + data)
    with open_stream(ours, "rb", BUFFER_BYTES) as reader:
        assert reader.readline() == line
        assert reader.read(size) == data[:size]
        assert reader.read(10) == data[size : size + 10]
        assert reader.read(len(data)) == data[size + 10 :]
        assert reader.read(LARGE_BYTES) == b""
        assert reader.bytes_read == len(line) + len(data)
    sending.join()


def test_a_large_write_follows_a_small_one(pair: Pair) -> None:
    ours, theirs = pair
    received: list[bytes] = []

    def receive() -> None:
        while piece := theirs.recv(1 << 16):
            received.append(piece)

    receiving = threading.Thread(target=receive)
    receiving.start()
    with open_stream(ours, "wb", BUFFER_BYTES) as writer:
        writer.write(b"head")
        assert writer.write(b"x" * LARGE_BYTES) == LARGE_BYTES
        assert writer.bytes_written == len(b"head") + LARGE_BYTES
    ours.shutdown(socket.SHUT_WR)
    receiving.join()
    assert b"".join(received) == b"head" + b"x" * LARGE_BYTES
