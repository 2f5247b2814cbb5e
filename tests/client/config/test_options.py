"""Global options: the same as keystoneauth's plugins and `openstack` take."""

from __future__ import annotations

import argparse
import os
import re
import subprocess

import pytest
from keystoneauth1 import loading
from keystoneauth1.extras.oauth1._loading import V3OAuth1

from imagectl.config.options import AUTH_OPTIONS, add_global_options, option_names

OLDER_NAMES = {"tenant_id", "tenant_name"}


def plugin_options() -> list[loading.Opt]:
    names = loading.get_available_plugin_names()
    found = [option for name in names for option in loading.get_plugin_options(name)]
    return [*found, *V3OAuth1().get_options()]


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="p")
    add_global_options(parser)
    return parser


def test_every_plugin_option_is_in_the_table() -> None:
    by_name = {option.name: option for option in AUTH_OPTIONS}
    for theirs in plugin_options():
        name = theirs.name.replace("-", "_")
        if name in OLDER_NAMES:
            continue
        assert by_name[name].target == theirs.dest
        older = {other.name.replace("-", "_") for other in theirs.deprecated}
        assert older <= set(by_name[name].aliases)


def test_the_table_has_no_option_that_no_plugin_takes() -> None:
    theirs = {option.name.replace("-", "_") for option in plugin_options()}
    if "login_timeout" not in theirs:
        pytest.skip("this keystoneauth1, of Python 3.10, is older than the table")
    assert {option.name for option in AUTH_OPTIONS} <= theirs


def test_every_option_can_be_given() -> None:
    parser = make_parser()
    for option in AUTH_OPTIONS:
        given = parser.parse_args([f"--os-{option.name.replace('_', '-')}", "value"])
        assert getattr(given, option.name) == "value"


def test_tenant_options_are_the_project_s() -> None:
    given = make_parser().parse_args(["--os-tenant-name", "n", "--os-tenant-id", "i"])
    assert (given.project_name, given.project_id) == ("n", "i")


@pytest.mark.parametrize(
    "pair",
    [
        ("--verify", "--insecure"),
        ("--os-remote-project-id=1", "--os-remote-project-name=2"),
        ("--os-remote-project-domain-id=1", "--os-remote-project-domain-name=2"),
    ],
)
def test_options_that_exclude_each_other_are_refused(
    pair: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leave:
        make_parser().parse_args(pair)
    assert leave.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err


def test_an_unknown_interface_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make_parser().parse_args(["--os-interface", "outside"])
    assert "invalid choice: 'outside'" in capsys.readouterr().err


def test_help_names_variables_and_shows_none_of_their_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in option_names():
        monkeypatch.setenv(f"OS_{name.upper()}", "hidden-value")
    text = make_parser().format_help()
    assert "OS_PASSWORD" in text
    assert "hidden-value" not in text


def test_options_that_are_not_given_are_unset() -> None:
    given = vars(make_parser().parse_args([]))
    assert {key for key, value in given.items() if value not in (None, False)} == set()


@pytest.mark.reference
def test_every_global_option_of_openstack_is_ours() -> None:
    reference = os.environ.get("IMAGECTL_REFERENCE_BIN")
    if not reference:
        pytest.skip("IMAGECTL_REFERENCE_BIN names no reference client")
    program = [f"{reference}/openstack", "--help"]
    shown = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    usage = shown.partition("\n\n")[0]
    theirs = set(re.findall(r"--[a-z0-9-]+", usage))
    assert len(theirs) > 70
    ours = {s for a in make_parser()._actions for s in a.option_strings}
    assert theirs - ours <= {
        "--version",
        "--verbose",
        "--quiet",
        "--log-file",
        "--help",
        "--debug",
        "--os-profile",
    }
