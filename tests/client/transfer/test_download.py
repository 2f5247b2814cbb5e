"""Downloads: resuming, verification, several connections and target files."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagectl.api.client import Client
from imagectl.errors import (
    ConflictError,
    ImagectlError,
    VerificationError,
)
from imagectl.http import retries
from imagectl.transfer import ranges
from imagectl.transfer.download import SaveOptions, save
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import BLOCK_BYTES
from imagectl.transfer.upload import upload
from tests.client.support.faulty_glance import Fault, FaultyGlance, refuse
from tests.client.support.scripted_glance import IMAGE_ID, Handler

DATA = random.Random(7).randbytes(3 * BLOCK_BYTES + 7)
CONTINUED = SaveOptions(resumes=True)


@pytest.fixture
def glance() -> Iterator[FaultyGlance]:
    with FaultyGlance().serving() as faulty:
        assert isinstance(faulty, FaultyGlance)
        faulty.hold(DATA)
        yield faulty


@pytest.fixture
def client(glance: FaultyGlance) -> Iterator[Client]:
    with contextlib.closing(glance.client().session) as session:
        yield Client(session, "image")


@pytest.fixture
def image(glance: FaultyGlance, client: Client) -> RemoteImage:
    return RemoteImage(client, glance.record)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    folder.mkdir()
    return folder / "image"


def names(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def give_up(glance: FaultyGlance, image: RemoteImage, target: Path, at: int) -> None:
    """Have a download end for good after ``at`` bytes."""
    glance.faults = [glance.cut_after(at)] + [refuse(503)] * retries.LIMIT
    with pytest.raises(ImagectlError):
        save(image, target)
    glance.faults, glance.ranges = [], []


@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.999], ids="{:.1%}".format)
def test_a_reset_connection_is_taken_up(
    glance: FaultyGlance, image: RemoteImage, target: Path, part: float
) -> None:
    glance.faults = [glance.reset_after(int(part * len(DATA)))]
    save(image, target)
    assert target.read_bytes() == DATA
    assert names(target) == ["image"]
    assert len(glance.ranges) == 2


@pytest.mark.parametrize("at", [1, 2 * BLOCK_BYTES - 1, len(DATA) - 1])
def test_a_cut_connection_is_taken_up_from_the_last_byte(
    glance: FaultyGlance, image: RemoteImage, target: Path, at: int
) -> None:
    glance.faults = [glance.cut_after(at)]
    save(image, target)
    assert target.read_bytes() == DATA
    assert glance.ranges == [None, f"bytes={at}-"]


def test_a_connection_that_stalls_is_taken_up(
    glance: FaultyGlance, target: Path
) -> None:
    with contextlib.closing(glance.client(stall_s=0.3).session) as session:
        glance.faults = [glance.stall_after(2 * BLOCK_BYTES)]
        save(RemoteImage(Client(session, "image"), glance.record), target)
    assert target.read_bytes() == DATA


def test_a_service_that_is_restarted_midway_is_waited_for(
    glance: FaultyGlance,
    image: RemoteImage,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delays: list[float] = []

    def wait(delay_s: float) -> None:
        delays.append(delay_s)
        if len(delays) == 3:
            glance.start_again()

    monkeypatch.setattr(retries, "pause", wait)
    glance.faults = [glance.stop_after(BLOCK_BYTES), refuse(502, "<p>x")]
    save(image, target)
    assert target.read_bytes() == DATA
    assert len(delays) == 4
    assert glance.ranges[1:] == [f"bytes={BLOCK_BYTES}-"] * 2


def test_a_store_without_ranges_is_read_from_its_beginning(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    glance.faults = [glance.reset_after(2 * BLOCK_BYTES)]
    glance.serves_ranges = False
    save(image, target)
    assert target.read_bytes() == DATA
    # A reset could take back all that was received: then no range would be refused.
    glance.faults = [glance.cut_after(2 * BLOCK_BYTES), refuse(400)]
    save(image, target, SaveOptions(overwrites=True))
    assert target.read_bytes() == DATA


def test_another_range_than_was_asked_for_is_not_taken(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    def send_other(request: Handler) -> None:
        request.send_response(206)
        request.send_header("Content-Range", f"bytes 0-{len(DATA) - 1}/{len(DATA)}")
        request.send_header("Content-Length", str(len(DATA)))
        request.end_headers()
        request.wfile.write(DATA)

    glance.faults = [glance.cut_after(BLOCK_BYTES), send_other]
    with pytest.raises(ImagectlError, match=f"Asked for bytes from {BLOCK_BYTES} on"):
        save(image, target)


def sends(data: bytes, length: int | None) -> Fault:
    def send(request: Handler) -> None:
        request.send_response(200)
        if length is None:
            request.close_connection = True
        else:
            request.send_header("Content-Length", str(length))
        request.end_headers()
        request.wfile.write(data)
        request.close_connection = True

    return send


def test_a_body_without_a_length_that_ends_early_is_taken_up(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    glance.faults = [sends(DATA[: 2 * BLOCK_BYTES], None)]
    save(image, target)
    assert target.read_bytes() == DATA


def test_a_short_body_under_the_right_header_is_taken_up(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    glance.faults = [sends(DATA[:-1], len(DATA))]
    save(image, target)
    assert target.read_bytes() == DATA


@pytest.mark.parametrize(
    "data", [DATA[:-1], DATA + b"!", DATA[:-1] + b"!"], ids=["short", "long", "wrong"]
)
def test_wrong_data_is_not_kept(
    glance: FaultyGlance, image: RemoteImage, target: Path, data: bytes
) -> None:
    target.write_text("before")
    glance.faults = [sends(data, len(data))]
    with pytest.raises(VerificationError):
        save(image, target, SaveOptions(overwrites=True))
    assert target.read_text() == "before"
    assert names(target) == ["image"]


def test_received_bytes_are_kept_and_named_after_the_last_try(
    glance: FaultyGlance, image: RemoteImage, target: Path, waits: list[float]
) -> None:
    glance.faults = [glance.cut_after(2 * BLOCK_BYTES)] + [refuse(503)] * 9
    with pytest.raises(ImagectlError) as caught:
        save(image, target)
    assert len(waits) == retries.LIMIT
    part = target.with_name("image.part")
    assert caught.value.hint == (
        f"{2 * BLOCK_BYTES} of {len(DATA)} bytes are kept in {part};"
        " --continue goes on from there"
    )
    assert names(target) == ["image.part", "image.part.json"]
    notes = json.loads(target.with_name("image.part.json").read_text())
    assert notes["offset"] == 2 * BLOCK_BYTES
    assert notes["hashes"]["sha512"] == hashlib.sha512(DATA).hexdigest()


def test_a_later_run_goes_on_from_there(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    give_up(glance, image, target, 2 * BLOCK_BYTES)
    reported: list[int] = []
    save(image, target, CONTINUED, reported.append)
    assert target.read_bytes() == DATA
    assert names(target) == ["image"]
    assert glance.ranges == [f"bytes={2 * BLOCK_BYTES}-"]
    assert sum(reported) == len(DATA)


def test_a_later_run_begins_anew_unless_it_is_told_to_go_on(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    give_up(glance, image, target, BLOCK_BYTES)
    save(image, target)
    assert target.read_bytes() == DATA
    assert glance.ranges == [None]


@pytest.mark.fault(17)
def test_an_image_that_changed_meanwhile_begins_anew(
    glance: FaultyGlance, image: RemoteImage, client: Client, target: Path
) -> None:
    give_up(glance, image, target, BLOCK_BYTES)
    glance.hold(DATA[::-1])
    save(RemoteImage(client, glance.record), target, CONTINUED)
    assert target.read_bytes() == DATA[::-1]
    assert glance.ranges == [None]


@pytest.mark.parametrize("kept", [b"x" * BLOCK_BYTES, b"", b"short"])
def test_a_kept_part_that_was_damaged_is_fetched_anew(
    glance: FaultyGlance, image: RemoteImage, target: Path, kept: bytes
) -> None:
    give_up(glance, image, target, BLOCK_BYTES)
    target.with_name("image.part").write_bytes(kept)
    reported: list[int] = []
    save(image, target, CONTINUED, reported.append)
    assert target.read_bytes() == DATA
    assert sum(reported) == len(DATA)


@pytest.mark.fault(17)
@pytest.mark.parametrize("notes", ["", "[]", "{}", "{", '{"offset": "x"}'])
def test_notes_that_cannot_be_read_begin_anew(
    glance: FaultyGlance, image: RemoteImage, target: Path, notes: str
) -> None:
    give_up(glance, image, target, BLOCK_BYTES)
    target.with_name("image.part.json").write_text(notes)
    save(image, target, CONTINUED)
    assert target.read_bytes() == DATA


def test_continue_leaves_a_complete_file_alone(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    target.write_bytes(DATA)
    save(image, target, CONTINUED)
    assert glance.ranges == []
    target.write_bytes(DATA[:-1] + b"!")
    with pytest.raises(ConflictError):
        save(image, target, CONTINUED)


def test_a_file_is_not_replaced_unasked(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    target.write_text("before")
    with pytest.raises(ConflictError, match="exists already") as caught:
        save(image, target)
    assert caught.value.hint == "--force replaces it"
    assert target.read_text() == "before"
    assert glance.ranges == []
    save(image, target, SaveOptions(overwrites=True))
    assert target.read_bytes() == DATA


def test_an_empty_file_is_replaced(image: RemoteImage, target: Path) -> None:
    target.touch()
    save(image, target)
    assert target.read_bytes() == DATA


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "SEGMENT_BYTES", BLOCK_BYTES)


@pytest.mark.usefixtures("small_segments")
def test_several_connections_fetch_one_image(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    glance.faults = [glance.send, glance.reset_after(100), refuse(503)]
    reported: list[int] = []
    save(image, target, SaveOptions(connections=3), reported.append)
    assert target.read_bytes() == DATA
    assert {
        f"bytes={n * BLOCK_BYTES}-{(n + 1) * BLOCK_BYTES - 1}" for n in range(3)
    } < {*glance.ranges}
    assert sum(reported) == len(DATA)


@pytest.mark.usefixtures("small_segments")
def test_a_wrong_byte_on_one_of_several_connections_is_noticed(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    glance.stored = DATA[:-1] + b"!"
    with pytest.raises(VerificationError, match="its sha512 is"):
        save(image, target, SaveOptions(connections=3))
    assert names(target) == []


@pytest.mark.usefixtures("small_segments")
def test_several_connections_go_on_where_one_was_cut_off(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    give_up(glance, image, target, 2 * BLOCK_BYTES)
    save(image, target, SaveOptions(resumes=True, connections=2))
    assert target.read_bytes() == DATA
    assert f"bytes=0-{BLOCK_BYTES - 1}" not in glance.ranges


@pytest.mark.usefixtures("small_segments")
def test_one_connection_goes_on_where_several_were_cut_off(
    glance: FaultyGlance, image: RemoteImage, target: Path, waits: list[float]
) -> None:
    def refuse_later(request: Handler) -> None:
        is_late = int(request.headers["Range"][6:].partition("-")[0]) > 2 * BLOCK_BYTES
        (refuse(404) if is_late else glance.send)(request)

    glance.faults = [glance.send, *[refuse_later] * 4]
    with pytest.raises(ImagectlError):
        save(image, target, SaveOptions(connections=2))
    glance.faults, glance.ranges = [], []
    save(image, target, CONTINUED)
    assert target.read_bytes() == DATA


def test_a_store_without_ranges_has_one_connection(
    glance: FaultyGlance, image: RemoteImage, target: Path
) -> None:
    glance.serves_ranges = False
    save(image, target, SaveOptions(connections=4))
    assert target.read_bytes() == DATA
    assert len(glance.ranges) == 2


@pytest.mark.parametrize("connections", [1, 2])
def test_zeros_are_left_out_of_a_sparse_file(
    glance: FaultyGlance, client: Client, target: Path, connections: int
) -> None:
    data = DATA + bytes(40 * BLOCK_BYTES) + b"end" + bytes(5 * BLOCK_BYTES)
    glance.hold(data)
    image = RemoteImage(client, glance.record)
    save(image, target, SaveOptions(is_sparse=True, connections=connections))
    assert target.read_bytes() == data
    assert target.stat().st_blocks * 512 < len(DATA) + BLOCK_BYTES


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    glance: FaultyGlance, client: Client, target: Path
) -> None:
    image = RemoteImage(client, {**glance.record, "size": 1 << 60})
    with pytest.raises(ImagectlError, match=r"has room for .* 1 EiB are needed"):
        save(image, target)
    assert glance.ranges == []
    assert names(target) == []


def test_a_program_that_is_interrupted_keeps_what_came(
    glance: FaultyGlance,
    image: RemoteImage,
    target: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def interrupt(size_bytes: int) -> None:
        if size_bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(image, target, report=interrupt)
    assert f"{BLOCK_BYTES} of {len(DATA)} bytes are kept" in caplog.text
    save(image, target, CONTINUED)
    assert target.read_bytes() == DATA
    assert glance.ranges[-1] == f"bytes={BLOCK_BYTES}-"


def test_memory_does_not_grow_with_the_image(
    glance: FaultyGlance, client: Client, target: Path
) -> None:
    glance.hold(bytes(64 * BLOCK_BYTES))
    image = RemoteImage(client, glance.record)
    tracemalloc.start()
    save(image, target)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 10 * BLOCK_BYTES


def test_an_image_is_streamed_between_services_without_a_file(
    glance: FaultyGlance, image: RemoteImage
) -> None:
    with FaultyGlance().serving() as other:
        assert isinstance(other, FaultyGlance)
        with contextlib.closing(other.client().session) as session:
            glance.faults = [glance.reset_after(BLOCK_BYTES)]
            other.faults = [other.reset_after(2 * BLOCK_BYTES)]
            upload(Client(session, "image"), IMAGE_ID, image)
        assert other.stored == DATA


def test_wrong_data_is_never_whole_at_another_service(
    glance: FaultyGlance, image: RemoteImage
) -> None:
    glance.stored = DATA[:-1] + b"!"
    with FaultyGlance().serving() as other:
        assert isinstance(other, FaultyGlance)
        with (
            contextlib.closing(other.client().session) as session,
            pytest.raises(VerificationError, match="its sha512 is"),
        ):
            upload(Client(session, "image"), IMAGE_ID, image)
        assert other.stored == b""


def test_a_file_has_the_permissions_of_the_umask(
    image: RemoteImage, target: Path
) -> None:
    before = os.umask(0o027)
    save(image, target)
    os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o640


def test_two_programs_do_not_write_one_file(image: RemoteImage, target: Path) -> None:
    part = target.with_name("image.part")
    with part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ConflictError, match="written by another program"):
            save(image, target)
    assert part.exists()
    assert not target.exists()


def test_a_link_is_followed_and_kept(image: RemoteImage, target: Path) -> None:
    real = target.with_name("elsewhere")
    target.symlink_to(real)
    save(image, target)
    assert target.is_symlink()
    assert real.read_bytes() == DATA


@pytest.mark.fault(19)
@pytest.mark.parametrize("name", ["image.part", "image.part.json"])
def test_a_part_file_that_is_a_link_is_not_written_through(
    image: RemoteImage, target: Path, name: str
) -> None:
    victim = target.with_name("victim")
    victim.write_text("mine")
    target.with_name(name).symlink_to(victim)
    with pytest.raises(ConflictError, match=f"{name} is a link"):
        save(image, target)
    assert victim.read_text() == "mine"
    assert names(target) == sorted([name, "victim"])


def test_a_device_is_written_to_and_not_replaced(image: RemoteImage) -> None:
    save(image, Path("/dev/null"))
    assert Path("/dev/null").is_char_device()


def test_a_folder_is_named(image: RemoteImage, tmp_path: Path) -> None:
    with pytest.raises(ImagectlError, match=f"{tmp_path}: Is a directory"):
        save(image, tmp_path)


@pytest.mark.fault(10)
def test_an_image_without_a_hash_is_held_to_its_size(
    glance: FaultyGlance, client: Client, target: Path
) -> None:
    record: dict[str, Any] = {"id": IMAGE_ID, "size": len(DATA), "checksum": None}
    image = RemoteImage(client, record)
    glance.faults = [sends(DATA + b"!", len(DATA) + 1)]
    with pytest.raises(VerificationError):
        save(image, target)
    save(image, target)
    assert target.read_bytes() == DATA
