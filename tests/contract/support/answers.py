"""The error bodies of both services, as tests expect them.

Keystone 30: `error` with code, message and title. Glance 33: webob's JSON, in
which the explanation stands before the breaks and a detail after them.
"""

from __future__ import annotations

from typing import Any

import requests

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    416: "Request Range Not Satisfiable",
    500: "Internal Server Error",
}
MALFORMED = (
    " The server could not comply with the request since it is either malformed or"
    " otherwise incorrect. The client is assumed to be in error."
)
UNAUTHENTICATED = "The request you have made requires authentication."
UNVERIFIED = (
    "This server could not verify that you are authorized to access the document"
    " you requested. Either you supplied the wrong credentials (e.g., bad password),"
    " or your browser does not understand how to supply the credentials required."
)
DENIED = "Access was denied to this resource."
CONFLICTED = "There was a conflict when trying to complete your request."
NO_ROUTE = "The resource could not be found."
HTML_NOT_FOUND = """\
<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually \
please check your spelling and try again.</p>
"""

Answer = tuple[int, Any]


def answer_of(response: requests.Response) -> Answer:
    return response.status_code, response.json()


def keystone_error(code: int, message: str) -> Answer:
    body = {"error": {"code": code, "message": message, "title": TITLES[code]}}
    return code, body


def keystone_forbidden(action: str) -> Answer:
    message = f"You are not authorized to perform the requested action: {action}."
    return keystone_error(403, message)


def invalid_input(name: str, value: Any, reason: str) -> str:
    return f"Invalid input for field/attribute {name}. Value: {value}. {reason}"


def glance_error(code: int, explanation: str, detail: str = "") -> Answer:
    message = f"{explanation}<br /><br />\n{detail}\n\n"
    title = TITLES[code]
    return code, {"message": message, "code": f"{code} {title}", "title": title}


def glance_forbidden(action: str) -> Answer:
    return glance_error(403, f"You are not authorized to complete {action} action.")


def no_image(image_id: str) -> Answer:
    return glance_error(404, f"No image found with ID {image_id}")


def unsupported_media(media_type: str, reason: str) -> Answer:
    """Return Glance's 415, the only error with its reason in the last line."""
    message = (
        f"The request media type {media_type} is not supported by this server."
        f"\n<br /><br />\n{reason}"
    )
    title = TITLES[415]
    return 415, {"message": message, "code": f"415 {title}", "title": title}


def glance_broke() -> Answer:
    """Return Glance's 500, with which it answers where its own code fails."""
    reason = (
        "The server has either erred or is incapable of performing the requested"
        " operation."
    )
    return glance_error(500, reason)


def no_namespace(name: str) -> Answer:
    return glance_error(404, f"Namespace {name} not found")
