"""Slashes in Keystone's paths, which its web framework treats before Keystone does."""

from __future__ import annotations

import pytest
import requests

from tests.contract.conftest import Make
from tests.contract.support.answers import HTML_NOT_FOUND, answer_of
from tests.contract.support.callers import Caller

HTML = "text/html; charset=utf-8"
METHODS = ("GET", "HEAD", "PUT", "DELETE")


def moved(url: str) -> str:
    return (
        "<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n"
        "<h1>Redirecting...</h1>\n"
        "<p>You should be redirected automatically to the target URL:"
        f' <a href="{url}">{url}</a>. If not, click the link.\n'
    )


def assert_moved(answer: requests.Response, url: str) -> None:
    assert answer.status_code == 308
    assert answer.headers["Location"] == url
    assert answer.headers["Content-Type"] == HTML


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tag", ["%2Fx", "/x", "%2F%2Fx"])
def test_a_tag_that_begins_with_a_slash_is_elsewhere(
    admin: Caller, make: Make, method: str, tag: str
) -> None:
    path = f"/projects/{make('project', name='Tagged')['id']}/tags"
    answer = admin.identity(method, f"{path}/{tag}")
    url = f"{admin.cloud.identity_url}/v3{path}/x"
    assert_moved(answer, url)
    assert answer.text == ("" if method == "HEAD" else moved(url))


def test_a_tag_that_ends_with_a_slash_has_none(admin: Caller, make: Make) -> None:
    path = f"/projects/{make('project', name='Tagged')['id']}/tags"
    answer = admin.identity("PUT", f"{path}/x%2F")
    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["Content-Type"] == HTML
    assert admin.identity("GET", path).json()["tags"] == ["x"]
    assert answer_of(admin.identity("GET", f"{path}/%2F%2F")) == answer_of(
        admin.identity("GET", path)
    )


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("//users", "/users"),
        ("//users/", "/users"),
        ("/users//x", "/users/x"),
        ("/projects//tags", "/projects/tags"),
        ("//users?name=x%20y&a=%2F", "/users?name=x%20y&a=%2F"),
        ("//projects/a%20b/tags/%C3%A4", "/projects/a%20b/tags/%C3%A4"),
    ],
)
def test_several_slashes_lead_to_one(admin: Caller, path: str, right: str) -> None:
    answer = admin.identity("GET", path)
    assert_moved(answer, f"{admin.cloud.identity_url}/v3{right}")
    assert right.replace("&", "&amp;") in answer.text


@pytest.mark.parametrize("path", ["//nope", "/projects/x/tags/a//b"])
def test_several_slashes_lead_nowhere_else(admin: Caller, path: str) -> None:
    answer = admin.identity("GET", path)
    assert (answer.status_code, answer.text) == (404, HTML_NOT_FOUND)


@pytest.mark.parametrize("path", ["/users///", "/users/"])
def test_slashes_at_the_end_are_passed_over(admin: Caller, path: str) -> None:
    assert admin.identity("GET", path).status_code == 200
