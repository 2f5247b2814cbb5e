"""SQL tables of Keystone's records; most columns come from the contract."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

from imagectl.contract import Field, Resource
from imagectl.contract.application_credentials import (
    ACCESS_RULE,
    APPLICATION_CREDENTIAL,
)
from imagectl.contract.identity import (
    CREDENTIAL,
    ENDPOINT,
    GROUP,
    POLICY,
    PROJECT,
    REGION,
    ROLE,
    SERVICE,
    USER,
)
from imagectl.contract.unified_limits import LIMIT, REGISTERED_LIMIT

METADATA = MetaData()

ID_LENGTH = 64


def sql_type(field: Field) -> TypeEngine[Any]:
    """Return the type of the column that holds a field of the contract."""
    if field.kind in ("boolean", "flag"):
        return Boolean()
    if field.kind == "integer":
        return BigInteger()
    if field.kind in ("array", "object"):
        return JSON()
    return String(field.max_length) if field.max_length else Text()


def columns_of(resource: Resource, *left_out: str) -> list[Column[Any]]:
    """Return a column for every stored field but those left out.

    ``id`` is the primary key.
    """
    return [
        Column(field.name, sql_type(field), primary_key=field.name == "id")
        for field in resource.fields
        if field.stored and field.name not in left_out
    ]


def _extra() -> Column[Any]:
    return Column("extra", JSON, nullable=False, default=dict)


FACTS = Table(
    "fact",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text),
)
"""Names and values about the cloud itself; ``facts.py`` says which."""

REGIONS = Table("region", METADATA, *columns_of(REGION), _extra())
SERVICES = Table("service", METADATA, *columns_of(SERVICE), _extra())
ENDPOINTS = Table(
    "endpoint",
    METADATA,
    *columns_of(ENDPOINT),
    _extra(),
    Index("endpoint_service", "service_id"),
)
PROJECTS = Table(
    "project",
    METADATA,
    *columns_of(PROJECT, "tags"),
    _extra(),
    # the domain's id, "" for a domain: null would not make names unique
    Column("uniqueness", String(ID_LENGTH), nullable=False),
    UniqueConstraint("uniqueness", "name"),
    Index("project_parent", "parent_id"),
)
PROJECT_TAGS = Table(
    "project_tag",
    METADATA,
    Column("project_id", String(ID_LENGTH), primary_key=True),
    Column("name", String(255), primary_key=True),
)
USERS = Table(
    "user",
    METADATA,
    *columns_of(USER),
    _extra(),
    Column("password_hash", String(255)),
    UniqueConstraint("domain_id", "name"),
)
SIGN_IN_FAILURES = Table(
    "sign_in_failure",
    METADATA,
    Column("user_id", String(ID_LENGTH), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", String(32), nullable=False),
)
OLD_PASSWORDS = Table(
    "old_password",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", String(ID_LENGTH), nullable=False, index=True),
    Column("password_hash", String(255), nullable=False),
)
GROUPS = Table(
    "group",
    METADATA,
    *columns_of(GROUP),
    _extra(),
    UniqueConstraint("domain_id", "name"),
)
MEMBERSHIPS = Table(
    "membership",
    METADATA,
    Column("group_id", String(ID_LENGTH), primary_key=True),
    Column("user_id", String(ID_LENGTH), primary_key=True),
    Index("membership_user", "user_id"),
)
ROLES = Table(
    "role",
    METADATA,
    *columns_of(ROLE),
    _extra(),
    Column("uniqueness", String(ID_LENGTH), nullable=False),
    UniqueConstraint("uniqueness", "name"),
)
IMPLIED_ROLES = Table(
    "implied_role",
    METADATA,
    Column("prior_role_id", String(ID_LENGTH), primary_key=True),
    Column("implied_role_id", String(ID_LENGTH), primary_key=True),
)
ASSIGNMENTS = Table(
    "assignment",
    METADATA,
    Column("actor", String(8), primary_key=True),
    Column("actor_id", String(ID_LENGTH), primary_key=True),
    Column("target", String(8), primary_key=True),
    Column("target_id", String(ID_LENGTH), primary_key=True),
    Column("role_id", String(ID_LENGTH), primary_key=True),
    Column("inherited", Boolean, primary_key=True),
    Index("assignment_target", "target", "target_id"),
)
"""``actor`` is user or group, ``target`` project, domain or system."""

TOKENS = Table(
    "token",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("user_id", String(ID_LENGTH), nullable=False),
    Column("project_id", String(ID_LENGTH)),
    Column("domain_id", String(ID_LENGTH)),
    Column("system", Boolean, nullable=False, default=False),
    Column("application_credential_id", String(ID_LENGTH)),
    Column("methods", JSON, nullable=False),
    Column("audit_id", String(32), nullable=False),
    Column("chain_id", String(32), nullable=False),
    Column("issued_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    Index("token_user", "user_id"),
    Index("token_chain", "chain_id"),
)
"""``digest`` is the SHA-256 of a token's id: a stolen database signs nobody in."""
RECEIPTS = Table(
    "receipt",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("user_id", String(ID_LENGTH), nullable=False),
    Column("methods", JSON, nullable=False),
    Column("expires_at", String(32), nullable=False),
)
"""Receipts of users who passed some of the sign-in methods that they need."""

APPLICATION_CREDENTIALS = Table(
    "application_credential",
    METADATA,
    *columns_of(APPLICATION_CREDENTIAL),
    Column("secret_hash", String(255), nullable=False),
    UniqueConstraint("user_id", "name"),
)
"""``roles`` and ``access_rules`` hold ids; null ``access_rules`` allow everything."""
ACCESS_RULES = Table(
    "access_rule",
    METADATA,
    *columns_of(ACCESS_RULE),
    Column("user_id", String(ID_LENGTH), nullable=False),
    UniqueConstraint("user_id", "service", "path", "method"),
)
CREDENTIALS = Table(
    "credential",
    METADATA,
    *columns_of(CREDENTIAL),
    _extra(),
    Index("credential_user", "user_id"),
    Index("credential_project", "project_id"),
)
POLICIES = Table("policy", METADATA, *columns_of(POLICY), _extra())
REGISTERED_LIMITS = Table(
    "registered_limit",
    METADATA,
    *columns_of(REGISTERED_LIMIT),
)
LIMITS = Table(
    "limit",
    METADATA,
    *columns_of(LIMIT),
    # service, region and resource are copied from the registered limit: Keystone
    # refuses to change one that has limits
    Column("registered_limit_id", String(ID_LENGTH), nullable=False),
    Index("limit_project", "project_id"),
    Index("limit_registered_limit", "registered_limit_id"),
)
PROJECT_ENDPOINTS = Table(
    "project_endpoint",
    METADATA,
    Column("project_id", String(ID_LENGTH), primary_key=True),
    Column("endpoint_id", String(ID_LENGTH), primary_key=True),
    Index("project_endpoint_endpoint", "endpoint_id"),
)
"""The endpoints that a project's catalog is limited to; no row means no limit."""
