"""Glance's errors as JSON, HTML or text; unknown routes and wrong methods."""

from __future__ import annotations

import pytest

from tests.contract.support.answers import NO_ROUTE, answer_of, glance_error, no_image
from tests.contract.support.callers import Caller

HTML = """\
<html>
 <head>
  <title>404 Not Found</title>
 </head>
 <body>
  <h1>404 Not Found</h1>
  No image found with ID nope<br /><br />



 </body>
</html>"""
TEXT = "404 Not Found\n\nNo image found with ID nope\n\n   "


def test_an_error_is_json_for_who_asks_for_json(admin: Caller) -> None:
    answer = admin.image("GET", "/images/nope")
    assert answer_of(answer) == no_image("nope")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_an_error_is_html_for_who_does_not(admin: Caller, accept: str) -> None:
    answer = admin.image("GET", "/images/nope", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert (answer.status_code, answer.text.rstrip()) == (404, HTML)


@pytest.mark.parametrize("accept", ["text/plain", "", None])
def test_an_error_is_text_for_who_wants_neither(
    admin: Caller, accept: str | None
) -> None:
    answer = admin.image("GET", "/images/nope", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert (answer.status_code, answer.text.rstrip()) == (404, TEXT.rstrip())


def test_a_page_escapes_what_was_asked_for(admin: Caller) -> None:
    answer = admin.image("GET", "/images/o'o<b>", headers={"Accept": "text/html"})
    assert "No image found with ID o&#x27;o&lt;b&gt;<br />" in answer.text


@pytest.mark.parametrize("path", ["/nope", "/images/", "/schemas/nope"])
def test_an_unknown_route_is_not_found(admin: Caller, path: str) -> None:
    assert answer_of(admin.image("GET", path)) == glance_error(404, NO_ROUTE)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/images", "GET, POST"),
        ("DELETE", "/images", "GET, POST"),
        ("POST", "/images/x", "GET, PATCH, DELETE"),
        ("POST", "/images/x/file", "GET, PUT"),
        ("GET", "/images/x/tags/y", "PUT, DELETE"),
        ("POST", "/schemas/image", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    admin: Caller, method: str, path: str, allowed: str
) -> None:
    answer = admin.image(method, path)
    code, body = glance_error(405, "")
    body["message"] = (
        f"The method {method} is not allowed for this resource. <br /><br />\n"
    )
    assert answer_of(answer) == (code, body)
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/images", "/images/x/file"])
def test_head_is_no_method_of_glance(admin: Caller, path: str) -> None:
    answer = admin.image("HEAD", path)
    assert (answer.status_code, answer.content) == (405, b"")
