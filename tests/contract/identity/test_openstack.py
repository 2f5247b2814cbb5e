"""Identity commands of `openstack` and `imagectl`, side by side on a real cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SIDE_BY_SIDE_RUNS
from tests.contract.support.side_by_side import OWN, Program, SideBySide

pytestmark = [pytest.mark.real, pytest.mark.reference]

RULES = json.dumps([{"method": "GET", "path": f"/{OWN}", "service": "image"}])
LASTING = ("Default", "RegionOne", "admin", "glance", "keystone", "member")
PASSWORD = ("--password", "open-sesame")


def is_lasting(row: dict[str, Any]) -> bool:
    """Tell what the cloud began with from what tests beside this one add and drop."""
    keys = ("Service Name", "Name", "Region", "ID")
    return next(row[key] for key in keys if key in row) in LASTING


def is_own(row: dict[str, Any]) -> bool:
    return bool(row["Name"] == OWN)


def id_of(both: SideBySide, program: Program, *listing: str) -> str:
    """Return the id of the first that a listing of ``program``'s own holds."""
    given = [argument.replace(OWN, program.own) for argument in listing]
    rows: list[dict[str, str]] = both.ours.run(*given, "-f", "json").json
    return rows[0]["ID"]


def delete_each(both: SideBySide, *listing: str) -> None:
    """Let each program delete what it made: what only its id names."""
    noun = listing[: listing.index("list")]
    for program in (both.reference, both.ours):
        done = program.run(*noun, "delete", id_of(both, program, *listing))
        assert (done.exit_code, done.out) == (0, "")
    both.count(SIDE_BY_SIDE_RUNS, 1)


@pytest.fixture
def user(both: SideBySide) -> None:
    both.undo("user", "delete", OWN)
    both.show("user", "create", OWN, *PASSWORD)


@pytest.fixture
def project(both: SideBySide) -> None:
    both.undo("project", "delete", OWN)
    both.show("project", "create", OWN)


@pytest.fixture
def service(both: SideBySide) -> None:
    both.undo("service", "delete", OWN)
    both.show("service", "create", "--name", OWN, f"type-{OWN}")


def test_users(both: SideBySide) -> None:
    both.undo("user", "delete", OWN)
    described = ("--description", "some one")
    options = (
        "--email a@b.c --project admin --ignore-password-expiry"
        " --multi-factor-auth-rule password,totp --disable-multi-factor-auth"
    )
    both.show("user", "create", OWN, *PASSWORD, *described, *options.split())
    both.show("user", "create", OWN, *PASSWORD, "--or-show")
    both.fail("user", "create", OWN, *PASSWORD)
    both.do(
        "user", "set", OWN, "--disable", "--email", "c@d.e", "--enable-lock-password"
    )
    both.show("user", "show", OWN)
    both.show("user", "show", OWN, "--domain", "default")
    assert both.ours.run("user", "show", OWN, "--domain", "nowhere").exit_code == 4
    both.show("user", "list", keep=is_lasting)
    both.show("user", "list", "--long", "--domain", "default", keep=is_lasting)
    both.show("user", "list", "--disabled", but=["ID"], keep=is_own)
    both.fail("user", "set", "nobody", "--enable")
    both.fail("user", "delete", OWN, "nobody")
    both.fail("user", "show", OWN)


def test_a_user_changes_the_own_password(both: SideBySide, user: None) -> None:
    both.do("role", "add", "--project", "admin", "--user", OWN, "member")
    own = ("--os-username", OWN, "--os-password", PASSWORD[1])
    change = (*own, "user", "password", "set", "--password", "new-sesame")
    both.fail(*change, "--original-password", "wrong")
    both.do(*change, "--original-password", PASSWORD[1])
    both.fail(*own, "token", "issue")


