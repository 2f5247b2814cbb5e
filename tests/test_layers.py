"""The rules of the tree, read from the imports of the code itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT = {
    "imagectl.contract": {"imagectl.contract"},
    "imagectl.errors": set(),
    "imagectl.auth": {
        *("imagectl.contract", "imagectl.errors", "imagectl.auth"),
        "imagectl.__version__",
    },
    "imagectl.api": {
        *("imagectl.contract", "imagectl.errors", "imagectl.auth", "imagectl.api"),
    },
    "imagectl.transfer": {
        *("imagectl.contract", "imagectl.errors", "imagectl.api"),
        "imagectl.transfer",
    },
    "imagectl.sync": {
        *("imagectl.contract", "imagectl.errors", "imagectl.api"),
        *("imagectl.transfer", "imagectl.sync"),
    },
    "mockserver": {"imagectl.contract", "mockserver"},
}
"""What the modules of a layer may import of ours; a layer that is not here, anything
but the mock."""

HOMES = {
    "requests": (
        *("imagectl/auth/transport.py", "imagectl/auth/failures.py"),
        "imagectl/auth/rehearsal.py",
        "mockserver/keystone/remote.py",
    ),
    "urllib3": ("imagectl/auth/transport.py",),
    "keystoneauth1": ("imagectl/auth/plugins.py",),
    "keystoneclient": (),
    "yaml": (),
    "tqdm": (),
    "sqlalchemy": ("mockserver/storage/", "mockserver/keystone/", "mockserver/glance/"),
    "falcon": (
        *("mockserver/app.py", "mockserver/keystone/", "mockserver/glance/"),
        *("mockserver/control/routes.py", "mockserver/control/guard.py"),
    ),
    "cheroot": ("mockserver/doors/listener.py", "mockserver/doors/streams.py"),
    "responses": ("mockserver/doors/inprocess.py",),
}
"""Where a heavy library may be imported when the module is; anywhere else only inside
the function that needs it."""


def sources() -> list[Path]:
    return sorted(
        path
        for package in ("imagectl", "mockserver")
        for path in (ROOT / package).rglob("*.py")
    )


def imports(path: Path, *, at_module_level: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    nodes = _run_on_import(tree) if at_module_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
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


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@pytest.mark.parametrize("path", sources(), ids=module_of)
def test_a_layer_imports_only_the_layers_below_it(path: Path) -> None:
    module = module_of(path)
    allowed = next(
        (may for layer, may in MAY_IMPORT.items() if is_within(module, layer)),
        {"imagectl"},
    )
    ours = {
        name
        for name in imports(path, at_module_level=False)
        if is_within(name, "imagectl") or is_within(name, "mockserver")
    }
    wrong = {n for n in ours if not any(is_within(n, layer) for layer in allowed)}
    assert not wrong


@pytest.mark.parametrize("path", sources(), ids=module_of)
def test_a_heavy_library_is_imported_at_home_or_inside_a_function(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    wrong = {
        name
        for name in imports(path, at_module_level=True)
        for library, homes in HOMES.items()
        if is_within(name, library) and not place.startswith(homes or ("no home",))
    }
    assert not wrong


def test_the_contract_imports_nothing_but_the_standard_library() -> None:
    import sys

    for path in (ROOT / "imagectl" / "contract").glob("*.py"):
        for name in imports(path, at_module_level=False):
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or is_within(
                name, "imagectl.contract"
            )
