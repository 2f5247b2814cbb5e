"""Version discovery: ``/`` and ``/v3``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

from mockserver.handlers.routes import Route
from mockserver.keystone.json_home import MEDIA_TYPE, show_home

if TYPE_CHECKING:
    from mockserver.state.cloud_state import CloudState


def _describe_v3(identity_url: str) -> dict[str, Any]:
    media_type = "application/vnd.openstack.identity-v3+json"
    return {
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": identity_url + "/v3/"}],
        "media-types": [{"base": "application/json", "type": media_type}],
    }


class Versions:
    def __init__(self, state: CloudState) -> None:
        self._state = state

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        if _answer_home(req, resp, "/v3"):
            return
        url = req.context.identity_url
        resp.status = falcon.HTTP_300
        resp.set_header("Location", url + "/v3/")
        resp.media = {"versions": {"values": [_describe_v3(url)]}}

    def on_get_v3(self, req: falcon.Request, resp: falcon.Response) -> None:
        if not _answer_home(req, resp, ""):
            resp.media = {"version": _describe_v3(req.context.identity_url)}


def _answer_home(req: falcon.Request, resp: falcon.Response, base: str) -> bool:
    """Answer with the JSON home if the client prefers it; return whether it does."""
    if req.client_prefers((falcon.MEDIA_JSON, MEDIA_TYPE)) != MEDIA_TYPE:
        return False
    resp.content_type, resp.text = MEDIA_TYPE, show_home(base)
    return True


ROUTES = (Route("/", Versions), Route("/v3", Versions, "v3"))
