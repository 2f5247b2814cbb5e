"""Glance's error pages and version documents in the mock; crashes are logged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.cloud import MockCloud
from tests.mock.support.glance_service import Glance, open_glance


@pytest.fixture(scope="module")
def glance() -> Iterator[Glance]:
    with open_glance() as service:
        yield service


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/json", "application/json"),
        ("*/*", "text/html; charset=UTF-8"),
        ("text/*, application/json", "text/html; charset=UTF-8"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("application/*;q=0.9, text/html;q=0.8", "application/json"),
        ("text/html;q=0, */*", "application/json"),
        ("text/plain", "text/plain; charset=UTF-8"),
        ("application/xml;q=x", "text/plain; charset=UTF-8"),
    ],
)
def test_a_refusal_takes_the_form_that_is_asked_for(
    glance: Glance, accept: str, media_type: str
) -> None:
    answer = glance.ask("GET", "/v2/nowhere", Accept=accept)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, media_type)


def test_the_words_of_a_page_are_escaped(glance: Glance) -> None:
    answer = glance.ask("GET", "/v2/images?name=<b>:x", Accept="text/html")
    assert "unknown operator &#x27;&lt;b&gt;&#x27;" in answer.text


def test_a_token_nobody_knows_is_sent_to_keystone(glance: Glance) -> None:
    answer = glance.ask("GET", "/v2/images", by="stranger@p1")
    assert answer.status_code == 401
    challenge = f'Keystone uri="{glance.cloud.identity_url}"'
    assert answer.headers["WWW-Authenticate"] == challenge


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v2/images", "GET, POST"),
        ("POST", "/v2/images/x", "GET, PATCH, DELETE"),
        ("POST", "/v2/images/x/file", "GET, PUT"),
        ("POST", "/v2/images/x/members/y", "GET, PUT, DELETE"),
        ("DELETE", "/v2/schemas/image", "GET"),
    ],
)
def test_another_method_is_told_the_ones_there_are(
    glance: Glance, method: str, path: str, allowed: str
) -> None:
    answer = glance.ask(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/v2/images/", "/v2/nowhere", "/v2/images/x/y"])
def test_no_other_path_leads_anywhere(glance: Glance, path: str) -> None:
    assert glance.ask("GET", path).status_code == 404


def test_a_crash_is_logged_and_answered_as_glance_does(
    glance: Glance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("a defect of the mock")

    monkeypatch.setattr(glance.cloud.state.database, "read", fail)
    answer = glance.ask("GET", "/v2/images")
    assert answer.status_code == 500
    assert answer.json["title"] == "Internal Server Error"
    assert "a defect of the mock" in caplog.text


def test_every_version_is_announced_where_the_request_was_sent(glance: Glance) -> None:
    answer = glance.ask("GET", "/", Host="images.example:9292")
    versions = answer.json["versions"]
    assert answer.status_code == 300
    assert [one["id"] for one in versions] == [f"v2.{n}" for n in range(18, -1, -1)]
    assert [one["id"] for one in versions if one["status"] == "CURRENT"] == ["v2.18"]
    [link] = versions[0]["links"]
    assert link["href"] == "http://images.example:9292/v2/"


def test_any_announced_version_is_the_same_api(glance: Glance) -> None:
    for path in ("/v2.0/images", "/v2.18/images", "/v2//images"):
        assert glance.ask("GET", path).json["schema"] == "/v2/schemas/images"
    assert glance.ask("GET", "/v2.19/images").status_code == 300


def test_a_public_url_is_what_answers_name() -> None:
    cloud = MockCloud(public_url="https://cloud.example")
    try:
        answer = Glance(cloud).ask("GET", "/versions")
        [link] = answer.json["versions"][0]["links"]
        assert link["href"] == f"{cloud.image_url}/v2/"
    finally:
        cloud.close()
