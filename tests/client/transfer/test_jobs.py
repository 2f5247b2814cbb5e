"""Several transfers at once: limits, failures and interruption."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from imagectl.transfer import jobs
from imagectl.transfer.progress import Report, ignore
from tests.conftest import Run


def test_every_item_is_done_at_most_so_many_at_once() -> None:
    meeting, ends = threading.Barrier(3), []

    def act(item: int, report: Report) -> int:
        ends.append(meeting.wait(10))  # three are under way, or this breaks
        report(item)
        return item * item

    moved: list[int] = []
    results = dict(jobs.run(range(6), act, 3, moved.append))
    assert results == {item: item * item for item in range(6)}
    assert sorted(moved) == list(range(6))


def test_a_failure_is_a_result() -> None:
    def act(item: int, report: Report) -> int:
        return 1 // item

    results = dict(jobs.run([0, 1], act, 1, ignore))
    assert isinstance(results[0], ZeroDivisionError)
    assert results[1] == 1


def test_an_interruption_ends_what_is_under_way_and_waits_for_it() -> None:
    is_under_way, cleaned = threading.Event(), []

    def act(item: int, report: Report) -> None:
        if item == 0:
            is_under_way.wait(10)
            return
        try:
            is_under_way.set()
            while True:
                report(1)
        finally:
            cleaned.append(item)

    running = jobs.run([0, 1, 2], act, 2, ignore)
    assert next(running) == (0, None)
    with pytest.raises(KeyboardInterrupt):
        running.throw(KeyboardInterrupt)
    assert set(cleaned) in ({1}, {1, 2})
    assert not any(thread.name.endswith("(work)") for thread in threading.enumerate())


def test_ctrl_c_leaves_no_image_of_many_uploads(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.raw" for number in range(3)]
    for file in files:
        file.touch()
        with file.open("r+b") as sparse:
            sparse.truncate(8 << 30)
    with subprocess.Popen(
        [sys.executable, "-m", "imagectl", "image", "upload", *files, "--jobs", "2"],
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as uploading:
        while run("image", "list", "-f", "json").out.count("saving") < 2:
            assert uploading.poll() is None
        uploading.send_signal(signal.SIGINT)
        assert uploading.stderr
        message = uploading.stderr.read().decode()
        assert uploading.wait() == 130
    assert message.count(" was deleted again\n") == 2
    assert run("image", "list", "-f", "json").json == []
