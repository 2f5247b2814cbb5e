"""A token of Keystone v3: whose it is, for what, and where the services are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from imagectl.errors import AccessError, ServiceError

CatalogEntry = Mapping[str, Any]


@dataclass(frozen=True)
class Access:
    """An issued token and what Keystone says of it.

    ``body`` is the value of ``token`` in Keystone's answer. ``good_until`` is in
    seconds of this machine's clock: the token's life counted from when it was
    received, so that a service whose clock is off does no harm.
    """

    token: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)
    good_until: float = float("inf")

    @property
    def expires_at(self) -> str:
        return str(self.body.get("expires_at") or "")

    @property
    def user_id(self) -> str | None:
        return self._id_of("user")

    @property
    def user_name(self) -> str | None:
        return self._name_of("user")

    @property
    def user_domain_id(self) -> str | None:
        domain = (self.body.get("user") or {}).get("domain") or {}
        return domain.get("id")

    @property
    def project_id(self) -> str | None:
        return self._id_of("project")

    @property
    def project_name(self) -> str | None:
        return self._name_of("project")

    @property
    def domain_id(self) -> str | None:
        return self._id_of("domain")

    @property
    def has_system_scope(self) -> bool:
        return bool(self.body.get("system"))

    @property
    def is_scoped(self) -> bool:
        return bool(self.project_id or self.domain_id or self.has_system_scope)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(role["name"] for role in self.body.get("roles") or ())

    @property
    def catalog(self) -> Sequence[CatalogEntry]:
        return self.body.get("catalog") or ()

    def _id_of(self, owner: str) -> str | None:
        return (self.body.get(owner) or {}).get("id")

    def _name_of(self, owner: str) -> str | None:
        return (self.body.get(owner) or {}).get("name")


def read_access(token: str, document: Mapping[str, Any], received_at: float) -> Access:
    """Read Keystone's answer to an authentication; ``received_at`` in epoch seconds.

    Raises :class:`ServiceError` where it is not a v3 token.
    """
    body = document.get("token")
    if not isinstance(body, dict):
        raise ServiceError(
            "The identity service issued no v3 token.",
            hint="Keystone v2.0 is not supported; the URL should end in /v3",
        )
    issued, expires = _instant(body.get("issued_at")), _instant(body.get("expires_at"))
    if issued is None or expires is None:
        return Access(token, body)
    return Access(token, body, received_at + (expires - issued).total_seconds())


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)


def find_endpoint(
    access: Access,
    service_type: str,
    interfaces: Sequence[str],
    region_name: str | None,
) -> str:
    """Return the service's URL in the catalog; earlier interfaces are preferred.

    Raises :class:`AccessError` where the token's scope leaves the catalog empty, and
    :class:`ServiceError` where the catalog has no such endpoint.
    """
    for interface in interfaces:
        for endpoint in _endpoints(access, service_type):
            regions = (endpoint.get("region"), endpoint.get("region_id"))
            is_near = region_name is None or region_name in regions
            if endpoint.get("interface") == interface and is_near and endpoint["url"]:
                return str(endpoint["url"])
    place = f" in {region_name} region" if region_name else ""
    wanted = f"{' or '.join(interfaces)} endpoint for {service_type} service{place}"
    if not access.catalog and not access.is_scoped:
        raise AccessError(
            f"{wanted} not found: the token is for no project, so its catalog is empty",
            hint="name a project with --os-project-name or OS_PROJECT_NAME",
        )
    known = [
        f"{e.get('interface')} in {e.get('region')}"
        for e in _endpoints(access, service_type)
    ]
    types = sorted({str(entry.get("type")) for entry in access.catalog})
    hint = f"the catalog has {service_type} endpoints: {', '.join(known)}"
    services = f"the catalog has the services: {', '.join(types) or 'none'}"
    raise ServiceError(f"{wanted} not found", hint=hint if known else services)


def _endpoints(access: Access, service_type: str) -> Iterator[Mapping[str, Any]]:
    for entry in access.catalog:
        if entry.get("type") == service_type:
            yield from entry.get("endpoints") or ()
