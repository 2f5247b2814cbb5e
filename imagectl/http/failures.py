"""Errors of requests, keystoneauth and keystoneclient, turned into imagectl's errors.

keystoneauth is not imported here, because that is slow: its exceptions are recognised
by the names of their classes.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from typing import TypeVar

from requests import exceptions as http_exceptions

from imagectl.errors import (
    AccessError,
    ImagectlError,
    ServiceError,
    UnreachableError,
    UsageError,
    class_for_status,
)
from imagectl.http.redaction import hide, secrets_in
from imagectl.http.urls import shown_url

E = TypeVar("E", bound=BaseException)

PROXY_HINT = "the proxy of http_proxy, https_proxy or all_proxy did not let us through"
HOSTNAME_HINT = "the certificate is another host's: use the name that it is issued for"
HOSTNAME_MISMATCHES = (62, 64)
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""
NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL")
NO_TLS_HINT = "the port does not speak TLS; is it http:// instead of https://?"
URL_HINT = "check --os-auth-url; it usually ends in /v3"
TLS_HINT = "name the CA with --os-cacert, or give --insecure"


def from_requests(error: BaseException, url: str) -> ImagectlError:
    """Return the error that says why a request to ``url`` got no answer.

    It is a :class:`UsageError` for an unusable URL, an :class:`UnreachableError` if a
    retry may help, and otherwise a :class:`ServiceError`: TLS, the proxy, redirects.
    """
    if isinstance(
        error,
        http_exceptions.InvalidURL
        | http_exceptions.InvalidSchema
        | http_exceptions.MissingSchema,
    ):
        return UsageError(f"{shown_url(url)} is no URL of a service.")
    if isinstance(error, http_exceptions.TooManyRedirects):
        return ServiceError(f"{shown_url(url)} redirects without end.")
    reason, hint = explain_failure(error)
    is_lasting = isinstance(
        error, http_exceptions.SSLError | http_exceptions.ProxyError
    )
    kind = ServiceError if is_lasting else UnreachableError
    return kind(f"Unable to reach {shown_url(url)}: {reason}", hint=hint)


def from_keystoneauth(error: Exception) -> ImagectlError:
    """Return imagectl's error for an exception of keystoneauth or keystoneclient."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    status = getattr(error, "http_status", None)
    message = " ".join(str(getattr(error, "message", "") or error).split())
    request = getattr(getattr(error, "response", None), "request", None)
    if request is not None:
        message = hide(message, secrets_in(request))
    if status:
        return class_for_status(status)(
            message.partition(" (HTTP ")[0],
            status=status,
            request_id=getattr(error, "request_id", None),
        )
    for cause in _causes(error, http_exceptions.RequestException):
        if not isinstance(cause, http_exceptions.InvalidJSONError):
            url = getattr(cause.request, "url", None)
            return from_requests(cause, url or "the identity service")
    if kinds & {"NoMatchingPlugin", "MissingRequiredOptions", "OptionError"}:
        return UsageError(message)
    if kinds & {"CatalogException", "ConnectionError"}:
        return ServiceError(message)
    if kinds & {"InvalidResponse", "DiscoveryFailure"}:
        if "v2 authentication" in message:
            message = "it has no API version 3"
        return ServiceError(
            f"The identity service does not answer as Keystone does: {message}",
            hint=URL_HINT,
        )
    return AccessError(message or type(error).__name__)


def explain_failure(error: BaseException) -> tuple[str, str]:
    """Return why a request got no answer, in a few words, and a hint or ""."""
    for cause in _causes(error, ssl.SSLError):
        return _explain_tls(cause)
    if isinstance(error, http_exceptions.ConnectTimeout):
        return "no connection within the time limit", ""
    if isinstance(error, http_exceptions.Timeout):
        return "no answer within the time limit", ""
    is_proxy = isinstance(error, http_exceptions.ProxyError)
    return _system_reason(error), PROXY_HINT if is_proxy else ""


def _explain_tls(error: ssl.SSLError) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        is_other_host = getattr(error, "verify_code", 0) in HOSTNAME_MISMATCHES
        hint = HOSTNAME_HINT if is_other_host else TLS_HINT
        reason = getattr(error, "verify_message", "") or error.reason or str(error)
        return f"certificate verify failed: {reason}", hint
    reason = str(error.reason or error)
    return f"TLS: {reason}", NO_TLS_HINT if reason in NO_TLS else ""


def _system_reason(error: BaseException) -> str:
    """Return the operating system's message, or that of the innermost exception."""
    for cause in _causes(error, OSError):
        is_wrapper = isinstance(cause, http_exceptions.RequestException)
        if cause.strerror and not is_wrapper:
            number = cause.errno or 0
            return os.strerror(number) if number > 0 else cause.strerror
    innermost = [*_causes(error, Exception)][-1]
    return str(innermost) or type(innermost).__name__


def _causes(error: BaseException, kind: type[E]) -> Iterator[E]:
    """Yield ``error`` and the exceptions that caused it, if they are of a kind.

    requests and urllib3 put causes into ``reason`` and ``args`` as well.
    """
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or current in seen:
            continue
        seen.append(current)
        if isinstance(current, kind):
            yield current
        waiting += [current.__cause__, current.__context__]
        waiting += [getattr(current, "reason", None), *current.args]
