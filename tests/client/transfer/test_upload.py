"""Uploads: retries, verification, pipes and files that change."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import random
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagectl.api.client import Client
from imagectl.errors import (
    ImagectlError,
    UnreachableError,
    UsageError,
    VerificationError,
)
from imagectl.http import retries
from imagectl.transfer.digest import Digest, algorithm_for, verify
from imagectl.transfer.sources import (
    BLOCK_BYTES,
    REPLAY_BYTES,
    FileSource,
    PipeSource,
    open_source,
)
from imagectl.transfer.upload import stage, upload
from tests.client.support.faulty_glance import Fault, FaultyGlance, refuse
from tests.client.support.scripted_glance import IMAGE_ID, Handler

DATA = random.Random(5).randbytes(3 * BLOCK_BYTES + 7)


@pytest.fixture
def glance() -> Iterator[FaultyGlance]:
    with FaultyGlance().serving() as faulty:
        assert isinstance(faulty, FaultyGlance)
        yield faulty


@pytest.fixture
def client(glance: FaultyGlance) -> Iterator[Client]:
    with contextlib.closing(glance.client().session) as session:
        yield Client(session, "image")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[FileSource]:
    path = tmp_path / "data"
    path.write_bytes(DATA)
    with open_source(str(path), None) as opened:
        assert isinstance(opened, FileSource)
        yield opened


def piped(data: bytes) -> subprocess.Popen[bytes]:
    program = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    writer = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert writer.stdin
    writer.stdin.write(data)
    writer.stdin.close()
    return writer


@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.999], ids="{:.1%}".format)
def test_a_reset_connection_is_tried_again_on_the_same_image(
    glance: FaultyGlance,
    client: Client,
    source: FileSource,
    part: float,
    waits: list[float],
) -> None:
    glance.faults = [glance.reset_after(int(part * len(DATA)))]
    assert upload(client, IMAGE_ID, source)["status"] == "active"
    assert glance.stored == DATA
    assert len(waits) == 1
    assert glance.seen.count(f"PUT /v2/images/{IMAGE_ID}/file") == 2
    assert not any(line.startswith(("POST", "DELETE")) for line in glance.seen)


def test_a_service_that_takes_no_more_bytes_is_tried_again(
    glance: FaultyGlance, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.touch()
    os.truncate(large, 64 * BLOCK_BYTES)
    glance.faults = [glance.stall_after(BLOCK_BYTES)]
    client = glance.client(stall_s=0.3)
    with open_source(str(large), None) as source:
        assert source
        assert upload(client, IMAGE_ID, source)["size"] == 64 * BLOCK_BYTES
    client.session.close()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_failure_that_may_pass_is_tried_again(
    glance: FaultyGlance, client: Client, source: FileSource, status: int
) -> None:
    glance.faults = [refuse(status), refuse(status)]
    upload(client, IMAGE_ID, source)
    assert glance.stored == DATA


def test_a_service_says_when_to_come_again(
    glance: FaultyGlance, client: Client, source: FileSource, waits: list[float]
) -> None:
    glance.faults = [refuse(429, Retry_After="17")]
    upload(client, IMAGE_ID, source)
    assert waits == [17.0]


def test_delays_grow_and_come_to_an_end(
    glance: FaultyGlance, client: Client, source: FileSource, waits: list[float]
) -> None:
    page = "<html><head><title>x</title></head><h1>502 Bad Gateway</h1>nginx</html>"
    glance.faults = [refuse(502, page)] * 9
    with pytest.raises(ImagectlError) as caught:
        upload(client, IMAGE_ID, source)
    assert str(caught.value) == "502 Bad Gateway nginx (HTTP 502)"
    assert len(waits) == retries.LIMIT
    for number, delay_s in enumerate(waits):
        longest_s = retries.FIRST_DELAY_S * 2**number
        assert longest_s / 2 <= delay_s <= longest_s


def test_a_wait_that_is_too_long_is_not_waited(
    glance: FaultyGlance, client: Client, source: FileSource, waits: list[float]
) -> None:
    glance.faults = [refuse(503, Retry_After="3600")]
    with pytest.raises(ImagectlError, match="HTTP 503"):
        upload(client, IMAGE_ID, source)
    assert waits == []


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (410, "the image was deleted meanwhile, or its store takes no data"),
        (413, "it is more than this cloud takes, or than the project's quota allows"),
        (415, "the data is not what --disk-format says; qemu-img info tells what it"),
    ],
)
def test_a_refusal_is_explained_also_on_a_proxys_page(
    glance: FaultyGlance, client: Client, source: FileSource, status: int, hint: str
) -> None:
    page = "<html><body><h1>413 Request Entity Too Large</h1></body></html>"
    glance.faults = [refuse(status, page)]
    with pytest.raises(ImagectlError) as caught:
        upload(client, IMAGE_ID, source)
    assert caught.value.message == "413 Request Entity Too Large"
    assert caught.value.hint.startswith(hint)
    assert glance.faults == []


def test_a_retry_is_told(
    glance: FaultyGlance,
    client: Client,
    source: FileSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    glance.faults = [refuse(503, "busy")]
    with caplog.at_level(logging.WARNING):
        upload(client, IMAGE_ID, source)
    assert "busy (HTTP 503); trying again in " in caplog.text


def test_an_answer_that_was_lost_is_not_sent_for_again(
    glance: FaultyGlance, client: Client, source: FileSource
) -> None:
    def store_and_hang_up(request: Handler) -> None:
        glance.hold(request.take_body())
        request.close_connection = True

    glance.faults = [store_and_hang_up]
    assert upload(client, IMAGE_ID, source)["status"] == "active"
    assert glance.seen.count(f"PUT /v2/images/{IMAGE_ID}/file") == 1


def test_an_attempt_the_service_still_believes_in_is_waited_for(
    glance: FaultyGlance, client: Client, source: FileSource, waits: list[float]
) -> None:
    glance.record["status"] = "saving"
    shows = iter(["saving", "saving", "queued"])

    def show(request: Handler) -> None:
        status = next(shows, None)
        glance.record |= {"status": status} if status else {}
        request.answer(200, glance.record)

    glance.on["GET"] = show
    glance.faults = [glance.reset_after(10), refuse(409)]
    upload(client, IMAGE_ID, source)
    assert glance.stored == DATA
    assert len(waits) == 4


def test_a_conflict_at_the_first_attempt_is_one(
    glance: FaultyGlance, client: Client, source: FileSource, waits: list[float]
) -> None:
    glance.faults = [refuse(409)]
    with pytest.raises(ImagectlError, match="HTTP 409"):
        upload(client, IMAGE_ID, source)
    assert waits == []


def test_a_pipe_is_sent_again_from_what_is_kept_of_it(
    glance: FaultyGlance, client: Client
) -> None:
    glance.faults = [glance.reset_after(BLOCK_BYTES), refuse(503)]
    with piped(DATA) as writer:
        assert writer.stdout
        pipe = PipeSource(writer.stdout, "pipe", len(DATA))
        upload(client, IMAGE_ID, pipe)
    assert glance.stored == DATA


def test_a_pipe_that_is_past_its_beginning_is_not_sent_again(
    glance: FaultyGlance, client: Client, waits: list[float]
) -> None:
    glance.faults = [glance.reset_after(REPLAY_BYTES + BLOCK_BYTES)]
    with piped(bytes(4 * REPLAY_BYTES)) as writer:
        assert writer.stdout
        pipe = PipeSource(writer.stdout, "pipe", 4 * REPLAY_BYTES)
        with pytest.raises(UnreachableError):
            upload(client, IMAGE_ID, pipe)
        writer.stdout.close()
    assert waits == []


@pytest.mark.parametrize(
    ("length", "message"),
    [
        (len(DATA) - BLOCK_BYTES, f"ended after {len(DATA) - BLOCK_BYTES} of"),
        (len(DATA) + 1, f"has more than {len(DATA)} bytes"),
    ],
    ids=["shrinks", "grows"],
)
def test_a_file_that_changes_its_length_is_never_whole(
    glance: FaultyGlance, client: Client, source: FileSource, length: int, message: str
) -> None:
    os.truncate(source.name, length)
    with pytest.raises(VerificationError, match=message):
        upload(client, IMAGE_ID, source)
    assert glance.record["status"] == "queued"


def test_a_file_that_is_written_to_is_never_whole(
    glance: FaultyGlance, client: Client, source: FileSource
) -> None:
    os.utime(source.name, ns=(1, 1))
    with pytest.raises(VerificationError, match="changed while it was sent"):
        upload(client, IMAGE_ID, source)
    assert glance.record["status"] == "queued"


def store_wrong(glance: FaultyGlance) -> Fault:
    def store(request: Handler) -> None:
        glance.hold(request.take_body()[:-1] + b"!")
        request.answer(204)

    return store


def test_a_byte_that_was_stored_wrong_is_noticed(
    glance: FaultyGlance, client: Client, source: FileSource
) -> None:
    glance.faults = [store_wrong(glance)]
    with pytest.raises(VerificationError, match="its sha512 is"):
        upload(client, IMAGE_ID, source)


@pytest.mark.parametrize("value", [hashlib.sha256(DATA).hexdigest(), "0" * 64])
def test_a_hash_in_another_algorithm_is_computed_afterwards(
    glance: FaultyGlance, client: Client, source: FileSource, value: str
) -> None:
    def store(request: Handler) -> None:
        glance.hold(request.take_body())
        glance.record |= {"os_hash_algo": "sha256", "os_hash_value": value}
        request.answer(204)

    glance.faults = [store]
    if value.startswith("0"):
        with pytest.raises(VerificationError, match="its sha256 is"):
            upload(client, IMAGE_ID, source)
    else:
        assert upload(client, IMAGE_ID, source)["os_hash_value"] == value


def test_an_old_service_is_held_to_its_md5(
    glance: FaultyGlance, client: Client, source: FileSource
) -> None:
    def store(request: Handler) -> None:
        glance.hold(request.take_body())
        glance.record |= {"os_hash_algo": None, "os_hash_value": None, "checksum": "0"}
        request.answer(204)

    glance.faults = [store]
    with pytest.raises(VerificationError, match="its md5 is"):
        upload(client, IMAGE_ID, source)


def test_staged_data_is_held_to_its_size(
    glance: FaultyGlance, client: Client, source: FileSource
) -> None:
    def store(request: Handler) -> None:
        glance.record |= {"status": "uploading", "size": len(request.take_body()) - 1}
        request.answer(204)

    glance.faults = [glance.reset_after(5), store]
    with pytest.raises(VerificationError, match=f"the image has {len(DATA) - 1}"):
        stage(client, IMAGE_ID, source)


def test_progress_goes_back_when_sending_begins_anew(
    glance: FaultyGlance, client: Client, source: FileSource
) -> None:
    reported: list[int] = []
    glance.faults = [refuse(503), glance.reset_after(len(DATA) // 2)]
    upload(client, IMAGE_ID, source, report=reported.append)
    assert sum(reported) == len(DATA)
    assert -len(DATA) in reported


def test_a_size_that_the_file_does_not_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"four")
    with (
        pytest.raises(UsageError, match="has 4 bytes, not the 5 of --size"),
        open_source(str(path), 5),
    ):
        pass


def test_memory_does_not_grow_with_the_data(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.touch()
    os.truncate(path, 64 * BLOCK_BYTES)
    with open_source(str(path), None) as source:
        assert source
        tracemalloc.start()
        digest = Digest(source.algorithms)
        for block in source.blocks():
            digest.update(block)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert digest.size_bytes == 64 * BLOCK_BYTES
    assert peak_bytes < 8 * BLOCK_BYTES


def test_the_threads_that_hash_end_with_the_digest() -> None:
    others = set(threading.enumerate())
    with Digest(("sha512", "md5")) as digest:
        digest.update(DATA)
        hashing = set(threading.enumerate()) - others
    assert len(hashing) == 2
    assert not any(thread.is_alive() for thread in hashing)
    assert digest.values()["sha512"] == hashlib.sha512(DATA).hexdigest()


def digest_of(data: bytes, *algorithms: str) -> Digest:
    digest = Digest(algorithms)
    digest.update(data)
    return digest


@pytest.mark.parametrize(
    ("record", "algorithms"),
    [
        ({"os_hash_algo": "sha256", "os_hash_value": "1", "checksum": "2"}, "sha256"),
        ({"os_hash_algo": "whirl9", "os_hash_value": "1", "checksum": "2"}, "md5"),
        ({"os_hash_algo": None, "os_hash_value": None, "checksum": None}, None),
    ],
)
def test_the_best_stated_hash_that_can_be_computed_is_taken(
    record: dict[str, str | None], algorithms: str | None
) -> None:
    assert algorithm_for(record) == ((algorithms,) if algorithms else ())


def test_a_hash_or_size_that_differs_does_not_verify() -> None:
    digest = digest_of(b"data", "md5")
    right = {"size": 4, "checksum": hashlib.md5(b"data").hexdigest()}
    verify(right, digest, "It")
    with pytest.raises(VerificationError, match="it has 4 bytes, and the image has 5"):
        verify({**right, "size": 5}, digest, "It")
    with pytest.raises(VerificationError, match="its md5 is"):
        verify({**right, "checksum": "0" * 32}, digest, "It")
