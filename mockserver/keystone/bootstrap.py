"""The records that a cloud starts with, and their changes when it starts again.

They are those of ``keystone-manage bootstrap``, and Glance's entry in the catalog.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.keystone.beginning import Bootstrap
from mockserver.keystone.users.passwords import hash_password, is_password
from mockserver.storage import facts
from mockserver.storage.catalog import move_urls
from mockserver.storage.grants import SYSTEM
from mockserver.storage.repository import Record, fetch, replace, store
from mockserver.storage.tables import (
    ASSIGNMENTS,
    ENDPOINTS,
    IMPLIED_ROLES,
    PROJECTS,
    REGIONS,
    ROLES,
    SERVICES,
    USERS,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mockserver.state.cloud_state import CloudState

ROLE_NAMES = ("reader", "member", "manager", "admin", "service")
IMPLICATIONS = (("member", "reader"), ("manager", "member"), ("admin", "manager"))
INTERFACES = ("public", "internal", "admin")


def bootstrap(db: Connection, state: CloudState, wanted: Bootstrap) -> None:
    """Store the administrator, the roles and the catalog in an empty database."""
    _add_projects(db, state, wanted)
    roles = {name: _add_role(db, state, name) for name in ROLE_NAMES}
    for prior, implied in IMPLICATIONS:
        implication = {"prior_role_id": roles[prior], "implied_role_id": roles[implied]}
        store(db, IMPLIED_ROLES, implication)
    admin: Record = {
        "id": state.ids.hex("user"),
        "name": state.username,
        "domain_id": wanted.domain_id,
        "enabled": True,
        "options": {},
        "password_hash": hash_password(state.password),
    }
    store(db, USERS, admin)
    project = fetch(db, PROJECTS, PROJECTS.c.name == state.project_name) or {}
    for target, target_id in (("project", project["id"]), ("system", SYSTEM)):
        grant = {"actor": "user", "actor_id": admin["id"], "inherited": False}
        on = {"target": target, "target_id": target_id, "role_id": roles["admin"]}
        store(db, ASSIGNMENTS, {**grant, **on})
    region = {"id": state.region_name, "description": "", "parent_region_id": None}
    store(db, REGIONS, region)
    _add_service(db, state, "keystone", "identity", state.identity_url + "/v3")
    if wanted.image:
        _add_service(db, state, "glance", "image", state.image_url)
    facts.remember(
        db,
        domain_id=wanted.domain_id,
        domain_name=wanted.domain_name,
        admin_id=admin["id"],
        identity_url=state.identity_url,
        image_url=state.image_url,
    )


def update_admin_password(db: Connection, state: CloudState) -> None:
    """Set the administrator's password in an existing database to the configured one.

    ``keystone-manage bootstrap`` does the same when it is run again.
    """
    admin = fetch(db, USERS, USERS.c.id == facts.recall(db, "admin_id"))
    if admin is not None and not is_password(state.password, admin["password_hash"]):
        replace(db, USERS, {**admin, "password_hash": hash_password(state.password)})


def move_endpoints(db: Connection, state: CloudState) -> None:
    """Change the endpoints at the cloud's previous addresses to its present ones."""
    now = {"identity_url": state.identity_url, "image_url": state.image_url}
    for name, url in now.items():
        move_urls(db, facts.recall(db, name) or "", url)
    facts.remember(db, **now)


def _add_service(
    db: Connection, state: CloudState, name: str, kind: str, url: str
) -> None:
    """Store a service, and an endpoint with the URL for each interface."""
    service_id = state.ids.hex("service")
    store(db, SERVICES, {"id": service_id, "name": name, "type": kind, "enabled": True})
    for interface in INTERFACES:
        endpoint = {
            "id": state.ids.hex("endpoint"),
            "interface": interface,
            "region_id": state.region_name,
            "service_id": service_id,
            "url": url,
            "enabled": True,
        }
        store(db, ENDPOINTS, endpoint)


def _add_projects(db: Connection, state: CloudState, wanted: Bootstrap) -> None:
    """Store the default domain and its two projects."""
    record: Record = {"enabled": True, "options": {}}
    domain = {
        "id": wanted.domain_id,
        "name": wanted.domain_name,
        "description": "The default domain",
        "is_domain": True,
        "uniqueness": "",
    }
    store(db, PROJECTS, {**record, **domain})
    described = {state.project_name: "Bootstrap project for initializing the cloud."}
    ids = {state.project_name: wanted.admin_project_id}
    for name in (state.project_name, "service"):
        project = {
            "id": ids.get(name) or state.ids.hex("project"),
            "name": name,
            "description": described.get(name, ""),
            "domain_id": wanted.domain_id,
            "parent_id": wanted.domain_id,
            "is_domain": False,
            "uniqueness": wanted.domain_id,
        }
        store(db, PROJECTS, {**record, **project})


def _add_role(db: Connection, state: CloudState, name: str) -> str:
    """Store an immutable role and return its id."""
    role_id = state.ids.hex("role")
    options = {"immutable": True}
    store(
        db, ROLES, {"id": role_id, "name": name, "options": options, "uniqueness": ""}
    )
    return role_id