def test_projects(both: SideBySide) -> None:
    both.undo("project", "delete", OWN)
    options = "--description some --property a=b --tag x --parent admin"
    both.show("project", "create", OWN, *options.split())
    both.show("project", "create", OWN, "--or-show")
    both.fail("project", "create", OWN)
    both.show("project", "show", OWN, "--parents")
    both.do("project", "set", OWN, "--tag", "y", "--disable")
    both.show("project", "show", OWN)
    both.do("project", "set", OWN, "--remove-tag", "x")
    both.show("project", "show", OWN)
    both.do("project", "set", OWN, "--clear-tags")
    both.fail("project", "show", "nowhere")
    both.fail("project", "create", f"{OWN}-2", "--domain", "nowhere")
    both.do("project", "delete", OWN)
    both.fail("project", "delete", OWN)


def test_lists_of_projects(both: SideBySide) -> None:
    both.undo("project", "delete", OWN)
    both.do("project", "create", OWN, "--parent", "admin")
    both.show("project", "list", keep=is_lasting)
    both.show("project", "list", "--long", "--sort", "name:desc", keep=is_lasting)
    both.show("project", "list", "--user", "admin", keep=is_lasting)
    both.show("project", "list", "--my-projects", keep=is_lasting)
    both.show("project", "list", "--parent", "admin", but=["ID"], keep=is_own)


def test_domains(both: SideBySide) -> None:
    both.undo("domain", "delete", OWN)
    both.undo("domain", "set", "--disable", OWN)
    both.show("domain", "create", OWN, "--description", "some")
    both.show("domain", "create", OWN, "--or-show")
    both.fail("domain", "create", OWN)
    both.show("domain", "list", "--name", OWN)
    both.show("domain", "list", keep=is_lasting)
    both.fail("domain", "delete", OWN)
    both.do("domain", "set", OWN, "--disable", "--description", "other")
    both.show("domain", "show", OWN)
    both.show("domain", "list", "--enabled", keep=is_lasting)
    both.fail("domain", "show", "nowhere")
    both.do("domain", "delete", OWN)


def test_groups(both: SideBySide, user: None) -> None:
    both.undo("group", "delete", OWN)
    both.show("group", "create", OWN, "--description", "some", "--domain", "default")
    both.show("group", "create", OWN, "--or-show")
    both.fail("group", "create", OWN)
    both.do("group", "contains", "user", OWN, OWN)
    both.do("group", "add", "user", OWN, OWN)
    both.fail("group", "add", "user", OWN, "nobody")
    both.do("group", "contains", "user", OWN, OWN)
    both.show("group", "list", "--user", OWN)
    both.show("group", "list", "--user", OWN, "--long")
    both.show("user", "list", "--group", OWN)
    both.do("group", "set", OWN, "--description", "other")
    both.show("group", "show", OWN)
    both.do("group", "remove", "user", OWN, OWN)
    both.fail("group", "remove", "user", OWN, OWN)
    both.fail("group", "show", "nothing")
    both.do("group", "delete", OWN)
    both.fail("group", "delete", OWN)


def test_roles(both: SideBySide) -> None:
    both.undo("role", "delete", OWN)
    both.show("role", "create", OWN, "--description", "some")
    both.show("role", "create", OWN, "--or-show")
    both.fail("role", "create", OWN)
    both.do("role", "set", OWN, "--description", "other")
    both.show("role", "show", OWN)
    both.show("role", "list", keep=is_lasting)
    both.show("role", "list", "--domain", "default", keep=is_lasting)
    both.do("role", "delete", OWN)
    both.fail("role", "delete", OWN)
    both.fail("role", "show", OWN)


def test_grants(both: SideBySide, user: None, project: None) -> None:
    both.undo("role", "delete", OWN)
    both.do("role", "create", OWN)
    grant = ("--user", OWN, "--project", OWN, OWN)
    both.do("role", "add", *grant)
    both.show("user", "list", "--project", OWN)
    both.show("role", "assignment", "list", "--user", OWN)
    both.show("role", "assignment", "list", "--project", OWN, "--names")
    both.do("role", "remove", *grant)
    both.fail("role", "add", "--user", "nobody", "--project", "admin", OWN)
    both.fail("role", "add", "--user", OWN, "--project", OWN, "nothing")
    both.fail("role", "assignment", "list", "--user", "nobody")


