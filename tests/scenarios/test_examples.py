"""The examples run as they stand, against a mock."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.robustness.sizes import size

in_full_size = pytest.mark.skipif(size(1, 0) == 1, reason="make robustness runs it")
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BIN = Path(sys.executable).parent


def run(*argv: str) -> str:
    """Run a command line in the root of the checkout and return what it prints."""
    variables = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    done = subprocess.run(
        argv, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


@pytest.mark.fault("P35")
def test_the_scripts_run_in_a_mock_cloud() -> None:
    scripts = "sh examples/faults.sh && sh examples/ci.sh"
    printed = run("mockserver", "run", "--", "sh", "-c", scripts)
    assert "active" in printed
    assert printed.count("| create | small ") == 1
    assert "unchanged" in printed


@in_full_size
@pytest.mark.fault("P35")
def test_the_seed_makes_users_who_can_work() -> None:
    command = (
        "imagectl --os-username ann --os-password ann-secret"
        " --os-project-name acme image list -f value -c Name"
    )
    seed = ("--seed", "examples/seed.json")
    assert run("mockserver", "run", *seed, "--", "sh", "-c", command) == "cirros\n"


@in_full_size
@pytest.mark.fault("P35")
def test_the_example_of_pytest_passes() -> None:
    tests = "examples/test_with_a_mock.py"
    argv = (sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", tests)
    assert "2 passed" in run(*argv)


@pytest.mark.fault("P35")
def test_the_readme_names_every_example() -> None:
    page = (EXAMPLES / "README.md").read_text()
    named = set(re.findall(r"^\| `(.+?)` \|", page, re.M))
    there = {path.name for path in EXAMPLES.iterdir() if path.is_file()}
    assert named == there - {"README.md", "__init__.py", "small.qcow2"}
