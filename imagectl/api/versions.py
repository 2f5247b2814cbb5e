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

    types, catalog = ServiceTypes(), ServiceCatalogV3(fetch_catalog(identity))
    session = identity.session
    project_id = session.access.project_id
    with session.keystone() as keystone:
        by_type = catalog.get_endpoints_data(
            interface=interface, region_name=region_name, service_type=service_type
        )
        places: dict[str, dict[str, list[Any]]] = {}
        for endpoint in (each for found in by_type.values() for each in found):
            if endpoint.region_name and endpoint.interface:
                interfaces = places.setdefault(endpoint.region_name, {})
                interfaces.setdefault(endpoint.interface, []).append(endpoint)
        for region, interfaces in places.items():
            for endpoint in (each for found in interfaces.values() for each in found):
                official = types.get_service_type(endpoint.service_type)
                for version in endpoint.get_all_version_string_data(
                    keystone.session, project_id
                ):
                    yield region, official or endpoint.service_type, version
