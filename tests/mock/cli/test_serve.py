"""``mockserver serve``, ``run`` and ``env``: starting, ending, exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.cli.main import main
from mockserver.cli.signals import awaited_signals

MOCKSERVER = [sys.executable, "-m", "mockserver"]


@contextlib.contextmanager
def start(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run mockserver beside the test, and never longer than it."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(
        [*MOCKSERVER, *map(str, arguments)], **pipes, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_ready_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    ready: dict[str, Any] = json.loads(process.stdout.readline())
    return ready


@pytest.mark.fault(27)
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serve_says_when_it_is_ready_and_stops_cleanly(
    tmp_path: Path, signum: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    file = tmp_path / "ready.json"
    with start("serve", "--port", "0", "--ready-file", file) as process:
        ready = read_ready_line(process)
        assert requests.get(ready["identity_url"] + "/v3").status_code == 200
        assert requests.get(ready["image_url"]).status_code == 300
        assert ready["pid"] == process.pid
        assert json.loads(file.read_text()) == ready
        assert file.stat().st_mode & 0o777 == 0o600
        assert list(tmp_path.glob("mockserver-*"))
        process.send_signal(signum)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    assert not file.exists()
    assert not list(tmp_path.glob("mockserver-*"))


def test_serve_gives_each_service_a_port_of_its_own() -> None:
    ports = ("--identity-port", "0", "--image-port", "0")
    with start("serve", *ports, "--admin-password", "other") as process:
        ready = read_ready_line(process)
        process.terminate()
        process.communicate(timeout=20)
    assert ready["identity_url"].count("/") == ready["image_url"].count("/") == 2
    assert ready["password"] == "other"


@pytest.mark.fault(27)
def test_a_signal_that_came_before_the_wait_is_not_lost() -> None:
    with awaited_signals() as wait_for_signal:
        os.kill(os.getpid(), signal.SIGTERM)
        wait_for_signal()


def test_a_port_in_use_is_one_clear_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err == (
        f"mockserver: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["serve", "--port", "99999"], "argument --port: 99999 is no port"),
        (["serve", "--store", "tape"], "argument --store: invalid choice: 'tape'"),
        (["run"], "the following arguments are required: COMMAND"),
        (
            ["serve", "--host", "0.0.0.0"],
            "refusing to listen on 0.0.0.0 with the default password:"
            " give --admin-password",
        ),
    ],
)
def test_a_wrong_command_line_ends_with_usage(
    argv: list[str],
    message: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MOCKSERVER_ADMIN_PASSWORD", raising=False)
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2
    assert message in capfd.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["serve", "--seed", "nope"],
            "cannot read the seed nope: No such file or directory",
        ),
        (
            ["run", "--data-dir", "/dev/null/x", "--", "true"],
            "/dev/null/x: Not a directory",
        ),
        (["serve", "--stores", "web"], "'web' cannot be the name of a store"),
        (
            ["run", "--auth-methods", "magic", "--", "true"],
            "'magic' is no method of authentication",
        ),
        (
            ["serve", "--image-api-version", "3.0"],
            "'3.0' is no version of the image API: 2.0 to 2.18",
        ),
    ],
)
def test_a_failed_command_is_one_clear_line(
    argv: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 1
    assert capfd.readouterr().err == f"mockserver: {message}\n"


def test_run_gives_a_command_its_cloud(capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        "import os, urllib.request;"
        "print(urllib.request.urlopen(os.environ['OS_AUTH_URL']).status);"
        "print(os.environ['OS_PASSWORD'], os.environ['OS_PROJECT_NAME']);"
        "print(os.environ['MOCKSERVER_IMAGE_URL'])"
    )
    assert main(["run", "--", sys.executable, "-c", script]) == 0
    status, names, image_url = capfd.readouterr().out.splitlines()
    assert (status, names) == ("200", "secret admin")
    assert image_url.endswith("/image")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["sh", "-c", "exit 3"], 3),
        (["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
        (["no-such-command-at-all"], 127),
        (["/"], 126),
    ],
)
def test_run_exits_as_its_command_did(command: list[str], code: int) -> None:
    assert main(["run", "--", *command]) == code


def test_run_hands_signals_to_its_command() -> None:
    script = "trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.05; done"
    with start("run", "--", "sh", "-c", script) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (7, "caught\n")


def test_env_prints_what_a_shell_can_source(tmp_path: Path) -> None:
    password = "it's $HOME; `id`"
    file = tmp_path / "ready.json"
    with start(
        "serve", "--port", "0", "--ready-file", file, "--admin-password", password
    ) as process:
        ready = read_ready_line(process)
        exports = subprocess.run(
            [*MOCKSERVER, "env", "--ready-file", str(file)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        script = exports + 'printf "%s" "$OS_AUTH_URL $OS_PASSWORD"'
        sourced = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
        process.terminate()
        process.communicate(timeout=20)
    assert sourced.stdout == f"{ready['identity_url']}/v3 {password}"


def test_env_asks_the_cloud_that_serves(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mockserver.cloud import MockCloud

    password = "from-the-environment"
    monkeypatch.setenv("MOCKSERVER_ADMIN_PASSWORD", password)
    with MockCloud(admin_password=password) as cloud:
        assert main(["env", "--url", cloud.identity_url]) == 0
        out = capfd.readouterr().out
        assert f"export OS_AUTH_URL={cloud.identity_url}/v3\n" in out
        assert "export OS_PASSWORD=from-the-environment\n" in out
        gone = cloud.identity_url
    assert main(["env", "--url", gone, "--timeout", "0"]) == 1
    assert f"mockserver: no cloud answers at {gone}" in capfd.readouterr().err


def test_no_command_needs_a_service_to_print_its_help() -> None:
    script = (
        "import sys\nfrom mockserver.cli.main import main\n"
        "try: main(['serve', '--help'])\nexcept SystemExit: pass\n"
        "assert not {'falcon', 'sqlalchemy', 'cheroot', 'requests'} & set(sys.modules)"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(
        [sys.executable, "-c", script], check=True, env=environ, capture_output=True
    )


def test_a_plain_install_says_what_the_mock_needs() -> None:
    program = (
        "import sys\n"
        "sys.modules['sqlalchemy'] = None\n"
        "from mockserver.cli.main import main\n"
        "sys.exit(main(['serve', '--port', '0']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == (
        "mockserver: sqlalchemy is not installed:"
        " pip install 'openstack-imagectl[mock]'\n"
    )
