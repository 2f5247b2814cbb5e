"""``policy``: create, show, set and delete."""

from __future__ import annotations

from pathlib import Path

from tests.client.support.identity import create
from tests.conftest import Run


def test_a_policy_is_kept_as_it_was_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rules"
    path.write_text("a: b\n")
    made = run("policy", "create", str(path), "--type", "text/yaml", "-f", "json").json
    assert made == {"id": made["id"], "rules": "a: b\n", "type": "text/yaml"}
    assert run("policy", "show", made["id"], "-f", "json").json == made
    [row] = run("policy", "list", "--long", "-f", "json").json
    assert row == {"ID": made["id"], "Type": "text/yaml", "Rules": "a: b\n"}
    assert list(run("policy", "list", "-f", "json").json[0]) == ["ID", "Type"]


def test_set_and_delete_change_the_policy_of_an_id(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rules"
    path.write_text("{}")
    made = create(run, "policy", str(path))
    path.write_text("[]")
    assert run("policy", "set", made, "--rules", str(path)).exit_code == 0
    assert run("policy", "set", made, "--type", "text/plain").exit_code == 0
    shown = run("policy", "show", made, "-f", "json").json
    assert (shown["rules"], shown["type"]) == ("[]", "text/plain")
    assert run("policy", "delete", made).exit_code == 0
    assert run("policy", "show", made).exit_code == 4


def test_a_file_that_is_not_there_creates_nothing(run: Run, tmp_path: Path) -> None:
    done = run("policy", "create", str(tmp_path / "none"))
    assert done.exit_code == 1
    assert done.err.endswith("none: No such file or directory\n")
    assert run("policy", "list", "-f", "json").json == []
