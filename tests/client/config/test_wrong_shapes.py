"""clouds.yaml and variables of any shape: one line, and the other clouds work."""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagectl.config.clouds import load_cloud, load_named_cloud
from imagectl.errors import ImagectlError, UsageError
from tests.conftest import Run

pytestmark = pytest.mark.fault(15)

VALUES: tuple[Any, ...] = (
    None,
    1,
    1.5,
    True,
    [],
    [[]],
    {},
    {"a": {"b": 1}},
    "",
    "text",
)
KEYS = (
    "auth",
    "auth_type",
    "profile",
    "regions",
    "region_name",
    "interface",
    "insecure",
    "verify",
    "cacert",
    "cert",
    "key",
    "api_timeout",
    "connect_retries",
    "status_code_retries",
    "image_api_version",
    "image_endpoint_override",
    "identity_interface",
    "default_domain",
    "service_provider",
    "remote_project_name",
    "endpoint_override",
    "image_region_name",
)
AUTH_KEYS = ("auth_url", "username", "password", "project_name", "auth_methods")


@pytest.fixture
def file(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = home / "clouds.yaml"
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    return path


def test_a_setting_of_any_type_is_read_or_refused_in_a_line(
    file: Path, cases: Callable[[int], None]
) -> None:
    settings = [{key: value} for key, value in itertools.product(KEYS, VALUES)]
    settings += [{"auth": {k: v}} for k, v in itertools.product(AUTH_KEYS, VALUES)]
    settings += [{"regions": [{"name": v, "values": v}]} for v in VALUES]
    documents: list[Any] = [{"clouds": {"c": each}} for each in settings]
    documents += [{"clouds": {"c": each}} for each in VALUES]
    documents += [*({"clouds": each} for each in VALUES), *VALUES]
    for document in documents:
        file.write_text(json.dumps(document))
        try:
            load_named_cloud("c", {"OS_CLIENT_CONFIG_FILE": str(file)})
        except UsageError as error:
            assert "\n" not in f"{error}{error.hint}"
    cases(len(documents))


@pytest.mark.parametrize("name", ["123", "1.5", "on", "no", "null", "2026-01-01", "~"])
def test_a_name_that_is_no_text_leaves_the_others(file: Path, name: str) -> None:
    file.write_text(f"clouds:\n  good: {{region_name: a}}\n  {name}: {{}}\n")
    environ = {"OS_CLIENT_CONFIG_FILE": str(file)}
    assert load_named_cloud("good", environ).region_name == "a"
    with pytest.raises(UsageError, match="quote the name"):
        load_named_cloud(name, environ)


def test_a_cloud_that_is_text_is_named(run_anonymous: Run, file: Path) -> None:
    file.write_text("clouds: {c: oops}")
    outcome = run_anonymous("--os-cloud", "c", "image", "list")
    assert outcome.exit_code == 2
    assert outcome.err == f"imagectl: Cloud c is no mapping in {file}: oops\n"


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in itertools.pairwise("abcdefghijk")
)
BROKEN = {
    "bomb": BOMB,
    "merges": BOMB.replace("[x,x,x,x,x,x,x,x,x]", "{x: 1}") + "clouds: {<<: *k}",
    "deep": "[" * 50_000,
    "itself": "clouds: &a {c: *a}",
    "tag": "clouds: !!python/object:os.system {}",
    "tab": "clouds:\n\tc: {}",
    "control": "clouds: \x07",
    "many": "---\n" * 3 + "a: 1\n---\nb: 1",
    "keys": "? [a]\n: b",
    "cut": "clouds: {a: [",
}


@pytest.mark.fault("P28")
@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_one_line(run_anonymous: Run, file: Path, text: str) -> None:
    file.write_text(text)
    outcome = run_anonymous("--os-cloud", "c", "image", "list")
    assert outcome.exit_code in (2, 3)
    assert "unicode string" not in outcome.err
    assert len(outcome.err.splitlines()) <= 2


def test_a_file_without_an_end_is_not_read_on(run_anonymous: Run) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", "/dev/zero")
        outcome = run_anonymous("--os-cloud", "c", "image", "list")
    assert outcome.exit_code == 2
    assert "/dev/zero: it is longer than 4 MiB" in outcome.err