def test_grants_on_other_places(both: SideBySide, user: None, project: None) -> None:
    both.undo("role", "delete", OWN)
    both.do("role", "create", OWN)
    both.do("role", "add", "--inherited", "--user", OWN, "--project", OWN, OWN)
    both.show("role", "assignment", "list", "--user", OWN, "--inherited")
    both.do("role", "add", "--user", OWN, "--system", "all", OWN)
    both.show("role", "assignment", "list", "--system", "all", "--user", OWN)
    both.show("role", "assignment", "list", "--user", OWN, "--effective", "--names")
    both.do("role", "remove", "--user", OWN, "--system", "all", OWN)


def test_implied_roles(both: SideBySide) -> None:
    both.undo("role", "delete", OWN)
    both.show("role", "create", OWN)
    pair = (OWN, "--implied-role", "reader")
    both.show("implied", "role", "create", *pair)
    both.fail("implied", "role", "create", *pair)
    both.do("implied", "role", "delete", *pair)
    both.fail("implied", "role", "delete", *pair)


def test_services(both: SideBySide, service: None) -> None:
    both.do("service", "set", OWN, "--description", "some", "--disable")
    both.show("service", "show", OWN)
    both.show("service", "show", f"type-{OWN}")
    both.do("service", "set", OWN, "--enable")
    both.show("service", "list", keep=is_lasting)
    both.show("service", "list", "--long", keep=is_lasting)
    both.fail("service", "show", "nothing")
    both.do("service", "delete", OWN)
    both.fail("service", "delete", OWN)


def test_endpoints(both: SideBySide, service: None) -> None:
    created = ("endpoint", "create", OWN, "public", "http://a.b")
    both.show(*created, "--region", "RegionOne", "--disable")
    both.fail(*created, "--region", "nowhere")
    both.fail("endpoint", "create", "nothing", "public", "http://a.b")
    listing = ("endpoint", "list", "--service", OWN)
    both.show(*listing)
    both.show("endpoint", "list", "--interface", "public", keep=is_lasting)
    both.fail("endpoint", "list", "--region", "nowhere")
    both.fail("endpoint", "list", "--service", "nothing")
    endpoint_id = id_of(both, both.ours, *listing)
    both.do("endpoint", "set", endpoint_id, "--url", "http://c.d", "--enable")
    both.show("endpoint", "show", endpoint_id, but=["service_name", "service_type"])
    both.fail("endpoint", "show", "nothing")
    delete_each(both, *listing)


def test_endpoints_of_a_project(both: SideBySide, service: None, project: None) -> None:
    both.do("endpoint", "create", OWN, "public", "http://a.b")
    endpoint_id = id_of(both, both.ours, "endpoint", "list", "--service", OWN)
    both.do("endpoint", "add", "project", endpoint_id, OWN)
    both.show(
        "endpoint", "list", "--project", OWN, but=["Service Name", "Service Type"]
    )
    both.show("endpoint", "list", "--endpoint", endpoint_id, keep=is_lasting)
    both.do("endpoint", "remove", "project", endpoint_id, OWN)
    both.fail("endpoint", "remove", "project", endpoint_id, OWN)


