"""Reads are tried again, as often as configured, and nothing else is."""

from __future__ import annotations

import re
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from imagectl.http.retries import MAX_RETRY_AFTER_S, seconds_of
from mockserver.cloud import MockCloud
from tests.client.support.scripted_glance import Handler, ScriptedGlance
from tests.conftest import Run

pytestmark = pytest.mark.fault(26)


def fail(cloud: MockCloud, status: int, times: int, method: str = "GET") -> None:
    cloud.faults.add(method, "/v2/images", status=status, times=times)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_service_is_asked_again(
    run: Run, cloud: MockCloud, waits: list[float], status: int
) -> None:
    fail(cloud, status, 2)
    assert run("image", "list").exit_code == 0
    assert len(waits) == 2


@pytest.mark.parametrize("status", [400, 404, 409, 500, 501])
def test_any_other_failure_is_told_at_once(
    run: Run, cloud: MockCloud, waits: list[float], status: int
) -> None:
    fail(cloud, status, 1)
    assert run("image", "list").exit_code != 0
    assert waits == []


def test_the_number_of_tries_is_limited(
    run: Run, cloud: MockCloud, waits: list[float]
) -> None:
    fail(cloud, 503, 99)
    assert run("image", "list").exit_code == 6
    assert len(waits) == 3


def test_what_changes_something_is_sent_once(
    run: Run, cloud: MockCloud, waits: list[float]
) -> None:
    fail(cloud, 503, 1, "POST")
    assert run("image", "create", "a").exit_code == 6
    assert waits == []


def test_a_lost_connection_is_made_again(waits: list[float]) -> None:
    glance = ScriptedGlance()

    def hang_up(request: Handler) -> None:
        request.close_connection = True
        if len(glance.seen) > 2:
            request.answer(200, {"images": []})

    glance.on["GET"] = hang_up
    with glance.serving():
        from imagectl.shell import main

        assert main([*glance.options, "image", "list"]) == 0
    assert len(waits) == 2


@pytest.mark.parametrize(
    ("settings", "tries"),
    [
        ("status_code_retries: 0", 0),
        ("status_code_retries: 2", 2),
        ("status_code_retries: '1'", 1),
        ("status_code_retries: 1, image_status_code_retries: 4", 4),
        ("image_status_code_retries: 0", 0),
        ("identity_status_code_retries: 0", 3),
        ("connect_retries: 0", 3),
    ],
)
def test_clouds_yaml_says_how_often(
    run: Run,
    cloud: MockCloud,
    waits: list[float],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: str,
    tries: int,
) -> None:
    path = home / "clouds.yaml"
    path.write_text(f"clouds: {{c: {{{settings}}}}}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    monkeypatch.setenv("OS_CLOUD", "c")
    fail(cloud, 503, 99)
    assert run("image", "list").exit_code == 6
    assert len(waits) == tries


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "true", "[]", "9999999999"])
def test_a_number_of_tries_that_is_none_is_refused(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    (home / "c.yaml").write_text(f"clouds: {{c: {{connect_retries: {number}}}}}")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(home / "c.yaml"))
    outcome = run("--os-cloud", "c", "image", "list")
    assert outcome.exit_code == 2
    assert "connect_retries is no number" in outcome.err


def in_seconds(seconds: float) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("header", "least_s", "most_s"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("in 9000 s", 8990, 9001),
        ("in -9000 s", 0, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9, 1e12),
        ("9" * 400, 1e8, 1e9),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    header: str, least_s: float, most_s: float
) -> None:
    # A date is made here: each process that collects the tests would make another.
    relative = re.fullmatch(r"in (-?\d+) s", header)
    seconds = seconds_of(in_seconds(float(relative[1])) if relative else header)
    assert seconds is not None
    assert least_s <= seconds <= most_s


@pytest.mark.parametrize("header", ["", "x", "-1", "1.5", "\xb2", "Fri, 99 Foo 1"])
def test_a_broken_retry_after_asks_for_nothing(header: str) -> None:
    assert seconds_of(header) is None


def test_retry_after_is_waited_for_unless_it_is_long(
    run: Run, cloud: MockCloud, waits: list[float]
) -> None:
    def ask(seconds: float) -> int:
        waits.clear()
        headers = {"Retry-After": f"{seconds:.0f}"}
        cloud.faults.add("GET", "/v2/images", status=503, headers=headers, times=1)
        return run("image", "list").exit_code

    assert ask(20) == 0
    assert waits == [20.0]
    assert ask(MAX_RETRY_AFTER_S + 1) == 6
    assert waits == []


def test_no_pause_is_longer_than_the_time_limit(
    run: Run, cloud: MockCloud, waits: list[float]
) -> None:
    headers = {"Retry-After": "20"}
    cloud.faults.add("GET", "/v2/images", status=503, headers=headers, times=1)
    assert run("--timeout", "10", "image", "list").exit_code == 6
    assert waits == []
