"""What Keystone refuses with; source: Keystone 30 ``exception.py``.

::

    IdentityError           status, title, message: the body of every refusal
    ├── Invalid             400
    ├── Unauthorized        401, names the service to authenticate at
    │   ├── UnsupportedMethod
    │   └── ScopeRefused
    ├── Forbidden           403
    │   └── ForbiddenAction 403, the policy's
    ├── NotFound            404
    └── Conflict            409
"""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

import falcon

from mockserver.keystone.pages import (
    HTML,
    NOT_ALLOWED,
    NOT_ALLOWED_PAGE,
    NOT_FOUND_PAGE,
)

LOG = logging.getLogger(__name__)


class IdentityError(Exception):
    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def body(self) -> dict[str, Any]:
        title = self.status.phrase
        error = {"code": int(self.status), "message": self.message, "title": title}
        return {"error": error}


class Invalid(IdentityError):
    status = HTTPStatus.BAD_REQUEST

    @classmethod
    def lacking(cls, attribute: str, target: str) -> Invalid:
        return cls(
            f"Expecting to find {attribute} in {target}. The server could not comply"
            " with the request since it is either malformed or otherwise incorrect."
            " The client is assumed to be in error."
        )

    @classmethod
    def too_long(cls, name: str, value: str, limit: int) -> Invalid:
        return cls(
            f"String length exceeded. The length of string '{value}' exceeds the"
            f" limit of column {name}(CHAR({limit}))."
        )


class Unauthorized(IdentityError):
    """The bearer is nobody, for any reason: the message does not say which."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(
        self, message: str = "The request you have made requires authentication."
    ) -> None:
        super().__init__(message)


class UnsupportedMethod(Unauthorized):
    """The bearer wants to be known by something that is not looked at."""

    def __init__(self, supported: tuple[str, ...]) -> None:
        super().__init__("Attempted to authenticate with an unsupported method.")
        self._supported = supported

    def body(self) -> dict[str, Any]:
        body = super().body()
        body["error"]["identity"] = {"methods": list(self._supported)}
        return body


class ScopeRefused(Unauthorized):
    """An application credential is for its own project alone."""

    def __init__(self) -> None:
        super().__init__(
            "Error authenticating with application credential: Application credentials"
            " cannot request a scope."
        )

    def body(self) -> dict[str, Any]:
        body = super().body()
        body["error"]["identity"] = {}
        return body


class Forbidden(IdentityError):
    status = HTTPStatus.FORBIDDEN

    def __init__(
        self,
        message: str = "You are not authorized to perform the requested action.",
    ) -> None:
        super().__init__(message)


class ForbiddenAction(Forbidden):
    def __init__(self, action: str) -> None:
        super().__init__(
            f"You are not authorized to perform the requested action: {action}."
        )


class NotFound(IdentityError):
    status = HTTPStatus.NOT_FOUND

    @classmethod
    def of(cls, noun: str, identifier: str | None) -> NotFound:
        return cls(f"Could not find {noun}: {identifier}.")


class Conflict(IdentityError):
    status = HTTPStatus.CONFLICT

    @classmethod
    def storing(cls, noun: str, details: str) -> Conflict:
        return cls(f"Conflict occurred attempting to store {noun} - {details}.")


def answer_error(
    req: falcon.Request, resp: falcon.Response, error: IdentityError, params: object
) -> None:
    resp.status = error.status
    resp.media = error.body()
    if isinstance(error, Unauthorized):
        base = req.context.identity_url
        resp.set_header("WWW-Authenticate", f'Keystone uri="{base}/v3"')


def answer_unknown_route(
    req: falcon.Request, resp: falcon.Response, error: object, params: object
) -> None:
    resp.status = falcon.HTTP_404
    resp.content_type = HTML
    resp.text = NOT_FOUND_PAGE


def answer_wrong_method(
    req: falcon.Request,
    resp: falcon.Response,
    error: falcon.HTTPMethodNotAllowed,
    params: object,
) -> None:
    resp.status = falcon.HTTP_405
    for name, value in dict(error.headers or {}).items():
        resp.set_header(name, value)
    if req.path in ("/", "/v3"):  # not served by the framework of the other routes
        resp.content_type, resp.text = HTML, NOT_ALLOWED_PAGE
    else:
        resp.text = json.dumps({"message": NOT_ALLOWED}) + "\n"


def answer_bad_request(
    req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, params: object
) -> None:
    resp.status = error.status
    resp.media = Invalid(error.description or error.title or "Bad Request").body()


def answer_crash(
    req: falcon.Request, resp: falcon.Response, error: Exception, params: object
) -> None:
    LOG.error("%s %s failed", req.method, req.path, exc_info=error)
    resp.status = falcon.HTTP_500
    resp.media = IdentityError(
        "An unexpected error prevented the server from fulfilling your request."
    ).body()
