"""Options, ``OS_*`` variables and clouds.yaml: the settings they give a cloud."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from keystoneauth1 import loading

from imagectl.config.clouds import CloudConfig, load_cloud
from imagectl.config.options import add_global_options
from imagectl.errors import UsageError
from tests.client.support.auth_cases import (
    CASES,
    DEFAULTS,
    TWO_CLOUDS,
    VARIABLES,
    Case,
    expand_home,
)
from tests.client.support.auth_layer_cases import LAYER_CASES


def read(*argv: str, environ: Mapping[str, str] | None = None) -> CloudConfig:
    parser = argparse.ArgumentParser()
    add_global_options(parser)
    return load_cloud(
        parser.parse_args(argv), os.environ if environ is None else environ
    )


def describe(config: CloudConfig) -> dict[str, Any]:
    options = loading.get_plugin_options(config.auth_type)
    known = {option.dest for option in options}
    service = config.service("image")
    endpoint = config.auth.get("endpoint") if config.auth_type == "none" else None
    return {
        "auth_type": config.auth_type,
        "auth": {key: v for key, v in config.auth.items() if key in known},
        "region": service.region_name,
        "interfaces": list(service.interfaces),
        "verify": config.verify,
        "cert": list(config.cert) if isinstance(config.cert, tuple) else config.cert,
        "image_url": service.endpoint_override or endpoint,
        "image_version": service.api_version,
    }


@pytest.mark.parametrize("case", [*CASES, *LAYER_CASES], ids=lambda case: case.title)
def test_a_configuration_is_read_as_openstack_reads_it(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.lay_out(tmp_path)
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    if case.error:
        with pytest.raises(UsageError) as caught:
            read(*case.argv, environ=case.variables(tmp_path))
        assert caught.value.message.startswith(case.error)
        return
    found = describe(read(*case.argv, environ=case.variables(tmp_path)))
    assert found == expand_home({**DEFAULTS, **case.expected}, tmp_path / "home")


@pytest.fixture
def clouds_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty clouds.yaml below home; the working directory has none."""
    monkeypatch.chdir(tmp_path)
    path = home / ".config/openstack/clouds.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("")
    return path


@pytest.mark.parametrize(
    ("url", "auth_type"), [("http://k/v3/", "v3token"), ("http://k:5000", "token")]
)
def test_a_token_alone_is_authenticated_with(url: str, auth_type: str) -> None:
    environ = {"OS_TOKEN": "t", "OS_AUTH_URL": url, "OS_PROJECT_NAME": "p"}
    config = read(environ=environ)
    assert config.auth_type == auth_type
    assert config.auth["project_domain_id"] == "default"


def test_a_token_beside_a_user_changes_nothing() -> None:
    assert read(environ={**VARIABLES, "OS_TOKEN": "t"}).auth_type == "password"


def test_a_general_override_is_for_images_and_a_special_one_wins() -> None:
    general = read("--os-endpoint-override", "http://general")
    special = read(
        "--os-endpoint-override",
        "http://general",
        environ={
            "OS_IMAGE_ENDPOINT_OVERRIDE": "http://special",
            "OS_IDENTITY_ENDPOINT_OVERRIDE": "http://identity",
        },
    )
    assert general.service("image").endpoint_override == "http://general"
    assert general.service("identity").endpoint_override is None
    assert special.service("image").endpoint_override == "http://special"
    assert special.service("identity").endpoint_override == "http://identity"


def test_a_variable_overrides_the_endpoint_of_a_named_cloud(clouds_file: Path) -> None:
    clouds_file.write_text("clouds: {a: {image_endpoint_override: http://file}}")
    environ = {"HOME": os.environ["HOME"], "OS_CLOUD": "a"}
    config = read(environ={**environ, "OS_IMAGE_ENDPOINT_OVERRIDE": "http://env"})
    assert config.service("image").endpoint_override == "http://env"


def test_one_service_may_have_its_own_interface_and_region(clouds_file: Path) -> None:
    clouds_file.write_text(
        "clouds: {a: {interface: public, image_interface: internal, "
        "region_name: North, image_region_name: South, image_api_version: 2.17}}"
    )
    config = read()
    image, identity = config.service("image"), config.service("identity")
    assert (image.interfaces, image.region_name) == (("internal",), "South")
    assert (identity.interfaces, identity.region_name) == (("public",), "North")
    assert image.api_version == "2.17"


def test_verify_on_the_command_line_wins_over_the_file(clouds_file: Path) -> None:
    clouds_file.write_text("clouds: {a: {insecure: true, api_timeout: 7}}")
    assert read().verify is False
    assert read("--verify").verify is True
    assert read().read_timeout_s == 7


