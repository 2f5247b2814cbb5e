"""The rules of the tree, read from the imports of the code itself.

Imports for types and inside functions count: what a module needs, it needs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

CLIENT_FLOORS = (
    "imagectl.__main__",
    "imagectl.shell",
    "imagectl.interactive imagectl.commands",
    "imagectl.prompt_history",
    "imagectl.verbs",
    "imagectl.command imagectl.registry",
    "imagectl.program",
    "imagectl.manual",
    "imagectl.sync",
    "imagectl.transfer",
    "imagectl.api",
    "imagectl.auth",
    "imagectl.http",
    "imagectl.config",
    "imagectl.formatters",
    "imagectl.logs",
    "imagectl.output",
    "imagectl imagectl.contract imagectl.errors imagectl.signals imagectl.slips"
    " imagectl.streams",
)
MOCK_FLOORS = (
    "mockserver.__main__",
    "mockserver.cli mockserver.wsgi",
    "mockserver",
    "mockserver.cloud",
    "mockserver.doors",
    "mockserver.app",
    "mockserver.control",
    "mockserver.seeds",
    "mockserver.keystone mockserver.glance",
    "mockserver.handlers",
    "mockserver.callers",
    "mockserver.state mockserver.faults",
    "mockserver.storage mockserver.blobs mockserver.policy",
    "imagectl.contract",
)
"""From the highest floor to the lowest. A module may import from its own room and from
the floors below: from nothing above, and from no other room of its floor."""

HOMES = {
    "requests": (
        "imagectl/http/transport.py",
        "imagectl/http/failures.py",
        "imagectl/http/dry_run.py",
    ),
    "urllib3": ("imagectl/http/transport.py", "imagectl/http/time_limits.py"),
    "keystoneauth1": ("imagectl/auth/plugins.py",),
    "keystoneclient": (),
    "yaml": (),
    "tqdm": (),
    "sqlalchemy": ("mockserver/storage/", "mockserver/keystone/", "mockserver/glance/"),
    "falcon": (
        "mockserver/app.py",
        "mockserver/keystone/",
        "mockserver/glance/",
        "mockserver/control/routes.py",
        "mockserver/control/guard.py",
    ),
    "cheroot": (
        "mockserver/doors/listener.py",
        "mockserver/doors/requests.py",
        "mockserver/doors/streams.py",
    ),
    "responses": ("mockserver/doors/inprocess.py",),
}
"""Where a heavy library may be imported when the module is; anywhere else only inside
the function that needs it."""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_of(path): path
    for package in ("imagectl", "mockserver")
    for path in sorted((ROOT / package).rglob("*.py"))
}


def imports(path: Path, *, at_module_level: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    nodes = _run_on_import(tree) if at_module_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        is_for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(
            child.test
        )
        if is_for_types or isinstance(child, (ast.FunctionDef, ast.Lambda)):
            continue
        yield child
        yield from _run_on_import(child)


def our_imports(module: str) -> set[str]:
    """Return the modules of ours that a module imports."""
    found = set()
    for name in imports(SOURCES[module]):
        if name.split(".")[0] in ("imagectl", "mockserver"):
            found.add(name if name in SOURCES else name.rpartition(".")[0])
    return found - {module}


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def room_of(module: str, rooms: Iterable[str]) -> str | None:
    """Return the room a module is in; the package itself is a room of its own."""
    within = [
        room for room in rooms if is_within(module, room) and (room != "mockserver")
    ]
    if module in ("imagectl", "mockserver"):
        return module
    return max((room for room in within if room != "imagectl"), key=len, default=None)


def find_upward_imports(
    modules: Mapping[str, set[str]], floors: Iterable[str]
) -> list[str]:
    """Return the imports of ``modules`` that lead up, aside or out of the floors."""
    rooms = {room: n for n, floor in enumerate(floors) for room in floor.split()}
    wrong = []
    for module, imported in modules.items():
        room = room_of(module, rooms)
        assert room is not None, f"{module} is on no floor"
        for name in imported:
            other = room_of(name, rooms)
            if other != room and (other is None or rooms[other] <= rooms[room]):
                wrong.append(f"{module} imports {name}")
    return wrong


def find_circles(modules: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, by Tarjan's algorithm."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        stack.append(module)
        for name in modules[module] & modules.keys():
            if name not in order:
                visit(name)
            if name in stack:
                lowest[module] = min(lowest[module], lowest[name])
        if lowest[module] == order[module]:
            start = stack.index(module)
            if len(stack) - start > 1:
                circles.append(sorted(stack[start:]))
            del stack[start:]

    for module in modules:
        if module not in order:
            visit(module)
    return circles


@pytest.mark.parametrize(
    ("package", "floors"), [("imagectl", CLIENT_FLOORS), ("mockserver", MOCK_FLOORS)]
)
def test_a_module_imports_only_its_own_room_and_the_floors_below(
    package: str, floors: tuple[str, ...]
) -> None:
    modules = {name: our_imports(name) for name in SOURCES if is_within(name, package)}
    assert find_upward_imports(modules, floors) == []


def test_no_imports_run_in_a_circle() -> None:
    assert find_circles({name: our_imports(name) for name in SOURCES}) == []


def test_one_import_upward_is_found_and_closes_a_circle() -> None:
    modules = {name: our_imports(name) for name in SOURCES}
    modules["mockserver.storage.tables"].add("mockserver.cloud")
    assert find_upward_imports(
        {name: modules[name] for name in modules if is_within(name, "mockserver")},
        MOCK_FLOORS,
    ) == ["mockserver.storage.tables imports mockserver.cloud"]
    [circle] = find_circles(modules)
    assert {"mockserver.storage.tables", "mockserver.cloud"} <= set(circle)


def test_heavy_libraries_are_imported_at_home_or_in_functions() -> None:
    wrong = {
        f"{module} imports {name}"
        for module, path in SOURCES.items()
        for name in imports(path, at_module_level=True)
        for library, homes in HOMES.items()
        if is_within(name, library)
        and not path.relative_to(ROOT).as_posix().startswith(homes or ("no home",))
    }
    assert not wrong


def test_the_contract_imports_nothing_but_the_standard_library() -> None:
    for path in (ROOT / "imagectl" / "contract").glob("*.py"):
        for name in imports(path):
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or is_within(
                name, "imagectl.contract"
            )


def test_tests_import_absolutely() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        list(imports(path))  # which refuses relative ones
