"""The API versions of the endpoints in the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imagectl.api.catalog import fetch_catalog
from imagectl.api.client import Client


def discover_versions(
    identity: Client,
    *,
    interface: str | None = None,
    region_name: str | None = None,
    service_type: str | None = None,
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the region, service type and keystoneauth's version data of each version.

    The order is by region, then by interface, then that of the catalog. For an
    endpoint that does not answer the version data has only its URL.
    """
    from keystoneauth1.access.service_catalog import ServiceCatalogV3
    from os_service_types import ServiceTypes

    from imagectl.auth.plugins import translate_errors

    types = ServiceTypes()
    session = identity.session
    http, project_id = session.keystone().session, session.access.project_id
    by_type = ServiceCatalogV3(fetch_catalog(identity)).get_endpoints_data(
        interface=interface, region_name=region_name, service_type=service_type
    )
    places: dict[str, dict[str, list[Any]]] = {}
    for endpoint in (endpoint for several in by_type.values() for endpoint in several):
        if endpoint.region_name and endpoint.interface:
            interfaces = places.setdefault(endpoint.region_name, {})
            interfaces.setdefault(endpoint.interface, []).append(endpoint)
    for region, interfaces in places.items():
        for endpoint in (e for found in interfaces.values() for e in found):
            official = types.get_service_type(endpoint.service_type)
            with translate_errors():
                found = list(endpoint.get_all_version_string_data(http, project_id))
            for version in found:
                yield region, official or endpoint.service_type, version
