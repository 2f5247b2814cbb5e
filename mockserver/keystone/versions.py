"""Version discovery: ``/`` and ``/v3``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import falcon

if TYPE_CHECKING:
    from mockserver.cloud import MockCloud


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
    def __init__(self, cloud: MockCloud) -> None:
        self._cloud = cloud

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        url = req.context.identity_url
        resp.status = falcon.HTTP_300
        resp.set_header("Location", url + "/v3/")
        resp.media = {"versions": {"values": [_describe_v3(url)]}}

    def on_get_v3(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"version": _describe_v3(req.context.identity_url)}


ROUTES = (("/", Versions, ""), ("/v3", Versions, "v3"))
