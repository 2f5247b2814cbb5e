"""A Keystone v3 token: its user, its scope, its expiry, and its service catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from imagectl.errors import AccessError, ServiceError
from imagectl.http.urls import is_url


@dataclass(frozen=True)
class Access:
    """An issued token, and what Keystone's answer says about it.

    ``body`` is the value of ``token`` in Keystone's answer. ``good_until`` is when the
    token expires, in seconds since the epoch by this machine's clock. It is the time
    of receipt plus the token's lifetime, so it is right even if Keystone's clock is
    wrong. Ids and names are None where the token has none.
    """

    token: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)
    good_until: float = float("inf")

    @property
    def expires_at(self) -> str:
        """When the token expires, as Keystone writes it; "" for never."""
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
        """Whether the token is for the whole system, not for a project or domain."""
        return bool(self.body.get("system"))

    @property
    def is_scoped(self) -> bool:
        """Whether the token is for a project, a domain or the system."""
        return bool(self.project_id or self.domain_id or self.has_system_scope)

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of the roles."""
        return tuple(str(role.get("name")) for role in self.body.get("roles") or ())

    @property
    def catalog(self) -> Sequence[Mapping[str, Any]]:
        """The services, each with its ``type`` and ``endpoints``."""
        return self.body.get("catalog") or ()

    def _id_of(self, owner: str) -> str | None:
        return (self.body.get(owner) or {}).get("id")

    def _name_of(self, owner: str) -> str | None:
        return (self.body.get(owner) or {}).get("name")


def read_access(token: str, document: Mapping[str, Any], received_at: float) -> Access:
    """Return the :class:`Access` for Keystone's answer to an authentication.

    ``received_at`` is in seconds since the epoch. Raises :class:`ServiceError` if the
    answer holds no v3 token.
    """
    body = document.get("token")
    if not isinstance(body, dict):
        raise ServiceError(
            "The identity service issued no v3 token.",
            hint="Keystone v2.0 is not supported; the URL should end in /v3",
        )
    if not (is_header_value(token) and is_token_body(body)):
        raise ServiceError("The identity service issued a token of a broken form.")
    issued = parse_time(body.get("issued_at"))
    expires = parse_time(body.get("expires_at"))
    if issued is None or expires is None:
        return Access(token, body)
    return Access(token, body, received_at + (expires - issued).total_seconds())


def is_header_value(token: object) -> bool:
    return isinstance(token, str) and token.isascii() and token.isprintable()


def is_token_body(body: Mapping[str, Any]) -> bool:
    """Return whether all that is read of a token's body is of the right type."""
    owners = [body.get(owner) for owner in ("user", "project", "domain")]
    roles, catalog = body.get("roles"), body.get("catalog")
    services = catalog if isinstance(catalog, list) else []
    return (
        all(owner is None or _is_owner(owner) for owner in owners)
        and all(_is_text(body.get(key)) for key in ("issued_at", "expires_at"))
        and _are_objects(roles, "name")
        and _are_objects(catalog, "type")
        and all(_are_objects(service.get("endpoints"), "url") for service in services)
    )


def _is_owner(owner: Any) -> bool:
    if not isinstance(owner, dict):
        return False
    domain = owner.get("domain") or {}
    named = [owner, domain] if isinstance(domain, dict) else [{"id": 0}]
    return all(_is_text(each.get(key)) for each in named for key in ("id", "name"))


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _are_objects(items: Any, key: str) -> bool:
    """Return whether ``items`` is nothing, or a list of objects with a text."""
    if items is None:
        return True
    return isinstance(items, list) and all(
        isinstance(item, dict) and _is_text(item.get(key)) for item in items
    )


def parse_time(text: str | None) -> datetime | None:
    """Return a time of Keystone's; None for a text that is none."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def find_endpoint_url(
    access: Access,
    service_type: str,
    interfaces: Sequence[str],
    region_name: str | None,
) -> str:
    """Return the URL of a service in the token's catalog.

    ``interfaces`` are in order of preference; a ``region_name`` of None is any region.
    Raises :class:`AccessError` for an unscoped token, whose catalog is empty, and
    :class:`ServiceError` if the catalog has no such endpoint.
    """
    for interface in interfaces:
        for endpoint in _endpoints(access, service_type):
            regions = (endpoint.get("region"), endpoint.get("region_id"))
            is_in_region = region_name is None or region_name in regions
            if (
                endpoint.get("interface") == interface
                and is_in_region
                and endpoint.get("url")
            ):
                return _check_url(service_type, str(endpoint["url"]))
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


def _check_url(service_type: str, url: str) -> str:
    if not is_url(url):
        raise ServiceError(
            f"The catalog's URL of the {service_type} service is none: {url}",
            hint="see: imagectl catalog list",
        )
    return url


def _endpoints(access: Access, service_type: str) -> Iterator[Mapping[str, Any]]:
    for entry in access.catalog:
        if entry.get("type") == service_type:
            yield from entry.get("endpoints") or ()
