"""What ``mockserver run`` and ``env`` give to clients: their cloud, and no other."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagectl.config.clouds import load_cloud
from imagectl.config.options import option_names
from imagectl.errors import UsageError
from mockserver.cli import env
from mockserver.cli.environment import (
    describe,
    environment_of,
    write_clouds_file,
    write_shell_code,
)
from mockserver.cli.main import main
from mockserver.cli.ready_file import write_ready_file
from mockserver.cloud import MockCloud
from tests.contract.support.libraries.driving import find_python

MOCKSERVER = [sys.executable, "-m", "mockserver"]
ELSEWHERE = "http://prod.example.org:5000/v3"
PROD = {
    "auth": {"auth_url": ELSEWHERE, "username": "root", "password": "precious"},
    "image_endpoint_override": ELSEWHERE,
}
NAMES = sorted(
    {
        *(f"OS_{name.upper()}" for name in option_names()),
        "OS_CLIENT_CONFIG_FILE",
        "OS_CLIENT_SECURE_FILE",
        "OS_CLIENT_VENDOR_FILE",
        "OS_CLOUD",
        "OS_CLOUD_CONFIG",
        "OS_CLOUD_NAME",
        "OS_IMAGE_API_VERSION",
        "OS_IMAGE_URL",
        "OS_INSECURE",
        "OS_PROFILE",
        "OS_REGIONS",
        "OS_SERVICE_TOKEN",
        "OS_TENANT_NAME",
        "OS_VENDOR",
        "MOCKSERVER_CONTROL_URL",
        "MOCKSERVER_IMAGE_URL",
    }
)
SHELLS = [name for name in ("sh", "bash", "dash") if shutil.which(name)]


@pytest.fixture
def hostile_folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder and a home whose cloud files know another cloud only."""
    for folder in (tmp_path / "work", home / ".config" / "openstack"):
        folder.mkdir(parents=True)
        for stem, key, names in (
            ("clouds", "clouds", ("prod",)),
            ("secure", "clouds", ("prod", "mock", "envvars")),
            ("clouds-public", "public-clouds", ("prod", "mock", "envvars")),
        ):
            text = yaml.safe_dump({key: dict.fromkeys(names, PROD)})
            (folder / f"{stem}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def hostile_environments(folder: Path) -> st.SearchStrategy[dict[str, str]]:
    values = st.sampled_from(
        [ELSEWHERE, "prod", "mock", "", "{nope}", "it's; $(false)"]
        + [str(folder / f"{stem}.yaml") for stem in ("clouds", "secure")]
    )
    return st.dictionaries(st.sampled_from(NAMES), values)


@pytest.mark.fault(1)
def test_no_variable_or_file_leads_out_of_a_run(
    cloud: MockCloud, hostile_folder: Path, home: Path
) -> None:
    described = describe(cloud)

    @settings(deadline=None, database=None, derandomize=True)
    @given(hostile_environments(hostile_folder))
    def check(hostile: dict[str, str]) -> None:
        caller = {"HOME": str(home), "PATH": os.defpath, **hostile}
        inside = environment_of(described, caller, clouds_file)
        for options in ({}, {"cloud": "mock"}):
            read = load_cloud(argparse.Namespace(**options), inside)
            assert read.auth["auth_url"] == f"{cloud.identity_url}/v3"
            assert read.auth["password"] == cloud.password
            assert read.service("image").endpoint_override is None
            assert read.region_name == cloud.region_name
        with pytest.raises(UsageError, match=r"Cloud prod was not found\."):
            load_cloud(argparse.Namespace(cloud="prod"), inside)

    with write_clouds_file(described) as clouds_file:
        check()


@pytest.mark.fault(2)
def test_no_variable_leads_out_of_a_shell_that_sourced_env(
    cloud: MockCloud, hostile_folder: Path, home: Path
) -> None:
    described = describe(cloud)
    shells = st.sampled_from(SHELLS)

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(shells, hostile_environments(hostile_folder))
    def check(shell: str, hostile: dict[str, str]) -> None:
        caller = {"HOME": str(home), "PATH": os.environ["PATH"], **hostile}
        code = write_shell_code(described, caller)
        inside = variables_after(shell, code, caller)
        read = load_cloud(argparse.Namespace(), inside)
        assert read.auth["auth_url"] == f"{cloud.identity_url}/v3"
        assert read.service("image").endpoint_override is None
        with pytest.raises(UsageError, match=r"Cloud prod was not found\."):
            load_cloud(argparse.Namespace(cloud="prod"), inside)

    check()


def variables_after(shell: str, code: str, environ: dict[str, str]) -> dict[str, str]:
    """Return the environment of the children of a shell that ran ``code``."""
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    script = f'set -eu\n{code}exec "$0" -c "$1"'
    done = subprocess.run(
        [shell, "-c", script, sys.executable, show],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    shown: dict[str, str] = json.loads(done.stdout)
    return shown


def run_inside(script: str, *options: str, **environ: str) -> Any:
    """Return what a Python script prints as JSON inside ``mockserver run``."""
    done = subprocess.run(
        [*MOCKSERVER, "run", *options, "--", sys.executable, "-c", script],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


READ_CONFIG = (
    "import argparse, json, os\n"
    "from imagectl.config.clouds import load_cloud\n"
    "read = load_cloud(argparse.Namespace(cloud=NAME), os.environ)\n"
    "url = os.environ['MOCKSERVER_IDENTITY_URL'] + '/v3'\n"
    "print(json.dumps([read.auth['auth_url'] == url, read.name]))\n"
)


@pytest.mark.fault(1)
@pytest.mark.parametrize("name", [None, "mock", "prod", "envvars"])
def test_run_answers_by_every_name_it_was_given(
    hostile_folder: Path, name: str | None
) -> None:
    told = run_inside(
        READ_CONFIG.replace("NAME", repr(name)),
        *("--cloud-name", "prod", "--cloud-name", "envvars"),
        OS_CLOUD="prod",
        OS_AUTH_URL=ELSEWHERE,
        OS_CLIENT_SECURE_FILE=str(hostile_folder / "secure.yaml"),
    )
    assert told == [True, name or "envvars"]


@pytest.mark.fault(1)
def test_run_lets_no_variable_of_the_caller_in(hostile_folder: Path) -> None:
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    inside = run_inside(
        script,
        **dict.fromkeys([*NAMES, "OS_", "OS_ODD-NAME", "MOCKSERVER_X"], "caller"),
        MOCKSERVER_ADMIN_PASSWORD="own",
        UNRELATED="kept",
    )
    assert "caller" not in inside.values()
    assert inside["UNRELATED"] == "kept"
    assert inside["OS_PASSWORD"] == "own"
    assert "OS_CLOUD" not in inside  # it would make openstacksdk ignore OS_USERNAME


@pytest.mark.fault(1)
@pytest.mark.parametrize("signum", [None, signal.SIGTERM, signal.SIGHUP])
def test_a_runs_clouds_file_is_private_and_goes_with_it(
    tmp_path: Path, signum: signal.Signals | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    script = 'echo "$OS_CLIENT_CONFIG_FILE"; read line'
    with subprocess.Popen(
        [*MOCKSERVER, "run", "--", "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        file = Path(process.stdout.readline().strip())
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        if signum is None:
            process.communicate("\n", timeout=20)
        else:
            process.send_signal(signum)
            process.wait(timeout=20)
    assert process.returncode == (128 + signum if signum else 0)
    assert not file.exists()
    assert not list((tmp_path / "temporary").iterdir())


@pytest.mark.fault(1)
def test_a_cloud_whose_keystone_is_elsewhere_keeps_its_own_images(
    hostile_folder: Path,
) -> None:
    with MockCloud() as elsewhere:
        options = {"identity_url": elsewhere.identity_url, "service_password": "no"}
        with (
            MockCloud(**options) as cloud,
            write_clouds_file(describe(cloud)) as clouds_file,
        ):
            inside = environment_of(describe(cloud), {}, clouds_file)
            for options in ({}, {"cloud": "mock"}):
                read = load_cloud(argparse.Namespace(**options), inside)
                assert read.service("image").endpoint_override == cloud.image_url


@pytest.mark.fault(1)
@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({}, ("127.0.0.1,localhost,::1",) * 2),
        ({"NO_PROXY": "corp"}, ("corp,127.0.0.1,localhost,::1",) * 2),
        (
            {"no_proxy": "a, localhost", "NO_PROXY": "*"},
            ("a, localhost,127.0.0.1,::1", "*"),
        ),
        (
            {"no_proxy": "127.0.0.1,localhost,::1"},
            ("127.0.0.1,localhost,::1",) * 2,
        ),
    ],
)
def test_proxies_never_get_the_loopback(
    cloud: MockCloud, held: dict[str, str], expected: tuple[str, str]
) -> None:
    caller = {"http_proxy": "http://proxy:3128", **held}
    inside = environment_of(describe(cloud), caller, Path("clouds.yaml"))
    assert (inside["no_proxy"], inside["NO_PROXY"]) == expected
    assert inside["http_proxy"] == "http://proxy:3128"
    sourced = variables_after(
        "sh", write_shell_code(describe(cloud), caller), {"PATH": os.defpath, **caller}
    )
    assert (sourced["no_proxy"], sourced["NO_PROXY"]) == expected


def evaluate(shell: str, script: str, **environ: str) -> tuple[int, str, str]:
    """Run a script in which ``mockserver`` is the one under test."""
    command = f'mockserver() {{ "{sys.executable}" -m mockserver "$@"; }}\n'
    done = subprocess.run(
        [shell, "-c", command + script],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


STRICT = {"bash": "set -euo pipefail", "sh": "set -eu", "dash": "set -eu"}


@pytest.mark.fault(2)
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize(
    "options", ["--timeout 0 --ready-file nope", "--no-such-option", "--timeout x"]
)
def test_env_that_fails_leaves_a_shell_no_cloud(
    hostile_folder: Path, shell: str, quote: str, options: str
) -> None:
    line = f"eval {quote}$(mockserver env {options}){quote}\n"
    caller = {"OS_CLOUD": "prod", "OS_AUTH_URL": ELSEWHERE, "OS_TOKEN": "t"}
    code, out, err = evaluate(shell, f"{STRICT[shell]}\n{line}echo went on", **caller)
    assert (code, out) == (1, "")
    assert re.search(r"^mockserver( env)?: ", err, re.MULTILINE)
    code, out, _ = evaluate(shell, f"{line}echo $?; env", **caller)
    status, _, shown = out.partition("\n")
    assert status == "1"
    inside = dict(line.partition("=")[::2] for line in shown.splitlines())
    assert not caller.keys() & inside.keys()
    assert not load_cloud(argparse.Namespace(), inside).auth


@pytest.mark.fault(2)
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_env_that_a_signal_ends_prints_code_that_fails(
    signum: signal.Signals,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(env, "pause", lambda seconds: os.kill(os.getpid(), signum))
    with pytest.raises(SystemExit) as left:
        main(["env", "--ready-file", "/nope/ready.json"])
    assert left.value.code == 128 + signum
    assert capfd.readouterr().out.endswith("; false\n")


@pytest.mark.fault(2)
def test_the_help_of_env_is_no_code(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["env", "--help"])
    assert "false" not in capfd.readouterr().out


@pytest.mark.fault(2)
@pytest.mark.parametrize("shell", SHELLS)
def test_env_makes_a_strict_shell_use_its_cloud(
    cloud: MockCloud, hostile_folder: Path, shell: str
) -> None:
    write_ready_file(Path("ready.json"), describe(cloud))
    script = (
        f'{STRICT[shell]}\neval "$(mockserver env --ready-file ready.json)"\n'
        'echo "$OS_AUTH_URL ${OS_CLOUD-unset} ${OS_TOKEN-unset}"'
    )
    code, out, err = evaluate(shell, script, OS_CLOUD="prod", OS_TOKEN="t")
    assert (code, err) == (0, "")
    assert out == f"{cloud.identity_url}/v3 unset unset\n"


@pytest.mark.fault(2)
def test_env_waits_for_a_server_that_is_starting(
    cloud: MockCloud,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "ready.json"
    write_ready_file(file, {**describe(cloud), "id": "of the one before"})
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            write_ready_file(file, describe(cloud))

    monkeypatch.setattr(env, "pause", pause)
    assert main(["env", "--ready-file", str(file)]) == 0
    out, err = capfd.readouterr()
    assert f"export OS_AUTH_URL={cloud.identity_url}/v3\n" in out
    assert (len(pauses), err) == (2, "")


REFERENCE = """
import os, openstack
url = os.environ["OS_AUTH_URL"]
for name in (None, "mock", "prod"):
    cloud = openstack.connect(cloud=name)
    assert cloud.config.auth["auth_url"] == url, name
    assert cloud.image.get_endpoint().startswith(os.environ["MOCKSERVER_IMAGE_URL"])
    assert list(cloud.image.images()) == []
"""


@pytest.mark.fault(1)
@pytest.mark.reference
def test_openstacksdk_and_openstack_in_a_run_use_its_cloud(
    hostile_folder: Path,
) -> None:
    python = find_python()
    if python is None:
        pytest.skip("no python in IMAGECTL_REFERENCE_BIN")
    caller = {
        "OS_CLOUD": "prod",
        "OS_IMAGE_ENDPOINT_OVERRIDE": ELSEWHERE,
        "OS_PROFILE": "mock",
        "OS_TOKEN": "t",
        "http_proxy": "http://127.0.0.1:9",
    }
    run = [*MOCKSERVER, "run", "--cloud-name", "prod", "--"]
    environ = {**os.environ, **caller}
    subprocess.run([*run, python, "-c", REFERENCE], env=environ, check=True)
    openstack = str(Path(python).with_name("openstack"))
    for options in ([], ["--os-cloud", "prod"]):
        command = [openstack, *options, "image", "list"]
        subprocess.run([*run, *command], env=environ, check=True)
    unknown = [
        *MOCKSERVER,
        "run",
        "--",
        openstack,
        "--os-cloud",
        "prod",
        "image",
        "list",
    ]
    done = subprocess.run(unknown, env=environ, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Cloud prod was not found" in done.stderr
