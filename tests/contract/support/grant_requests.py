"""Requests about grants, assignments and groups, drawn by Hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.contract.support.differential import Step

Steps = st.SearchStrategy[Step]

callers = st.sampled_from(["admin"] * 20 + ["member", "reader", "nobody"])


def steps_of(method: str, path: st.SearchStrategy[str], **values: Any) -> Steps:
    return st.builds(
        Step,
        service=st.just("identity"),
        method=st.just(method),
        path=path,
        by=callers,
        **values,
    )


def records_of(noun: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [f"/{noun}s/<{noun}:{number}>" for number in range(4)] * 3
        + [f"/{noun}s/nope", f"/{noun}s/<name:a>"]
    )


TARGETS = (
    *(f"/projects/<project:{number}>" for number in range(3)),
    "/domains/<domain:own>",
    "/projects/nope",
    "/system",
)
ACTORS = (
    "users/<user:0>",
    "users/<user:1>",
    "users/<user:2>",
    "users/nope",
    "groups/<group:0>",
    "groups/<group:1>",
    "groups/nope",
)
ROLES = ("/<role:0>", "/<role:1>", "/<role:2>", "/nope", "")
grants = st.builds(
    lambda method, target, actor, role, inherited, by: Step(
        "identity",
        method,
        f"{'/OS-INHERIT' if inherited else ''}{target}/{actor}/roles{role}"
        f"{'/inherited_to_projects' if inherited else ''}",
        by,
    ),
    st.sampled_from(["PUT", "PUT", "PUT", "HEAD", "GET", "DELETE"]),
    st.sampled_from(TARGETS),
    st.sampled_from(ACTORS),
    st.sampled_from(ROLES),
    st.sampled_from([False, False, False, True]),
    callers,
)
group_members = st.builds(
    lambda method, group, user, by: Step(
        "identity", method, f"{group}/users{user}", by
    ),
    st.sampled_from(["PUT", "PUT", "GET", "HEAD", "DELETE"]),
    records_of("group"),
    st.sampled_from(["/<user:0>", "/<user:1>", "/<user:2>", "/nope"]),
    callers,
)
memberships = steps_of(
    "GET",
    st.sampled_from(
        [
            "/users/<user:0>/groups",
            "/users/<user:0>/projects",
            "/users/<user:1>/projects",
            "/users/nope/groups",
            "/groups/<group:0>/users",
            "/groups/<group:0>/users?enabled=true",
            "/groups/nope/users",
        ]
    ),
)
ASSIGNMENT_FILTERS = (
    "user.id=<user:0>",
    "user.id=<user:1>",
    "group.id=<group:0>",
    "user.id=nope",
    "scope.project.id=<project:0>",
    "scope.project.id=<project:1>",
    "scope.domain.id=<domain:own>",
    "scope.project.id=nope",
)
ASSIGNMENT_SWITCHES = (
    "",
    "",
    "effective",
    "include_names=true",
    "role.id=<role:0>",
    "effective&include_names",
    "scope.OS-INHERIT:inherited_to=projects",
    "include_subtree=true",
    "group.id=<group:1>",
    "effective&group.id=<group:0>",
)
assignments = steps_of(
    "GET",
    st.builds(
        lambda *parts: "/role_assignments?" + "&".join(filter(None, parts)),
        st.sampled_from(ASSIGNMENT_FILTERS),
        st.sampled_from(ASSIGNMENT_SWITCHES),
    ),
)
