"""A service's token lets an expired one of a user pass, as in keystonemiddleware."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from mockserver.cloud import MockCloud
from tests.mock.support.identity_calls import call, sign_in


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud().in_process() as cloud:
        yield cloud


def give_role_service(cloud: MockCloud) -> None:
    [role] = call(cloud, "GET", "/roles?name=service").json()["roles"]
    [project] = call(cloud, "GET", "/projects?name=admin").json()["projects"]
    [user] = call(cloud, "GET", "/users?name=admin").json()["users"]
    grant = f"/projects/{project['id']}/users/{user['id']}/roles/{role['id']}"
    assert call(cloud, "PUT", grant).status_code == 204


@pytest.mark.fault(30)
@pytest.mark.parametrize(
    ("later_s", "status"), [(0, 200), (4_000, 200), (170_000, 200), (180_000, 401)]
)
def test_an_expired_token_passes_with_a_services(
    cloud: MockCloud, later_s: int, status: int
) -> None:
    token = sign_in(cloud).headers["X-Subject-Token"]
    give_role_service(cloud)
    cloud.clock.advance(later_s)
    service = sign_in(cloud).headers["X-Subject-Token"]
    url = f"{cloud.image_url}/v2/images"
    headers = {"X-Auth-Token": token, "X-Service-Token": service}
    assert requests.get(url, headers=headers).status_code == status
    if later_s > 3600:
        assert requests.get(url, headers={"X-Auth-Token": token}).status_code == 401


@pytest.mark.fault(30)
def test_a_token_without_the_role_lets_none_pass(cloud: MockCloud) -> None:
    token = sign_in(cloud).headers["X-Subject-Token"]
    cloud.clock.advance(4_000)
    other = sign_in(cloud).headers["X-Subject-Token"]
    url = f"{cloud.image_url}/v2/images"
    for service in (other, token, "nothing"):
        headers = {"X-Auth-Token": token, "X-Service-Token": service}
        assert requests.get(url, headers=headers).status_code == 401
