"""Who sends a request: the bearer of a valid token, as both services see them.

Takes the place that keystonemiddleware has in a real deployment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol


class NotAuthenticated(Exception):
    """A request carries no token, or one that is not valid for it."""


class IdentityUnavailable(Exception):
    """The remote Keystone does not answer, or refuses the mock's own user."""


@dataclass(frozen=True)
class Caller:
    """The bearer of a valid token, and the scope of that token."""

    token_id: str
    user_id: str
    user_name: str
    user_domain_id: str
    project_id: str | None
    project_domain_id: str | None
    domain_id: str | None
    system: bool
    roles: frozenset[str]
    expires_at: str
    body: dict[str, Any] = field(repr=False)
    """The token document that validation answers with, without its catalog."""

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles

    @cached_property
    def credentials(self) -> dict[str, Any]:
        """The values that the rules of :mod:`mockserver.policy` compare."""
        return {
            "user_id": self.user_id,
            "user_domain_id": self.user_domain_id,
            "project_id": self.project_id,
            "project_domain_id": self.project_domain_id,
            "domain_id": self.domain_id,
            "system_scope": "all" if self.system else None,
            "roles": self.roles,
            "is_admin": False,
            "token": self.body,
        }

    @classmethod
    def of(cls, token_id: str, body: dict[str, Any]) -> Caller:
        """Return the caller of a token document, as ``GET /v3/auth/tokens`` answers it.

        Raises KeyError for a document without the user or the time of expiry.
        """
        project = body.get("project", {})
        return cls(
            token_id=token_id,
            user_id=body["user"]["id"],
            user_name=body["user"]["name"],
            user_domain_id=body["user"]["domain"]["id"],
            project_id=project.get("id"),
            project_domain_id=project.get("domain", {}).get("id"),
            domain_id=body.get("domain", {}).get("id"),
            system="system" in body,
            roles=frozenset(role["name"] for role in body.get("roles", ())),
            expires_at=body["expires_at"],
            body=body,
        )


class Tokens(Protocol):
    """Tells who the bearer of a token is."""

    def validate(self, token_id: str | None, *, allow_expired: bool = False) -> Caller:
        """Return the bearer; with ``allow_expired``, also for two days after expiry.

        Raises :class:`NotAuthenticated` for no token or one that is not valid, and
        :class:`IdentityUnavailable` where the Keystone to ask does not answer.
        """
