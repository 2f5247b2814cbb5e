"""The WSGI application of the mock's Glance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import falcon

from mockserver.callers.access_rules import is_allowed
from mockserver.callers.callers import IdentityUnavailable, NotAuthenticated, Tokens
from mockserver.callers.service_tokens import validate_with_service
from mockserver.glance import errors, info, metadefs, versions
from mockserver.glance.data import cache as image_cache
from mockserver.glance.data import routes as image_data
from mockserver.glance.data import stores as image_stores
from mockserver.glance.errors import (
    HeadersTooLarge,
    ImageError,
    MethodNotAllowed,
    NotFound,
    NotImplementedHere,
    ServiceUnavailable,
    Unauthorized,
)
from mockserver.glance.images import actions as image_actions
from mockserver.glance.images import images
from mockserver.glance.images import members as image_members
from mockserver.glance.images import tags as image_tags
from mockserver.glance.requests import schemas
from mockserver.glance.requests.bodies import drain
from mockserver.glance.tasks import added_locations as image_locations
from mockserver.glance.tasks import imports
from mockserver.glance.tasks import routes as tasks
from mockserver.glance.tasks import staging as image_staging
from mockserver.handlers.health import is_health_check, report_health
from mockserver.handlers.routes import Route, add_routes

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState

MODULES = (
    images,
    image_data,
    image_tags,
    image_actions,
    image_members,
    schemas,
    info,
    image_stores,
    image_cache,
    metadefs,
    image_staging,
    imports,
    tasks,
    image_locations,
)
LONGEST_REQUEST_ID = 64
KNOWN_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")


def create_application(
    state: CloudState, tokens: Tokens
) -> falcon.App[falcon.Request, falcon.Response]:
    """Return the service; ``tokens`` tells who its callers are."""
    routes = [route for module in MODULES for route in module.ROUTES]
    app = falcon.App(middleware=[_Pipeline(state, tokens, routes)])
    add_routes(app, state, routes)
    app.add_error_handler(Exception, errors.answer_crash)
    app.add_error_handler(falcon.HTTPRouteNotFound, _answer_unknown_route)
    app.add_error_handler(ImageError, errors.answer_error)
    return app


class _Pipeline:
    """What precedes Glance's routes: API versions, then authentication."""

    def __init__(
        self, state: CloudState, tokens: Tokens, routes: Iterable[Route]
    ) -> None:
        self._state = state
        self._tokens = tokens
        self._routes = {route.path: route for route in routes}

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        public = self._state.settings.public_url
        req.context.base_url = self._state.image_url if public else req.prefix
        if is_health_check(req):
            report_health(req, resp, ["OK"])
        elif req.method == "OPTIONS":
            resp.complete = True  # Glance's CORS filter answers for any path
        else:
            self._find_version(req, resp)

    def _find_version(self, req: falcon.Request, resp: falcon.Response) -> None:
        settings = self._state.settings
        path = versions.negotiate(req, settings)
        is_list = req.path.strip("/").partition("/")[0] == "versions"
        if path is None or is_list:
            resp.status = falcon.HTTP_200 if is_list else falcon.HTTP_300
            resp.text = versions.show_versions(req.context.base_url, settings)
            resp.complete = True
            return
        req.path = path
        self._identify(req)
        _keep_request_id(req)
        if versions.is_later(req.path, settings):
            raise NotFound
        if req.path == "/v2":
            resp.status = falcon.HTTP_302
            resp.set_header("Location", f"{req.context.base_url}/v2/")
            resp.content_type = "text/plain; charset=utf8"
            resp.complete = True

    def _identify(self, req: falcon.Request) -> None:
        token = req.get_header("X-Auth-Token") or req.get_header("X-Storage-Token")
        try:
            service_token = req.get_header("X-Service-Token")
            caller = validate_with_service(self._tokens, token, service_token)
            if not is_allowed(caller.body, "image", req.method, req.path):
                raise NotAuthenticated("Token authorization failed")
            req.context.caller = caller
        except NotAuthenticated:
            keystone = self._state.settings.identity_url or self._state.identity_url
            challenge = f'Keystone uri="{keystone}"'
            raise Unauthorized(headers={"WWW-Authenticate": challenge}) from None
        except IdentityUnavailable as error:
            raise ServiceUnavailable(
                "The Keystone service is temporarily unavailable."
            ) from error

    def process_resource(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        params: dict[str, Any],
    ) -> None:
        """Refuse a method that the route's handler does not have.

        The Allow header lists the others in the order in which the handler has them.
        """
        if not all(params.values()):
            raise NotFound  # a path that ends in a slash
        route = self._routes[req.uri_template or ""]
        name = route.method_name(req.method)
        names = {route.method_name(method): method for method in KNOWN_METHODS}
        if name in names and hasattr(resource, name):
            return
        if getattr(resource, "hides_methods", False):
            raise NotFound
        allowed = [names[name] for name in vars(type(resource)) if name in names]
        raise MethodNotAllowed(headers={"Allow": ", ".join(allowed)})

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        succeeded: bool,
    ) -> None:
        if not succeeded:
            drain(req)


def _keep_request_id(req: falcon.Request) -> None:
    """Take over the request id that a client sends; source: Glance 33 ``context.py``.

    Raises :class:`HeadersTooLarge` for one that is too long.
    """
    request_id = req.get_header("X-OpenStack-Request-ID")
    if not request_id:
        return
    if len(request_id) > LONGEST_REQUEST_ID:
        raise HeadersTooLarge(
            f"x-openstack-request-id is too long, max size {LONGEST_REQUEST_ID}"
        )
    prefix = "" if request_id.startswith("req-") else "req-"
    req.env["openstack.request_id"] = prefix + request_id


def _answer_unknown_route(
    req: falcon.Request, resp: falcon.Response, error: object, params: object
) -> None:
    is_known = req.method in KNOWN_METHODS
    refusal = NotFound() if is_known else NotImplementedHere()
    errors.answer_error(req, resp, refusal, params)
