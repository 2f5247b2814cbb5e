"""Exit codes and error lines for failures around a command."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Outcome, Run

REQUEST_ID = re.compile(r" \(Request-ID: req-[0-9a-f-]{36}\)")


def message(outcome: Outcome) -> str:
    """The one line that says what happened, without the request's id."""
    first, *rest = outcome.err.splitlines()
    assert first.startswith("imagectl: ")
    assert [line for line in rest if not line.startswith("hint: ")] == []
    assert outcome.out == ""
    return REQUEST_ID.sub("", first.removeprefix("imagectl: "))


@contextlib.contextmanager
def stopped_database(cloud: MockCloud) -> Iterator[None]:
    """Take the database away from under a cloud that is running, and bring it back."""
    path, aside = (
        cloud.state.database.path,
        cloud.state.database.path.with_suffix(".aside"),
    )
    cloud.state.database.close()
    path.rename(aside)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        aside.rename(path)


def test_no_credentials(run_anonymous: Run) -> None:
    outcome = run_anonymous("image", "list")
    assert outcome.exit_code == 3
    assert "Missing value auth-url" in message(outcome)


def test_a_wrong_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_PASSWORD", "wrong")
    outcome = run("image", "list")
    assert outcome.exit_code == 3
    assert message(outcome) == (
        "The request you have made requires authentication. (HTTP 401)"
    )
    assert "wrong" not in outcome.err


def test_an_identity_service_that_is_not_there(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{unused_port()}/v3"
    monkeypatch.setenv("OS_AUTH_URL", url)
    outcome = run("image", "list")
    assert outcome.exit_code == 6
    assert message(outcome) == (
        f"Unable to reach {url}/auth/tokens: Connection refused"
    )


def test_an_image_service_that_is_not_there(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"http://127.0.0.1:{unused_port()}/v2"
    monkeypatch.setenv("OS_IMAGE_ENDPOINT_OVERRIDE", url)
    outcome = run("image", "list")
    assert outcome.exit_code == 6
    assert message(outcome) == f"Unable to reach {url}/images: Connection refused"


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_stopped_database_is_a_failing_service_until_started(
    cloud: MockCloud, run: Run
) -> None:
    kept = run("image", "create", "kept", "-f", "json").json["id"]
    with stopped_database(cloud):
        outcome = run("image", "list")
    assert outcome.exit_code == 6
    assert message(outcome) == (
        "The server has either erred or is incapable of performing the requested"
        " operation. (HTTP 500)"
    )
    assert run("image", "list", "-f", "value", "-c", "ID").out.split() == [kept]


def test_the_documents_second_error_is_the_identity_services(
    cloud: MockCloud, run: Run
) -> None:
    with stopped_database(cloud):
        outcome = run("user", "list")
    assert outcome.exit_code == 6
    assert message(outcome) == (
        "An unexpected error prevented the server from fulfilling your request."
        " (HTTP 500)"
    )
    assert "admin" in run("user", "list").out


def test_a_role_that_does_not_allow_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("user", "create", "reader", "--password", "secret")
    run("role", "add", "--user", "reader", "--project", "service", "reader")
    monkeypatch.setenv("OS_USERNAME", "reader")
    monkeypatch.setenv("OS_PASSWORD", "secret")
    monkeypatch.setenv("OS_PROJECT_NAME", "service")
    outcome = run("image", "create", "mine")
    assert outcome.exit_code == 3
    assert "(HTTP 403)" in message(outcome)


def test_an_unknown_command(run_anonymous: Run) -> None:
    outcome = run_anonymous("imgae", "list")
    assert outcome.exit_code == 2
    assert message(outcome) == "'imgae list' is not an imagectl command"
    assert "image list" in outcome.err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--nope", "image", "list"], "unrecognized arguments: --nope"),
        (["image", "list", "--nope"], "unrecognized arguments: --nope"),
        (["image", "show"], "the following arguments are required: <image>"),
        (
            ["image", "create", "x", "--min-disk", "much"],
            "argument --min-disk: 'much' is not a number of 0 or more",
        ),
    ],
)
def test_a_command_line_that_makes_no_sense(
    run_anonymous: Run, argv: list[str], said: str
) -> None:
    outcome = run_anonymous(*argv)
    assert outcome.exit_code == 2
    assert message(outcome) == said


def test_an_unexpected_error_shows_a_traceback_only_with_debug(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("imagectl.api.client.Client.list", fail)
    outcome = run("region", "list")
    assert outcome.exit_code == 1
    assert message(outcome) == "ZeroDivisionError: division by zero"
    assert "Traceback" in run("--debug", "region", "list").err
