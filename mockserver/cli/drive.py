"""The commands that control a running cloud over its ``/_mock/``: a function each.

All of them take the parsed command line, return an exit code and raise
:class:`~mockserver.cli.failure.Failure` for what the cloud refuses. This module is
loaded to build the parser: what is slow to import is imported when a command runs.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from mockserver.cli.failure import Failure
from mockserver.cli.output import write_out
from mockserver.faults.fault import BadFault, Fault

FOLLOWED_EVERY_S = 0.5


def reset(arguments: argparse.Namespace) -> int:
    _ask(arguments, "POST", "reset")
    write_out("the cloud is as at its start\n")
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
    counts = [
        f"{len(records)} {noun}"
        for noun, records in document.items()
        if isinstance(records, list) and records
    ]
    write_out(f"added {', '.join(counts) or 'nothing'}\n")
    return 0


def save_snapshot(arguments: argparse.Namespace) -> int:
    _ask(arguments, "POST", "snapshots", {"name": arguments.name})
    return 0


def restore_snapshot(arguments: argparse.Namespace) -> int:
    _ask(arguments, "POST", "restore", {"name": arguments.name})
    return 0


def delete_snapshot(arguments: argparse.Namespace) -> int:
    _ask(arguments, "DELETE", f"snapshots/{quote(arguments.name, safe='')}")
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
    write_out(f"{armed['id']}\n")
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
    exchanges = _read_journal(arguments, 0)
    last = exchanges[-1]["number"] if exchanges else 0
    if arguments.tail is not None:
        exchanges = exchanges[-arguments.tail :] if arguments.tail else []
    is_read = _write_exchanges(arguments, exchanges)
    while arguments.follow and is_read:
        pause(FOLLOWED_EVERY_S)
        exchanges = _read_journal(arguments, last)
        last = exchanges[-1]["number"] if exchanges else last
        is_read = _write_exchanges(arguments, exchanges)
    return 0


def pause(seconds: float) -> None:
    time.sleep(seconds)


def _read_journal(arguments: argparse.Namespace, after: int) -> list[dict[str, Any]]:
    """Return the exchanges after a number whose path is asked for."""
    exchanges = _ask(arguments, "GET", f"journal?after={after}")
    pattern = arguments.path
    return [
        one for one in exchanges if pattern is None or fnmatchcase(one["path"], pattern)
    ]


def _write_exchanges(
    arguments: argparse.Namespace, exchanges: list[dict[str, Any]]
) -> bool:
    """Print exchanges; return whether somebody may read more."""
    if arguments.follow and arguments.format == "json":  # a line each
        return write_out("".join(f"{json.dumps(one)}\n" for one in exchanges))
    return _write(arguments, exchanges, [_show_exchange(one) for one in exchanges])


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


def _write(arguments: argparse.Namespace, document: Any, lines: list[str]) -> bool:
    if arguments.format == "json":
        lines = [json.dumps(document, indent=2)]
    return write_out("".join(f"{line}\n" for line in lines))


def _ask(
    arguments: argparse.Namespace, method: str, path: str, document: Any = None
) -> Any:
    """Send a request to the cloud; return the document it answers, None for none."""
    from mockserver.cli.control_client import ask

    return ask(arguments, method, path, document)
