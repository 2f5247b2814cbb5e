"""openstacksdk on services, endpoints, regions, credentials, policies and limits."""

from __future__ import annotations

import json
from typing import Any

from sdk_accounts import make_project, make_user
from sightings import Sightings


def make_service(sdk: Any, seen: Sightings) -> Any:
    values = {"name": seen.unique("service"), "type": seen.unique("kind")}
    service = sdk.identity.create_service(**values, description="It serves")
    seen.later(sdk.identity.delete_service, service.id)
    return service


def make_region(sdk: Any, seen: Sightings, word: str, **values: Any) -> Any:
    region = sdk.identity.create_region(id=seen.unique(word), **values)
    seen.later(sdk.identity.delete_region, region.id)
    return region


def services(sdk: Any, seen: Sightings) -> None:
    service = make_service(sdk, seen)
    seen.note("created", service)
    seen.note("got", sdk.identity.get_service(service.id))
    seen.note("found", sdk.identity.find_service(service.name).id)
    seen.note("listed", list(sdk.identity.services(type=service.type)))
    seen.note("updated", sdk.identity.update_service(service.id, is_enabled=False))
    sdk.identity.delete_service(service.id)
    seen.refused("gone", sdk.identity.get_service, service.id)


def regions(sdk: Any, seen: Sightings) -> None:
    parent = make_region(sdk, seen, "parent", description="Large")
    child = make_region(sdk, seen, "child", parent_region_id=parent.id)
    seen.note("parent", parent)
    seen.note("child", child)
    seen.note("got", sdk.identity.get_region(child.id))
    below = sdk.identity.regions(parent_region_id=parent.id)
    seen.note("below", [one.id for one in below])
    changed = sdk.identity.update_region(child.id, description="Small")
    seen.note("updated", changed)
    sdk.identity.delete_region(parent.id)
    seen.refused("gone with the parent", sdk.identity.get_region, child.id)


def endpoints(sdk: Any, seen: Sightings) -> None:
    service, region = make_service(sdk, seen), make_region(sdk, seen, "of-endpoint")
    values = {"service_id": service.id, "region_id": region.id}
    url = "http://service.example/%(tenant_id)s"
    endpoint = sdk.identity.create_endpoint(**values, interface="public", url=url)
    seen.later(sdk.identity.delete_endpoint, endpoint.id)
    seen.note("created", endpoint)
    seen.note("got", sdk.identity.get_endpoint(endpoint.id))
    seen.note("listed", list(sdk.identity.endpoints(service_id=service.id)))
    there = sdk.identity.endpoints(region_id=region.id, interface="internal")
    seen.note("none internal", list(there))
    changed = sdk.identity.update_endpoint(endpoint.id, interface="internal")
    seen.note("updated", changed)
    project = make_project(sdk, seen, "of-endpoint")
    sdk.identity.associate_endpoint_with_project(project.id, endpoint.id)
    paired = sdk.identity.project_endpoints(project.id)
    seen.note("paired", endpoint.id in [one.id for one in paired])
    of_it = sdk.identity.endpoint_projects(endpoint.id)
    seen.note("projects", [one.id == project.id for one in of_it])
    sdk.identity.disassociate_endpoint_from_project(project.id, endpoint.id)
    sdk.identity.delete_endpoint(endpoint.id)
    seen.refused("gone", sdk.identity.get_endpoint, endpoint.id)


def credentials(sdk: Any, seen: Sightings) -> None:
    user, project = make_user(sdk, seen, "keys"), make_project(sdk, seen, "keys")
    blob = json.dumps({"access": seen.unique("access"), "secret": "s"})
    values = {"user_id": user.id, "project_id": project.id, "type": "ec2"}
    made = sdk.identity.create_credential(**values, blob=blob)
    seen.later(sdk.identity.delete_credential, made.id)
    seen.note("created", {**made.to_dict(), "id": len(made.id)})
    seen.note("got", sdk.identity.get_credential(made.id).blob == blob)
    listed = sdk.identity.credentials(user_id=user.id, type="ec2")
    seen.note("listed", [one.id == made.id for one in listed])
    cert = {"user_id": user.id, "type": "cert", "blob": "text"}
    second = sdk.identity.create_credential(**cert)
    seen.later(sdk.identity.delete_credential, second.id)
    changed = sdk.identity.update_credential(second.id, blob="changed")
    seen.note("updated", changed)
    sdk.identity.delete_credential(second.id)
    seen.refused("gone", sdk.identity.get_credential, second.id)


def policies(sdk: Any, seen: Sightings) -> None:
    made = sdk.identity.create_policy(blob="{}", type="application/json")
    seen.later(sdk.identity.delete_policy, made.id)
    seen.note("created", made)
    seen.note("got", sdk.identity.get_policy(made.id))
    listed = sdk.identity.policies(type="application/json")
    seen.note("listed", made.id in [one.id for one in listed])
    seen.note("updated", sdk.identity.update_policy(made.id, blob='{"a": "b"}'))
    sdk.identity.delete_policy(made.id)
    seen.refused("gone", sdk.identity.get_policy, made.id)


def limits(sdk: Any, seen: Sightings) -> None:
    service, project = make_service(sdk, seen), make_project(sdk, seen, "limited")
    values = {"service_id": service.id, "resource_name": "image_count"}
    common = {**values, "description": "How many"}
    registered = sdk.identity.create_registered_limit(**common, default_limit=10)
    seen.later(sdk.identity.delete_registered_limit, registered.id)
    seen.note("registered", registered)
    seen.note("got", sdk.identity.get_registered_limit(registered.id))
    changed = sdk.identity.update_registered_limit(registered.id, default_limit=12)
    seen.note("registered anew", changed)
    known = sdk.identity.registered_limits(service_id=service.id)
    seen.note("known", [one.id for one in known])
    limit = sdk.identity.create_limit(**values, project_id=project.id, resource_limit=5)
    seen.later(sdk.identity.delete_limit, limit.id)
    seen.note("limited", limit)
    seen.note("got the limit", sdk.identity.get_limit(limit.id))
    seen.note("listed", list(sdk.identity.limits(service_id=service.id)))
    seen.note("limited anew", sdk.identity.update_limit(limit.id, resource_limit=7))
    seen.refused("is used", sdk.identity.delete_registered_limit, registered.id)
    sdk.identity.delete_limit(limit.id)
    seen.refused("gone", sdk.identity.get_limit, limit.id)


PARTS = (services, regions, endpoints, credentials, policies, limits)