@pytest.mark.parametrize("name", ["OS_AUTH_URL", "OS_REGION_NAME", "OS_CLOUD"])
def test_a_carriage_return_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://h/v3\r")
    outcome = run("image", "list")
    assert outcome.exit_code == 2
    first, hint = outcome.err.splitlines()
    assert first.startswith(f"imagectl: {name} has a carriage return")
    assert "dos2unix" in hint


@pytest.mark.fault(6)
@pytest.mark.parametrize("name", ["OS_CLOUD", "OS_CLIENT_CONFIG_FILE", "OS_PROJECT_ID"])
def test_a_variable_of_blanks_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for value in (" ", "\t", " \n ", "\u00a0"):
        monkeypatch.setenv(name, value)
        outcome = run("image", "list")
        assert outcome.exit_code == 2
        assert outcome.err.startswith(f"imagectl: {name} holds only blanks.")


@pytest.mark.parametrize(
    "url", ["'http://h/v3'", '"https://h"', " http://h", "http://h\t"]
)
def test_an_auth_url_in_quotes_or_blanks_says_so(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("OS_AUTH_URL", url)
    outcome = run("image", "list")
    assert outcome.exit_code == 2
    assert "quotes or blanks" in outcome.err.splitlines()[1]


@pytest.mark.parametrize(
    "url", ["http://[::1", "http:///v3", "http://h:x", "http://h:99999", "h:5000/v3"]
)
def test_an_auth_url_that_is_none_is_wrong_usage(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("OS_AUTH_URL", url)
    outcome = run("image", "list")
    assert outcome.exit_code == 2
    assert outcome.err.count("\n") == 1
    assert f"no http or https URL: {url}" in outcome.err


@pytest.mark.parametrize("name", ["OS_PASSWORD", "OS_PROJECT_NAME", "OS_AUTH_URL"])
def test_bytes_that_are_no_text_are_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "a\udcff")
    outcome = run("image", "list")
    assert outcome.exit_code == 2
    assert outcome.err.startswith(f"imagectl: {name} is no text")


@pytest.mark.parametrize(
    "argv",
    [
        ["image", "show", "\udcff"],
        ["image", "create", "a\udcffb"],
        ["image", "list", "--property", "a=\udcff"],
        ["project", "create", "p", "--description", "\udcff"],
        ["--os-project-name", "\udcff", "image", "list"],
        ["api", "GET", "/images?name=\udcff"],
    ],
)
def test_arguments_that_are_no_text_are_refused(
    run_anonymous: Run, argv: list[str]
) -> None:
    outcome = run_anonymous(*argv)
    assert outcome.exit_code == 2
    assert "is no text in this system's encoding" in outcome.err


@pytest.mark.parametrize("kind", ["nosuch", "v3nosuch", "\u00e9", "a b", "../x"])
def test_an_unknown_auth_type_is_one_line(run: Run, kind: str) -> None:
    outcome = run("--os-auth-type", kind, "image", "list")
    assert outcome.exit_code == 2
    first, hint = outcome.err.splitlines()
    assert first == f"imagectl: There is no auth type {kind}."
    assert hint.startswith("hint: installed are admin_token")


def test_every_plugin_names_what_it_misses(
    monkeypatch: pytest.MonkeyPatch, cases: Callable[[int], None]
) -> None:
    from keystoneauth1 import loading

    from imagectl.auth.session import Session

    monkeypatch.setenv("OS_AUTH_URL", "http://127.0.0.1:1/v3")
    given = (
        "OS_USERNAME",
        "OS_IDENTITY_PROVIDER",
        "OS_PROTOCOL",
        "OS_CODE",
        "OS_PASSWORD",
    )
    kinds = sorted(set(loading.get_available_plugin_names()) - {"v3websso", "none"})
    for kind, count in itertools.product(kinds, range(len(given) + 1)):
        environ = dict.fromkeys(given[:count], "x")
        settings = {"OS_AUTH_URL": "http://127.0.0.1:1/v3", "OS_AUTH_TYPE": kind}
        config = load_cloud(argparse.Namespace(), {**settings, **environ})
        with pytest.raises(ImagectlError) as caught:
            Session(config, environ={}).request("GET", "http://127.0.0.1:1/")
        assert "argument" not in str(caught.value), kind
    cases(len(kinds) * (len(given) + 1))
