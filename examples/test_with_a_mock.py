"""How to test a program that uses images, with pytest and a cloud in the process.

pytest examples/test_with_a_mock.py
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest

from mockserver import MockCloud


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud() as started:
        yield started


def variables(cloud: MockCloud) -> dict[str, str]:
    return {
        "OS_AUTH_URL": f"{cloud.identity_url}/v3",
        "OS_USERNAME": cloud.username,
        "OS_PASSWORD": cloud.password,
        "OS_PROJECT_NAME": cloud.project_name,
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
    }


def test_an_image_is_stored(cloud: MockCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables(cloud).items():
        monkeypatch.setenv(name, value)
    command = ["imagectl", "image", "create", "x", "--disk-format", "raw", "-f", "json"]
    done = subprocess.run(command, input=b"bytes", capture_output=True, check=True)
    assert json.loads(done.stdout)["size"] == 5
    assert "PUT" in [entry.method for entry in cloud.journal]


def test_a_service_that_is_down_is_noticed(cloud: MockCloud) -> None:
    cloud.faults.add("GET", "/v2/images", status=503)
    with pytest.raises(OSError, match="503"):
        urllib.request.urlopen(f"{cloud.image_url}/v2/images")
