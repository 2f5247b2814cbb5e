"""python-keystoneclient against every cloud: it works as with the real service."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3
from keystoneclient.v3.client import Client

from tests.contract.support.callers import unique
from tests.contract.support.clouds import Cloud

PASSWORD = "pass-word"

Make = Callable[..., Any]


def sign_in(cloud: Cloud, **options: Any) -> Client:
    url = f"{cloud.identity_url}/v3"
    auth = v3.Password(auth_url=url, **options)
    # a token without a scope has no catalog to find it in
    return Client(session=session.Session(auth=auth), endpoint_override=url)


@pytest.fixture(scope="module")
def keystone(cloud: Cloud) -> Client:
    return sign_in(
        cloud,
        username=cloud.username,
        password=cloud.password,
        project_name=cloud.project_name,
        user_domain_id="default",
        project_domain_id="default",
    )


@pytest.fixture
def made(keystone: Client) -> Iterator[Make]:
    """Create by a manager's name; what was made goes with the test."""
    stored: list[tuple[Any, str]] = []

    def make_by(noun: str, **values: Any) -> Any:
        manager = getattr(keystone, noun)
        if noun in ("users", "groups", "projects", "domains", "roles", "services"):
            values.setdefault("name", unique(noun))
        if noun == "projects":
            values.setdefault("domain", "default")
        resource = manager.create(**values)
        stored.append((manager, resource.id))
        return resource

    yield make_by
    for manager, resource_id in reversed(stored):
        if manager is keystone.domains:
            manager.update(resource_id, enabled=False)
        manager.delete(resource_id)


def ids(resources: Any) -> list[str]:
    return [resource.id for resource in resources]


def test_users(keystone: Client, made: Make) -> None:
    project = made("projects")
    user = made("users", password=PASSWORD, email="a@b", default_project=project)
    assert keystone.users.get(user).to_dict() == user.to_dict()
    assert (user.email, user.default_project_id) == ("a@b", project.id)
    assert ids(keystone.users.list(name=user.name)) == [user.id]
    assert keystone.users.find(name=user.name) == user
    assert not keystone.users.update(user, enabled=False).enabled
    with pytest.raises(exceptions.Conflict):
        keystone.users.create(user.name)


def test_a_user_changes_the_own_password(
    cloud: Cloud, keystone: Client, made: Make
) -> None:
    user = made("users", password=PASSWORD)
    own = sign_in(cloud, user_id=user.id, password=PASSWORD)
    own.users.update_password(PASSWORD, "another")
    with pytest.raises(exceptions.Unauthorized):
        sign_in(cloud, user_id=user.id, password=PASSWORD).session.get_token()
    assert sign_in(cloud, user_id=user.id, password="another").session.get_token()


def test_groups(keystone: Client, made: Make) -> None:
    user, group = made("users"), made("groups", description="All")
    assert keystone.groups.get(group).description == "All"
    assert ids(keystone.groups.list(name=group.name)) == [group.id]
    with pytest.raises(exceptions.NotFound):
        keystone.users.check_in_group(user, group)
    keystone.users.add_to_group(user, group)
    keystone.users.check_in_group(user, group)
    assert ids(keystone.users.list(group=group)) == [user.id]
    assert ids(keystone.groups.list(user=user)) == [group.id]
    keystone.users.remove_from_group(user, group)
    assert keystone.users.list(group=group) == []
    assert keystone.groups.update(group, description="None").description == "None"


