"""Token documents, as ``GET /v3/auth/tokens`` answers them.

Source: Keystone 30 ``common/render_token.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockserver.storage.grants import SYSTEM
from mockserver.storage.repository import Record


@dataclass(frozen=True)
class Scope:
    """What a token is for: a project, a domain, the system, or nothing (unscoped)."""

    project_id: str | None = None
    domain_id: str | None = None
    system: bool = False

    def __bool__(self) -> bool:
        """Tell whether a token of this scope is scoped."""
        return bool(self.project_id or self.domain_id or self.system)

    @property
    def target(self) -> tuple[str, str]:
        """The kind and the id of what the user needs a role on."""
        if self.system:
            return "system", SYSTEM
        if self.domain_id:
            return "domain", self.domain_id
        return "project", self.project_id or ""


def describe_token(token: Record, scope: Scope, roles: list[Record]) -> dict[str, Any]:
    """Return the document of a token, without its catalog.

    ``token`` is what :func:`mockserver.storage.tokens.find_token` returns.
    """
    audit_ids = [token["audit_id"]]
    if token["chain_id"] != token["audit_id"]:
        audit_ids.append(token["chain_id"])
    user = _name(token, "user")
    user["password_expires_at"] = token["password_expires_at"]
    document = {
        "methods": token["methods"],
        "user": user,
        "audit_ids": audit_ids,
        "expires_at": token["expires_at"],
        "issued_at": token["issued_at"],
    }
    if scope.project_id:
        document["project"] = _name(token, "project")
        document["is_domain"] = bool(token["project_is_domain"])
    if scope:
        document["roles"] = roles
    if scope.domain_id:
        document["domain"] = {"id": scope.domain_id, "name": token["domain_name"]}
    if scope.system:
        document["system"] = {"all": True}
    return document


def describe_credential(credential: Record) -> dict[str, Any]:
    """Return what a token's document holds of its application credential."""
    summary = {
        "id": credential["id"],
        "name": credential["name"],
        "restricted": not credential["unrestricted"],
    }
    if "access_rules" in credential:
        summary["access_rules"] = credential["access_rules"]
    return summary


def _name(token: Record, noun: str) -> dict[str, Any]:
    """Return the user or the project of a token with its domain."""
    domain = {"id": token[f"{noun}_domain_id"], "name": token[f"{noun}_domain_name"]}
    return {"domain": domain, "id": token[f"{noun}_id"], "name": token[f"{noun}_name"]}
