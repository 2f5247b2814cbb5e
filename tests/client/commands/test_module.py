"""``module list`` and ``command list``."""

from __future__ import annotations

from importlib import metadata

from imagectl import __version__
from tests.conftest import Run


def test_modules_are_listed_with_their_versions(run_anonymous: Run) -> None:
    few = run_anonymous("module", "list", "-f", "json").json
    assert few["imagectl"] == __version__
    assert few["keystoneclient"] == metadata.version("python-keystoneclient")
    every = run_anonymous("module", "list", "--all", "-f", "json").json
    assert few.items() <= every.items()
    assert every["yaml"] == metadata.version("PyYAML")
    assert "pytest" not in every


def test_commands_are_listed_by_the_service_they_ask(run_anonymous: Run) -> None:
    rows = run_anonymous("command", "list", "-f", "json").json
    groups = {row["Command Group"]: row["Commands"] for row in rows}
    assert sorted(groups) == ["common", "identity.v3", "image.v2"]
    assert "image list" in groups["image.v2"]
    assert {"user list", "token issue", "limit set"} <= set(groups["identity.v3"])
    assert "module list" in groups["common"]


def test_commands_of_one_group_are_listed(run_anonymous: Run) -> None:
    [row] = run_anonymous("command", "list", "--group", "image", "-f", "json").json
    assert row["Command Group"] == "image.v2"
    table = run_anonymous("command", "list", "--group", "image")
    assert "image show" in [line.strip(" |") for line in table.out.splitlines()]
    assert run_anonymous("command", "list", "--group", "nova", "-f", "json").json == []