def test_projects(keystone: Client, made: Make) -> None:
    parent = made("projects", description="Large")
    child = made("projects", parent=parent)
    shown = keystone.projects.get(child, parents_as_ids=True)
    assert shown.parents == {parent.id: {"default": None}}
    below = keystone.projects.get(parent, subtree_as_ids=True).subtree
    assert below == {child.id: None}
    assert ids(keystone.projects.list(parent=parent)) == [child.id]
    keystone.projects.update_tags(child, ["one", "two"])
    keystone.projects.add_tag(child, "three")
    keystone.projects.delete_tag(child, "one")
    assert sorted(keystone.projects.list_tags(child)) == ["three", "two"]
    assert keystone.projects.check_tag(child, "two")
    assert not keystone.projects.check_tag(child, "one")
    assert ids(keystone.projects.list(tags="two,three", name=child.name)) == [child.id]
    with pytest.raises(exceptions.Forbidden):
        keystone.projects.delete(parent)


def test_domains(keystone: Client, made: Make) -> None:
    domain = made("domains", description="Apart")
    assert keystone.domains.get(domain).description == "Apart"
    assert ids(keystone.domains.list(name=domain.name)) == [domain.id]
    user = keystone.users.create(unique("inside"), domain=domain)
    assert ids(keystone.users.list(domain=domain)) == [user.id]
    with pytest.raises(exceptions.Forbidden):
        keystone.domains.delete(domain)


def test_roles_and_what_they_imply(cloud: Cloud, keystone: Client, made: Make) -> None:
    role, implied = made("roles"), made("roles", description="Less")
    assert keystone.roles.get(implied).description == "Less"
    assert keystone.roles.update(role, description="More").description == "More"
    rule = keystone.inference_rules.create(role, implied)
    assert (rule.prior_role["id"], rule.implies["id"]) == (role.id, implied.id)
    assert keystone.inference_rules.check(role, implied)
    [listed] = keystone.inference_rules.list(role).implies
    assert listed["id"] == implied.id
    # real Keystone cannot list them once any role that another implied is deleted
    if cloud.door != "real":
        every = keystone.inference_rules.list_inference_roles()
        assert role.id in [one.prior_role["id"] for one in every]
    keystone.inference_rules.delete(role, implied)
    with pytest.raises(exceptions.NotFound):
        keystone.inference_rules.get(role, implied)


@pytest.mark.parametrize(
    ("target", "inherits"),
    [
        *[("projects", False), ("projects", True), ("domains", False)],
        *[("domains", True), ("system", False)],
    ],
)
@pytest.mark.parametrize("actor", ["users", "groups"])
def test_grants(
    keystone: Client, made: Make, actor: str, target: str, inherits: bool
) -> None:
    role, who = made("roles"), {actor[:-1]: made(actor)}
    where = {"system": "all"} if target == "system" else {target[:-1]: made(target)}
    grant: dict[str, Any] = {"role": role, **who, **where}
    grant["os_inherit_extension_inherited"] = inherits
    with pytest.raises(exceptions.NotFound):
        keystone.roles.check(**grant)
    keystone.roles.grant(**grant)
    keystone.roles.check(**grant)
    if not (inherits and target == "projects"):  # which Keystone does not list
        options = {name: value for name, value in grant.items() if name != "role"}
        assert ids(keystone.roles.list(**options)) == [role.id]
    [assignment] = keystone.role_assignments.list(**who, **where, include_names=True)
    assert assignment.role["name"] == role.name
    assert ("OS-INHERIT:inherited_to" in assignment.scope) == inherits
    keystone.roles.revoke(**grant)
    assert keystone.role_assignments.list(**who) == []


def test_services_regions_and_endpoints(keystone: Client, made: Make) -> None:
    service = made("services", type="kind", description="It serves")
    assert keystone.services.get(service).description == "It serves"
    assert ids(keystone.services.list(name=service.name)) == [service.id]
    region = made("regions", id=unique("region"), description="Here")
    child = made("regions", id=unique("region"), parent_region=region)
    assert ids(keystone.regions.list(parent_region_id=region.id)) == [child.id]
    address = {"url": "http://kind.example", "interface": "public"}
    endpoint = made("endpoints", service=service, region=region.id, **address)
    assert ids(keystone.endpoints.list(service=service)) == [endpoint.id]
    assert keystone.endpoints.list(service=service, interface="internal") == []
    changed = keystone.endpoints.update(endpoint, interface="internal")
    assert (changed.interface, changed.region_id) == ("internal", region.id)
    project = made("projects")
    keystone.endpoint_filter.add_endpoint_to_project(project, endpoint)
    paired = keystone.endpoint_filter.list_projects_for_endpoint(endpoint)
    assert ids(paired) == [project.id]


