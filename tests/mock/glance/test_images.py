"""/v2/images in the mock: records, permissions, members and number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.mock.support.glance_service import Glance, open_glance, reason
from tests.mock.support.statements import note_queries


@pytest.fixture(scope="module")
def glance() -> Iterator[Glance]:
    with open_glance() as service:
        yield service


def replace(name: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": f"/{name}", "value": value}


def test_a_new_image_has_every_attribute_and_then_its_own(glance: Glance) -> None:
    answer = glance.ask("POST", "/v2/images", {"zebra": "1", "name": "n", "ape": "2"})
    assert list(answer.json)[:3] == ["zebra", "ape", "name"]
    assert answer.json["status"] == "queued"
    assert answer.json["owner"] == "ops"
    assert answer.json["locations"] == []
    assert answer.headers["Location"].endswith(answer.json["self"])


def test_the_id_of_a_deleted_image_is_never_given_out_again(glance: Glance) -> None:
    image_id = glance.create()
    assert glance.ask("DELETE", f"/v2/images/{image_id}").status_code == 204
    answer = glance.ask("POST", "/v2/images", {"id": image_id})
    assert answer.status_code == 409
    assert reason(answer) == f"Image ID {image_id} already exists!"


def test_ids_and_times_are_the_clouds(glance: Glance) -> None:
    from datetime import datetime

    glance.cloud.clock.freeze(datetime(2014, 3, 21, 20, 57, 45))
    glance.cloud.state.ids.script("image", ["8ae79a20-32f3-4265-8ab8-9ef7a2b2e3d8"])
    shown = glance.show(glance.create())
    glance.cloud.clock.advance(61)
    assert shown["id"] == "8ae79a20-32f3-4265-8ab8-9ef7a2b2e3d8"
    assert shown["created_at"] == shown["updated_at"] == "2014-03-21T20:57:45Z"
    assert glance.patch(shown["id"], replace("name", "x")).status_code == 200
    assert glance.show(shown["id"])["updated_at"] == "2014-03-21T20:58:46Z"
    glance.cloud.clock.thaw()


@pytest.mark.parametrize("visibility", ["private", "shared", "community", "public"])
@pytest.mark.parametrize(
    ("by", "seen"), [("reader@p1", True), ("reader@p2", False), ("nobody@p1", False)]
)
def test_a_project_sees_its_own_and_what_is_open_to_all(
    glance: Glance, visibility: str, by: str, seen: bool
) -> None:
    image_id = glance.create(visibility=visibility, owner="p1")
    status = glance.ask("GET", f"/v2/images/{image_id}", by=by).status_code
    is_open = visibility in ("community", "public") and by == "reader@p2"
    assert status == (200 if seen or is_open else 404)


@pytest.mark.parametrize(
    ("by", "visibility", "status"),
    [
        ("admin@ops", "public", 201),
        ("member@p1", "public", 403),
        ("member@p1", "community", 201),
        ("member@p1", "private", 201),
        ("reader@p1", "private", 403),
    ],
)
def test_roles_limit_the_visibility_of_new_images(
    glance: Glance, by: str, visibility: str, status: int
) -> None:
    answer = glance.ask("POST", "/v2/images", {"visibility": visibility}, by)
    assert answer.status_code == status


def test_a_refused_change_changes_nothing(glance: Glance) -> None:
    image_id = glance.create(name="before", by="member@p1")
    answer = glance.patch(
        image_id, replace("name", "after"), replace("nope", "x"), by="member@p1"
    )
    assert (answer.status_code, reason(answer)) == (
        409,
        "There was a conflict when trying to complete your request."
        " Property nope does not exist.",
    )
    assert glance.show(image_id)["name"] == "before"


def test_an_owner_cannot_give_an_image_out_of_sight(glance: Glance) -> None:
    image_id = glance.create(by="member@p1", visibility="private")
    give = {"op": "add", "path": "/owner", "value": "p2"}
    assert glance.patch(image_id, give, by="member@p1").status_code == 403
    assert glance.show(image_id)["owner"] == "p1"


def test_properties_keep_the_order_they_were_set_in(glance: Glance) -> None:
    image_id = glance.create(b="1", a="2")
    glance.patch(image_id, {"op": "add", "path": "/c", "value": "3"})
    assert list(glance.show(image_id))[:3] == ["b", "a", "c"]


def test_a_protected_image_stays(glance: Glance) -> None:
    image_id = glance.create(protected=True)
    answer = glance.ask("DELETE", f"/v2/images/{image_id}")
    assert answer.status_code == 403
    assert reason(answer) == f"Image {image_id} is protected and cannot be deleted."
    glance.patch(image_id, replace("protected", False))
    assert glance.ask("DELETE", f"/v2/images/{image_id}").status_code == 204


def test_a_deleted_image_takes_its_data_along(glance: Glance) -> None:
    image_id = glance.create(disk_format="raw", container_format="bare")
    glance.upload(image_id, b"data")
    file = glance.cloud.state.directory / "images" / image_id
    assert file.read_bytes() == b"data"
    glance.ask("DELETE", f"/v2/images/{image_id}")
    assert not file.exists()


def test_a_page_of_the_listing_leads_to_the_next(glance: Glance) -> None:
    ids = {glance.create(name="paged", by="member@paging") for _ in range(7)}
    path, found, pages = "/v2/images?name=paged&limit=3", [], 0
    while path:
        answer = glance.ask("GET", path, by="member@paging").json
        found += [image["id"] for image in answer["images"]]
        path, pages = answer.get("next"), pages + 1
    assert (len(found), set(found), pages) == (7, ids, 3)


def test_a_listing_costs_one_query_whatever_its_length(glance: Glance) -> None:
    for number in range(30):
        glance.create(by="member@many", tags=[str(number)], number=str(number))
    with note_queries(glance.cloud) as queries:
        answer = glance.ask("GET", "/v2/images?owner=many&limit=1000", by="member@many")
    assert len(answer.json["images"]) == 30
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("status", "shown"),
    [("accepted", 1), ("pending", 0), ("rejected", 0), ("all", 1)],
)
def test_a_member_lists_what_it_accepted(
    glance: Glance, status: str, shown: int
) -> None:
    image_id = glance.create(by="member@p1", name=f"for {status}")
    path = f"/v2/images/{image_id}/members"
    assert glance.ask("POST", path, {"member": "p2"}, "member@p1").status_code == 200
    by = "member@p2"
    assert glance.names(f"name=for {status}", by) == []
    glance.ask("PUT", f"{path}/p2", {"status": "accepted"}, by)
    query = f"name=for {status}&member_status={status}"
    assert len(glance.names(query, by)) == shown
    assert glance.names(query, "member@p3") == []


def test_members_do_not_learn_of_each_other(glance: Glance) -> None:
    image_id = glance.create(by="member@p1")
    path = f"/v2/images/{image_id}/members"
    for project in ("p2", "p3"):
        glance.ask("POST", path, {"member": project}, "member@p1")

    def members_told(by: str) -> list[str]:
        members = glance.ask("GET", path, by=by).json["members"]
        return [member["member_id"] for member in members]

    assert members_told("member@p1") == ["p2", "p3"]
    assert members_told("member@p2") == ["p2"]
    assert glance.ask("GET", f"{path}/p3", by="member@p2").status_code == 404
