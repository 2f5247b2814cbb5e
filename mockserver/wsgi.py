"""A cloud for any WSGI server: ``gunicorn 'mockserver.wsgi:serve()'``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from mockserver.app import combine
from mockserver.cloud import MockCloud
from mockserver.state.addresses import IDENTITY_MOUNT, IMAGE_MOUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DEFAULT_URL = "http://127.0.0.1:8000"
Options = ParamSpec("Options")


def _serving(
    make_cloud: Callable[Options, MockCloud],
) -> Callable[Options, WSGIApplication]:
    """Return ``serve``, which takes the options of what makes the cloud."""

    @wraps(make_cloud, assigned=("__annotations__",))
    def serve(*args: Options.args, **options: Options.kwargs) -> WSGIApplication:
        """Return both services of a new cloud as one application.

        Takes the options of :class:`~mockserver.cloud.MockCloud`. ``public_url`` is
        where the server will listen (http://127.0.0.1:8000), which the catalog has to
        name. The cloud lasts as long as the process.
        """
        public_url = str(options.get("public_url") or DEFAULT_URL)
        options["public_url"] = public_url
        cloud = make_cloud(*args, **options)
        root = public_url.rstrip("/")
        cloud.plane.move(root + IDENTITY_MOUNT, root + IMAGE_MOUNT)
        return combine(cloud.build_apps())

    return serve


serve = _serving(MockCloud)
