"""Endpoints, with the names and types of their services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from imagectl.api.client import Client, Record, quote
from imagectl.contract.identity import ENDPOINT, SERVICE
from imagectl.errors import AmbiguousError, NotFoundError


def list_endpoints(
    client: Client,
    query: Mapping[str, Any],
    *,
    service: str | None = None,
    project_id: str | None = None,
) -> Iterator[Record]:
    """Return endpoints with ``service_name`` and ``service_type``, in two requests.

    ``service`` (an id, name or type) and ``project_id`` filter them. Raises
    :class:`NotFoundError` where no service is called so, and :class:`AmbiguousError`
    where several are.
    """
    services = {record["id"]: record for record in client.list(SERVICE)}
    if service:
        query = {**query, "service_id": _pick_service(services, service)["id"]}
    if project_id is None:
        found = client.list(ENDPOINT, query)
    else:
        # this listing takes no filters (Keystone 30, ``api/os_ep_filter.py``)
        path = f"/OS-EP-FILTER/projects/{quote(project_id)}/endpoints"
        found = (e for e in client.list(ENDPOINT, path=path) if _matches(e, query))
    return (with_service(e, services.get(e["service_id"], {})) for e in found)


def find_endpoint(client: Client, given: str) -> Record:
    """Return the endpoint with the id ``given``, or the one of the service ``given``.

    Raises :class:`NotFoundError` where there is neither, and :class:`AmbiguousError`
    where the service has several endpoints.
    """
    try:
        endpoint = client.show(ENDPOINT, given)
    except NotFoundError:
        return _find_by_service(client, given)
    return with_service(endpoint, client.show(SERVICE, endpoint["service_id"]))


def with_service(endpoint: Mapping[str, Any], service: Mapping[str, Any]) -> Record:
    """Return ``endpoint`` with the name and type of its service."""
    return {
        **endpoint,
        "service_name": service.get("name"),
        "service_type": service.get("type"),
    }


def projects_path(endpoint_id: str) -> str:
    """Return the path at which the projects associated with an endpoint are listed."""
    return f"/OS-EP-FILTER/endpoints/{quote(endpoint_id)}/projects"


def _find_by_service(client: Client, given: str) -> Record:
    found = list(list_endpoints(client, {}, service=given))
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(f"The service {given} has no endpoint.")
    raise AmbiguousError(
        f"The service {given} has {len(found)} endpoints.",
        hint=f"give the endpoint's ID; see: imagectl endpoint list --service {given}",
    )


def _matches(endpoint: Record, query: Mapping[str, Any]) -> bool:
    return all(endpoint.get(key) == wanted for key, wanted in query.items())


def _pick_service(services: Mapping[str, Record], given: str) -> Record:
    for key in ("id", "name", "type"):
        found = [record for record in services.values() if record.get(key) == given]
        if len(found) > 1:
            raise AmbiguousError(
                f"More than one Service exists with the {key} '{given}'.",
                hint="give its id instead",
            )
        if found:
            return found[0]
    raise NotFoundError(f"No Service found for {given}")
