"""Signals at any moment: the exit code, silence, and the name of what was created."""

from __future__ import annotations

import http.client
import random
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.every_command import SESSION
from tests.client.support.playing import player
from tests.conftest import Run
from tests.robustness.sizes import size

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MOMENTS = ("before", "during", "after")
"""Before a request is sent, once it is and before its answer is read, and after."""
FEW = ("user ", "image create", "region", "image show é -f")
FAILING = ("nope", "http://127.0.0.1:1/x")
"""How lines end that fail for some of what they name."""
EVERY_LINE = SESSION.strip().splitlines()
LINES = [line for line in EVERY_LINE if size(0, 1) or line.startswith(FEW)]
START = "import sys, imagectl; sys.stdout.write('.'); sys.stdout.flush()\n"
START += "from imagectl.__main__ import main; main()"


class Interruptions:
    """Raises a signal at a moment of one of the next requests of the main thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.signals: list[signal.Signals] = []
        self.moment = ""
        self.requests_before = 0
        connection = http.client.HTTPConnection
        send, receive = connection.endheaders, connection.getresponse
        interrupt = self.interrupt

        def endheaders(*args: object, **named: object) -> None:
            interrupt("before")
            send(*args, **named)  # type: ignore[arg-type]

        def getresponse(self: http.client.HTTPConnection) -> http.client.HTTPResponse:
            interrupt("during")
            response = receive(self)
            interrupt("after")
            return response

        monkeypatch.setattr(connection, "endheaders", endheaders)
        monkeypatch.setattr(connection, "getresponse", getresponse)

    def interrupt(self, moment: str) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        if not (self.signals and is_main and moment == self.moment):
            return
        self.requests_before -= 1
        if self.requests_before < 0:
            signal.raise_signal(self.signals.pop(0))


@pytest.mark.fault(7, 15)
@pytest.mark.parametrize("seed", range(size(1, 4)))
def test_a_signal_is_silent_and_what_was_created_is_named(
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    cases: Callable[[int], None],
) -> None:
    chance, hit = random.Random(seed), 0
    interruptions = Interruptions(monkeypatch)
    with player(tmp_path / "cloud", monkeypatch) as one:
        for line in LINES:
            argv = one.argv(line)
            number = chance.choice(SIGNALS)
            interruptions.moment = chance.choice(MOMENTS)
            interruptions.requests_before = chance.randrange(3)
            interruptions.signals = [number] * chance.choice((1, 1, 2))
            count = len(interruptions.signals)
            done = one.play(argv)
            if len(interruptions.signals) == count:
                interruptions.signals = []
                continue
            hit += 1
            interruptions.signals = []
            where = (line, number.name, interruptions.moment, count, done)
            assert done.exit_code == 128 + number, where
            told = done.err.splitlines()
            named = [t for t in told if " was created" in t or " is left behind" in t]
            assert bool(named) >= bool(done.creations), where
            deleted = [text for text in told if "was deleted again" in text]
            if not line.endswith(FAILING):
                assert len(told) == len(named) + len(deleted) <= 1, where
            if not done.creations:
                one.play(argv)
    cases(hit)


@pytest.mark.fault(15)
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_at_any_early_moment_is_silent(
    number: signal.Signals, cases: Callable[[int], None]
) -> None:
    chance, rounds = random.Random(number), size(3, 40)
    for _ in range(rounds):
        with start([sys.executable, "-c", START, "--help"]) as process:
            assert process.stdout
            assert process.stdout.read(1) == b"."
            select.select([], [], [], chance.random() * 0.15)
            process.send_signal(number)
            _, err = process.communicate()
        assert err == b"" or b"imagectl/" not in err  # Python's own, before our code
        assert err or process.returncode in (0, 128 + number, -number)
    cases(rounds)


@pytest.mark.fault(15)
def test_signals_that_are_ignored_stay_so(credentials: dict[str, str]) -> None:
    command = [sys.executable, "-c", START, "image", "list"]
    with start(command, signal.SIG_IGN) as process:
        assert process.stdout
        assert process.stdout.read(1) == b"."
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        assert process.communicate() == (b"\n", b"")
        assert process.returncode == 0


def start(
    command: list[str], handler: signal.Handlers = signal.SIG_DFL
) -> subprocess.Popen[bytes]:
    def prepare() -> None:
        for number in SIGNALS:
            signal.signal(number, handler)

    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=prepare,
    )


@pytest.mark.fault(7)
def test_a_second_signal_leaves_at_once_and_names_what_is_left(
    run: Run, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.write_bytes(b"x")
    run("image", "list")
    interruptions = Interruptions(monkeypatch)
    # The first comes as data is sent, the second as the image is deleted again.
    interruptions.moment, interruptions.requests_before = "before", 1
    interruptions.signals = [signal.SIGINT] * 2
    argv = ("image", "create", "a", "--file", data, "--disk-format", "raw")
    outcome = run(*argv)
    assert outcome.exit_code == 130
    [left] = run("image", "list", "-f", "json").json
    assert outcome.err == f"imagectl: image {left['ID']} was created\n"


@pytest.mark.fault(7)
def test_a_service_that_hangs_does_not_hold_back_a_second_signal(
    run: Run, cloud: MockCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("image", "list")
    interruptions = Interruptions(monkeypatch)
    interruptions.moment, interruptions.requests_before = "during", 0
    interruptions.signals = [signal.SIGTERM]
    receive = http.client.HTTPConnection.getresponse

    def hang(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
        receive(connection)
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError("still waiting")

    monkeypatch.setattr(http.client.HTTPConnection, "getresponse", hang)
    assert run("user", "create", "u").exit_code == 143
