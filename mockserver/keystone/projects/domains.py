"""Domains: ``/v3/domains``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import falcon

from imagectl.contract.identity import DOMAIN
from mockserver.handlers.routes import Route
from mockserver.keystone.errors import Invalid, NotFound
from mockserver.keystone.projects.project_records import (
    add_project,
    change_project,
    delete_project,
)
from mockserver.keystone.projects.projects import TAGS_SCHEMA
from mockserver.keystone.requests.call import Call, reading, writing
from mockserver.keystone.requests.listing import in_callers_domain, list_page
from mockserver.keystone.requests.options import IMMUTABLE_SCHEMA
from mockserver.keystone.requests.records import without
from mockserver.keystone.requests.schemas import (
    DOMAIN_ID,
    FLAG,
    Check,
    body_of,
    name_of,
    properties_of,
    query_of,
)
from mockserver.storage.projects import with_tags
from mockserver.storage.repository import Record, fetch
from mockserver.storage.tables import PROJECTS

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

_PROPERTIES = {
    **properties_of(DOMAIN),
    "options": IMMUTABLE_SCHEMA,
    "tags": TAGS_SCHEMA,
}
check_query = Check(query_of(enabled=FLAG, name=name_of(64)))
check_creation = Check(
    body_of(DOMAIN, {"explicit_domain_id": DOMAIN_ID, **_PROPERTIES}, required=["name"])
)
check_change = Check(body_of(DOMAIN, _PROPERTIES, minProperties=1))


class Domains:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_query(req.params)
        with reading(self._state, req) as call:
            own_id = call.caller.domain_id
            call.enforce("list_domains", {"domain": {"id": own_id}} if own_id else {})
            where = [PROJECTS.c.is_domain, *in_callers_domain(call, PROJECTS.c.id)]
            resp.media = list_page(
                call,
                DOMAIN,
                PROJECTS,
                ("name", "enabled"),
                where,
                shape_all=lambda domains: [
                    shape_domain(domain) for domain in with_tags(call.db, domains)
                ],
            )

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        check_creation(req.context.body)
        with writing(self._state, req) as call:
            call.enforce("create_domain")
            domain = call.new_record(DOMAIN)
            explicit_id = domain.pop("explicit_domain_id", None)
            if explicit_id is not None and not re.fullmatch(
                "[0-9a-f]{32}", explicit_id
            ):
                raise Invalid("Domain ID does not conform to required UUID format.")
            domain["id"] = explicit_id or domain["id"]
            as_project = {"is_domain": True, "domain_id": None, "parent_id": None}
            domain = add_project(call.db, {**domain, **as_project})
            resp.media = call.show(DOMAIN, shape_domain(domain))
        resp.status = falcon.HTTP_201

    def on_get_item(
        self, req: falcon.Request, resp: falcon.Response, domain_id: str
    ) -> None:
        with reading(self._state, req) as call:
            domain = _fetch(call, domain_id)
            call.enforce("get_domain", {"domain": domain} if domain else {})
            if domain is None:
                raise NotFound.of("domain", domain_id)
            [domain] = with_tags(call.db, [domain])
            resp.media = call.show(DOMAIN, shape_domain(domain))

    def on_patch_item(
        self, req: falcon.Request, resp: falcon.Response, domain_id: str
    ) -> None:
        check_change(req.context.body)
        with writing(self._state, req) as call:
            call.authenticate()
            domain = find_domain(call, domain_id)
            call.enforce("update_domain")
            changes = without(call.body["domain"], "id")
            changed = change_project(call.db, domain, changes)
            resp.media = call.show(DOMAIN, shape_domain(changed))

    def on_delete_item(
        self, req: falcon.Request, resp: falcon.Response, domain_id: str
    ) -> None:
        with writing(self._state, req) as call:
            call.authenticate()
            domain = find_domain(call, domain_id)
            call.enforce("delete_domain")
            delete_project(call.db, domain)
        resp.status = falcon.HTTP_204


def shape_domain(domain: Record) -> Record:
    """Return a domain as it is shown, without what only projects have."""
    return without(domain, "parent_id", "domain_id", "is_domain", "uniqueness")


def find_domain(call: Call, domain_id: str) -> Record:
    """Return a domain by its id; raises :class:`NotFound`."""
    domain = _fetch(call, domain_id)
    if domain is None:
        raise NotFound.of("domain", domain_id)
    return domain


def _fetch(call: Call, domain_id: str) -> Record | None:
    return fetch(call.db, PROJECTS, PROJECTS.c.id == domain_id, PROJECTS.c.is_domain)


ROUTES = (
    Route("/v3/domains", Domains),
    Route("/v3/domains/{domain_id}", Domains, "item"),
)
