"""Who sees, changes and downloads whose images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.support.answers import (
    DENIED,
    answer_of,
    glance_error,
    glance_forbidden,
    no_image,
)
from tests.contract.support.callers import Caller, unique
from tests.contract.support.patches import change

VISIBILITIES = ("private", "shared", "community", "public")
OPEN = ("community", "public")
CLOSED = ("private", "shared")


@dataclass(frozen=True)
class Gallery:
    """One image of each visibility, all the member's."""

    mark: str
    ids: dict[str, str]

    def list_visibilities(self, caller: Caller, query: str = "") -> set[str]:
        answer = caller.image("GET", f"/images?gallery={self.mark}{query}")
        return {image["visibility"] for image in answer.json()["images"]}


@pytest.fixture(scope="module")
def gallery(admin: Caller, member: Caller) -> Iterator[Gallery]:
    mark = unique("gallery")
    ids = {}
    for visibility in VISIBILITIES:
        values = {"owner": member.project_id, "gallery": mark, "visibility": visibility}
        ids[visibility] = admin.image("POST", "/images", json=values).json()["id"]
    yield Gallery(mark, ids)
    for image_id in ids.values():
        admin.image("DELETE", f"/images/{image_id}")


@pytest.mark.parametrize(
    ("query", "seen_by_owner", "seen_by_other"),
    [
        ("", {*VISIBILITIES}, {"public"}),
        ("&visibility=all", {*VISIBILITIES}, {"public", "community"}),
        ("&visibility=public", {"public"}, {"public"}),
        ("&visibility=community", {"community"}, {"community"}),
        ("&visibility=shared", {"shared"}, set()),
        ("&visibility=private", {"private"}, set()),
        ("&member_status=all", {*VISIBILITIES}, {"public"}),
    ],
)
def test_a_listing_shows_what_is_ones_own_or_public(
    gallery: Gallery,
    member: Caller,
    outsider: Caller,
    query: str,
    seen_by_owner: set[str],
    seen_by_other: set[str],
) -> None:
    assert gallery.list_visibilities(member, query) == seen_by_owner
    assert gallery.list_visibilities(outsider, query) == seen_by_other


def test_an_administrator_lists_all_but_the_community(
    gallery: Gallery, admin: Caller
) -> None:
    assert gallery.list_visibilities(admin) == {"private", "shared", "public"}
    assert gallery.list_visibilities(admin, "&visibility=all") == {*VISIBILITIES}


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_owner_and_administrator_see_every_image(
    gallery: Gallery, admin: Caller, member: Caller, visibility: str
) -> None:
    path = f"/images/{gallery.ids[visibility]}"
    for caller in (admin, member):
        assert caller.image("GET", path).json()["visibility"] == visibility


@pytest.mark.parametrize("visibility", OPEN)
def test_everyone_sees_an_open_image(
    gallery: Gallery, outsider: Caller, reader: Caller, visibility: str
) -> None:
    path = f"/images/{gallery.ids[visibility]}"
    for caller in (outsider, reader):
        assert caller.image("GET", path).json()["visibility"] == visibility


@pytest.mark.parametrize("visibility", CLOSED)
@pytest.mark.parametrize("deed", ["show", "change", "download", "upload"])
def test_to_others_a_closed_image_does_not_exist(
    gallery: Gallery, outsider: Caller, visibility: str, deed: str
) -> None:
    image_id = gallery.ids[visibility]
    assert answer_of(do(outsider, deed, image_id)) == no_image(image_id)


@pytest.mark.parametrize("visibility", CLOSED)
def test_others_do_not_find_a_closed_image_to_delete_or_tag(
    gallery: Gallery, outsider: Caller, visibility: str
) -> None:
    image_id = gallery.ids[visibility]
    message = f"Failed to find image {image_id} to delete"
    deleted = do(outsider, "delete", image_id)
    assert answer_of(deleted) == glance_error(404, message)
    tagged = do(outsider, "tag", image_id)
    assert answer_of(tagged) == glance_error(404, f"Image {image_id} not found.")


def do(caller: Caller, deed: str, image_id: str) -> Any:
    path = f"/images/{image_id}"
    if deed == "change":
        return caller.patch_image(image_id, change("replace", "/name", "x"))
    if deed == "upload":
        return caller.upload(image_id, b"data")
    method, tail = {
        "show": ("GET", ""),
        "download": ("GET", "/file"),
        "delete": ("DELETE", ""),
        "tag": ("PUT", "/tags/x"),
    }[deed]
    return caller.image(method, path + tail)


@pytest.mark.parametrize("visibility", OPEN)
@pytest.mark.parametrize(
    ("deed", "action"),
    [
        ("change", "modify_image"),
        ("delete", "delete_image"),
        ("upload", "upload_image"),
        ("tag", "modify_image"),
    ],
)
def test_others_may_not_touch_an_open_image(
    gallery: Gallery, outsider: Caller, visibility: str, deed: str, action: str
) -> None:
    answer = do(outsider, deed, gallery.ids[visibility])
    assert answer_of(answer) == glance_forbidden(action)


