"""Ready files: private, gone with their cloud, and checked before they are used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli.environment import describe
from mockserver.cli.main import main
from mockserver.cli.ready_file import keep_ready_file, write_ready_file
from mockserver.cloud import MockCloud


def ended_pid() -> int:
    """Return the id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ready.json"


@pytest.mark.fault(3)
def test_a_ready_file_is_private_and_nothing_is_left_beside_it(file: Path) -> None:
    write_ready_file(file, {"id": "1"})
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in file.parent.iterdir()} == {file.name, "home"}


@pytest.mark.fault(25)
def test_a_foreseen_temporary_name_is_not_followed(file: Path) -> None:
    victim = file.with_name("victim")
    victim.write_text("precious")
    file.with_name(f".{file.name}.{os.getpid()}").symlink_to(victim)
    write_ready_file(file, {"id": "1"})
    assert victim.read_text() == "precious"


@pytest.mark.fault(3)
def test_a_ready_file_that_cannot_be_put_in_place_leaves_no_part(file: Path) -> None:
    file.mkdir()
    before = set(os.listdir(file.parent))
    with pytest.raises(OSError, match="directory"):
        write_ready_file(file, {"id": "1"})
    assert set(os.listdir(file.parent)) == before


@pytest.mark.fault(3)
def test_a_ready_file_ends_with_its_server(file: Path) -> None:
    with pytest.raises(KeyboardInterrupt), keep_ready_file(file, {"id": "1"}):
        assert file.exists()
        raise KeyboardInterrupt
    assert not file.exists()


@pytest.mark.fault(3)
@pytest.mark.parametrize("later", ['{"id": "2"}', "[]", "{"])
def test_a_ready_file_that_another_server_wrote_stays(file: Path, later: str) -> None:
    with keep_ready_file(file, {"id": "1"}):
        file.write_text(later)
    assert file.read_text() == later


@pytest.mark.fault(3)
def test_a_ready_file_that_somebody_removed_is_no_error(file: Path) -> None:
    with keep_ready_file(file, {"id": "1"}):
        file.unlink()


def refused(file: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """Check that no command trusts a ready file; return the reason they give."""
    reasons = set()
    for argv in (["reset"], ["fault", "add", "--status", "500"], ["seed", "bare"]):
        assert main([*argv, "--ready-file", str(file)]) == 1
        out, err = capfd.readouterr()
        assert out == ""
        reasons.add(err)
    assert main(["env", "--timeout", "0", "--ready-file", str(file)]) == 1
    out, err = capfd.readouterr()
    assert "OS_AUTH_URL" not in out
    [reason] = {*reasons, err}
    return reason


@pytest.mark.fault(3)
def test_a_ready_file_whose_process_has_ended_is_refused(
    cloud: MockCloud, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for pid in (ended_pid(), 1 << 80, 0, -1):
        write_ready_file(file, {**describe(cloud), "pid": pid})
        assert "the server that wrote it has ended" in refused(file, capfd)
    assert len(cloud.faults) == 0


@pytest.mark.fault(3)
def test_a_ready_file_is_refused_where_another_cloud_answers(
    cloud: MockCloud, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with MockCloud() as gone:
        write_ready_file(
            file,
            {
                **describe(gone),
                "control_url": cloud.control_url,
                "identity_url": cloud.identity_url,
            },
        )
    assert "another server answers at" in refused(file, capfd)
    assert len(cloud.faults) == 0


@pytest.mark.fault(3)
def test_a_ready_file_is_refused_where_nothing_answers(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with MockCloud() as gone:
        write_ready_file(file, describe(gone))
    assert "no cloud answers at" in refused(file, capfd)


@pytest.mark.fault(3)
@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"pid": "1"},
        {"identity_url": 7},
        {"control_url": None},
        {"password": 7},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_ready_file_with_wrong_types_is_none(
    cloud: MockCloud,
    file: Path,
    change: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
) -> None:
    file.write_text(json.dumps({**describe(cloud), **change}))
    assert refused(file, capfd) == f"mockserver: {file} is no ready file\n"


@pytest.mark.fault(3)
def test_another_cloud_has_another_id(cloud: MockCloud) -> None:
    with MockCloud() as other:
        assert describe(other)["id"] != describe(cloud)["id"]
    before = describe(cloud)["id"]
    cloud.reset()
    assert describe(cloud)["id"] == before


def test_a_proxy_is_not_asked_for_a_cloud_on_the_loopback(
    cloud: MockCloud, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ready_file(file, describe(cloud))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert main(["reset", "--ready-file", str(file)]) == 0
    assert main(["env", "--timeout", "0", "--url", cloud.identity_url]) == 0
