"""``configuration show``: settings, with secrets masked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run

CLOUDS = """\
clouds:
  lab:
    auth: {auth_url: "http://lab/v3", username: ann, password: s3cret, project_name: p}
    region_name: North
    verify: false
"""


def test_the_configuration_is_shown_without_secrets(run: Run) -> None:
    shown = run("configuration", "show", "-f", "json").json
    assert shown["password"] == "<redacted>"
    assert (shown["username"], shown["auth.project_name"]) == ("admin", "admin")
    assert (shown["auth_type"], shown["interface"]) == ("password", "public")
    assert list(shown) == sorted(shown)
    for argv in ((), ("--mask",)):
        assert "secret" not in run("configuration", "show", *argv).out
    assert run("configuration", "show", "--mask", "--unmask").exit_code == 2


def test_a_secret_is_shown_when_it_is_asked_for(run: Run) -> None:
    argv = ("configuration", "show", "--unmask", "-f", "value", "-c", "password")
    assert run(*argv).out == "secret\n"


def test_a_named_cloud_is_read_and_nothing_is_asked_of_it(
    run_anonymous: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    shown = run_anonymous("--os-cloud", "lab", "configuration", "show", "-f", "json")
    assert shown.json["auth.auth_url"] == "http://lab/v3"
    assert shown.json["auth.password"] == "<redacted>"
    assert (shown.json["region_name"], shown.json["verify"]) == ("North", False)


def test_every_kind_of_secret_is_masked(
    run_anonymous: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("TOKEN", "PASSCODE", "APPLICATION_CREDENTIAL_SECRET", "CLIENT_SECRET")
    for name in (*names, "ACCESS_TOKEN", "CODE"):
        monkeypatch.setenv(f"OS_{name}", "hide-me")
    assert "hide-me" not in run_anonymous("configuration", "show").out
    shown = run_anonymous("configuration", "show", "--unmask", "-f", "json").json
    assert sum(k.startswith("auth.") and v == "hide-me" for k, v in shown.items()) == 6


@pytest.mark.fault("P29")
def test_credentials_have_one_name_whatever_they_come_from(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = ("-c", "auth.auth_url", "-c", "auth.username", "-c", "auth.password")
    argv = ("configuration", "show", *wanted, "-f", "json")
    from_variables = run(*argv).json
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    monkeypatch.delenv("OS_REGION_NAME")
    from_a_file = run("--os-cloud", "lab", *argv).json
    from_options = run("--os-auth-url", "http://other/v3", *argv).json
    assert from_variables.keys() == from_a_file.keys() == from_options.keys()
    assert from_options["auth.auth_url"] == "http://other/v3"
    assert from_variables["auth.password"] == "<redacted>"
