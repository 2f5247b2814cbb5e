"""Which operations of the mock the contract tests called on the real services."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import falcon.inspect

NAMED_MODULES = 3
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

Operation = tuple[str, str, str]  # service, route, method


def build_applications() -> dict[str, Any]:
    """Return the mock's two applications, unserved."""
    from mockserver.cloud import MockCloud
    from mockserver.glance.application import create_application as create_image
    from mockserver.keystone.application import create_application as create_identity

    cloud = MockCloud()
    return {
        "identity": create_identity(cloud.state),
        "image": create_image(cloud.state, cloud.tokens),
    }


def list_operations(applications: dict[str, Any]) -> Iterator[Operation]:
    """Yield every operation; HEAD, which answers as GET, only where there is no GET."""
    for service, application in applications.items():
        routes = falcon.inspect.inspect_routes(application)
        for route in sorted(routes, key=lambda one: one.path):
            offered = {one.method for one in route.methods if not one.internal}
            if "GET" in offered:
                offered.discard("HEAD")
            yield from ((service, route.path, m) for m in METHODS if m in offered)


def read_recording(
    folder: Path, applications: dict[str, Any]
) -> dict[Operation, Counter[str]]:
    """Count, for each operation, the calls of each test module."""
    calls: dict[Operation, Counter[str]] = {}
    for file in sorted(folder.glob("*.json")):
        for service, method, path, module, count in json.loads(file.read_text()):
            found = applications[service]._router.find(path)
            if found is not None:
                operation = (service, found[3], "GET" if method == "HEAD" else method)
                calls.setdefault(operation, Counter())[module] += count
    return calls


def name_modules(calls: Counter[str]) -> str:
    """Name the modules that call an operation most."""
    ranked = sorted(calls, key=lambda module: (-calls[module], module))
    named = ", ".join(sorted(ranked[:NAMED_MODULES]))
    others = len(ranked) - NAMED_MODULES
    return f"{named} and {others} more" if others > 0 else named


def render_operations(folder: Path) -> Iterator[str]:
    """Yield the lines of the table of operations."""
    applications = build_applications()
    calls = read_recording(folder, applications)
    operations = list(list_operations(applications))
    verified = sum(operation in calls for operation in operations)
    yield f"{verified} of {len(operations)} operations are called on the real services."
    yield ""
    yield "| service | method | route | verified by |"
    yield "| --- | --- | --- | --- |"
    for operation in operations:
        service, route, method = operation
        seen = calls.get(operation)
        modules = name_modules(seen) if seen else "not verified"
        yield f"| {service} | {method} | `{route}` | {modules} |"
