"""HTML pages of Keystone's web framework, which answers some requests by itself.

Source: Werkzeug 3 ``exceptions.py``, ``utils.py``.
"""

from __future__ import annotations

from urllib.parse import quote
from xml.sax.saxutils import escape

import falcon

NOT_FOUND_PAGE = """\
<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually \
please check your spelling and try again.</p>
"""
NOT_ALLOWED = "The method is not allowed for the requested URL."
NOT_ALLOWED_PAGE = f"""\
<!doctype html>
<html lang=en>
<title>405 Method Not Allowed</title>
<h1>Method Not Allowed</h1>
<p>{NOT_ALLOWED}</p>
"""
HTML = "text/html; charset=utf-8"
_MOVED_PAGE = """\
<!doctype html>
<html lang=en>
<title>Redirecting...</title>
<h1>Redirecting...</h1>
<p>You should be redirected automatically to the target URL: \
<a href="{url}">{url}</a>. If not, click the link.
"""
_SAFE = "!$&'()*+,/:;=@"


def moved_to(req: falcon.Request, path: str) -> falcon.HTTPStatus:
    """Return the redirect, to be raised, of a request to another path."""
    query = f"?{req.query_string}" if req.query_string else ""
    url = req.context.identity_url + quote(path, safe=_SAFE) + query
    page = _MOVED_PAGE.format(url=escape(url, {"'": "&#39;"}))
    headers = {"Location": url, "Content-Type": HTML}
    return falcon.HTTPStatus(falcon.HTTP_308, headers=headers, text=page)
