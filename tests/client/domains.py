"""Domains for tests of names that are the same in two of them."""

from __future__ import annotations

import requests

from mockserver.cloud import MockCloud
from tests.conftest import Run


def create_domain(cloud: MockCloud, run: Run, name: str) -> str:
    """Create a domain and return its id; no command of ours creates one yet."""
    token = run("token", "issue", "-f", "json").json["id"]
    answer = requests.post(
        f"{cloud.identity_url}/v3/domains",
        json={"domain": {"name": name}},
        headers={"X-Auth-Token": token},
        timeout=10,
    )
    return str(answer.json()["domain"]["id"])
