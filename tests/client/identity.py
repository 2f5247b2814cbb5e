"""Identity records that no command of ours makes yet."""

from __future__ import annotations

import requests

from mockserver.cloud import MockCloud
from tests.conftest import Run


def send(cloud: MockCloud, run: Run, method: str, path: str, **body: object) -> object:
    """Call below ``/v3`` as the administrator and return the answer's JSON, if any."""
    token = run("token", "issue", "-f", "json").json["id"]
    answer = requests.request(
        method,
        f"{cloud.identity_url}/v3{path}",
        json=body or None,
        headers={"X-Auth-Token": token},
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json() if answer.content else None


def create(cloud: MockCloud, run: Run, noun: str, **record: str) -> str:
    """Create a record and return its id."""
    made = send(cloud, run, "POST", f"/{noun}s", **{noun: record})
    assert isinstance(made, dict)
    return str(made[noun]["id"])


def join(cloud: MockCloud, run: Run, group_id: str, user_id: str) -> None:
    send(cloud, run, "PUT", f"/groups/{group_id}/users/{user_id}")
