"""Starts that fail: one line, an exit code, and nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.main import main
from tests.robustness.sizes import size

PIPES: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
MOCKSERVER = [sys.executable, "-m", "mockserver"]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which temporary files are made."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 10, 8 << 10))


def write_garbage(folder: Path) -> None:
    (folder / "mock.db").write_bytes(b"this is no database at all" * 100)


def write_foreign(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / "mock.db")) as database:
        database.execute("CREATE TABLE other (number)")


def write_newer(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / "mock.db")) as database:
        database.execute("CREATE TABLE fact (name, value)")
        database.execute("INSERT INTO fact VALUES ('schema_version', '999')")
        database.commit()


def do_nothing(folder: Path) -> None:
    pass


FAILED: dict[str, tuple[Callable[[Path], None], list[str], str]] = {
    "no database": (write_garbage, [], "file is not a database"),
    "foreign database": (write_foreign, [], "is a database of another program"),
    "newer database": (write_newer, [], "by another version of mockserver"),
    "no folder": (do_nothing, ["--data-dir", "/dev/null/x"], "Not a directory"),
    "a file": (do_nothing, ["--data-dir", "/dev/null"], "File exists"),
    "empty name": (do_nothing, ["--data-dir", ""], "data_dir is empty"),
    "ready file": (do_nothing, ["--ready-file", "/dev/null/x"], "cannot write"),
    "seed": (do_nothing, ["--seed", "/dev/null/x"], "cannot read the seed"),
    "address": (do_nothing, ["--host", "192.0.2.1"], "cannot listen on 192.0.2.1"),
    "long name": (do_nothing, ["--host", "a" * 80], "cannot listen on a"),
    "store": (do_nothing, ["--stores", "a/b"], "cannot be the name of a store"),
}


@pytest.mark.fault(28)
@pytest.mark.parametrize(("prepare", "more", "reason"), FAILED.values(), ids=FAILED)
def test_a_start_that_fails_is_one_line_and_leaves_nothing(
    empty: Path,
    prepare: Callable[[Path], None],
    more: list[str],
    reason: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = empty / "kept"
    folder.mkdir()
    prepare(folder)
    before = read(folder)
    line = ["serve", "--port", "0", "--admin-password", "x", "--data-dir", str(folder)]
    assert main([*line, *more]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("mockserver: ")
    assert reason in err
    assert err.count("\n") == 1
    if prepare is not write_newer:  # which is ours: only its journal may be another
        assert read(folder) == before
    assert list(empty.iterdir()) == [folder]


def read(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


@pytest.mark.fault(28)
@pytest.mark.parametrize("kept", [False, True])
def test_a_full_disk_is_one_line_and_leaves_nothing(empty: Path, kept: bool) -> None:
    line = [*MOCKSERVER, "serve", "--port", "0"]
    if kept:
        line += ["--data-dir", str(empty / "new/folder")]
    ended = subprocess.run(
        line, capture_output=True, text=True, timeout=60, preexec_fn=limit_files
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert not list(empty.iterdir())


@pytest.mark.fault(28)
@pytest.mark.parametrize("option", ["--port", "--image-port"])
def test_a_taken_port_is_one_line_and_leaves_nothing(
    empty: Path, option: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = ["serve", "--identity-port", "0", option, port]
        assert main([*line, "--data-dir", str(empty / "new/folder")]) == 1
    refused = f"mockserver: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert capfd.readouterr().err == refused
    assert not list(empty.iterdir())


@pytest.mark.fault(28)
@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["run", "--", "true"]])
def test_a_signal_while_starting_leaves_no_folder(
    empty: Path, command: list[str], cases: Any
) -> None:
    signums = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    for signum in signums[: size(1, 3)]:
        with subprocess.Popen([*MOCKSERVER, *command], **PIPES) as process:
            while not list(empty.iterdir()) and process.poll() is None:
                pass
            process.send_signal(signum)
            _, err = process.communicate(timeout=60)
        assert not list(empty.iterdir())
        assert err == b""
        assert process.returncode in (0, 128 + signum)
    cases(size(1, 3))


@pytest.mark.fault(28)
def test_no_signal_is_lost_while_a_command_runs(empty: Path, cases: Any) -> None:
    count = size(2, 30)
    script = "trap 'exit 7' TERM; echo ready; while :; do read -r line; done"
    for _ in range(count):
        line = [*MOCKSERVER, "run", "--", "sh", "-c", script]
        with subprocess.Popen(line, stdin=subprocess.PIPE, **PIPES) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            process.terminate()
            assert process.wait(timeout=60) == 7
    cases(count)


COMMANDS = ["journal", "env --timeout 0", "--help", "--version", "fault list", "clock"]
ENDINGS = [">&-", ">/dev/full", "2>&- >/dev/full", ">&- <&-", "2>/dev/full"]


@pytest.mark.fault(28)
def test_closed_or_full_output_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, cases: Any
) -> None:
    monkeypatch.setenv("MOCKSERVER_CONTROL_URL", "http://127.0.0.1:9/_mock")
    tried = [(command, ending) for ending in ENDINGS for command in COMMANDS]
    tried = tried[:: size(4, 1)]
    for command, ending in tried:
        line = ["sh", "-c", f'"$0" -m mockserver {command} {ending}', sys.executable]
        ended = subprocess.run(line, capture_output=True, text=True)
        assert ended.returncode in (0, 1)
        assert ended.stderr.count("\n") <= 1
    cases(len(tried))


@pytest.mark.fault(28)
def test_a_memory_store_needs_no_temporary_folder(tmp_path: Path) -> None:
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("this system has no file system in memory")
    line = [*MOCKSERVER, "serve", "--port", "0", "--store", "memory"]
    environ = {**os.environ, "TMPDIR": str(tmp_path / "none")}
    with subprocess.Popen(line, stdout=subprocess.PIPE, env=environ) as process:
        assert process.stdout is not None
        assert b"identity_url" in process.stdout.readline()
        process.terminate()
    assert process.returncode == 0
