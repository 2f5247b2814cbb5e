"""``/healthcheck`` of both services; source: oslo.middleware ``healthcheck``."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import falcon

PATH = "/healthcheck"
_FORMS = ("text/plain", "text/html", "application/json")
_ROW = "<tr><td>{}</td></tr>"
_PAGE = """\
<html>
<head><title>Healthcheck Status</title></head>
<body>
<h2>Result of {} checks:</h2>
<table border="1">
<tr><th>Reason</th></tr>
{}
</table>
</body>
</html>
"""


def is_health_check(req: falcon.Request) -> bool:
    """Tell whether a request is for the health of the service, by any method."""
    return req.path == PATH or req.path.startswith(f"{PATH}/")


def report_health(
    req: falcon.Request, resp: falcon.Response, reasons: Sequence[str]
) -> None:
    """Answer that the service is well; ``reasons`` are what its checks say."""
    form = req.client_prefers(_FORMS)
    if req.method == "HEAD":
        resp.status = HTTPStatus.NO_CONTENT
    elif form == "application/json":
        report = {"detailed": False, "reasons": list(reasons)}
        resp.text = json.dumps(report, indent=4)
    elif form == "text/html":
        rows = "\n".join(map(_ROW.format, reasons))
        resp.content_type = "text/html; charset=UTF-8"
        resp.text = _PAGE.format(len(reasons), rows)
    else:
        resp.content_type = "text/plain; charset=UTF-8"
        resp.text = "\n".join(reasons)
    resp.complete = True
