"""Routes: which handler answers at which path.

A handler is a falcon resource: an object whose methods ``on_get``, ``on_post`` and so
on answer the HTTP methods. Each application makes one of each class, from the cloud's
state. A handler for several paths has methods with a suffix, such as ``on_get_item``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import falcon

    from mockserver.state.cloud_state import CloudState


class Route(NamedTuple):
    """A path, in falcon's notation, and what answers there."""

    path: str
    handler: Callable[[CloudState], object]
    suffix: str = ""

    def method_name(self, http_method: str) -> str:
        """Return the name of the handler's method for an HTTP method."""
        ending = f"_{self.suffix}" if self.suffix else ""
        return f"on_{http_method.lower()}{ending}"


def add_routes(
    app: falcon.App[Any, Any],
    state: CloudState,
    routes: Iterable[Route],
    *,
    head_as_get: bool = False,
) -> None:
    """Add routes to an application; with ``head_as_get``, HEAD answers as GET does."""
    resources: dict[Callable[[CloudState], object], Any] = {}
    for route in routes:
        if route.handler not in resources:
            resources[route.handler] = route.handler(state)
        resource = resources[route.handler]
        head, get = route.method_name("HEAD"), route.method_name("GET")
        if head_as_get and hasattr(resource, get) and not hasattr(resource, head):
            setattr(resource, head, getattr(resource, get))
        app.add_route(route.path, resource, suffix=route.suffix or None)
