"""GET /v2/metadefs/namespaces: filters, sorting and pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.conftest import Make
from tests.contract.metadefs.test_namespaces import PATH
from tests.contract.support.answers import answer_of, glance_broke, glance_error
from tests.contract.support.callers import Caller, unique


def listed(caller: Caller, query: str) -> list[str]:
    answer = caller.image("GET", f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    return [one["namespace"] for one in answer.json()["namespaces"]]


def test_a_page_leads_to_the_next(admin: Caller, make_namespace: Make) -> None:
    kind = unique("Contract::Type")
    typed = {"resource_type_associations": [{"name": kind}]}
    names = [make_namespace(**typed)["namespace"] for _ in range(3)]
    query = f"resource_types={kind}&limit=2".replace(":", "%3A")
    answer = admin.image("GET", f"{PATH}?{query}").json()
    assert [one["namespace"] for one in answer["namespaces"]] == names[:0:-1]
    assert answer["first"] == f"/v2{PATH}?{query}"
    assert answer["next"] == f"/v2{PATH}?{query}&marker={names[1]}"
    assert answer["schema"] == "/v2/schemas/metadefs/namespaces"
    [association] = answer["namespaces"][0]["resource_type_associations"]
    assert association["name"] == kind
    last = admin.image("GET", answer["next"].removeprefix("/v2")).json()
    assert [one["namespace"] for one in last["namespaces"]] == names[:1]
    assert (last["first"], "next" in last) == (answer["first"], False)


def test_a_listing_is_filtered_and_sorted(
    admin: Caller, member: Caller, outsider: Caller, make_namespace: Make
) -> None:
    kind, other = unique("Contract::Type"), unique("Contract::Type")
    typed = {"resource_type_associations": [{"name": kind}, {"name": other}]}
    public = make_namespace(**typed, visibility="public", display_name="b")
    own = make_namespace(**typed, owner=member.project_id, display_name="a")
    bare = make_namespace(**typed)
    everything = [one["namespace"] for one in (bare, own, public)]
    query = f"resource_types={kind}"
    assert listed(admin, query) == everything
    assert listed(admin, f"resource_types={other},nope") == everything
    assert listed(member, query) == everything[1:]
    assert listed(outsider, query) == everything[2:]
    assert listed(admin, f"{query}&visibility=public") == everything[2:]
    assert listed(admin, f"{query}&sort_dir=asc") == everything[::-1]
    assert listed(admin, f"{query}&sort_key=display_name&sort_dir=asc") == everything
    by_name = sorted(everything, reverse=True)
    assert listed(admin, f"{query}&sort_key=namespace") == by_name
    after = f"{query}&sort_key=display_name&marker="
    assert listed(admin, after + public["namespace"]) == everything[1:2]
    # what has no value comes after no other
    assert listed(admin, after + own["namespace"]) == []
    assert listed(admin, after + bare["namespace"]) == everything[:0:-1]
    assert listed(admin, f"{query}&limit=0") == []
    assert listed(admin, f"{query}&nope=1") == everything
    assert listed(admin, "resource_types=nope") == []


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("limit=-1", glance_error(400, "limit param must be positive")),
        ("limit=x", glance_broke()),
        ("limit=", glance_broke()),
        ("sort_dir=up", glance_error(400, "Invalid sort direction: up")),
        ("sort_key=nope", glance_broke()),
        ("sort_key=", glance_broke()),
        ("visibility=nope", glance_error(400, "Invalid visibility value: nope")),
        (
            "marker=nope",
            glance_error(404, "Metadata definition namespace=nope was not found."),
        ),
        (
            "marker=",
            glance_error(404, "Metadata definition namespace not found for id="),
        ),
        ("id_list=1", glance_broke()),
    ],
)
def test_a_bad_query_is_refused(admin: Caller, query: str, answer: Any) -> None:
    assert answer_of(admin.image("GET", f"{PATH}?{query}")) == answer
