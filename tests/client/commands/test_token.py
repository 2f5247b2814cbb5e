"""``token issue`` and ``token revoke``."""

from __future__ import annotations

import re

import pytest
import requests

from mockserver.cloud import MockCloud
from tests.conftest import Run


def is_valid(cloud: MockCloud, token: str) -> bool:
    headers = {"X-Auth-Token": token, "X-Subject-Token": token}
    url = f"{cloud.identity_url}/v3/auth/tokens"
    return requests.get(url, headers=headers, timeout=10).status_code == 200


def test_issue_prints_the_rows_of_openstack(cloud: MockCloud, run: Run) -> None:
    shown = run("token", "issue", "-f", "json").json
    assert list(shown) == ["expires", "id", "project_id", "user_id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", shown["expires"])
    assert is_valid(cloud, shown["id"])


@pytest.mark.parametrize(
    ("variable", "content", "row"),
    [
        ("OS_SYSTEM_SCOPE", "all", ("system", "all")),
        ("OS_DOMAIN_ID", "default", ("domain_id", "default")),
    ],
)
def test_issue_says_what_the_token_is_for(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    content: str,
    row: tuple[str, str],
) -> None:
    run("role", "add", "--user", "admin", "--domain", "default", "admin")
    monkeypatch.delenv("OS_PROJECT_NAME")
    monkeypatch.delenv("OS_PROJECT_DOMAIN_NAME")
    monkeypatch.setenv(variable, content)
    shown = run("token", "issue", "-f", "json").json
    assert row in shown.items()
    assert "project_id" not in shown


def test_a_revoked_token_is_issued_no_more(cloud: MockCloud, run: Run) -> None:
    token = run("token", "issue", "-f", "value", "-c", "id").out.strip()
    done = run("token", "revoke", token)
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    assert not is_valid(cloud, token)
    fresh = run("token", "issue", "-f", "value", "-c", "id").out.strip()
    assert fresh != token
    assert is_valid(cloud, fresh)


def test_a_revoked_token_is_not_kept(cloud: MockCloud, run: Run) -> None:
    token = run("token", "issue", "-f", "value", "-c", "id").out.strip()
    run("token", "revoke", token)
    cloud.journal.clear()
    assert run("user", "list").exit_code == 0
    assert 401 not in {exchange.status for exchange in cloud.journal}


def test_an_invalid_token_is_not_found(run: Run) -> None:
    done = run("token", "revoke", "nonsense")
    assert done.exit_code == 4
    assert "nonsense" not in done.err