def test_several_clouds_and_none_named_are_listed(clouds_file: Path) -> None:
    clouds_file.write_text(TWO_CLOUDS)
    config = read()
    assert (config.name, dict(config.auth)) == ("", {})
    assert config.hint == f"{clouds_file} has: blue, red"


@pytest.mark.fault("P28")
def test_a_broken_file_is_told_of_once(
    clouds_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clouds_file.write_text("clouds: {a: [")
    with caplog.at_level(logging.WARNING):
        with pytest.raises(UsageError) as caught:
            read("--os-cloud", "a")
        assert caplog.text == ""
        read()
    assert str(caught.value) == "Cloud a was not found."
    assert caught.value.hint.count(f"skipped {clouds_file}: line 2: did not") == 1
    assert "unicode string" not in caught.value.hint
    assert caplog.text.count(f"Skipping {clouds_file}") == 1


def test_an_unreadable_file_is_passed_over_and_named(clouds_file: Path) -> None:
    clouds_file.unlink()
    clouds_file.mkdir()
    with pytest.raises(UsageError) as caught:
        read("--os-cloud", "a")
    assert f"skipped {clouds_file}: Is a directory" in caught.value.hint


@pytest.mark.parametrize("text", ["- a\n- b", "clouds: [a]", "just words"])
def test_a_file_that_is_no_mapping_is_refused(clouds_file: Path, text: str) -> None:
    clouds_file.write_text(text)
    with pytest.raises(UsageError, match="is no mapping of clouds"):
        read()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("clouds: {a: {regions: x}}", "regions is no list"),
        ("clouds: {a: {regions: [{nam: x}]}}", "Invalid region entry"),
        ("clouds: {a: {auth: x}}", "auth is no mapping"),
        ("clouds: {a: {api_timeout: x}}", "api_timeout is no number"),
        ("clouds: {a: {auth: {auth_url: 'http://{x}'}}}", "Cannot expand http://{x}"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(
    clouds_file: Path, text: str, message: str
) -> None:
    clouds_file.write_text(text)
    with pytest.raises(UsageError, match=message):
        read()


def test_an_unknown_profile_is_warned_of(
    clouds_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clouds_file.write_text("clouds: {a: {profile: nowhere, key: k}}")
    read()
    assert "No vendor profile nowhere for the cloud a" in caplog.text


def test_secrets_are_not_in_the_representation() -> None:
    config = read(environ={**VARIABLES, "OS_PASSWORD": "a-secret-word"})
    assert config.auth["password"] == "a-secret-word"
    assert "a-secret-word" not in repr(config)


@pytest.mark.parametrize(
    ("argv", "environ", "is_kept"),
    [
        ((), {}, True),
        (("--no-token-cache",), {}, False),
        ((), {"IMAGECTL_NO_TOKEN_CACHE": "1"}, False),
    ],
)
def test_the_token_cache_can_be_switched_off(
    argv: tuple[str, ...], environ: dict[str, str], is_kept: bool
) -> None:
    assert read(*argv, environ=environ).token_cache is is_kept


@pytest.fixture
def vendors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """openstacksdk's profiles, in a package that must not be imported."""
    folder = tmp_path / "site" / "openstack" / "config" / "vendors"
    folder.mkdir(parents=True)
    (tmp_path / "site/openstack/__init__.py").write_text("raise AssertionError")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


def test_a_profile_that_comes_with_openstacksdk_is_read(
    clouds_file: Path, vendors: Path
) -> None:
    profile = '{"name": "acme", "profile": {"auth": {"auth_url": "http://acme/v3"}}}'
    (vendors / "acme.json").write_text(profile)
    clouds_file.write_text("clouds: {a: {profile: acme, auth: {user_id: u}}}")
    assert read().auth == {"auth_url": "http://acme/v3", "user_id": "u"}


def test_a_profile_of_a_cloud_that_is_no_more_is_refused(
    clouds_file: Path, vendors: Path
) -> None:
    profile = "{name: gone, profile: {status: shutdown, message: It moved.}}"
    (vendors / "gone.yaml").write_text(profile)
    clouds_file.write_text("clouds: {a: {profile: gone}}")
    with pytest.raises(UsageError, match=r"gone is no more: It moved\."):
        read()


def test_a_profile_s_name_leads_to_no_other_folder(
    clouds_file: Path, vendors: Path
) -> None:
    (vendors.parent / "secret.json").write_text('{"profile": {"region_name": "X"}}')
    clouds_file.write_text("clouds: {a: {profile: ../secret}}")
    assert read().region_name is None