def test_credentials(keystone: Client, made: Make) -> None:
    user, project = made("users"), made("projects")
    blob = json.dumps({"access": unique("access"), "secret": "s"})
    values = {"user": user, "type": "ec2", "blob": blob, "project": project}
    credential = made("credentials", **values)
    assert keystone.credentials.get(credential).blob == blob
    assert ids(keystone.credentials.list(user_id=user.id)) == [credential.id]
    ec2 = keystone.ec2.create(user.id, project.id)
    assert keystone.ec2.get(user.id, ec2.access).secret == ec2.secret
    keystone.ec2.delete(user.id, ec2.access)
    assert ec2.access not in [one.access for one in keystone.ec2.list(user.id)]


def test_policies(keystone: Client, made: Make) -> None:
    policy = made("policies", blob="{}")
    assert keystone.policies.get(policy).type == "application/json"
    assert keystone.policies.update(policy, blob="[]").blob == "[]"
    assert policy.id in ids(keystone.policies.list())


def test_limits(keystone: Client, made: Make) -> None:
    service, project = made("services", type="kind"), made("projects")
    common = {"service": service, "resource_name": "image_count"}
    registered = made("registered_limits", **common, default_limit=10)
    assert ids(keystone.registered_limits.list(service=service)) == [registered.id]
    limit = made("limits", **common, project=project, resource_limit=5)
    assert keystone.limits.update(limit, resource_limit=6).resource_limit == 6
    assert ids(keystone.limits.list(service=service)) == [limit.id]
    with pytest.raises(exceptions.Forbidden):
        keystone.registered_limits.delete(registered)


def test_application_credentials(cloud: Cloud, keystone: Client, made: Make) -> None:
    user, project = made("users", password=PASSWORD), made("projects")
    keystone.roles.grant(keystone.roles.find(name="member"), user, project=project)
    scope = {"user_id": user.id, "password": PASSWORD, "project_id": project.id}
    own = sign_in(cloud, **scope)
    rules = [{"path": "/v2/images", "method": "GET", "service": "image"}]
    made_one = own.application_credentials.create("one", access_rules=rules)
    try:
        assert ids(own.application_credentials.list()) == [made_one.id]
        assert own.application_credentials.get(made_one.id).name == "one"
        [rule] = own.access_rules.list()
        assert own.access_rules.get(rule.id).path == "/v2/images"
        auth = v3.ApplicationCredential(
            f"{cloud.identity_url}/v3",
            application_credential_id=made_one.id,
            application_credential_secret=made_one.secret,
        )
        assert session.Session(auth=auth).get_project_id() == project.id
    finally:
        own.application_credentials.delete(made_one.id)
    own.access_rules.delete(rule.id)
    assert own.access_rules.list() == []


def test_tokens_and_their_scopes(cloud: Cloud, keystone: Client, made: Make) -> None:
    user, project = made("users", password=PASSWORD), made("projects")
    keystone.roles.grant(keystone.roles.find(name="reader"), user, project=project)
    own = sign_in(cloud, user_id=user.id, password=PASSWORD, project_id=project.id)
    assert ids(own.auth.projects()) == [project.id]
    assert own.auth.domains() == []
    token = own.session.get_token()
    valid = keystone.tokens.validate(token)
    assert (valid.user_id, valid.project_id) == (user.id, project.id)
    assert valid.role_names == ["reader"]
    keystone.tokens.revoke_token(token)
    with pytest.raises(exceptions.NotFound):
        keystone.tokens.validate(token)
