"""The service catalog as it is now."""

from __future__ import annotations

from imagectl.api.client import Client, Record


def fetch_catalog(identity: Client) -> list[Record]:
    """Return the services of the token's scope, with their endpoints.

    They are requested, because the catalog in a cached token lacks what was created
    since. The list is empty for a token without a scope.
    """
    if not identity.session.access.is_scoped:
        return []
    return list(identity.document("GET", "/auth/catalog").get("catalog", []))
