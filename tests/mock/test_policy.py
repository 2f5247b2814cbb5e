"""Policy rules, written and evaluated as oslo.policy does."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.policy import Policy, Rule, scope_of

CALLER = {
    "user_id": "u1",
    "domain_id": None,
    "project_id": "p1",
    "roles": frozenset({"Member"}),
    "token": {"project": {"domain": {"id": "d1"}}},
}


@pytest.mark.parametrize(
    ("check", "target", "passes"),
    [
        ("", {}, True),
        ("role:member", {}, True),
        ("role:admin", {}, False),
        ("not role:admin", {}, True),
        ("role:admin or role:member", {}, True),
        ("role:admin or role:member and user_id:u2", {}, False),
        ("(role:admin or role:member) and user_id:u1", {}, True),
        ("user_id:%(target.user.id)s", {"target": {"user": {"id": "u1"}}}, True),
        ("user_id:%(target.user.id)s", {"target": {"user": {"id": "u2"}}}, False),
        ("user_id:%(target.user.id)s", {"target": {}}, False),
        ("user_id:%(target.user.id)s", {"target": {"user": None}}, False),
        ("None:%(domain_id)s", {"domain_id": None}, True),
        ("None:%(domain_id)s", {"domain_id": "d1"}, False),
        ("domain_id:None", {}, True),
        ("'reader':%(name)s", {"name": "reader"}, True),
        ("token.project.domain.id:%(id)s", {"id": "d1"}, True),
        ("token.domain.id:%(id)s", {"id": "d1"}, False),
        ("rule:part or role:admin", {}, True),
        ("unheard_of:1", {}, False),
    ],
)
def test_a_check_reads_as_oslo_policy_does(
    check: str, target: dict[str, Any], passes: bool
) -> None:
    policy = Policy({"it": Rule(check)}, {"part": "role:member and project_id:p1"})
    assert policy.allows("it", CALLER, target) is passes


@pytest.mark.parametrize(
    ("credentials", "scope"),
    [
        ({"system_scope": "all"}, "system"),
        ({"domain_id": "d1"}, "domain"),
        ({"project_id": "p1"}, "project"),
        ({}, "project"),
    ],
)
def test_a_token_is_held_to_the_scopes_of_a_rule(
    credentials: dict[str, Any], scope: str
) -> None:
    assert scope_of(credentials) == scope
    others = frozenset({"system", "domain", "project"} - {scope})
    caller = {"roles": frozenset(), **credentials}
    assert Policy({"it": Rule("", frozenset({scope}))}).allows("it", caller, {})
    assert not Policy({"it": Rule("", others)}).allows("it", caller, {})
