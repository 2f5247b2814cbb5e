"""``doctor``: a line for each check, and a hint for the one that fails."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from mockserver.cloud import MockCloud
from tests.conftest import Outcome, Run


def findings(outcome: Outcome) -> dict[str, tuple[str, str]]:
    """Return status and detail of each check by its title."""
    rows = [(line[:4].strip(), line[6:]) for line in outcome.out.splitlines()]
    cut = max(len(t) for t in ("image endpoint", "image versions", "configuration"))
    return {rest[:cut].strip(): (status, rest[cut:].strip()) for status, rest in rows}


def test_a_cloud_that_works_passes_every_check(run: Run) -> None:
    outcome = run("doctor")
    assert outcome.exit_code == 0
    assert outcome.err == ""
    found = findings(outcome)
    assert {status for status, _ in found.values()} == {"ok"}
    assert len(found) == 11
    assert found["token"][1].startswith("user admin has admin, manager, member, reader")
    assert found["image versions"][1] == "v2.18 back to v2.0"


@pytest.mark.parametrize(
    ("variable", "value", "failed", "told", "exit_code"),
    [
        ("OS_CLOUD", "nope", "configuration", "Cloud nope was not found.", 2),
        ("OS_AUTH_URL", "http://127.0.0.1:1/v3", "identity", "Connection refused", 6),
        ("OS_PASSWORD", "wrong", "token", "check the user, password", 3),
        ("OS_REGION_NAME", "South", "image endpoint", "public in RegionOne", 6),
        (
            "OS_IMAGE_ENDPOINT_OVERRIDE",
            "http://127.0.0.1:1",
            "image versions",
            "refused",
            6,
        ),
    ],
)
@pytest.mark.fault("P29")
def test_a_failing_check_is_named_with_a_hint(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    failed: str,
    told: str,
    exit_code: int,
) -> None:
    monkeypatch.setenv(variable, value)
    outcome = run("doctor")
    assert outcome.exit_code == exit_code
    found = findings(outcome)
    assert found[failed][0] == "FAIL"
    assert told in found[failed][1]
    assert list(found.values())[-1] == ("-", "not checked")


@pytest.mark.fault("P29")
def test_the_findings_are_printed_in_every_format(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_PASSWORD", "wrong")
    outcome = run("doctor", "-f", "json")
    assert (outcome.exit_code, len(outcome.json)) == (3, 11)
    [failed] = [row for row in outcome.json if row["Status"] == "FAIL"]
    assert failed["Check"] == "token"
    assert "check the user, password" in failed["Fix"]
    argv = ("doctor", "-f", "value", "-c", "Status")
    statuses = run(*argv).out.split()
    assert [statuses.count(status) for status in ("ok", "FAIL")] == [6, 1]
    assert run("doctor", "--columns").out.split() == [
        "Status",
        "Check",
        "Detail",
        "Fix",
    ]


def test_a_user_without_a_project_is_told_to_name_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OS_PROJECT_NAME")
    status, told = findings(run("doctor"))["token"]
    assert status == "FAIL"
    assert "--os-project-name" in told


def test_a_clock_that_is_off_fails_and_the_rest_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = SimpleNamespace(time=lambda: 4e9)
    monkeypatch.setattr("imagectl.api.diagnosis.time", stopped)
    found = findings(run("doctor"))
    assert found["clock"][0] == "FAIL"
    assert "NTP" in found["clock"][1]
    assert found["image listing"][0] == "ok"


def test_a_file_with_secrets_that_others_can_read_is_a_warning(
    run: Run, home: Path
) -> None:
    path = home / ".config/openstack/clouds.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("clouds: {red: {}}")
    path.chmod(0o644)
    outcome = run("doctor")
    assert findings(outcome)["clouds.yaml"] == (
        "warn",
        f"others can read {path}; to mend it: chmod 600 {path}",
    )
    assert outcome.exit_code == 0
    path.chmod(0o600)
    assert findings(run("doctor"))["clouds.yaml"] == ("ok", f"{path}: red")


def test_a_bare_image_service_is_checked_too(
    run_anonymous: Run, cloud: MockCloud
) -> None:
    bare = ("--os-auth-type", "none", "--os-image-endpoint-override", cloud.image_url)
    outcome = run_anonymous(*bare, "doctor")
    found = findings(outcome)
    assert found["token"] == ("ok", "none is asked for")
    assert found["image versions"][0] == "ok"
