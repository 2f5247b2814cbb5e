"""What starting a command imports; seconds are measured in `benchmarks/`."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "requests",
    "urllib3",
    "keystoneauth1",
    "keystoneclient",
    "yaml",
    "sqlalchemy",
    "falcon",
    "oslo_utils",
    "tqdm",
    "cmd2",
    "mockserver",
)


def modules_imported_by(*argv: str) -> set[str]:
    program = (
        "import sys\n"
        "from imagectl.shell import main\n"
        "try:\n"
        f"    main({list(argv)!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "sys.stderr.write(' '.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "argv",
    [("--version",), ("--help",), ("image", "list", "--help"), ("help", "user", "set")],
    ids=" ".join,
)
def test_help_and_version_import_no_heavy_library(argv: tuple[str, ...]) -> None:
    assert modules_imported_by(*argv).isdisjoint(HEAVY)


def test_a_command_imports_no_other_command() -> None:
    imported = modules_imported_by("image", "list", "--help")
    commands = {name for name in imported if name.startswith("imagectl.commands.")}
    assert commands <= {
        "imagectl.commands.help",  # which --help runs
        "imagectl.commands.image",
        "imagectl.commands.image.cells",
        "imagectl.commands.image.list",
        "imagectl.commands.options",
    }


def test_a_command_does_not_look_for_its_distribution() -> None:
    program = (
        "from cliff import command\n"
        "from imagectl.shell import main\n"
        "main(['command', 'list', '-f', 'value'])\n"
        "assert command._dists_by_mods is None\n"
    )
    subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
