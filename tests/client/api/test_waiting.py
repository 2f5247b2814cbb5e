"""``--wait``: polling until a result, a failure or the time limit."""

from __future__ import annotations

import pytest

from imagectl.api.waiting import LONGEST_PAUSE_S, WaitLimit, wait_for
from imagectl.errors import NotFoundError, WaitTimeoutError


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pauses: list[float] = []

    def read(self) -> float:
        return self.now_s

    def sleep(self, pause_s: float) -> None:
        self.pauses.append(pause_s)
        self.now_s += pause_s


def test_the_result_is_returned_once_it_is_there() -> None:
    clock, said = Clock(), list[str]()
    states = iter([(None, "queued"), (None, "queued"), (None, "saving"), (7, "active")])
    result = wait_for(
        lambda: next(states),
        "import",
        WaitLimit(60, said.append),
        clock=clock.read,
        sleep=clock.sleep,
    )
    assert result == 7
    assert said == ["import: queued", "import: saving", "import: active"]
    assert clock.pauses == pytest.approx([0.1, 0.15, 0.225])


def test_the_time_limit_ends_waiting_and_names_the_last_state() -> None:
    clock = Clock()
    with pytest.raises(WaitTimeoutError) as caught:
        wait_for(
            lambda: (None, "saving"),
            "import",
            WaitLimit(30, lambda line: None),
            clock=clock.read,
            sleep=clock.sleep,
        )
    assert str(caught.value) == "import is not done after 30 s: saving"
    assert caught.value.exit_code == 8
    assert clock.now_s == pytest.approx(30)
    assert max(clock.pauses) == LONGEST_PAUSE_S


def test_a_time_limit_of_zero_asks_once() -> None:
    clock = Clock()
    wait_for(
        lambda: (1, "done"),
        "import",
        WaitLimit(0, lambda line: None),
        clock=clock.read,
        sleep=clock.sleep,
    )
    with pytest.raises(WaitTimeoutError):
        wait_for(
            lambda: (None, "saving"),
            "import",
            WaitLimit(0, lambda line: None),
            clock=clock.read,
            sleep=clock.sleep,
        )
    assert clock.pauses == []


def test_a_failure_ends_the_waiting() -> None:
    def poll() -> tuple[None, str]:
        raise NotFoundError("gone")

    with pytest.raises(NotFoundError, match="gone"):
        wait_for(poll, "import", WaitLimit(60, lambda line: None))