def test_endpoint_groups(both: SideBySide, project: None, tmp_path: Path) -> None:
    filters = tmp_path / "filters.json"
    filters.write_text('{"interface": "admin"}')
    both.undo("endpoint", "group", "delete", OWN)
    group = ("endpoint", "group")
    both.show(*group, "create", OWN, str(filters), "--description", "some")
    both.fail(*group, "create", OWN, "/no/such/file")
    both.fail(*group, "show", "nothing")
    groups = both.ours.run(*group, "list", "-f", "json").json
    group_id = next(row["ID"] for row in groups if row["Name"] == OWN)
    both.show(*group, "list", keep=lambda row: row["ID"] == group_id, but=["Name"])
    both.show(*group, "show", group_id, but=["name"])
    place = (group_id, OWN, "--project-domain", "default")
    both.do(*group, "add", "project", *place)
    both.show(*group, "list", "--project", OWN, "--domain", "default", but=["Name"])
    of_group = (*group, "list", "--endpointgroup", group_id)
    assert OWN in [row["Name"] for row in both.show(*of_group, but=["ID", "Name"])]
    both.do(*group, "remove", "project", *place)
    both.fail(*group, "remove", "project", group_id, OWN, "--project-domain", "nowhere")
    both.fail(*group, "list", "--project", OWN, "--domain", "nowhere")
    # `openstack` can neither change one nor find one by its name
    filters.write_text('{"interface": "public"}')
    more = ("--description", "other", "--filters", str(filters))
    done = both.ours.run(*group, "set", OWN, "--name", f"{OWN}-2", *more)
    assert done.exit_code == 0
    changed = both.ours.run(*group, "show", f"{OWN}-2", "-f", "json").json
    assert changed["filters"] == {"interface": "public"}
    assert changed["description"] == "other"
    assert both.ours.run(*group, "set", f"{OWN}-2", "--name", OWN).exit_code == 0


def test_regions(both: SideBySide) -> None:
    both.undo("region", "delete", OWN)
    both.show("region", "create", OWN, "--parent-region", "RegionOne")
    both.fail("region", "create", OWN)
    both.do("region", "set", OWN, "--description", "some")
    both.show("region", "show", OWN)
    both.show("region", "list", keep=is_lasting)
    both.show("region", "list", "--parent-region", "RegionOne", keep=is_lasting)
    both.fail("region", "show", "nowhere")
    both.fail("region", "set", "nowhere", "--description", "some")
    both.do("region", "delete", OWN)


def test_credentials(both: SideBySide, user: None) -> None:
    both.show("credential", "create", OWN, "secret", "--project", "admin")
    listing = ("credential", "list", "--user", OWN)
    both.show(*listing)
    both.show(*listing, "--type", "cert")
    both.show(*listing, "--type", "totp")
    both.show("credential", "show", id_of(both, both.ours, *listing))
    both.fail("credential", "show", "nothing")
    both.fail("credential", "create", "nobody", "secret")
    delete_each(both, *listing)


def test_application_credentials(both: SideBySide) -> None:
    noun = ("application", "credential")
    both.undo(*noun, "delete", OWN)
    options = "--description some --role admin --expiration 2099-01-02T03:04:05"
    argv = (*noun, "create", OWN, *options.split(), "--access-rules", RULES)
    both.show(*argv, but=["Secret"])
    both.fail(*noun, "create", OWN)
    both.show(*noun, "show", OWN)
    both.show(*noun, "list", but=["ID", "Access Rules"], keep=is_own)
    both.fail(*noun, "show", "nothing")
    both.fail(*noun, "create", f"{OWN}-2", "--role", "nothing")
    both.fail(*noun, "create", f"{OWN}-2", "--access-rules", "/no/such/file")
    both.do(*noun, "delete", OWN)
    both.fail(*noun, "delete", OWN)


def test_access_rules(both: SideBySide) -> None:
    noun = ("application", "credential")
    both.undo(*noun, "delete", OWN)
    both.do(*noun, "create", OWN, "--access-rules", RULES)
    rules = both.ours.run("access", "rule", "list", "-f", "json").json
    rule_id = next(rule["ID"] for rule in rules if rule["Path"] == f"/{OWN}")
    both.show(
        "access", "rule", "list", keep=lambda row: row["ID"] == rule_id, but=["Path"]
    )
    both.show("access", "rule", "show", rule_id, but=["Path"])
    both.fail("access", "rule", "show", "nothing")
    both.fail("access", "rule", "delete", rule_id)
    both.do(*noun, "delete", OWN)
    both.ours.run("access", "rule", "delete", rule_id)


