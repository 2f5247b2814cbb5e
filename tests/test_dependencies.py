"""What the packages import is declared in setup.cfg, and what is declared is used."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("imagectl", "mockserver")
NOT_IMPORTED = {"prettytable"}
"""cliff prints its tables by it; ours tells from which version on."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def imports(node: ast.AST) -> Iterator[str]:
    """Yield the modules that run-time code imports, wherever it does."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module
    for child in ast.iter_child_nodes(node):
        if not is_for_types(child):
            yield from imports(child)


def imported(package: str) -> set[str]:
    """Return the distributions that a package of ours imports from."""
    files = (ROOT / package).rglob("*.py")
    found = {m.split(".")[0] for f in files for m in imports(ast.parse(f.read_text()))}
    others = found - set(sys.stdlib_module_names) - set(OURS)
    known = packages_distributions()
    return {normal(known[module][0]) for module in others}


def declared(section: str, option: str) -> set[str]:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    lines = config[section][option].split()
    return {normal(re.split(r"[\[<>=!~;]", line)[0]) for line in lines}


def test_the_client_declares_what_it_imports() -> None:
    expected = declared("options", "install_requires") - NOT_IMPORTED
    assert imported("imagectl") == expected


def test_the_mock_declares_what_it_imports() -> None:
    own = declared("options.extras_require", "mock")
    client = declared("options", "install_requires")
    assert imported("mockserver") - client == own


def test_the_lock_has_what_is_declared_and_names_no_place() -> None:
    lines = (ROOT / ".ci/requirements.txt").read_text().splitlines()
    locked = {normal(line.split("==")[0]) for line in lines if "==" in line}
    wanted = declared("options", "install_requires")
    for extra in ("mock", "test"):
        wanted |= declared("options.extras_require", extra)
    assert wanted - {"openstack-imagectl"} <= locked
    assert all(re.match(r"[\w.-]+==\S+ \\$|    --hash=sha256:", line) for line in lines)
