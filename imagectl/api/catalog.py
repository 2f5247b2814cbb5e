"""The catalog as it is now, and not as it was when the token was issued."""

from __future__ import annotations

from imagectl.api.client import Client, Record


def fetch_catalog(identity: Client) -> list[Record]:
    """Return the services that the token's scope gives, with their endpoints.

    A kept token's own catalog does not know what was created since. A token without
    a scope has none.
    """
    if not identity.session.access.is_scoped:
        return []
    return list(identity.document("GET", "/auth/catalog").get("catalog", []))
