"""Requests to Keystone, valid and not, drawn by Hypothesis.

Everything is made in a domain of the sequence's own; roles, which have none, are asked
for by name. Nothing is listed by pages: Keystone's are in the order of random ids.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.contract.support.differential import Step
from tests.contract.support.grant_requests import (
    Steps,
    assignments,
    callers,
    grants,
    group_members,
    memberships,
    records_of,
    steps_of,
)

DOMAIN = {"domain_id": "<domain:own>"}
NAMES = st.sampled_from(["<name:a>", "<name:b>", "<name:c>", "<name:A>"])
BAD_NAMES = ["", " ", None, 5, "x" * 300, "<name:é>"]
FIELDS: dict[str, dict[str, list[Any]]] = {
    "user": {
        "name": BAD_NAMES,
        # Keystone 30 trips over "no", which its schema allows
        "enabled": [True, False, "maybe", None],
        "description": ["text", "", None, 5],
        "email": ["a@example.org", "", None],
        "password": ["secret", "", None, 5],
        "default_project_id": ["<project:0>", "nope", None, 5],
        "options": [{"lock_password": True}, {"strange": 1}, {"lock_password": "x"}],
        "colour": ["red", 5],
        "domain_id": ["nope", None, 5],
    },
    "project": {
        "name": BAD_NAMES,
        "enabled": [True, False, "no", None],
        "description": ["text", "", None, 5],
        "parent_id": ["<project:0>", "<project:1>", "nope", "<domain:own>", None],
        "tags": [["a"], ["a", "b"], ["a", "a"], ["a/b"], [""], "a", [5], []],
        "is_domain": [False, True, "yes"],
        "options": [{"immutable": False}, {"immutable": "x"}, {"strange": 1}],
        "colour": ["red", 5],
        "domain_id": ["nope", None, 5],
    },
    "group": {
        "name": BAD_NAMES,
        "description": ["text", "", None, 5],
        "colour": ["red", 5],
        "domain_id": ["nope", None, 5],
    },
    "role": {
        "name": BAD_NAMES,
        "description": ["text", "", None, 5],
        "domain_id": ["<domain:own>", "nope", None, 5],
        "options": [{"immutable": False}, {"immutable": "x"}, {"strange": 1}],
        "colour": ["red", 5],
    },
}
NOUNS = tuple(FIELDS)


@st.composite
def _values(draw: st.DrawFn, noun: str) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(FIELDS[noun])), max_size=2))
    return {name: draw(st.sampled_from(FIELDS[noun][name])) for name in names}


@st.composite
def _creations(draw: st.DrawFn, noun: str, *, is_good: bool = False) -> Step:
    own = {} if noun == "role" else DOMAIN
    body = {"name": draw(NAMES), **own}
    if not is_good:
        body.update(draw(_values(noun)))
    if draw(st.integers(0, 15)) == 7 and not is_good:
        del body["name"]
    by = "admin" if is_good else draw(callers)
    return Step("identity", "POST", f"/{noun}s", by, {noun: body})


@st.composite
def _changes(draw: st.DrawFn, noun: str) -> Step:
    values = draw(_values(noun))
    if draw(st.booleans()):
        values["name"] = draw(NAMES)
    path = draw(records_of(noun))
    return Step("identity", "PATCH", path, draw(callers), {noun: values})


NAME_FILTERS = (
    "name=<name:a>",
    "name=<name:A>",
    "name__contains=<name:a>",
    "name=%20",
    "name__startswith=<name:b>",
    "name__icontains=<name:A>",
    "name__endswith=zz",
    "name__istartswith=<name:A>",
    "name__like=<name:a>",
    "",
)
FLAG_FILTERS = (
    "",
    "enabled=true",
    "enabled=false",
    "enabled=0",
    "enabled=maybe",
    "enabled=",
)
PROJECT_FILTERS = (
    "",
    "tags=a",
    "tags-any=a,b",
    "not-tags=a",
    "not-tags-any=a,b",
    "tags=a,b",
    "is_domain=true",
    "is_domain=0",
    "parent_id=<project:0>",
    "parent_id=nope",
)
listings = st.one_of(
    steps_of(
        "GET",
        st.builds(
            lambda noun, *parts: "&".join(
                [f"/{noun}s?domain_id=<domain:own>", *filter(None, parts)]
            ),
            st.sampled_from(["user", "project", "group"]),
            st.sampled_from(NAME_FILTERS),
            st.sampled_from(FLAG_FILTERS),
        ),
    ),
    steps_of(
        "GET",
        st.sampled_from(PROJECT_FILTERS).map(
            lambda part: f"/projects?domain_id=<domain:own>&{part}"
        ),
    ),
    steps_of(
        "GET",
        st.sampled_from(
            [
                "/roles?name=<name:a>",
                "/roles?name=<name:A>",
                "/roles?name__contains=<name:a>",
                "/roles?domain_id=<domain:own>",
                "/users?domain_id=<domain:own>&sort_key=name&sort_dir=up",
                "/users?domain_id=nope",
                "/users?domain_id=<domain:own>&limit=x",
                "/domains/<domain:own>",
            ]
        ),
    ),
)
tags = st.one_of(
    st.builds(
        lambda method, project, tag, by: Step(
            "identity", method, f"{project}/tags/{tag}", by
        ),
        st.sampled_from(["PUT", "GET", "DELETE"]),
        records_of("project"),
        st.sampled_from(["a", "b", "caf%C3%A9", "x" * 256, "a%2Cb", "a%2Fb"]),
        callers,
    ),
    steps_of("GET", records_of("project").map(lambda path: f"{path}/tags")),
    steps_of("DELETE", records_of("project").map(lambda path: f"{path}/tags")),
    steps_of(
        "PUT",
        records_of("project").map(lambda path: f"{path}/tags"),
        body=st.sampled_from(FIELDS["project"]["tags"]).map(lambda t: {"tags": t}),
    ),
)
implied = st.builds(
    lambda method, one, other, by: Step(
        "identity", method, f"/roles/<role:{one}>/implies/<role:{other}>", by
    ),
    st.sampled_from(["PUT", "GET", "HEAD", "DELETE"]),
    st.integers(0, 2),
    st.integers(0, 2),
    callers,
)
records = st.sampled_from(NOUNS).flatmap(
    lambda noun: st.one_of(
        _creations(noun),
        _changes(noun),
        steps_of("GET", records_of(noun)),
        steps_of("DELETE", records_of(noun)),
    )
)
project_reads = steps_of(
    "GET",
    st.builds(
        lambda project, query: f"{project}?{query}",
        records_of("project"),
        st.sampled_from(
            [
                "parents_as_list",
                "subtree_as_list",
                "parents_as_ids",
                "subtree_as_ids",
                "parents_as_list&parents_as_ids",
                "x=y",
            ]
        ),
    ),
)

identity_steps: Steps = st.one_of(
    records,
    records,
    records,
    listings,
    tags,
    grants,
    grants,
    group_members,
    memberships,
    assignments,
    assignments,
    implied,
    project_reads,
)
good_creations = st.sampled_from(NOUNS).flatmap(
    lambda noun: _creations(noun, is_good=True)
)
identity_sequences: st.SearchStrategy[list[Step]] = st.builds(
    lambda first, rest: [*first, *rest],
    st.lists(good_creations, min_size=3, max_size=7),
    st.lists(identity_steps, min_size=12, max_size=23),
)