@pytest.fixture
def registered(both: SideBySide, service: None) -> Iterator[tuple[str, ...]]:
    """What lists the limit that each program registered, and goes with it."""
    listing = ("registered", "limit", "list", "--service", OWN)
    options = f"--service {OWN} --default-limit 5 --region RegionOne --description some"
    both.show("registered", "limit", "create", "images", *options.split())
    yield listing
    delete_each(both, *listing)


def test_registered_limits(both: SideBySide, registered: tuple[str, ...]) -> None:
    both.show(*registered)
    both.show("registered", "limit", "list", "--resource-name", "nothing")
    registered_id = id_of(both, both.ours, *registered)
    both.show("registered", "limit", "show", registered_id)
    both.show("registered", "limit", "set", registered_id, "--default-limit", "7")
    both.fail("registered", "limit", "show", "nothing")


def test_limits(both: SideBySide, project: None, registered: tuple[str, ...]) -> None:
    place = ("--service", OWN, "--region", "RegionOne", "--project", OWN)
    both.show("limit", "create", "images", *place, "--resource-limit", "3")
    both.fail("limit", "create", "images", *place, "--resource-limit", "3")
    both.fail("limit", "create", "others", *place, "--resource-limit", "3")
    listing = ("limit", "list", "--project", OWN)
    both.show(*listing)
    limit_id = id_of(both, both.ours, *listing)
    both.show("limit", "set", limit_id, "--resource-limit", "4")
    both.show("limit", "show", limit_id)
    both.fail("limit", "show", "nothing")
    both.fail("limit", "list", "--project", "nowhere")
    delete_each(both, *listing)


def test_policies(both: SideBySide, tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text("{}")
    both.show("policy", "create", str(rules), "--type", f"text/{OWN}")
    both.fail("policy", "create", "/no/such/file")
    both.fail("policy", "show", "nothing")
    rows = both.ours.run("policy", "list", "-f", "json").json
    ids = {row["Type"]: row["ID"] for row in rows}
    policy_id = ids[f"text/{OWN}"]
    argv = ("policy", "list", "--long")
    both.show(*argv, keep=lambda row: row["ID"] == policy_id, but=["Type"])
    both.show("policy", "show", policy_id, but=["type"])
    rules.write_text('{"a": "b"}')
    both.do("policy", "set", policy_id, "--rules", str(rules))
    assert both.ours.run("policy", "show", policy_id, "-f", "json").json["rules"] == (
        rules.read_text()
    )
    both.fail("policy", "set", "nothing", "--type", "text/plain")
    theirs = ids[f"text/{both.reference.own}"]
    assert both.reference.run("policy", "delete", theirs).exit_code == 0
    assert both.ours.run("policy", "delete", policy_id).exit_code == 0


def test_tokens_and_the_catalog(both: SideBySide) -> None:
    both.show("catalog", "list", keep=lambda row: row["Name"] in ("keystone", "glance"))
    both.show("catalog", "show", "image")
    both.show("token", "issue", but=["id", "expires"])
    both.fail("token", "revoke", "nonsense")
    both.show("versions", "show", "--service", "identity")
    both.fail("--os-password", "wrong", "token", "issue")
    both.fail("--os-project-name", "nowhere", "project", "list")


def test_commands_that_need_no_cloud(both: SideBySide) -> None:
    both.show("configuration", "show", but=WHAT_WE_HAVE_NOT)
    both.show("configuration", "show", "--unmask", but=WHAT_WE_HAVE_NOT)
    both.fail("configuration", "show", "--nonsense")
    both.do("module", "list")
    both.do("command", "list", "--group", "identity")


WHAT_WE_HAVE_NOT = (
    "additional_user_agent",
    "disable_vendor_agent",
    "floating_ip_source",
    "baremetal_introspection_status_code_retries",
    "baremetal_status_code_retries",
    "image_api_use_tasks",
    "image_format",
    "image_status_code_retries",
    "message",
    "key_manager_api_version",
    "network_api_version",
    "networks",
    "status",
    "object_store_api_version",
    "secgroup_source",
    "share_api_version",
)
"""Defaults of openstacksdk for services and uses that are not ours."""
