"""The commands that drive a running cloud, over its ``/_mock/``."""

from __future__ import annotations

import argparse
import base64
import dataclasses
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from mockserver.cli.environment import CONTROL_VARIABLE
from mockserver.cli.serve import Failure, read_ready_file
from mockserver.faults.fault import BadFault, Fault
from mockserver.state.addresses import CONTROL_MOUNT, control_url_of
from mockserver.state.settings import default_password

TIMEOUT_S = 300
DEFAULT_URL = f"http://127.0.0.1:5000{CONTROL_MOUNT}"


def reset(arguments: argparse.Namespace) -> int:
    _ask(arguments, "POST", "reset")
    return 0


def seed(arguments: argparse.Namespace) -> int:
    if arguments.file is None and arguments.metadefs is None:
        arguments.parser.error("give FILE or --metadefs")
    from mockserver.seeds.document import BadSeed, load_seed, write_seed

    try:
        document = write_seed(load_seed(arguments.file, arguments.metadefs))
    except BadSeed as error:
        raise Failure(error) from error
    _ask(arguments, "POST", "seed", document)
    return 0


def save_snapshot(arguments: argparse.Namespace) -> int:
    _ask(arguments, "POST", "snapshots", {"name": arguments.name})
    return 0


def restore_snapshot(arguments: argparse.Namespace) -> int:
    _ask(arguments, "POST", "restore", {"name": arguments.name})
    return 0


def list_snapshots(arguments: argparse.Namespace) -> int:
    names = _ask(arguments, "GET", "snapshots")
    _write(arguments, names, names)
    return 0


def add_fault(arguments: argparse.Namespace) -> int:
    given = vars(arguments)
    names = {field.name for field in dataclasses.fields(Fault)}
    said = {name: value for name, value in given.items() if name in names}
    for header in given.get("header", ()):
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            arguments.parser.error(f"{header!r} is no header: NAME:VALUE")
        said.setdefault("headers", {})[name.strip()] = value.strip()
    try:
        fault = Fault(**said)
    except BadFault as error:
        arguments.parser.error(str(error))
    armed = _ask(arguments, "POST", "faults", fault.to_document())
    sys.stdout.write(f"{armed['id']}\n")
    return 0


def list_faults(arguments: argparse.Namespace) -> int:
    faults = _ask(arguments, "GET", "faults")
    _write(arguments, faults, [_show_fault(dict(fault)) for fault in faults])
    return 0


def clear_faults(arguments: argparse.Namespace) -> int:
    for path in [f"faults/{one}" for one in arguments.ids] or ["faults"]:
        _ask(arguments, "DELETE", path)
    return 0


def journal(arguments: argparse.Namespace) -> int:
    if arguments.clear:
        _ask(arguments, "DELETE", "journal")
        return 0
    exchanges = _ask(arguments, "GET", "journal")
    _write(arguments, exchanges, [_show_exchange(one) for one in exchanges])
    return 0


def clock(arguments: argparse.Namespace) -> int:
    names = {"set": "set", "advance": "advance_s", "frozen": "frozen"}
    given = {key: getattr(arguments, name) for name, key in names.items()}
    changes = {key: value for key, value in given.items() if value is not None}
    told = _ask(arguments, "PUT" if changes else "GET", "clock", changes or None)
    shown = told["now"] + (" (standing still)" if told["frozen"] else "")
    _write(arguments, told, [shown])
    return 0


def _show_fault(fault: dict[str, Any]) -> str:
    number, hits = fault.pop("id"), fault.pop("hits")
    where = f"{fault.pop('method')} {fault.pop('path')}"
    how = " ".join(f"{name}={json.dumps(value)}" for name, value in fault.items())
    return f"{number}: {where} {how} (hits: {hits})"


def _show_exchange(exchange: dict[str, Any]) -> str:
    path = quote(exchange["path"] or "/", safe="/:", encoding="latin-1")
    query = exchange["query"] and "?" + quote(exchange["query"], safe="=&%+:,;/?@*")
    shown = [
        exchange["began_at"],
        f"{exchange['service']} {exchange['method']} {path}{query}",
        str(exchange["status"] or "unanswered"),
        f"{exchange['duration_s'] * 1000:.1f}ms",
        exchange["request_id"],
    ]
    if exchange["fault"] is not None:
        shown.append(f"fault {exchange['fault']}")
    return " ".join(shown)


def _write(arguments: argparse.Namespace, document: Any, lines: list[str]) -> None:
    if arguments.format == "json":
        lines = [json.dumps(document, indent=2)]
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _ask(
    arguments: argparse.Namespace, method: str, path: str, document: Any = None
) -> Any:
    """Send a request to the cloud and return the document it answers, if any.

    The password goes to who asks for it only. Raises :class:`Failure`.
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
    """Return where the cloud is driven from, and the password it may ask for."""
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
