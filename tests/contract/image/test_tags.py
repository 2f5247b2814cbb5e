"""/v2/images/{id}/tags/{tag}: add, delete, and names that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import NO_ROUTE, answer_of, glance_error
from tests.contract.support.callers import Caller


def list_tags(admin: Caller, image_id: str) -> list[str]:
    tags = admin.image("GET", f"/images/{image_id}").json()["tags"]
    return sorted(tags)


@pytest.mark.parametrize(("written", "tag"), [("new", "new"), ("a%20b", "a b")])
def test_a_tag_is_added_once_and_removed(
    admin: Caller, make_image: Make, written: str, tag: str
) -> None:
    image_id = make_image(tags=["old"])["id"]
    path = f"/images/{image_id}/tags/{written}"
    for _ in range(2):
        answer = admin.image("PUT", path)
        assert (answer.status_code, answer.content) == (204, b"")
    assert list_tags(admin, image_id) == sorted(["old", tag])
    answer = admin.image("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert list_tags(admin, image_id) == ["old"]


def test_a_tag_that_is_not_there_is_not_found(admin: Caller, make_image: Make) -> None:
    answer = admin.image("DELETE", f"/images/{make_image()['id']}/tags/nope")
    assert answer_of(answer) == glance_error(404, NO_ROUTE)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_unknown_image_is_not_found(admin: Caller, method: str) -> None:
    answer = admin.image(method, "/images/nope/tags/x")
    assert answer_of(answer) == glance_error(404, "Image nope not found.")


@pytest.mark.parametrize("written", ["", "a%2Fb"])
def test_a_tag_has_no_slash_and_is_not_empty(
    admin: Caller, make_image: Make, written: str
) -> None:
    answer = admin.image("PUT", f"/images/{make_image()['id']}/tags/{written}")
    assert answer_of(answer) == glance_error(404, NO_ROUTE)


def test_a_percent_sign_in_a_tag_is_decoded_once(
    admin: Caller, make_image: Make
) -> None:
    image_id = make_image()["id"]
    assert admin.image("PUT", f"/images/{image_id}/tags/a%252Fb").status_code == 204
    assert admin.image("GET", f"/images%2F{image_id}").json()["tags"] == ["a%2Fb"]


def test_a_tag_has_at_most_255_characters(admin: Caller, make_image: Make) -> None:
    image_id = make_image()["id"]
    assert admin.image("PUT", f"/images/{image_id}/tags/{'x' * 255}").ok
    answer = admin.image("PUT", f"/images/{image_id}/tags/{'x' * 256}")
    assert answer.status_code == 400
    start = f"Provided object does not match schema 'image': '{'x' * 256}' is too long"
    assert answer.json()["message"].startswith(start)


def test_an_image_has_at_most_128_tags(admin: Caller, make_image: Make) -> None:
    image_id = make_image(tags=[str(number) for number in range(128)])["id"]
    answer = admin.image("PUT", f"/images/{image_id}/tags/x")
    message = (
        f"Image tag limit exceeded for image {image_id}: The limit has been exceeded on"
        " the number of allowed image tags. Attempted: 129, Maximum: 128:"
    )
    assert answer_of(answer) == glance_error(413, message)


@pytest.mark.parametrize("body", [{}, []])
def test_a_tag_takes_no_body(admin: Caller, make_image: Make, body: Any) -> None:
    path = f"/images/{make_image()['id']}/tags/x"
    answer = admin.image("PUT", path, json=body)
    message = "A body is not expected with this request."
    assert answer_of(answer) == glance_error(400, message)
