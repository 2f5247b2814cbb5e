"""/v3/domains: create, show, update, delete and permissions."""

from __future__ import annotations

from tests.contract.conftest import Make
from tests.contract.support.answers import answer_of, keystone_error, keystone_forbidden
from tests.contract.support.callers import Caller, unique

STILL_ENABLED = "Cannot delete a domain that is enabled, please disable it first."


def test_the_default_domain_is_there(admin: Caller) -> None:
    assert admin.identity("GET", "/domains/default").json() == {
        "domain": {
            "id": "default",
            "name": "Default",
            "description": "The default domain",
            "enabled": True,
            "tags": [],
            "options": {},
            "links": {"self": f"{admin.cloud.identity_url}/v3/domains/default"},
        }
    }


def test_a_domain_is_a_project_that_acts_as_one(admin: Caller) -> None:
    project = admin.identity("GET", "/projects/default").json()["project"]
    assert (project["is_domain"], project["domain_id"]) == (True, None)


def test_a_domain_lives_from_create_to_delete(admin: Caller, make: Make) -> None:
    domain = make("domain", name=unique("domain"), description="text")
    path = f"/domains/{domain['id']}"
    assert admin.identity("GET", path).json() == {"domain": domain}
    listed = admin.identity("GET", f"/domains?name={domain['name']}").json()
    assert listed["domains"] == [domain]
    answer = admin.identity("DELETE", path)
    assert answer_of(answer) == keystone_error(403, STILL_ENABLED)
    changed = admin.identity("PATCH", path, json={"domain": {"enabled": False}})
    assert changed.json() == {"domain": {**domain, "enabled": False}}
    assert admin.identity("DELETE", path).status_code == 204
    message = f"Could not find domain: {domain['id']}."
    assert answer_of(admin.identity("GET", path)) == keystone_error(404, message)


def test_a_name_is_unique(admin: Caller, make: Make) -> None:
    domain = make("domain", name=unique("domain"))
    body = {"domain": {"name": domain["name"]}}
    answer = admin.identity("POST", "/domains", json=body)
    message = (
        "Conflict occurred attempting to store project - it is not permitted to have"
        f" two projects acting as domains with the same name: {domain['name']}."
    )
    assert answer_of(answer) == keystone_error(409, message)


def test_a_member_sees_its_domain_but_no_list(member: Caller) -> None:
    assert member.identity("GET", "/domains/default").status_code == 200
    answer = member.identity("GET", "/domains")
    assert answer_of(answer) == keystone_forbidden("identity:list_domains")
