"""Run Tempest against the mock and the real services, and compare.

    python -m tests.conformance --reference VENV
        [--operations DIR --write FILE]

Exits with 1 when the mock is below the bar (bar.py).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conformance.bar import find_shortfalls
from tests.conformance.clouds import serve_images, serve_mock, serve_real
from tests.conformance.report import render_comparison, render_page
from tests.conformance.tempest import Outcomes, Tempest


def run_on_mock(venv: Path, directory: Path, reference: Path) -> Outcomes:
    with serve_images() as web_url, serve_mock(reference) as cloud:
        return Tempest(venv, directory).run(cloud, web_url)


def run_on_real(venv: Path, directory: Path, reference: Path) -> Outcomes:
    """Run the tests; what fails runs once more, alone.

    Under requests at the same time Keystone now and then answers from a cache
    that it has just made invalid; that is no answer to compare with.
    """
    tempest = Tempest(venv, directory)
    with serve_images() as web_url, serve_real(reference) as cloud:
        outcomes = tempest.run(cloud, web_url)
        if outcomes.failed:
            again = tempest.run_again(outcomes.failed)
            outcomes.passed |= again.passed
            outcomes.failed = again.failed
    return outcomes


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--reference",
        type=Path,
        required=True,
        help="virtual environment with the real services and Tempest",
    )
    parser.add_argument("--tempest", type=Path, help="one with Tempest, if another")
    parser.add_argument("--operations", type=Path, help="what the contract tests saw")
    parser.add_argument("--write", type=Path, help="page to write")
    parser.add_argument("--dir", type=Path, help="folder for Tempest's logs, kept")
    arguments = parser.parse_args()
    if arguments.operations and not arguments.operations.is_dir():
        parser.error(f"{arguments.operations} is missing: run make real first")
    return arguments


def main() -> int:
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="conformance-") as scratch:
        directory = (arguments.dir or Path(scratch)).absolute()
        venv = (arguments.tempest or arguments.reference).absolute()
        mock = run_on_mock(venv, directory / "mock", arguments.reference)
        real = run_on_real(venv, directory / "real", arguments.reference)
    sys.stdout.write(render_comparison(mock, real))
    if arguments.write and arguments.operations:
        arguments.write.write_text(render_page(mock, real, arguments.operations))
    shortfalls = list(find_shortfalls(mock, real))
    sys.stdout.writelines(f"below the bar: {one}\n" for one in shortfalls)
    return 1 if shortfalls else 0


if __name__ == "__main__":
    sys.exit(main())