def test_a_reader_neither_creates_nor_downloads(
    gallery: Gallery, reader: Caller
) -> None:
    created = reader.image("POST", "/images", json={"name": "x"})
    assert answer_of(created) == glance_forbidden("add_image")
    downloaded = do(reader, "download", gallery.ids["public"])
    assert answer_of(downloaded) == glance_forbidden("download_image")


def test_others_download_an_open_image(
    admin: Caller, outsider: Caller, make_image: Make
) -> None:
    formats = {"disk_format": "raw", "container_format": "bare"}
    image_id = make_image(visibility="community", **formats)["id"]
    admin.upload(image_id, b"data")
    assert outsider.download(image_id).content == b"data"


def test_a_member_makes_images_of_its_own_project(
    member: Caller, make_image: Make
) -> None:
    assert make_image(by=member)["owner"] == member.project_id


def test_a_member_makes_no_images_for_others(member: Caller, admin: Caller) -> None:
    values = {"owner": admin.project_id}
    answer = member.image("POST", "/images", json=values)
    detail = f"You are not permitted to create images owned by '{admin.project_id}'"
    assert answer_of(answer) == glance_error(403, DENIED, detail)


def test_a_member_gives_no_image_away(member: Caller, make_image: Make) -> None:
    image_id = make_image(by=member)["id"]
    answer = member.patch_image(image_id, change("replace", "/owner", "other"))
    detail = "Owner can't be updated by non admin."
    assert answer_of(answer) == glance_error(403, DENIED, detail)


def test_a_member_who_adds_an_owner_loses_sight_of_the_image(
    member: Caller, outsider: Caller, make_image: Make
) -> None:
    image_id = make_image(by=member)["id"]
    answer = member.patch_image(image_id, change("add", "/owner", outsider.project_id))
    expected = glance_error(403, f"Forbidding request, image {image_id} not visible")
    assert answer_of(answer) == expected


def test_no_step_of_a_patch_may_give_the_image_away(
    member: Caller, outsider: Caller, make_image: Make
) -> None:
    image_id = make_image(by=member)["id"]
    owners = (outsider.project_id, member.project_id)
    changes = [change("add", "/owner", owner) for owner in owners]
    answer = member.patch_image(image_id, *changes)
    assert answer_of(answer) == glance_forbidden("modify_image")


def test_a_member_may_disown_an_image(member: Caller, make_image: Make) -> None:
    image_id = make_image(by=member)["id"]
    answer = member.patch_image(image_id, change("add", "/owner", None))
    assert (answer.status_code, answer.json()["owner"]) == (200, None)


def test_an_empty_owner_is_stored_as_none(admin: Caller, make_image: Make) -> None:
    image = make_image(owner="")
    assert image["owner"] == ""
    path = f"/images/{image['id']}"
    assert admin.image("GET", path).json()["owner"] is None
    changed = admin.patch_image(image["id"], change("replace", "/owner", ""))
    assert changed.json()["owner"] == ""
    assert admin.image("GET", path).json()["owner"] is None


def test_a_member_makes_nothing_public(member: Caller, make_image: Make) -> None:
    created = member.image("POST", "/images", json={"visibility": "public"})
    assert answer_of(created) == glance_forbidden("publicize_image")
    image_id = make_image(by=member)["id"]
    patch = change("replace", "/visibility", "public")
    changed = member.patch_image(image_id, patch)
    assert answer_of(changed) == glance_forbidden("publicize_image")


@pytest.mark.parametrize("visibility", ["community", "private", "shared"])
def test_a_member_chooses_any_other_visibility(
    member: Caller, make_image: Make, visibility: str
) -> None:
    image_id = make_image(by=member)["id"]
    patch = change("replace", "/visibility", visibility)
    assert member.patch_image(image_id, patch).json()["visibility"] == visibility


def test_a_member_still_manages_an_image_of_its_own_made_public(
    admin: Caller, member: Caller, make_image: Make
) -> None:
    image_id = make_image(visibility="public", owner=member.project_id)["id"]
    patch = change("replace", "/name", "mine")
    assert member.patch_image(image_id, patch).json()["name"] == "mine"
    assert member.image("DELETE", f"/images/{image_id}").status_code == 204


def test_a_hidden_image_is_listed_only_on_demand(
    member: Caller, make_image: Make
) -> None:
    mark = unique("hidden")
    make_image(by=member, os_hidden=True, mark=mark)
    for query, count in (("", 0), ("&os_hidden=true", 1)):
        body = member.image("GET", f"/images?mark={mark}{query}").json()
        assert len(body["images"]) == count
