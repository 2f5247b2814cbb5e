"""What a token's answer says: expiry, scope, endpoints and the versions below them."""

from __future__ import annotations

from typing import Any

import pytest

from imagectl.auth import discovery
from imagectl.auth.access import Access, find_endpoint_url, read_access
from imagectl.errors import AccessError, ServiceError

TOKEN = {
    "issued_at": "2018-10-19T10:00:00.000000Z",
    "expires_at": "2018-10-19T11:00:00.000000Z",
    "user": {"id": "u", "name": "uma", "domain": {"id": "default"}},
    "project": {"id": "p", "name": "peas"},
    "roles": [{"id": "1", "name": "admin"}, {"id": "2", "name": "reader"}],
    "catalog": [
        {"type": "identity", "endpoints": []},
        {
            "type": "image",
            "endpoints": [
                {"interface": "public", "region": "A", "url": "http://a-public"},
                {"interface": "internal", "region_id": "A", "url": "http://a-internal"},
                {"interface": "public", "region": "B", "url": "http://b-public"},
            ],
        },
    ],
}


@pytest.fixture
def access() -> Access:
    return read_access("secret-token", {"token": TOKEN}, received_at=5000)


def test_the_lifetime_of_a_token_is_counted_by_our_clock(
    access: Access,
) -> None:
    assert access.good_until == 5000 + 3600
    assert access.expires_at == "2018-10-19T11:00:00.000000Z"


def test_a_token_says_whose_it_is(access: Access) -> None:
    assert (access.user_id, access.user_name) == ("u", "uma")
    assert (access.project_id, access.project_name) == ("p", "peas")
    assert access.user_domain_id == "default"
    assert access.domain_id is None
    assert access.roles == ("admin", "reader")
    assert access.is_scoped and not access.has_system_scope
    assert "secret-token" not in repr(access)


def test_a_system_token_is_scoped() -> None:
    assert Access("t", {"system": {"all": True}}).is_scoped


def test_a_v2_token_is_refused() -> None:
    with pytest.raises(ServiceError, match="issued no v3 token"):
        read_access("t", {"access": {"token": {}}}, 0)


@pytest.mark.parametrize("instant", [None, "soon"])
def test_a_token_without_a_readable_end_has_none(instant: str | None) -> None:
    body = {"token": {**TOKEN, "expires_at": instant}}
    assert read_access("t", body, 0).good_until == float("inf")


@pytest.mark.parametrize(
    ("interfaces", "region", "expected"),
    [
        (("public",), None, "http://a-public"),
        (("public",), "B", "http://b-public"),
        (("internal",), "A", "http://a-internal"),
        (("internal", "public"), "B", "http://b-public"),
        (("internal", "public"), None, "http://a-internal"),
    ],
)
def test_an_endpoint_is_chosen_by_interface_then_region(
    access: Access, interfaces: tuple[str, ...], region: str | None, expected: str
) -> None:
    assert find_endpoint_url(access, "image", interfaces, region) == expected


def test_a_missing_region_says_what_there_is(access: Access) -> None:
    with pytest.raises(ServiceError) as caught:
        find_endpoint_url(access, "image", ("public",), "nope")
    expected = "public endpoint for image service in nope region not found"
    assert str(caught.value) == expected
    assert "public in A, internal in None, public in B" in caught.value.hint


def test_a_missing_service_says_which_there_are(access: Access) -> None:
    with pytest.raises(ServiceError) as caught:
        find_endpoint_url(access, "volume", ("public",), None)
    assert str(caught.value) == "public endpoint for volume service not found"
    assert caught.value.hint == "the catalog has the services: identity, image"


def test_an_unscoped_token_asks_for_a_project() -> None:
    with pytest.raises(AccessError) as caught:
        find_endpoint_url(Access("t", {}), "image", ("public",), None)
    assert "--os-project-name" in caught.value.hint


@pytest.mark.parametrize(
    ("service", "url", "root"),
    [
        ("image", "http://h:9292/v2", "http://h:9292/v2"),
        ("image", "http://h/image/v2/", "http://h/image/v2"),
        ("image", "http://h:9292/v1", "http://h:9292/v2"),
        ("identity", "http://h:5000/v2.0/", "http://h:5000/v3"),
        ("image", "http://h:9292", None),
        ("image", "http://h/image/", None),
        ("image", "http://v2", None),
    ],
)
def test_a_version_in_the_url_is_enough(
    service: str, url: str, root: str | None
) -> None:
    assert discovery.versioned_root(service, url) == root


def image_versions(*hrefs: str) -> dict[str, Any]:
    numbers = ["v2.17", "v2.9", "v1.1"]
    links = [[{"rel": "self", "href": href}] for href in hrefs]
    entries = zip(numbers, links, strict=True)
    return {"versions": [{"id": number, "links": link} for number, link in entries]}


@pytest.mark.parametrize(
    ("url", "href", "root"),
    [
        ("http://h:9292", "http://h:9292/v2/", "http://h:9292/v2"),
        ("http://h/image", "http://h/image/v2/", "http://h/image/v2"),
        ("https://h/image", "http://backend:9292/v2/", "https://h/image/v2"),
        ("https://h/image", "http://backend/api/v2/", "https://h/image/v2"),
        ("https://h", "http://h/v2/", "https://h/v2"),
        ("http://h/image", "v2/", "http://h/image/v2"),
        ("http://h/image", "/v2/", "http://h/v2"),
    ],
)
def test_the_link_of_a_version_never_leaves_the_endpoint_s_host(
    url: str, href: str, root: str
) -> None:
    document = image_versions(href, "http://h/wrong/v2/", "http://h/v1/")
    assert discovery.root_in_document("image", url, document) == root


def test_keystone_s_shape_of_versions_is_read() -> None:
    link = {"rel": "self", "href": "http://h/v3/"}
    document = {"versions": {"values": [{"id": "v3.14", "links": [link]}]}}
    assert discovery.root_in_document("identity", "http://h", document) == "http://h/v3"


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"versions": 1},
        {"versions": ["v2"]},
        {"versions": [{"id": "v2.0"}]},
        {"versions": [{"id": "v2.0", "links": {"rel": "self"}}]},
        {"versions": [{"id": "v1", "links": [{"rel": "self", "href": "http://h/v1"}]}]},
    ],
)
def test_a_document_without_our_version_names_no_root(document: Any) -> None:
    assert discovery.root_in_document("image", "http://h", document) is None


def test_the_usual_root_is_below_the_endpoint() -> None:
    assert discovery.default_root("image", "http://h/image/") == "http://h/image/v2"
    assert discovery.default_root("identity", "http://h") == "http://h/v3"
    assert discovery.default_root("other", "http://h/") == "http://h"
