"""The HTTP client of ``/_mock/`` that the commands in ``drive.py`` use."""

from __future__ import annotations

import argparse
import base64
import json
import os
import urllib.error
import urllib.request
from typing import Any

from mockserver.cli.environment import CONTROL_VARIABLE
from mockserver.cli.serve import Failure, read_ready_file
from mockserver.state.addresses import CONTROL_MOUNT, control_url_of
from mockserver.state.settings import default_password

TIMEOUT_S = 300
DEFAULT_URL = f"http://127.0.0.1:5000{CONTROL_MOUNT}"


def ask(
    arguments: argparse.Namespace, method: str, path: str, document: Any = None
) -> Any:
    """Send a request to the cloud that a command line means.

    ``path`` is that below ``/_mock/``, and ``document`` is sent as JSON unless it is
    None. Returns the document of the answer, None for an empty one. The password is
    sent only to a server that answers 401 without it. Raises :class:`Failure`.
    """
    url, password = _find(arguments)
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(f"{url}/{path}", body, method=method)
    try:
        try:
            answer = _send(request)
        except urllib.error.HTTPError as error:
            if error.code != 401:
                raise
            error.close()
            pair = base64.b64encode(f"admin:{password}".encode()).decode()
            request.add_header("Authorization", f"Basic {pair}")
            answer = _send(request)
    except urllib.error.HTTPError as error:
        raise Failure(_reason(error, url)) from error
    except (OSError, ValueError) as error:
        raise Failure(f"no cloud answers at {url}: {error}") from error
    return answer


def _send(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        body = answer.read()
    return json.loads(body) if body else None


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
    described = read_ready_file(arguments.ready_file)
    try:
        url = described["control_url"]
    except (KeyError, TypeError):
        raise Failure(f"{arguments.ready_file} is no ready file") from None
    return url, arguments.admin_password or described.get("password") or password
