"""``--dry-run`` prints every request that would change something, and sends none."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint, distribution
from pathlib import Path

import pytest

from imagectl import DISTRIBUTION
from imagectl.registry import GROUP
from imagectl.shell import Shell
from mockserver.cloud import MockCloud
from tests.conftest import Run

READING = {
    "audit",
    "complete",
    "doctor",
    "get",
    "help",
    "info",
    "issue",
    "list",
    "save",
    "show",
    "cache clear",
    "contains user",
}
"""How the commands end that change nothing in a cloud."""


def sent(cloud: MockCloud) -> list[str]:
    """Return the methods and paths that changed something, sign-ins aside."""
    return [
        f"{e.method} {e.path}"
        for e in cloud.journal
        if e.method != "GET" and not e.path.endswith("/auth/tokens")
    ]


def told(out: str) -> list[str]:
    """Return the methods and the last parts of the URLs that were told."""
    lines = [line.split(" ") for line in out.splitlines()]
    verbs = {"DELETE", "PATCH", "POST", "PUT"}
    return [f"{w[0]} {w[1].rpartition('/')[2]}" for w in lines if w[0] in verbs]


@pytest.mark.parametrize(
    "entry",
    [e for e in distribution(DISTRIBUTION).entry_points if e.group == GROUP],
    ids=lambda entry: entry.name,
)
def test_every_command_that_changes_something_takes_dry_run(entry: EntryPoint) -> None:
    parser = entry.load()(Shell(), None).get_parser("")
    words = entry.name.split("_")
    is_reading = words[-1] in READING or " ".join(words[-2:]) in READING
    assert ("--dry-run" in parser._option_string_actions) is not is_reading


def test_create_with_a_file_tells_of_record_and_data(
    run: Run, cloud: MockCloud, tmp_path: Path
) -> None:
    path = tmp_path / "data"
    path.write_bytes(bytes(100))
    outcome = run("image", "create", "--dry-run", "--file", path, "x", "-f", "json")
    assert outcome.exit_code == 0
    assert told(outcome.out) == ["POST images", "PUT file"]
    assert outcome.out.endswith(
        "/v2/images/new-image/file\nX-OpenStack-Image-Size: 100\n<100 bytes of data>\n"
    )
    assert sent(cloud) == []


def test_a_body_is_json_without_secrets(run: Run, cloud: MockCloud) -> None:
    outcome = run("user", "create", "--dry-run", "--password", "hush", "eve")
    line, _, body = outcome.out.partition("\n")
    assert line.startswith("POST http")
    assert line.endswith("/v3/users")
    assert json.loads(body) == {"user": {"name": "eve", "password": "***"}}
    assert sent(cloud) == []


def test_one_option_may_take_several_requests(run: Run, cloud: MockCloud) -> None:
    run("image", "create", "a")
    before = sent(cloud)
    outcome = run("image", "set", "--dry-run", "--deactivate", "--property", "k=v", "a")
    assert outcome.exit_code == 0
    assert told(outcome.out)[0] == "POST deactivate"
    assert told(outcome.out)[1].startswith("PATCH ")
    assert sent(cloud) == before


def test_delete_finds_every_record_and_deletes_none(run: Run, cloud: MockCloud) -> None:
    for name in "ab":
        run("image", "create", name)
    before = sent(cloud)
    outcome = run("image", "delete", "--dry-run", "a", "nope", "b")
    assert outcome.exit_code == 4
    assert len(told(outcome.out)) == 2
    assert sent(cloud) == before


def test_grants_by_keystoneclient_are_told_of(run: Run, cloud: MockCloud) -> None:
    run("user", "create", "eve")
    before = sent(cloud)
    outcome = run(
        "role", "add", "--dry-run", "--user", "eve", "--project", "admin", "member"
    )
    assert outcome.exit_code == 0
    assert [line[:4] for line in told(outcome.out)] == ["PUT "]
    assert sent(cloud) == before


def test_a_token_that_would_be_revoked_is_told_of_hashed(run: Run) -> None:
    outcome = run("token", "revoke", "--dry-run", "gAAAA")
    assert told(outcome.out) == ["DELETE tokens"]
    assert "X-Subject-Token: {SHA256}" in outcome.out
    assert "gAAAA" not in outcome.out


def test_a_missing_resource_is_still_an_error(run: Run) -> None:
    outcome = run("image", "set", "--dry-run", "--name", "b", "nope")
    assert outcome.exit_code == 4
    assert outcome.out == ""
