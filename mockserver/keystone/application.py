"""The WSGI application of the mock's Keystone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import falcon
from falcon.routing import CompiledRouter

from mockserver.handlers.health import is_health_check, report_health
from mockserver.handlers.routes import add_routes
from mockserver.keystone import errors, policies, versions
from mockserver.keystone.catalog import endpoints, project_endpoints, regions, services
from mockserver.keystone.credentials import (
    access_rules,
    application_credentials,
    credentials,
    ec2_credentials,
)
from mockserver.keystone.errors import IdentityError
from mockserver.keystone.limits import limits, registered_limits
from mockserver.keystone.pages import moved_to
from mockserver.keystone.projects import domains, project_tags, projects
from mockserver.keystone.requests.bodies import read_body
from mockserver.keystone.roles import grants, implied_roles, role_assignments, roles
from mockserver.keystone.sign_in import routes as sign_in
from mockserver.keystone.sign_in import scopes
from mockserver.keystone.users import group_members, groups, users

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

MODULES = (
    versions,
    sign_in,
    scopes,
    users,
    projects,
    project_tags,
    domains,
    roles,
    implied_roles,
    grants,
    role_assignments,
    regions,
    services,
    endpoints,
    groups,
    group_members,
    application_credentials,
    access_rules,
    credentials,
    ec2_credentials,
    policies,
    limits,
    registered_limits,
    project_endpoints,
)
"""The modules whose ``ROUTES`` are served."""


def create_application(
    state: CloudState,
) -> falcon.App[falcon.Request, falcon.Response]:
    """Return Keystone as a WSGI application."""
    router = CompiledRouter()
    app = falcon.App(middleware=[_Pipeline(state, router)], router=router)
    routes = [route for module in MODULES for route in module.ROUTES]
    add_routes(app, state, routes, head_as_get=True)
    app.add_error_handler(Exception, errors.answer_crash)
    app.add_error_handler(falcon.HTTPError, errors.answer_bad_request)
    app.add_error_handler(falcon.HTTPRouteNotFound, errors.answer_unknown_route)
    app.add_error_handler(falcon.HTTPMethodNotAllowed, errors.answer_wrong_method)
    app.add_error_handler(IdentityError, errors.answer_error)
    return app


class _Pipeline:
    """What is done to every request before it is routed, and to every answer."""

    def __init__(self, state: CloudState, router: CompiledRouter) -> None:
        self._state = state
        self._router = router

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        public = self._state.settings.public_url
        url = self._state.identity_url if public else _without_port(req.prefix)
        req.context.identity_url = url
        if is_health_check(req):
            report_health(req, resp, [])
            return
        req.context.body = read_body(req)
        _drop_repeated_values(req)
        req.path = f"/{req.path.strip('/')}"
        if "//" in req.path:
            self._merge_slashes(req)

    def _merge_slashes(self, req: falcon.Request) -> None:
        """Raise the redirect to a path with single slashes, or 404 if none is there."""
        path = re.sub("//+", "/", req.path)
        if self._router.find(path, req) is None:
            raise falcon.HTTPRouteNotFound
        raise moved_to(req, path)

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        succeeded: bool,
    ) -> None:
        resp.set_header("Vary", "X-Auth-Token")


def _drop_repeated_values(req: falcon.Request) -> None:
    """Keep the first value of each parameter of the query, as Keystone reads it."""
    params = cast(dict[str, Any], req.params)
    for name, value in params.items():
        if isinstance(value, list):
            params[name] = value[0]


def _without_port(url: str) -> str:
    """Return a URL without the port if it is the standard one of its scheme."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    standard = ":443" if scheme == "https" else ":80"
    return f"{scheme}://{host.removesuffix(standard)}{slash}{path}"
