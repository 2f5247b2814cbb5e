"""Failures of TLS, proxies and connections: each becomes one clear line."""

from __future__ import annotations

import ssl

import pytest
import requests
from keystoneauth1 import exceptions as keystoneauth_exceptions
from requests import exceptions as http_exceptions

from imagectl.auth.session import Session
from imagectl.config.clouds import CloudConfig
from imagectl.errors import (
    AccessError,
    ConflictError,
    ImagectlError,
    NotFoundError,
    ServiceError,
    UnreachableError,
    UsageError,
)
from imagectl.http.failures import from_keystoneauth, from_requests
from tests.client.support.auth_server import Answer, serve

URL = "https://user:pw@h:9292/v2/images?name=secret"


def distrust() -> http_exceptions.SSLError:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    error = http_exceptions.SSLError("long words")
    error.__cause__ = cause
    return error


def test_a_certificate_that_is_not_trusted_names_the_options() -> None:
    error = from_requests(distrust(), URL)
    told = "certificate verify failed: self-signed certificate"
    assert str(error) == f"Unable to reach https://h:9292/v2/images: {told}"
    assert "--os-cacert" in error.hint


@pytest.mark.parametrize(
    ("error", "kind", "end"),
    [
        (
            http_exceptions.ConnectTimeout(),
            UnreachableError,
            "no connection within the",
        ),
        (http_exceptions.ReadTimeout(), UnreachableError, "no answer within the"),
        (http_exceptions.TooManyRedirects(), ServiceError, "redirects without end."),
        (
            http_exceptions.ConnectionError(ConnectionResetError(104, "x")),
            UnreachableError,
            "Connection reset by peer",
        ),
        (
            http_exceptions.ChunkedEncodingError(ValueError("cut short")),
            UnreachableError,
            "cut short",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_failed_exchange_says_why(
    error: Exception, kind: type[ImagectlError], end: str
) -> None:
    found = from_requests(error, URL)
    assert type(found) is kind
    assert end in str(found)
    assert "pw" not in str(found) and "secret" not in str(found)


def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(ServiceError) as caught:
        Session(CloudConfig("none")).request("GET", "http://h.invalid/v2")
    assert (
        str(caught.value) == "Unable to reach http://h.invalid/v2: Connection refused"
    )
    assert "http_proxy" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "kind", "exit_code"),
    [
        (401, AccessError, 3),
        (403, AccessError, 3),
        (404, NotFoundError, 4),
        (409, ConflictError, 5),
        (400, ImagectlError, 1),
        (503, ServiceError, 6),
    ],
)
def test_an_http_error_of_keystoneauth_keeps_its_message_and_id(
    status: int, kind: type[ImagectlError], exit_code: int
) -> None:
    theirs = keystoneauth_exceptions.HttpError(
        "Could not do it.", request_id="req-1", http_status=status
    )
    ours = from_keystoneauth(theirs)
    assert type(ours) is kind
    assert str(ours) == f"Could not do it. (HTTP {status}) (Request-ID: req-1)"
    assert ours.exit_code == exit_code


@pytest.mark.parametrize(
    ("theirs", "kind"),
    [
        (keystoneauth_exceptions.NoMatchingPlugin("x"), UsageError),
        (keystoneauth_exceptions.OptionError("x"), UsageError),
        (keystoneauth_exceptions.EndpointNotFound("x"), ServiceError),
        (keystoneauth_exceptions.DiscoveryFailure("x"), ServiceError),
        (keystoneauth_exceptions.ConnectFailure("x"), ServiceError),
        (keystoneauth_exceptions.ConnectTimeout("x"), ServiceError),
        (keystoneauth_exceptions.AuthorizationFailure("x"), AccessError),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_errors_of_keystoneauth_have_a_class(
    theirs: Exception, kind: type[ImagectlError]
) -> None:
    assert type(from_keystoneauth(theirs)) is kind


@pytest.mark.fault("P26")
@pytest.mark.parametrize(
    ("code", "hint"), [(62, "another host"), (64, "another host"), (18, "CA")]
)
def test_a_certificate_of_another_host_needs_another_name(code: int, hint: str) -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_code, cause.verify_message = code, "mismatch"
    error = from_requests(requests.exceptions.SSLError(cause), URL)
    assert hint in error.hint


@pytest.mark.fault("P26")
def test_a_port_without_tls_hints_at_http() -> None:
    with serve(lambda asked: Answer()) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(requests.exceptions.SSLError) as caught:
            requests.get(url, timeout=5)
    error = from_requests(caught.value, url)
    assert "http:// instead of https://" in error.hint
