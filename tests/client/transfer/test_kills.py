"""The client killed at random moments: ``make kills`` does it a hundred times.

It is killed when a random number of bytes has gone over the connection, so that every
moment of a transfer is as likely on any machine.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from imagectl.api.client import Client
from imagectl.transfer.download import SaveOptions, save
from imagectl.transfer.remote import RemoteImage
from imagectl.transfer.sources import BLOCK_BYTES
from tests.client.support.faulty_glance import FaultyGlance
from tests.client.support.scripted_glance import IMAGE_ID, Handler
from tests.conftest import Run

KILLS = int(os.environ.get("IMAGECTL_KILLS", "6"))
"""Half of them of downloads, half of uploads."""
SEED = random.randrange(1 << 30)
SIGNALS = (signal.SIGKILL, signal.SIGINT)
DATA = random.Random(3).randbytes(6 * BLOCK_BYTES + 123)
# Every block is noted, where it would be one of 32 or a second's.
PROGRAM = (
    "import sys\n"
    "from imagectl.shell import main\n"
    "from imagectl.transfer import part_file\n"
    "part_file.CHECKPOINT_BYTES = 1\n"
    "sys.exit(main())\n"
)


def start(*argv: str, stdin: int | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *argv],
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # As a shell starts it: a test runner in the background ignores Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def moments() -> Iterator[tuple[int, signal.Signals]]:
    """Yield after how many bytes to kill, and how."""
    chance = random.Random(SEED)
    for number in range(KILLS // 2):
        yield chance.randint(0, len(DATA)), SIGNALS[number % 2]


@pytest.fixture
def glance() -> Iterator[FaultyGlance]:
    with FaultyGlance().serving() as faulty:
        assert isinstance(faulty, FaultyGlance)
        faulty.hold(DATA)
        yield faulty


def kill_during(
    glance: FaultyGlance, after: int, number: signal.Signals, argv: Sequence[str]
) -> None:
    running: list[subprocess.Popen[bytes]] = []

    def send_and_kill(request: Handler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(DATA)))
        request.end_headers()
        request.wfile.write(DATA[:after])
        running[0].send_signal(number)
        try:
            request.wfile.write(DATA[after:])
        except OSError:
            request.close_connection = True

    glance.faults = [send_and_kill]
    with start(*glance.options, *argv) as saving:
        running.append(saving)
        saving.communicate()
    assert saving.returncode in (0, 130, -number)


def test_a_killed_download_is_complete_or_can_be_resumed(
    glance: FaultyGlance,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    target = folder / "image"
    session = glance.client().session
    image = RemoteImage(Client(session, "image"), glance.record)
    for after, number in moments():
        argv = ("image", "save", IMAGE_ID, "--file", str(target))
        kill_during(glance, after, number, argv)
        told = f"seed {SEED}: {number.name} after {after} bytes"
        if target.exists():
            assert target.read_bytes() == DATA, told
        else:
            save(image, target, SaveOptions(resumes=True))
            assert target.read_bytes() == DATA, told
            assert list(folder.iterdir()) == [target], told
        for path in folder.iterdir():
            path.unlink()
    session.close()
    record_property("kills", KILLS // 2)


def settled(run: Run) -> list[dict[str, object]]:
    """Return the images, once the service has noticed that nobody sends any more."""
    while True:
        images = run("image", "list", "--long", "-f", "json").json
        if not any(image["Status"] == "saving" for image in images):
            return list(images)


@pytest.mark.parametrize("size", [(), ("--size", str(len(DATA)))], ids=len)
def test_a_killed_upload_leaves_no_image_with_other_data(
    run: Run,
    size: tuple[str, ...],
    record_property: Callable[[str, object], None],
) -> None:
    kills = list(moments())[len(size) // 2 :: 2]
    for after, number in kills:
        with start("image", "create", "a", *size, stdin=subprocess.PIPE) as sending:
            assert sending.stdin
            if after:
                sending.stdin.write(DATA[:after])
                sending.stdin.flush()
            sending.send_signal(number)
            sending.communicate()
        told = f"seed {SEED}: {number.name} after {after} bytes"
        assert sending.returncode in (0, 130, -number), told
        for image in settled(run):
            is_whole = image["Checksum"] == hashlib.md5(DATA).hexdigest()
            is_left = image["Status"] == "queued" and number is signal.SIGKILL
            assert is_left or (is_whole and image["Status"] == "active"), told
            run("image", "delete", str(image["ID"]))
    record_property("kills", len(kills))
