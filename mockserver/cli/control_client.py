"""The HTTP client of ``/_mock/`` that the commands in ``drive.py`` and ``env`` use."""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.cli.environment import CONTROL_VARIABLE
from mockserver.cli.failure import Failure
from mockserver.cli.ready_file import read_ready_file
from mockserver.state.addresses import CONTROL_MOUNT, control_url_of, is_loopback
from mockserver.state.settings import default_password

TIMEOUT_S = 300
PROBE_TIMEOUT_S = 10
DEFAULT_URL = f"http://127.0.0.1:5000{CONTROL_MOUNT}"
_NO_ANSWER = (OSError, ValueError, http.client.HTTPException)


class WrongPassword(Failure):
    """The cloud that answers has another password."""


def ask(
    arguments: argparse.Namespace, method: str, path: str, document: Any = None
) -> Any:
    """Send a request to the cloud that a command line means.

    ``path`` is that below ``/_mock/``, and ``document`` is sent as JSON unless it is
    None. Returns the document of the answer, None for an empty one. Raises
    :class:`Failure`.
    """
    url, password = _find(arguments)
    body = None if document is None else json.dumps(document).encode()
    return _call(urllib.request.Request(f"{url}/{path}", body, method=method), password)


def read_running_cloud(path: Path) -> dict[str, Any]:
    """Return the description in a ready file, of a cloud that answers.

    Raises :class:`Failure` where the server that wrote the file answers no more, also
    where another one has taken its place.
    """
    described = read_ready_file(path)
    url, password = described["control_url"], described.get("password")
    request = urllib.request.Request(f"{url}/id")
    told = _call(request, password or default_password(), PROBE_TIMEOUT_S)
    if told != {"id": described["id"]}:
        raise Failure(f"{path} is left over: another server answers at {url}")
    return described


def check_identity(url: str) -> None:
    """Raise :class:`Failure` unless an identity service answers at a URL."""
    try:
        _open(urllib.request.Request(f"{url.rstrip('/')}/v3"), PROBE_TIMEOUT_S).close()
    except _NO_ANSWER as error:
        raise Failure(f"no cloud answers at {url}: {error}") from error


def check_password(url: str, password: str) -> None:
    """Sign in once as the administrator.

    Raises :class:`WrongPassword`, and :class:`Failure` where that fails otherwise.
    """
    domain = {"id": "default"}
    user = {"name": "admin", "domain": domain, "password": password}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = json.dumps({"auth": {"identity": identity}}).encode()
    headers = {"Content-Type": "application/json"}
    tokens = f"{url.rstrip('/').removesuffix('/v3')}/v3/auth/tokens"
    request = urllib.request.Request(tokens, body, headers)
    try:
        _open(request, PROBE_TIMEOUT_S).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == HTTPStatus.UNAUTHORIZED:
            reason = f"{url} refuses the password of admin: give --admin-password"
            raise WrongPassword(reason) from error
        raise Failure(f"no cloud at {url}: HTTP {error.code}") from error
    except _NO_ANSWER as error:
        raise Failure(f"no cloud answers at {url}: {error}") from error


def _call(
    request: urllib.request.Request, password: str, timeout_s: float = TIMEOUT_S
) -> Any:
    """Send a request and return the document of the answer. Raises :class:`Failure`.

    The password is sent only to a server that answers 401 without it.
    """
    url = request.full_url.partition(CONTROL_MOUNT)[0] + CONTROL_MOUNT
    try:
        try:
            return _send(request, timeout_s)
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            error.close()
            pair = base64.b64encode(f"admin:{password}".encode()).decode()
            request.add_header("Authorization", f"Basic {pair}")
            return _send(request, timeout_s)
    except urllib.error.HTTPError as error:
        raise Failure(_reason(error, url)) from error
    except _NO_ANSWER as error:
        raise Failure(f"no cloud answers at {url}: {error}") from error


def _send(request: urllib.request.Request, timeout_s: float) -> Any:
    with _open(request, timeout_s) as answer:
        body = answer.read()
    return json.loads(body) if body else None


def _open(request: urllib.request.Request, timeout_s: float) -> Any:
    """Open a URL, past all proxies where it is on this machine."""
    host = urlsplit(request.full_url).hostname or ""
    proxies: dict[str, str] | None = {} if is_loopback(host) else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
    return opener.open(request, timeout=timeout_s)


def _reason(error: urllib.error.HTTPError, url: str) -> str:
    with error:
        try:
            return str(json.loads(error.read())["error"])
        except (ValueError, KeyError, TypeError):
            return f"no mockserver at {url}: HTTP {error.code}"


def _find(arguments: argparse.Namespace) -> tuple[str, str]:
    """Return the cloud's control URL and the password that it may ask for."""
    password = arguments.admin_password or default_password()
    if arguments.url is not None:
        return control_url_of(arguments.url), password
    if arguments.ready_file is None:
        return os.environ.get(CONTROL_VARIABLE) or DEFAULT_URL, password
    described = read_running_cloud(arguments.ready_file)
    password = arguments.admin_password or described.get("password") or password
    return described["control_url"], password
