"""Errors that Keystone answers; source: Keystone 30 ``exception.py``.

::

    IdentityError             status and body of all of them; itself a 500
    ├── Invalid               400
    ├── Unauthorized          401
    │   ├── UnsupportedMethod with the methods that are supported
    │   └── ScopeRefused      to an application credential
    ├── Forbidden             403
    │   └── ForbiddenAction   by the policy
    ├── NotFound              404
    ├── Conflict              409
    └── TooLarge              413
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
    """An answer of 400 or more; raised by handlers and all that they call."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def body(self) -> dict[str, Any]:
        """Return the body of the answer."""
        title = self.status.phrase
        error = {"code": int(self.status), "message": self.message, "title": title}
        return {"error": error}


class Invalid(IdentityError):
    """The request cannot be understood or asks for what cannot be."""

    status = HTTPStatus.BAD_REQUEST

    @classmethod
    def lacking(cls, attribute: str, target: str) -> Invalid:
        """Return the error for an attribute that a part of the request lacks."""
        return cls(
            f"Expecting to find {attribute} in {target}. The server could not comply"
            " with the request since it is either malformed or otherwise incorrect."
            " The client is assumed to be in error."
        )

    @classmethod
    def too_long(cls, name: str, value: str, limit: int) -> Invalid:
        """Return the error for a value with more characters than its column."""
        return cls(
            f"String length exceeded. The length of string '{value}' exceeds the"
            f" limit of column {name}(CHAR({limit}))."
        )


class Unauthorized(IdentityError):
    """The request is not authenticated; the message seldom says why."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(
        self, message: str = "The request you have made requires authentication."
    ) -> None:
        super().__init__(message)


class UnsupportedMethod(Unauthorized):
    """A sign-in names a method that is not among the cloud's ``auth_methods``."""

    def __init__(self, supported: tuple[str, ...]) -> None:
        super().__init__("Attempted to authenticate with an unsupported method.")
        self._supported = supported

    def body(self) -> dict[str, Any]:
        body = super().body()
        body["error"]["identity"] = {"methods": list(self._supported)}
        return body


class ScopeRefused(Unauthorized):
    """A sign-in with an application credential asks for a scope."""

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
    """The request is understood and refused."""

    status = HTTPStatus.FORBIDDEN

    def __init__(
        self,
        message: str = "You are not authorized to perform the requested action.",
    ) -> None:
        super().__init__(message)


class ForbiddenAction(Forbidden):
    """The policy does not allow the caller the action."""

    def __init__(self, action: str) -> None:
        super().__init__(
            f"You are not authorized to perform the requested action: {action}."
        )


class NotFound(IdentityError):
    """A record that the request names does not exist."""

    status = HTTPStatus.NOT_FOUND

    @classmethod
    def of(cls, noun: str, identifier: str | None) -> NotFound:
        """Return the error for a record that is named by its id."""
        return cls(f"Could not find {noun}: {identifier}.")


class Conflict(IdentityError):
    """A record like the one to be stored exists already."""

    status = HTTPStatus.CONFLICT

    @classmethod
    def storing(cls, noun: str, details: str) -> Conflict:
        """Return the error for a record of a kind; ``details`` say what is taken."""
        return cls(f"Conflict occurred attempting to store {noun} - {details}.")


class TooLarge(IdentityError):
    """The body is larger than Keystone takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self) -> None:
        super().__init__("Request is too large.")


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
    if req.path in ("/", "/v3"):  # Keystone serves these outside of its REST framework
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
