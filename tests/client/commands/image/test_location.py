"""``image location``: add, list, set and delete."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.cloud import MockCloud
from tests.client.support.scripted_glance import IMAGE_ID, Handler, ScriptedGlance
from tests.conftest import Run
from tests.contract.support.elsewhere import DATA, serve_elsewhere


@pytest.fixture
def cloud() -> Iterator[MockCloud]:
    with MockCloud(allow_web_download=["127.0.0.1"]) as started:
        yield started


@pytest.fixture
def url() -> Iterator[str]:
    with serve_elsewhere() as address:
        yield f"{address}/image"


def locations(run: Run) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = run(
        "image", "location", "list", "a", "-f", "json"
    ).json
    return listed


def test_a_queued_image_gets_its_data_by_a_location(run: Run, url: str) -> None:
    run("image", "create", "a")
    done = run("image", "location", "add", "a", url, "-f", "json")
    assert (done.exit_code, done.err) == (0, "")
    assert done.json["status"] == "active"
    assert done.json["os_hash_value"] == hashlib.sha512(DATA).hexdigest()
    (place,) = locations(run)
    assert place["URL"] == url
    assert run("image", "location", "list", "a", "-c", "URL", "-f", "value").out == (
        f"{url}\n"
    )


def test_a_location_with_metadata_is_written_into_the_image(run: Run, url: str) -> None:
    run("image", "create", "a")
    add = ("image", "location", "add", "a", url, "--metadata", "k=v", "-f", "json")
    assert run(*add).json["status"] == "active"
    (place,) = locations(run)
    assert place["Metadata"]["k"] == "v"
    done = run("image", "location", "set", "a", url, "--metadata", "k=w")
    assert (done.exit_code, done.out, done.err) == (0, "", "")
    (place,) = locations(run)
    assert place["Metadata"]["k"] == "w"


def test_locations_are_deleted_all_or_none(run: Run, url: str) -> None:
    run("image", "create", "a")
    second = f"{url}2"
    for address in (url, second):
        run("image", "location", "add", "a", address, "--metadata", "k=v")
    done = run("image", "location", "delete", "a", url, "http://127.0.0.1/x")
    assert done.exit_code == 4
    assert "has no location http://127.0.0.1/x." in done.err
    assert [place["URL"] for place in locations(run)] == [url, second]
    assert run("image", "location", "delete", "a", url).exit_code == 0
    assert [place["URL"] for place in locations(run)] == [second]


def test_a_location_that_is_not_there_has_no_metadata(run: Run, url: str) -> None:
    run("image", "create", "a")
    done = run("image", "location", "set", "a", url, "--metadata", "k=w")
    assert done.exit_code == 4
    assert f"has no location {url}." in done.err


def test_a_wrong_hash_is_a_failure(run: Run, url: str) -> None:
    run("image", "create", "a")
    wrong = ("--hash-algo", "sha512", "--hash-value", "0" * 128)
    done = run("image", "location", "add", "a", url, *wrong)
    assert done.exit_code == 1
    assert " failed: " in done.err


def test_the_given_hash_and_checksum_are_stored_with_a_location(
    run: Run, url: str
) -> None:
    run("image", "create", "a")
    said = ("--hash-algo", "sha512", "--hash-value", hashlib.sha512(DATA).hexdigest())
    checksum = ("--checksum", hashlib.md5(DATA).hexdigest())
    add = ("image", "location", "add", "a", url, *said, *checksum, "-f", "json")
    done = run(*add)
    assert (done.exit_code, done.err) == (0, "")
    assert (done.json["checksum"], done.json["os_hash_value"]) == (checksum[1], said[3])


def test_a_refused_location_gives_the_services_reason(run: Run) -> None:
    run("image", "create", "a")
    done = run("image", "location", "add", "a", "floppy:/a")
    assert done.exit_code == 3
    assert "http store must be enabled to use location API" in done.err


def test_an_older_service_has_locations_written_into_the_image(
    run_anonymous: Run,
) -> None:
    def refuse(request: Handler) -> None:
        request.take_body()
        request.answer(404)

    with ScriptedGlance().serving() as glance:
        glance.record |= {"disk_format": "raw", "container_format": "bare"}
        glance.on["POST"] = refuse

        def answer(request: Handler) -> None:
            is_patched = any(line.startswith("PATCH") for line in glance.seen)
            status = "active" if is_patched else "queued"
            is_of_tasks = "/tasks" in request.path
            request.answer(
                404 if is_of_tasks else 200, {**glance.record, "status": status}
            )

        glance.on["GET"] = answer
        argv = ("image", "location", "add", IMAGE_ID, "http://a/b", "-f", "json")
        done = run_anonymous(*glance.options, *argv)
    assert (done.exit_code, done.err) == (0, "")
    assert done.json["status"] == "active"


def test_a_service_that_shows_no_locations_is_asked_for_them(
    run_anonymous: Run,
) -> None:
    with ScriptedGlance().serving() as glance:

        def answer(request: Handler) -> None:
            is_array = request.path.endswith("/locations")
            place = {"url": "file:///x", "metadata": {"store": "fast"}}
            request.answer(200, [place] if is_array else glance.record)

        glance.on["GET"] = answer
        argv = (*glance.options, "image", "location", "list", IMAGE_ID, "-f", "json")
        done = run_anonymous(*argv)
        refused = run_anonymous(
            *glance.options, "image", "location", "delete", IMAGE_ID, "file:///x"
        )
    assert done.json == [{"URL": "file:///x", "Metadata": {"store": "fast"}}]
    assert refused.exit_code == 1
    assert "does not show where image" in refused.err
