"""The service catalog as it is now."""

from __future__ import annotations

from imagectl.api.client import Client, Record
from imagectl.api.records import Shape

_ENDPOINT: Shape = {
    "url": str,
    "interface": str,
    "region?": str,
    "region_id?": str,
}
CATALOG: Shape = {
    "catalog?": [{"type": str, "name?": str, "id?": str, "endpoints?": [_ENDPOINT]}]
}


def fetch_catalog(identity: Client) -> list[Record]:
    """Return the services of the token's scope, with their endpoints.

    They are requested, because the catalog in a cached token lacks what was created
    since. The list is empty for a token without a scope.
    """
    if not identity.session.access.is_scoped:
        return []
    return list(identity.document("GET", "/auth/catalog", CATALOG).get("catalog", []))
